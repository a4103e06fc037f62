"""Cells no spreadsheet calculates, and what they meant."""

from __future__ import annotations

import pytest

from mailgate.core.text.spreadsheet import cell, meant


@pytest.mark.parametrize("text", ["=1+1", "+358 40", "-x", "@shop.example", "\t=1", " =1", "\u00a0@x", "＝1", "-"])
def test_c11_what_would_be_calculated_is_marked_and_unmarked(text: str) -> None:
    assert cell(text) == f"'{text}" and meant(cell(text)) == text


@pytest.mark.parametrize("text", ["", "a=b", "-5", "-0.5", "17", "'quoted'", "O'Hara"])
def test_what_is_harmless_stays(text: str) -> None:
    assert cell(text) == text and meant(text) == text


def test_values_are_text() -> None:
    assert (cell(-12), cell(None)) == ("-12", "None")
