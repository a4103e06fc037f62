"""The figures of a desk over a period, by the formulas of docs/reports.md, from plain rows read once."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, tzinfo
from typing import Any

from mailgate.core.workmeter import SECOND, Meter, micros, moment

# department, owner, created, first response, solved, first kept, solution kept, first due, solution due, tags.
# Times are microseconds since 1970 UTC, "kept" is 1, 0 or None, tags stand in one text with SEPARATOR between.
TicketRow = Sequence[Any]
SEPARATOR = "\x1f"
QUARTER = 900 * SECOND  # every UTC offset in use is a whole number of quarters of an hour
DAY = 86_400
AGES: tuple[tuple[str, int], ...] = (("day", DAY), ("3days", 3 * DAY), ("week", 7 * DAY), ("month", 30 * DAY))
SATISFIED, PROMOTER, DETRACTOR = 7, 9, 6


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to before `until`, and the stretch of the same length before it; aware UTC."""

    since: datetime
    until: datetime

    @property
    def before(self) -> datetime:
        """Where the period compared with begins."""
        return self.since - (self.until - self.since)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a period to a set of tickets; None where there is nothing to count."""

    arrived: int = 0
    solved: int = 0
    reopened: int = 0
    backlog: int = 0  # unsolved at its end
    first_median: int | None = None  # seconds of working time from opening to first response
    first_p90: int | None = None
    solve_median: int | None = None  # the same to the solution
    solve_p90: int | None = None
    first_kept: float | None = None  # share of promises kept, 0-1
    solve_kept: float | None = None
    votes: int = 0
    nps: int | None = None  # -100 to 100
    csat: float | None = None  # share of satisfied votes, 0-1


FIGURES = tuple(one.name for one in fields(Figures))


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a period, altogether and in parts, beside those of the period before."""

    period: Period
    department: str | None
    total: Figures
    before: Figures
    departments: tuple[tuple[str, Figures], ...] = ()
    agents: tuple[tuple[str, Figures], ...] = ()  # by owner; "" is nobody
    tags: tuple[tuple[str, Figures], ...] = ()  # the commonest first
    backlog_ages: tuple[tuple[str, int], ...] = ()  # band -> tickets
    backlog_median: int | None = None  # age in seconds
    oldest: datetime | None = None  # when the oldest unsolved ticket came
    weekdays: tuple[int, ...] = (0,) * 7  # arrivals, from Monday
    hours: tuple[int, ...] = (0,) * 24  # arrivals by local hour
    words: tuple[tuple[str, int], ...] = ()  # subject words and how many arrivals have them


@dataclass(slots=True)
class Tally:
    """What is counted while rows go by."""

    arrived: int = 0
    solved: int = 0
    reopened: int = 0
    backlog: int = 0
    first: array[int] = field(default_factory=lambda: array("Q"))
    solve: array[int] = field(default_factory=lambda: array("Q"))
    first_promised: int = 0
    first_kept: int = 0
    solve_promised: int = 0
    solve_kept: int = 0
    votes: int = 0
    promoters: int = 0
    detractors: int = 0
    satisfied: int = 0

    def figures(self) -> Figures:
        """The figures of what was counted."""
        first, solve = sorted(self.first), sorted(self.solve)
        return Figures(
            arrived=self.arrived,
            solved=self.solved,
            reopened=self.reopened,
            backlog=self.backlog,
            first_median=percentile(first, 50),
            first_p90=percentile(first, 90),
            solve_median=percentile(solve, 50),
            solve_p90=percentile(solve, 90),
            first_kept=share(self.first_kept, self.first_promised),
            solve_kept=share(self.solve_kept, self.solve_promised),
            votes=self.votes,
            nps=round(100 * (self.promoters - self.detractors) / self.votes) if self.votes else None,
            csat=share(self.satisfied, self.votes),
        )

    def vote(self, score: int) -> None:
        """Count an answer to the survey, 0 to 10."""
        self.votes += 1
        self.promoters += score >= PROMOTER
        self.detractors += score <= DETRACTOR
        self.satisfied += score >= SATISFIED


def percentile(ordered: Sequence[int], percent: int) -> int | None:
    """The nearest rank: the smallest value that at least `percent` of all do not exceed; None of nothing."""
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None


def share(part: int, whole: int) -> float | None:
    """A part of a whole, 0 to 1; None of nothing."""
    return part / whole if whole else None


class Gatherer:
    """Takes the rows of a report one by one and keeps numbers alone."""

    def __init__(
        self,
        period: Period,
        meter: Callable[[str], Meter],
        zone: Callable[[str], tzinfo],
        department: str | None = None,
    ) -> None:
        """`meter` and `zone` give a department's working time and time zone."""
        self.period, self.department = period, department
        self._from, self._since, self._until = micros(period.before), micros(period.since), micros(period.until)
        self._meter, self._zone = meter, zone
        self.total, self.past = Tally(), Tally()
        self._past = (self.past,)
        self._parts: dict[str, defaultdict[str, Tally]] = {
            name: defaultdict(Tally) for name in ("department", "agent", "tag")
        }
        self._sets: dict[tuple[str, str | None, str | None], tuple[Tally, ...]] = {}
        self._arrivals: dict[str, Counter[int]] = defaultdict(Counter)
        self._ages = array("Q")

    def _tallies(self, department: str, owner: str | None, tags: str | None) -> tuple[Tally, ...]:
        """Every tally such a ticket counts in."""
        key = (department, owner, tags)
        found = self._sets.get(key)
        if found is None:
            parts = self._parts
            mine = [self.total, parts["department"][department], parts["agent"][owner or ""]]
            mine += [parts["tag"][tag] for tag in (tags.split(SEPARATOR) if tags else ())]
            if len(self._sets) > 100_000:
                self._sets.clear()
            found = self._sets[key] = tuple(mine)
        return found

    def tickets(self, rows: Iterable[TicketRow]) -> None:
        """Count tickets: all opened before the end that were opened, answered or solved lately or are unsolved."""
        meters: dict[str, Callable[[int, int], int]] = {}
        at = self._at
        for department, owner, created, first, solved, kept, solve_kept, due, solve_due, tags in rows:
            mine = self._sets.get((department, owner, tags)) or self._tallies(department, owner, tags)
            if department not in meters:
                meters[department] = self._meter(department).seconds
            for one in at(created, mine):
                one.arrived += 1
            if created >= self._since:
                self._arrivals[department][created // QUARTER] += 1
            if first is not None:
                if first >= self._from:
                    _answered(at(first, mine), meters[department](created, first), kept)
            elif due is not None:
                _answered(at(due, mine), None, 0)
            if solved is not None:
                if solved >= self._from:
                    _solved(at(solved, mine), meters[department](created, solved), solve_kept)
            elif solve_due is not None:
                _solved(at(solve_due, mine), None, 0)
            self._unsolved(mine, created, solved)

    def _unsolved(self, mine: Iterable[Tally], created: int, solved: int | None) -> None:
        if solved is None or solved >= self._until:
            for one in mine:
                one.backlog += 1
            self._ages.append((self._until - created) // SECOND)
        if created < self._since and (solved is None or solved >= self._since):
            self.past.backlog += 1

    def reopened(self, rows: Iterable[Sequence[Any]]) -> None:
        """Count reopenings: (department, owner, tags, at)."""
        for department, owner, tags, at in rows:
            for one in self._at(at, self._tallies(department, owner, tags)):
                one.reopened += 1

    def votes(self, rows: Iterable[Sequence[Any]]) -> None:
        """Count votes: (department, the agent voted about, tags, at, score)."""
        for department, agent, tags, at, score in rows:
            for one in self._at(at, self._tallies(department, agent, tags)):
                one.vote(score)

    def _at(self, at: int, mine: tuple[Tally, ...]) -> tuple[Tally, ...]:
        """The tallies that moment counts in."""
        if self._since <= at < self._until:
            return mine
        return self._past if self._from <= at < self._since else ()

    def report(self, words: Sequence[tuple[str, int]] = (), tags: int = 20) -> Report:
        """The report of what was counted, with the `tags` commonest tags."""
        parts = {name: [(key, tally.figures()) for key, tally in part.items()] for name, part in self._parts.items()}
        busy = {name: [one for one in part if _any(one[1])] for name, part in parts.items()}
        ages = sorted(self._ages)
        weekdays, hours = self._busy()
        return Report(
            period=self.period,
            department=self.department,
            total=self.total.figures(),
            before=self.past.figures(),
            departments=tuple(sorted(busy["department"])),
            agents=tuple(sorted(busy["agent"])),
            tags=tuple(sorted(busy["tag"], key=lambda one: (-one[1].arrived, -one[1].solved, one[0]))[:tags]),
            backlog_ages=bands(ages),
            backlog_median=percentile(ages, 50),
            oldest=moment(self._until) - timedelta(seconds=ages[-1]) if ages else None,
            weekdays=weekdays,
            hours=hours,
            words=tuple(words),
        )

    def _busy(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        weekdays, hours = [0] * 7, [0] * 24
        for department, quarters in self._arrivals.items():
            zone = self._zone(department)
            for quarter, count in quarters.items():
                local = moment(quarter * QUARTER).astimezone(zone)
                weekdays[local.weekday()] += count
                hours[local.hour] += count
        return tuple(weekdays), tuple(hours)


def _answered(tallies: Iterable[Tally], seconds: int | None, kept: int | None) -> None:
    for one in tallies:
        if seconds is not None:
            one.first.append(seconds)
        if kept is not None:
            one.first_promised += 1
            one.first_kept += kept


def _solved(tallies: Iterable[Tally], seconds: int | None, kept: int | None) -> None:
    for one in tallies:
        if seconds is not None:
            one.solved += 1
            one.solve.append(seconds)
        if kept is not None:
            one.solve_promised += 1
            one.solve_kept += kept


def _any(found: Figures) -> bool:
    return found != Figures()


def bands(ages: Iterable[int]) -> tuple[tuple[str, int], ...]:
    """How many ages (seconds) lie in each band: under a day, under three, a week, a month (30 days), older."""
    counts = Counter(next((name for name, below in AGES if age < below), "older") for age in ages)
    return tuple((name, counts[name]) for name in (*(name for name, _ in AGES), "older"))


def usual(responses: Iterable[tuple[str, int, int]], meter: Callable[[str], Meter], least: int) -> Mapping[str, int]:
    """The 80th percentile of first responses (department, opened, answered) in working seconds, by department.

    A department with fewer than `least` of them has none: a promise needs more than a few lucky days.
    """
    times: dict[str, array[int]] = defaultdict(lambda: array("Q"))
    for department, opened, answered in responses:
        times[department].append(meter(department).seconds(opened, answered))
    enough = {name: percentile(sorted(each), 80) for name, each in times.items() if len(each) >= least}
    return {name: value for name, value in sorted(enough.items()) if value is not None}
