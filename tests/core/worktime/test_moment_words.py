"""The words for days, spans and clocks as data: folded as they are compared, each with one meaning where it is read."""

from __future__ import annotations

import pytest

from mailgate.core.text.folding import fold
from mailgate.core.worktime import moment_words as words

TABLES = {"WEEKDAYS": words.WEEKDAYS, "DAYS_AHEAD": words.DAYS_AHEAD, "UNIT_OF_WORD": words.UNIT_OF_WORD, "WEEK": words.WEEK,
          "NEXT_WEEK": words.NEXT_WEEK, "NEXT": words.NEXT, "IN": words.IN, "AT": words.AT}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_word_is_written_as_it_is_looked_for(name: str) -> None:
    assert [word for word in TABLES[name] if word != fold(word) or " " in word] == []


@pytest.mark.parametrize(("word", "day"), [
    ("mon", 0), ("maanantaiksi", 0), ("wtorek", 1), ("otrdien", 1), ("mittwoch", 2), ("torsdag", 3), ("neljapaev", 3), ("pe", 4),
    ("reedel", 4), ("sobota", 5), ("sonnabend", 5), ("svetdiena", 6), ("puhapaev", 6),
])  # fmt: skip
def test_a_weekday_in_every_language(word: str, day: int) -> None:
    assert words.WEEKDAYS[word] == day


def test_every_weekday_has_a_word_in_all_seven_languages() -> None:
    for day, some in enumerate(zip(
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        ["maanantai", "tiistai", "keskiviikko", "torstai", "perjantai", "lauantai", "sunnuntai"],
        ["poniedzialek", "wtorek", "sroda", "czwartek", "piatek", "sobota", "niedziela"],
        ["pirmdiena", "otrdiena", "tresdiena", "ceturtdiena", "piektdiena", "sestdiena", "svetdiena"],
        ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"],
        ["mandag", "tisdag", "onsdag", "torsdag", "fredag", "lordag", "sondag"],
        ["esmaspaev", "teisipaev", "kolmapaev", "neljapaev", "reede", "laupaev", "puhapaev"],
        strict=True,
    )):  # fmt: skip
        assert [words.WEEKDAYS[word] for word in some] == [day] * 7


def test_no_word_is_a_day_and_something_else_at_once() -> None:
    """A command's first word decides how the rest is read."""
    assert not words.WEEKDAYS.keys() & (words.DAYS_AHEAD.keys() | words.NEXT | words.NEXT_WEEK)
    assert not words.DAYS_AHEAD.keys() & (words.NEXT | words.NEXT_WEEK | words.IN)
    assert not (words.WEEKDAYS.keys() - {"pr"}) & words.IN


def test_today_is_now_and_the_day_after_tomorrow_is_two_away() -> None:
    assert {words.DAYS_AHEAD[word] for word in ("today", "tanaan", "dzis", "sodien", "heute", "idag", "tana")} == {0}
    assert {words.DAYS_AHEAD[word] for word in ("overmorrow", "ylihuomenna", "pojutrze", "parit", "ubermorgen")} == {2}
    assert {words.DAYS_AHEAD[word] for word in ("imorgon", "morgon", "homme", "homseni", "morgen")} == {1}
    assert {words.UNIT_OF_WORD[word] for word in ("vk", "tydz", "nedelas", "wochen")} == {"week"}
