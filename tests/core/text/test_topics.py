"""The commonest words of subjects: counted once a subject, folded, without words that say nothing."""

import pytest

from mailgate.core.text import subject_topics
from mailgate.core.text.folding import fold


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Re: Broken LAMP, broken lamp!", {"broken", "lamp"}),
        ("Question about my invoice 4711", {"invoice"}),
        ("Kysymys laskusta: hyvää päivää", {"laskusta", "hyvaa", "paivaa"}),
        ("Prośba o fakturę", {"fakture"}),
        ("Jautājums par rēķinu", {"rekinu"}),
        ("x" * 31, set()),
        ("", set()),
    ],
)
def test_only_telling_words_count(subject, words):
    assert subject_topics.telling_words(subject) == words


def test_the_words_left_out_are_folded_themselves():
    assert {fold(word) for word in subject_topics._SKIPPED} == subject_topics._SKIPPED
    assert min(map(len, subject_topics._SKIPPED)) >= 4


def test_the_commonest_words_by_how_many_subjects_have_them():
    subjects = ["Lamp broken", "My lamp", "lamp lamp lamp", "Broken chair", "Chair", "Door"]
    assert subject_topics.commonest_words(subjects) == [("lamp", 3), ("broken", 2), ("chair", 2)]
    assert subject_topics.commonest_words(subjects, most=1) == [("lamp", 3)]
    assert subject_topics.commonest_words([]) == []
