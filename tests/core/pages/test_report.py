"""Figures on a page and in a sheet: no cell is a formula (CSV injection)."""

from __future__ import annotations

import pytest

from mailgate.core.model.content import PeriodLetter
from mailgate.core.model.shown import Bar, Chart, FigureTable, LetterFigure
from mailgate.core.pages import report
from mailgate.core.pages.report import ReportAsked

CELLS = [
    ("=1+1", "'=1+1"), ("+358401234567", "+358401234567"), ("-20", "-20"), ("-20.5", "-20.5"), ("-2+3", "'-2+3"),
    ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"), ("＝1", "'＝1"),
    ("refund", "refund"), ("", ""), (None, "None"), (12, "12"), (0.5, "0.5"), (-3, "-3"), ("\u00a0@x", "'\u00a0@x"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "text"), [one for one in CELLS if one[0] != "+358401234567"])
def test_no_cell_of_a_sheet_is_a_formula(cell: object, text: str) -> None:
    assert report.sheet([[cell]]) == ((text,),)


def test_a_telephone_number_with_its_plus_is_marked_as_text() -> None:
    assert report.sheet([["+358401234567"]]) == (("'+358401234567",),)


def test_what_is_asked_is_written_as_report_is() -> None:
    assert report.words_of(ReportAsked("s", "30d", "support", "anna")) == "30d support @anna"
    assert report.words_of(ReportAsked("s", " 7 d ", "sup port\n@bo")) == "7d support@bo"
    assert len(report.words_of(ReportAsked("s", "7" * 999))) <= report.LONGEST


def test_a_page_shows_what_the_letter_shows() -> None:
    letter = PeriodLetter(
        figures=(LetterFigure("Arrived", "12", "10"),),
        charts=(Chart("By hour", (Bar("08", "4", 1.0), Bar("09", "1", 0.001), Bar("10", "0", 0.0))),),
        tables=(FigureTable("Agents", ("Name", "Solved"), (("Anna", "3"),)),),
    )
    figures, charts, tables = report.parts(letter)
    assert figures == (report.Figure("Arrived", "12", "10"),)
    assert charts[0].bars == (report.Bar("08", "4", 100), report.Bar("09", "1", 1), report.Bar("10", "0", 0)), (
        "one is to be seen"
    )
    assert tables == (report.Table("Agents", ("Name", "Solved"), (("Anna", "3"),)),)
