"""`make letters` without a browser: no letter has a word of another language, is too large, or lacks what is documented."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from mailgate.core.letters.row_values import VARIABLES
from mailgate.core.model.content import Digest, Notice, Receipt
from mailgate.core.model.shown import Section
from mailgate.languages import LANGUAGES
from mailgate.wire import words
from mailgate.wire.letters import samples
from mailgate.wire.letters.sample_words import words_of

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("letter_checks")


@pytest.mark.parametrize("template", VARIABLES)
def test_every_sample_of_a_letter_is_in_one_language_and_small(template: str, checks: ModuleType) -> None:
    found = list(checks.every([template]))
    assert {one.language for one in found} == set(LANGUAGES)
    assert [said for one in found for said in checks.complaints(one)] == []


def test_every_documented_variable_is_filled_in_a_sample(checks: ModuleType) -> None:
    assert checks.unfilled() == [], "give wire/letters/sample_contents.py a letter that has it"


def test_every_documented_variable_is_given_by_the_program(checks: ModuleType) -> None:
    assert checks.never_given() == [], "documented in docs/templates.md, and no letter ever has it"


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_the_people_of_the_samples_speak_every_language(language: str) -> None:
    assert words_of(language) is not words_of("en"), f"wire/letters/sample_words.py: what they say in {language!r}"


# --- would the checks find it? ----------------------------------------------------------------------------------------


def sample(checks: ModuleType, content: object, language: str = "fi") -> object:
    template = content.template  # type: ignore[attr-defined]
    return checks.Sample(template, language, 0, replace(samples.due(template, language), content=content))


def test_a_word_of_another_language_is_found(checks: ModuleType) -> None:
    assert checks.foreign(sample(checks, Digest(sections=(Section("Overdue"),)))) == ["overdue"]
    assert checks.foreign(sample(checks, Notice(why="because"))) == ["because"]
    assert checks.foreign(sample(checks, Digest(sections=(Section("Overdue"),)), "en")) == []


def test_a_phrase_that_is_said_in_english_is_found(monkeypatch: pytest.MonkeyPatch, checks: ModuleType) -> None:
    finnish: Mapping[str, object] = {key: told for key, told in words.CATALOGUES["fi"].items() if key != "survey.low"}
    monkeypatch.setattr(words, "CATALOGUES", {**words.CATALOGUES, "fi": finnish})
    checks._language.cache_clear()
    (solved, *_) = checks.every(["solved"], ["fi"])
    assert set(checks.foreign(solved)) >= {"at", "not"}
    checks._language.cache_clear()


def test_a_large_letter_is_found(checks: ModuleType) -> None:
    (told,) = checks.complaints(sample(checks, Receipt(parked=True, text="Hei. " * 12_000)))
    assert told.startswith("receipt-fi: ") and told.endswith(" KB, at most 60 KB")


def test_a_variable_that_no_sample_fills_is_found(monkeypatch: pytest.MonkeyPatch, checks: ModuleType) -> None:
    monkeypatch.setattr(checks.samples, "cases", lambda template, language="en": (samples.due("ack"),))
    assert {"notice.mentions", "bars.share", "ticket.until"} <= set(checks.unfilled())
    assert "ack.promise" not in checks.unfilled()


def test_a_variable_that_the_program_never_gives_is_found(monkeypatch: pytest.MonkeyPatch, checks: ModuleType) -> None:
    given = checks._given()
    monkeypatch.setattr(checks, "_given", lambda: given - {"Ack.promise", "replace.promise"})
    assert checks.never_given() == ["Ack.promise"]
