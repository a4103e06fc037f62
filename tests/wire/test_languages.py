"""Every language is whole: the files of English, the same phrases with the same values, the plurals that CLDR wants."""

import json
import os
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.dates import format_date

import mailgate
from mailgate.languages import LANGUAGES
from mailgate.wire import words
from mailgate.wire.words import dates_of
from mailgate.wire.words.catalogue import FILES

FOLDER = Path(words.__file__).parent
OTHERS = [language for language in LANGUAGES if language != "en"]
# What is put together of values alone; a language names its own in `AS_IN_ENGLISH`.
SAME = {
    "when",
    "promise.span",
    "promise.days",
    "asked.file",
    "done.line",
    "list.lines",
    "list.retitled",
    "list.retitled_words",
    "event.line",
}
# A language whose names bend names nobody: "Dzień dobry, Piotr!" is wrong, "Dzień dobry!" is not.
MAY_LACK = {"greeting": {"name"}}


def written(language: str, file: str) -> Mapping[str, Any]:
    """What a language itself says in a file, nothing lent by English."""
    place = f"mailgate.wire.words.{language}.{file}"
    return import_module(place).WORDS if find_spec(place) else {}


def both(language: str, file: str) -> Iterator[tuple[str, Any, Any]]:
    """Each key that English and the language say, and how; what is lacking another test names."""
    theirs = written(language, file)
    return ((key, phrase, theirs[key]) for key, phrase in written("en", file).items() if key in theirs)


def values(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_every_folder_is_a_language_and_has_the_files_of_english() -> None:
    folders = {path.name: {one.stem for one in path.glob("*.py")} for path in FOLDER.iterdir() if path.is_dir()}
    folders = {name: files for name, files in folders.items() if files}  # what git leaves of one that went has none
    assert set(folders) == set(LANGUAGES), "wire/words has a folder for each language, known by its letters.py"
    for language, files in folders.items():
        lacking, alone = {"__init__", "dates", *FILES} - files, files - {"__init__", "dates", *FILES}
        assert (lacking, alone) == (set(), set()), f"wire/words/{language} lacks {lacking}, and alone has {alone}"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", FILES)
def test_a_language_says_all_that_english_says(language: str, file: str) -> None:
    theirs, english = list(written(language, file)), list(written("en", file))
    lacking, alone = [key for key in english if key not in theirs], [key for key in theirs if key not in english]
    assert (lacking, alone) == ([], []), f"wire/words/{language}/{file}.py lacks {lacking}, and alone has {alone}"
    assert theirs == english, f"wire/words/{language}/{file}.py has the keys in another order than English"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", FILES)
def test_a_phrase_speaks_of_the_same_and_has_every_plural(language: str, file: str) -> None:
    forms = {*dates_of(language).cldr.plural_form.rules, "other"}
    for key, phrase, told in both(language, file):
        if isinstance(phrase, str):
            wanted = values(phrase) - (MAY_LACK.get(key, set()) - values(told))
            assert isinstance(told, str) and values(told) == wanted, f"{key}: {{braces}} of English {phrase!r}"
        else:
            assert not isinstance(told, str) and set(told) == forms, f"{key}: CLDR counts in {forms}"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", FILES)
def test_no_phrase_is_left_in_english(language: str, file: str) -> None:
    same = SAME | import_module(f"mailgate.wire.words.{language}").AS_IN_ENGLISH
    left = [key for key, phrase, told in both(language, file) if told == phrase and key not in same]
    assert not left, f"wire/words/{language}/{file}.py: say {left} anew, or name them in AS_IN_ENGLISH of __init__.py"


def test_no_two_files_say_the_same_key() -> None:
    keys = [key for file in FILES for key in written("en", file)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_how_it_writes_days_and_numbers(language: str) -> None:
    dates = dates_of(language)
    assert Locale.parse(dates.locale).language == Locale.parse(language).language, "LOCALE of dates.py"
    assert {len(names) for names in (dates.weekdays, dates.on, *dates.open)} == {7} and len(dates.open) == 3
    assert "23" in format_date(date(2026, 11, 23), dates.on_day, dates.locale)
    assert dates.clock.format(hour=9, minute=5).endswith("05") and dates.decimal in ".," and len(dates.thousands) == 1
    assert "2026" in format_date(date(2026, 11, 23), dates.year, dates.locale)
    assert "23" in format_date(date(2026, 11, 23), dates.day, dates.locale)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_marker_stands_between_number_signs(language: str) -> None:
    marker = words.MARKERS[language]
    assert (
        marker.startswith("## ") and marker.endswith(" ##") and 4 <= len(marker) - 4 <= 120 and "#" not in marker[2:-2]
    )


ROOT = Path(mailgate.__file__).parents[1]
SCRIPT = """
import json
from mailgate.config.model import GatewayModel
from mailgate.core.letters.letter import head
from mailgate.core.model.content import Receipt
from mailgate.core.model.mail import Envelope
from mailgate.core.model.said import Said
from mailgate.languages import LANGUAGES
from mailgate.wire.letters import render, samples
from mailgate.wire.mime.parse import parse
from mailgate.wire.words import OPENINGS
from dataclasses import replace

due = replace(samples.due("receipt", "da"), content=Receipt(done=(Said("done.taken"),)))
page = render.page(head(due, replace(samples.POLICY, languages=LANGUAGES), loop_mark=""), samples.NOW)
raw = "From: k@home.example\\n\\nHej, lampen som jeg har købt er gået i stykker, og jeg vil gerne have en ny. Tak!\\n".encode()
print(json.dumps({
    "languages": LANGUAGES, "setting": GatewayModel(language="da").language, "letter": page.text,
    "guess": parse(raw, Envelope("k@home.example", ()), samples.POLICY.limits).language, "openings": OPENINGS,
}))
"""


def test_another_language_is_one_folder(tmp_path: Path) -> None:
    """The program with one folder more takes the language as a setting, knows it in mail and says it in letters."""
    skipped = shutil.ignore_patterns("__pycache__")
    for name in ("mailgate", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skipped)
    another = shutil.copytree(FOLDER / "en", tmp_path / "mailgate/wire/words/da", ignore=skipped)
    for file, english, danish in (
        ("receipts", "the ticket is yours", "sagen er din"),
        ("letters", "A plain reply ", "Et almindeligt svar "),
    ):
        page = another / f"{file}.py"
        page.write_text(page.read_text().replace(english, danish))
    (another / "lists.py").unlink()  # what a folder lacks is said in English
    letters = (another / "letters.py").read_text()
    (another / "letters.py").write_text(re.sub(r'(?m)^    "(marker|receipt.to_wait)": .*\n', "", letters))
    done = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert set(found["languages"]) == {*LANGUAGES, "da"} and found["setting"] == found["guess"] == "da"
    assert "sagen er din" in found["letter"] and found["letter"].startswith("Et almindeligt svar ")
    assert "Et almindeligt svar " in found["openings"]
