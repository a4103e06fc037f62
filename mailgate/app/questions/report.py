"""The report of a period: read once, counted by `core.figures.tally`, told as a letter, a table or plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from mailgate.core.figures import noise
from mailgate.core.figures.noise import Noise
from mailgate.core.figures.tally import FIGURES, Figures, Period, PeriodCounter, PeriodReport
from mailgate.core.model.content import PeriodLetter
from mailgate.core.model.policy import Policy
from mailgate.core.model.shown import Bar, Chart, FigureTable, LetterFigure
from mailgate.core.text.subject_topics import commonest_words
from mailgate.core.worktime.meter import WorkingTimeTable
from mailgate.core.worktime.promise import calendar_of
from mailgate.core.worktime.sla import span
from mailgate.store.base import Read
from mailgate.wire import words

SUBJECTS = 20_000  # newest arrivals whose titles are read for the commonest words
REACH = timedelta(days=2 * 366)  # older tickets are measured one by one
SECONDS = frozenset(("first_median", "first_p90", "solve_median", "solve_p90", "spent"))
_NO_TIME = timedelta(0)
SHARES = frozenset(("first_kept", "solve_kept", "csat"))
# Left out where there is none: a desk that files or promises nothing need not read of it.
RARE = frozenset(("filed", "self_service", "spent", "promised", "promises_kept", "promises_broken", "apologised"))
KINDS = frozenset(("notice", "handover", "question", "receipt", "escalation"))  # letters with a name of their own
# What a table of departments, agents or tags shows, in order.
COLUMNS = ("arrived", "solved", "backlog", "first_median", "solve_median", "first_kept", "nps")


def of_period(
    read: Read,
    policy: Policy,
    now: datetime,
    period: timedelta,
    department: str | None = None,
    agent: str | None = None,
) -> PeriodReport:
    """The figures from `now - period` to `now`, of one department or all, beside the same stretch before.

    Of one `agent`: of the tickets that are theirs. What they worked on them is added up only where the admin says so.
    """
    asked = Period(now - period, now)
    gatherer = PeriodCounter(asked, meters(policy, asked.before - REACH, now), _zone(policy), department)
    stretch = (asked.before, now, department)

    def theirs(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        return rows if agent is None else (row for row in rows if row[1] == agent)

    gatherer.tickets(theirs(read.report.tickets(*stretch)))
    gatherer.reopened(theirs(read.report.reopenings(*stretch)))
    gatherer.votes(theirs(read.report.votes(*stretch)))
    gatherer.promises(theirs(read.report.promises(*stretch)))
    if agent is None or policy.spent_by_agent:
        gatherer.spent(theirs(read.report.spent(*stretch)), by_agent=policy.spent_by_agent)
    subjects = () if agent else read.report.subjects(asked.since, now, department, SUBJECTS)
    found = gatherer.report(commonest_words(subjects))
    readers = [
        one.name for one in policy.agents if agent in (None, one.name) and (not department or one.works_in(department))
    ]
    now_, before = (noise.count(read.report.told(*span), readers) for span in _halves(asked))
    found = replace(found, noise=now_, noise_before=before)
    return replace(found, agent=agent, agents=()) if agent else found


def _halves(asked: Period) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    return (asked.since, asked.until), (asked.before, asked.since)


def meters(policy: Policy, begin: datetime, end: datetime) -> Callable[[str], WorkingTimeTable]:
    """A department's working time; departments of one calendar share its table."""

    @cache
    def of_calendar(name: str | None) -> WorkingTimeTable:
        return WorkingTimeTable(policy.calendar(name), begin, end)

    def of_department(name: str) -> WorkingTimeTable:
        calendar = calendar_of(policy, name)
        return of_calendar(calendar.name if calendar else None)

    return of_department


def _zone(policy: Policy) -> Callable[[str], tzinfo]:
    def of_department(name: str) -> tzinfo:
        calendar = calendar_of(policy, name)
        return ZoneInfo(calendar.timezone if calendar else policy.timezone)

    return of_department


# --- as a letter or a table -------------------------------------------------------------------------------------------


def label(key: str, language: str) -> str:
    """What a figure, a part or a column is called, in one of our languages."""
    return words.say(language, f"figure.{key}")


def shown(key: str, value: float | None, language: str = "en") -> str:
    """A figure for people: `1 h 20 min`, `83 %`, `12`; a dash where there was nothing to count."""
    if value is None:
        return "–"
    if key in SECONDS:
        return duration(int(value))
    if key in SHARES:
        return f"{100 * value:.0f} %"
    return f"{value:,}".replace(",", words.dates_of(language).thousands)


def duration(seconds: int) -> str:
    """`1 h 20 min`; seconds only where there is not a minute."""
    return span(timedelta(seconds=seconds)) if seconds >= 30 else f"{seconds} s"


def headline(report: PeriodReport, language: str) -> list[tuple[str, str, str]]:
    """(label, value, value before) of each figure that either period has."""
    found = []
    for key in FIGURES:
        now, before = getattr(report.total, key), getattr(report.before, key)
        idle = key in RARE and not now and not before
        if key == "votes" or idle or (now is None and before is None):
            continue
        found.append((label(key, language), shown(key, now, language), shown(key, before, language)))
    if report.noise.days:
        found.append((label("told", language), _noise(report.noise, language), _noise(report.noise_before, language)))
    if report.backlog_median is not None and report.oldest is not None:
        age = report.period.until - report.oldest
        found.append((label("backlog_median", language), _days(report.backlog_median, language), ""))
        found.append((label("oldest", language), _days(int(age.total_seconds()), language), ""))
    return found


def _noise(told: Noise, language: str) -> str:
    """`12 · notices 61 %`: how many for each agent on a day, and of which kind most are."""
    if told.a_day is None:
        return "–"
    kind, most = told.kinds[0]
    name = label(f"told_{kind if kind in KINDS else 'other'}", language)
    return f"{told.a_day:.0f} · {name} {100 * most / sum(count for _, count in told.kinds):.0f} %"


def _days(seconds: int, language: str) -> str:
    return f"{seconds // 86_400} {label('days', language)}" if seconds >= 2 * 86_400 else duration(seconds)


def parts(report: PeriodReport) -> list[tuple[str, tuple[tuple[str, Figures], ...]]]:
    """The tables: (name, rows); departments only where there are several."""
    found = [("departments", report.departments), ("agents", report.agents), ("tags", report.tags)]
    return [(name, rows) for name, rows in found if len(rows) > (name == "departments")]


def letter(report: PeriodReport, language: str, policy: Policy | None = None) -> PeriodLetter:
    """What the letter shows of it; `policy` lends agents their full names."""

    def named(part: str, name: str) -> str:
        agent = policy.agent(name) if policy and part == "agents" else None
        return agent.shown_name if agent else name or words.say(language, "somebody.none")

    def of(part: str, rows: tuple[tuple[str, Figures], ...]) -> FigureTable:
        columns = (*COLUMNS, "spent") if any(one.spent for _, one in rows) else COLUMNS
        return FigureTable(
            title=label(part, language),
            head=(label("name", language), *(label(key, language) for key in columns)),
            rows=tuple(
                (named(part, name), *(shown(key, getattr(one, key), language) for key in columns)) for name, one in rows
            ),
        )

    tables = [of(part, rows) for part, rows in parts(report)]
    if report.customers:
        head = (label("name", language), label("spent", language))
        worked = tuple((name, shown("spent", seconds, language)) for name, seconds in report.customers)
        tables.append(FigureTable(label("customers", language), head, worked))
    about = ", ".join(whose(report, policy))
    return PeriodLetter(
        title=f"{label('report', language)}: {about}" if about else "",
        period=_span(report.period.since, report.period.until, language, policy),
        before=_span(report.period.before, report.period.since, language, policy),
        figures=tuple(LetterFigure(name, now, was) for name, now, was in headline(report, language)),
        charts=charts(report, language),
        tables=tuple(tables),
    )


def whose(report: PeriodReport, policy: Policy | None) -> list[str]:
    """The agent and the department it is about, as people know them; nothing of a report about all."""
    agent = policy.agent(report.agent) if policy else None
    return [one for one in (agent.shown_name if agent else report.agent, report.department) if one]


def charts(report: PeriodReport, language: str) -> tuple[Chart, ...]:
    """Bars: arrivals by weekday and hour, the backlog by age, the commonest words."""
    weekdays = zip(label("weekdays", language).split(), report.weekdays, strict=True)
    hours = ((f"{hour:02d}", count) for hour, count in enumerate(report.hours))
    busy = [one for one in hours if one[1]]
    ages = [(label(f"age_{name}", language), count) for name, count in report.backlog_ages]
    found = [("by_weekday", list(weekdays)), ("by_hour", busy), ("by_age", ages), ("words", list(report.words))]
    return tuple(Chart(label(name, language), _bars(bars)) for name, bars in found if any(count for _, count in bars))


def _bars(bars: Iterable[tuple[str, int]]) -> tuple[Bar, ...]:
    counted = list(bars)
    most = max((count for _, count in counted), default=0) or 1
    return tuple(Bar(name, f"{count}", count / most) for name, count in counted)


def _span(since: datetime, until: datetime, language: str, policy: Policy | None) -> str:
    zone = ZoneInfo(policy.timezone if policy else "UTC")
    begin, end = since.astimezone(zone), until.astimezone(zone)
    turned = (end.utcoffset() or _NO_TIME) - (begin.utcoffset() or _NO_TIME)  # a week in which clocks changed is a week
    return words.span(language, begin + turned, end)


# --- as plain values --------------------------------------------------------------------------------------------------


def plain(report: PeriodReport) -> dict[str, Any]:
    """The report as `mailgate report --json` prints it: times in seconds, shares from 0 to 1, null for nothing."""

    def told(one: Figures) -> dict[str, Any]:
        return {key: getattr(one, key) for key in FIGURES}

    return {
        "since": report.period.since,
        "until": report.period.until,
        "before_since": report.period.before,
        "department": report.department,
        "total": told(report.total),
        "before": told(report.before),
        "departments": [{"name": name, **told(one)} for name, one in report.departments],
        "agents": [{"name": name or None, **told(one)} for name, one in report.agents],
        "tags": [{"name": name, **told(one)} for name, one in report.tags],
        "customers": [{"name": name, "spent": seconds} for name, seconds in report.customers],
        "backlog_ages": dict(report.backlog_ages),
        "backlog_median": report.backlog_median,
        "oldest": report.oldest,
        "weekdays": list(report.weekdays),
        "hours": list(report.hours),
        "letters_to_agents": {"a_day": report.noise.a_day, "kinds": dict(report.noise.kinds)},
        "words": [{"word": word, "tickets": count} for word, count in report.words],
    }


def table(report: PeriodReport) -> list[list[Any]]:
    """The report as rows for CSV: `part`, `name`, each figure; seconds and shares as numbers, empty for nothing."""
    lines: list[list[Any]] = [["part", "name", *FIGURES]]
    named: list[tuple[str, str, Figures]] = [("total", "", report.total), ("before", "", report.before)]
    for part, rows in (("department", report.departments), ("agent", report.agents), ("tag", report.tags)):
        named += [(part, name, one) for name, one in rows]
    for part, name, one in named:
        values = (getattr(one, key) for key in FIGURES)
        lines.append([part, name, *("" if value is None else value for value in values)])
    empty = [""] * (len(FIGURES) - 1)
    lines += [["customer", name, *empty, seconds] for name, seconds in report.customers]
    counted = [("weekday", f"{day}", count) for day, count in enumerate(report.weekdays, 1)]
    counted += [("hour", f"{hour:02d}", count) for hour, count in enumerate(report.hours)]
    counted += [("word", word, count) for word, count in report.words]
    lines += [[part, name, count, *empty] for part, name, count in counted]
    return lines
