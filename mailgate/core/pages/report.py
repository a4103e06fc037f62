"""The figures of a period on a page: figures beside those before, bars, tables, and the rows of a sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mailgate.core.model.content import PeriodLetter
from mailgate.core.pages.reader import Reader
from mailgate.core.text import spreadsheet

PERIODS = ("24h", "7d", "30d", "12w")
LONGEST = 60  # characters of a period and a name


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """The figures of a period such as `7d`, of a department or all, of an agent or all of them."""

    session: str
    period: str = "7d"
    department: str = ""
    agent: str = ""
    sheet: bool = False  # with the rows of a sheet


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure beside the one of the period before, "" where there was none."""

    label: str
    value: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its length is a whole share of the longest's hundred."""

    label: str
    value: str
    share: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A few bars under a title."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows and columns."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as its reader may see it."""

    reader: Reader
    asked: str  # the period
    department: str
    agent: str
    title: str = ""
    span: str = ""  # from when to when
    before: str = ""  # and what it is compared with
    figures: tuple[Figure, ...] = ()
    charts: tuple[Bars, ...] = ()
    tables: tuple[Table, ...] = ()
    sheet: tuple[tuple[str, ...], ...] = ()
    departments: tuple[str, ...] = ()
    agents: tuple[tuple[str, str], ...] = ()  # whose own figures the reader may see


def words_of(asked: ReportAsked) -> str:
    """What is asked for as it is written behind `#report`."""
    agent = f"@{''.join(asked.agent.split())}" if asked.agent else ""
    parts = ("".join(asked.period.split()), "".join(asked.department.split()), agent)
    return " ".join(part[:LONGEST] for part in parts if part)


def parts(letter: PeriodLetter) -> tuple[tuple[Figure, ...], tuple[Bars, ...], tuple[Table, ...]]:
    """The report as its letter has it, as a page shows it."""
    charts = tuple(
        Bars(
            one.title,
            tuple(Bar(bar.label, bar.value, max(int(bar.share > 0), round(100 * bar.share))) for bar in one.bars),
        )
        for one in letter.charts
    )
    tables = tuple(Table(one.title, tuple(one.head), tuple(map(tuple, one.rows))) for one in letter.tables)
    return tuple(Figure(one.label, one.value, one.before) for one in letter.figures), charts, tables


def sheet(rows: Iterable[Iterable[Any]]) -> tuple[tuple[str, ...], ...]:
    """Rows of a sheet as text that no spreadsheet takes for a formula."""
    return tuple(tuple(spreadsheet.cell(value) for value in row) for row in rows)
