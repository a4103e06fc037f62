"""What `make letters` does beside looking: which pictures stand on a sheet, the page that shows them, and its exit code."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mailgate.core.letters.row_values import VARIABLES
from mailgate.languages import LANGUAGES

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("letters")


@pytest.mark.parametrize("template", ["ack", "notice", "report"])
def test_a_sheet_shows_every_language_and_every_sample(template: str, letters: ModuleType) -> None:
    found = list(letters.letter_checks.every([template]))
    views = letters.letter_sheets.chosen(found)
    first = [view for view in views if view.sample.n == 0]
    assert [(view.width, view.scheme) for view in first[:2]] == [(1000, "light"), (360, "dark")]
    assert [view.sample.language for view in first[2:]] == list(LANGUAGES) and {one.width for one in first[2:]} == {390}
    assert [view.sample.n for view in views[len(first) :]] == sorted({one.n for one in found} - {0})


def test_each_letter_is_pictured_at_every_width_by_day_and_by_night(letters: ModuleType) -> None:
    views = list(letters.letter_sheets.every_view(list(letters.letter_checks.every(["solved"]))))
    names = {view.name for view in views}
    assert len(names) == len(views) == 2 * len(LANGUAGES) * 3 * 2
    assert {"solved-en-360-light", "solved-fi-2-1000-dark"} <= names


def test_the_page_shows_every_letter(letters: ModuleType) -> None:
    page = letters.index()
    for name in VARIABLES:
        assert f"![{name}]({name}.webp)" in page


PICTURES = BENCH.parent / "docs" / "letters"


def test_every_letter_has_its_picture_and_no_letter_that_has_gone() -> None:
    assert {path.stem for path in PICTURES.glob("*.webp")} == set(VARIABLES), "make letters"
    page = (PICTURES / "README.md").read_text()
    assert [name for name in VARIABLES if f"({name}.webp)" not in page] == [], "make letters"


def test_the_readme_shows_a_plain_notice(letters: ModuleType) -> None:
    found = [one for one in letters.letter_checks.every(["notice"], ["en"]) if one.due.content == letters.FRONT]
    assert len(found) == 1


def test_a_picture_that_is_the_same_is_not_written_again(letters: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "letters" / "ack.webp"
    assert letters.letter_sheets.kept(path, b"picture")
    before = path.stat().st_mtime_ns
    assert not letters.letter_sheets.kept(path, b"picture") and path.stat().st_mtime_ns == before
    assert letters.letter_sheets.kept(path, b"another") and path.read_bytes() == b"another"


def test_without_a_browser_one_line_says_what_was_not_looked_at(
    letters: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(letters.chromium, "found", lambda: None)
    monkeypatch.setattr(sys, "argv", ["letters.py", "vote_thanks"])
    assert letters.main() == 2
    assert capsys.readouterr().out.startswith("no Chromium on PATH")
    monkeypatch.setattr(letters.letter_checks, "unfilled", lambda: ["ack.promise"])
    assert letters.main() == 1
    assert capsys.readouterr().out.startswith("ack.promise: documented, and empty in every sample\n")
