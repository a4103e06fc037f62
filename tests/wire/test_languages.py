"""Every language is whole: the files of English, the same phrases with the same values, the plurals that CLDR wants."""

import string
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.dates import format_date

from mailgate.languages import LANGUAGES
from mailgate.wire import words
from mailgate.wire.words import dates_of
from mailgate.wire.words.catalogue import FILES

FOLDER = Path(words.__file__).parent
OTHERS = [language for language in LANGUAGES if language != "en"]
# What is put together of values alone, or is the same word wherever people write it so.
SAME = {"when", "promise.span", "day_unit", "done.line", "list.lines", "list.retitled", "list.retitled_words"}


def written(language: str, file: str) -> Mapping[str, Any]:
    """What a language itself says in a file, nothing lent by English."""
    found: Mapping[str, Any] = import_module(f"mailgate.wire.words.{language}.{file}").WORDS
    return found


def values(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_every_folder_is_a_language_and_has_the_files_of_english() -> None:
    folders = {path.name: {one.stem for one in path.glob("*.py")} for path in FOLDER.iterdir() if path.is_dir()}
    folders.pop("__pycache__", None)
    assert folders == {language: {"__init__", "dates", *FILES} for language in LANGUAGES}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", FILES)
def test_a_language_says_all_that_english_says(language: str, file: str) -> None:
    assert list(written(language, file)) == list(written("en", file))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", FILES)
def test_a_phrase_speaks_of_the_same_and_has_every_plural(language: str, file: str) -> None:
    theirs = written(language, file)
    forms = {*dates_of(language).cldr.plural_form.rules, "other"}
    for key, phrase in written("en", file).items():
        told = theirs[key]
        if isinstance(phrase, str):
            assert isinstance(told, str) and values(told) == values(phrase), key
        else:
            assert not isinstance(told, str) and set(told) == forms, f"{key}: CLDR counts in {forms}"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", FILES)
def test_no_phrase_is_left_in_english(language: str, file: str) -> None:
    theirs = written(language, file)
    assert not [key for key, phrase in written("en", file).items() if theirs[key] == phrase and key not in SAME]


def test_no_two_files_say_the_same_key() -> None:
    keys = [key for file in FILES for key in written("en", file)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_how_it_writes_days_and_numbers(language: str) -> None:
    dates = dates_of(language)
    assert Locale.parse(dates.locale) and len(dates.weekdays) == 7
    assert dates.clock.format(hour=9, minute=5).endswith("05") and dates.decimal in ".," and len(dates.thousands) == 1
    assert "2026" in format_date(date(2026, 11, 23), dates.year, dates.locale)
    assert "23" in format_date(date(2026, 11, 23), dates.day, dates.locale)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_marker_stands_between_number_signs(language: str) -> None:
    marker = words.MARKERS[language]
    assert (
        marker.startswith("## ") and marker.endswith(" ##") and 4 <= len(marker) - 4 <= 120 and "#" not in marker[2:-2]
    )
