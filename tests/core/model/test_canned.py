"""Articles found by the words of a mail: how near each is, and in which language (S-14)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.model.canned import Article, articles_with, fill_holes, fitting, holes, in_language

LAMPS = Article("lamps", "Changing lamps", "en", "Turn it to the left.")
SWITCH = Article("switch", "Hanging", "en", "Some lamps hang from a cable with a switch of their own.")
LAMPUT = Article("lamps", "Lamppujen vaihto", "fi", "Changing lamps, in Finnish.")
CABLE = Article("cable", "Cables", "en", "Every cable.")

CASES = [
    ("what its title says", "changing of lamps", "", [LAMPS, SWITCH], ["lamps"]),
    ("said in the text alone", "hello", "how do I change these lamps?", [LAMPS, SWITCH], ["lamps"]),
    ("one word in common is chance", "cable", "", [CABLE, SWITCH], []),
    ("words that all use say nothing", "I have not got it to the other", "", [LAMPS, SWITCH], []),
    ("nothing of the title", "", "a cable with a switch", [SWITCH], []),
    ("nothing fits", "refund", "", [LAMPS, SWITCH], []),
    ("another language's is not sent", "changing lamps", "", [LAMPUT], []),
]


@pytest.mark.parametrize(("subject", "text", "articles", "names"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_only_what_really_fits_is_suggested(subject: str, text: str, articles: list[Article], names: list[str]) -> None:
    assert [one.name for one in fitting(articles, subject, text, "en")] == names


LOOKED_FOR = [
    ("a form of a word", "lamp", ["lamps", "switch"]),
    ("the beginning of a word", "cab", ["cable", "switch"]),
    ("what holds most of the words", "hanging cable", ["switch", "cable"]),
    ("small words alone are looked for, too", "left", ["lamps"]),
    ("nothing", "refund", []),
]


@pytest.mark.parametrize(("words", "names"), [c[1:] for c in LOOKED_FOR], ids=[c[0] for c in LOOKED_FOR])
def test_what_an_agent_looks_for_is_found_by_any_of_its_words(words: str, names: list[str]) -> None:
    assert [one.name for one in articles_with([LAMPS, SWITCH, CABLE, LAMPUT], words, "en", 5)] == names


def test_an_article_of_a_name_in_the_customers_language() -> None:
    assert in_language([LAMPS, LAMPUT], "lamps", "fi") == LAMPUT
    assert in_language([LAMPS, LAMPUT], "lamps", "pl") == LAMPS
    assert in_language([LAMPS], "nothing", "en") is None
    assert (
        replace(LAMPS, url="https://acme.example/lamps").whole == "Turn it to the left.\n\nhttps://acme.example/lamps"
    )


def test_another_language_only_where_there_is_none_in_this_one_and_never_many() -> None:
    assert articles_with([LAMPUT, LAMPS], "lamps", "en", 5) == (LAMPS,)
    assert articles_with([Article("lamps", "Lamps", "fi", "")], "lamps", "en", 5)[0].language == "fi"
    many = [Article(f"a{n}", "Changing lamps", "en", "") for n in range(9)]
    assert len(articles_with(many, "lamps", "en", 5)) == 5
    assert len(fitting(many, "changing lamps", "", "en")) == 2


def test_a_hole_without_a_value_stays() -> None:
    assert holes("In {days} days, {Name} {x y}") == {"days"}
    assert fill_holes("In {days} days {who}. ", {"days": "3"}) == "In 3 days {who}."


def test_a_word_of_the_title_outweighs_two_of_the_text() -> None:
    texts = Article("a", "Hanging", "en", "A cable with a switch.")
    title = Article("z", "Cables", "en", "")
    assert [one.name for one in articles_with([texts, title], "cable switch", "en", 5)] == ["z", "a"]
