"""The figures of a desk over a period, by the formulas of docs/reports.md, from plain rows read once."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, tzinfo
from typing import Any

from mailgate.core.figures.noise import SILENCE, Noise
from mailgate.core.worktime.meter import SECOND, WorkingTimeTable, micros, moment

# department, owner, created, first response, solved, first kept, solution kept, first due, solution due, tags, filed,
# helped. Times are microseconds since 1970 UTC, "kept" is 1, 0 or None, tags stand in one text with SEPARATOR between,
# "filed" is true of what `#file` ended, "helped" of what an article did.
TicketRow = Sequence[Any]
# department, owner, tags, made, due, ended, kept, and when the customer was told of one that was broken.
PromiseRow = Sequence[Any]
SEPARATOR = "\x1f"
QUARTER = 900 * SECOND  # every UTC offset in use is a whole number of quarters of an hour
DAY = 86_400
KINDS = 10_000  # tallies kept apart before they are summed up
NOBODYS = ("invalid", "invalid.invalid")  # where a forgotten person and an unknown caller have their addresses
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
    filed: int = 0  # ended in silence, and no solution
    self_service: int = 0  # of the solved those that an article solved
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
    promised: int = 0  # answers and solutions promised to customers
    promises_kept: int = 0
    promises_broken: int = 0  # owed still when their time had come
    apologised: int = 0  # of these, those whose customer had heard before
    spent: int = 0  # seconds of work noted by agents


FIGURES = tuple(one.name for one in fields(Figures))


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """The figures of a period, altogether and in parts, beside those of the period before."""

    period: Period
    department: str | None
    total: Figures
    before: Figures
    departments: tuple[tuple[str, Figures], ...] = ()
    agents: tuple[tuple[str, Figures], ...] = ()  # by owner; "" is nobody
    tags: tuple[tuple[str, Figures], ...] = ()  # the commonest first
    customers: tuple[tuple[str, int], ...] = ()  # domain -> seconds of work noted for it, the most first
    backlog_ages: tuple[tuple[str, int], ...] = ()  # band -> tickets
    backlog_median: int | None = None  # age in seconds
    oldest: datetime | None = None  # when the oldest unsolved ticket came
    weekdays: tuple[int, ...] = (0,) * 7  # arrivals, from Monday
    hours: tuple[int, ...] = (0,) * 24  # arrivals by local hour
    noise: Noise = SILENCE  # letters to agents
    noise_before: Noise = SILENCE
    agent: str | None = None  # whose tickets alone are counted
    words: tuple[tuple[str, int], ...] = ()  # subject words and how many arrivals have them


@dataclass(slots=True)
class Counts:
    """What is counted while rows go by."""

    arrived: int = 0
    solved: int = 0
    filed: int = 0
    self_service: int = 0
    reopened: int = 0
    backlog: int = 0
    first: array[int] = field(default_factory=lambda: array("I"))
    solve: array[int] = field(default_factory=lambda: array("I"))
    first_promised: int = 0
    first_kept: int = 0
    solve_promised: int = 0
    solve_kept: int = 0
    votes: int = 0
    promoters: int = 0
    detractors: int = 0
    satisfied: int = 0
    promised: int = 0
    promises_kept: int = 0
    promises_broken: int = 0
    apologised: int = 0
    spent: int = 0

    def figures(self) -> Figures:
        """The figures of what was counted."""
        first_median, first_p90 = percentiles(self.first, 50, 90)
        solve_median, solve_p90 = percentiles(self.solve, 50, 90)
        return Figures(
            arrived=self.arrived,
            solved=self.solved,
            filed=self.filed,
            self_service=self.self_service,
            reopened=self.reopened,
            backlog=self.backlog,
            first_median=first_median,
            first_p90=first_p90,
            solve_median=solve_median,
            solve_p90=solve_p90,
            first_kept=share(self.first_kept, self.first_promised),
            solve_kept=share(self.solve_kept, self.solve_promised),
            votes=self.votes,
            nps=round(100 * (self.promoters - self.detractors) / self.votes) if self.votes else None,
            csat=share(self.satisfied, self.votes),
            promised=self.promised,
            promises_kept=self.promises_kept,
            promises_broken=self.promises_broken,
            apologised=self.apologised,
            spent=self.spent,
        )

    def add(self, other: Counts) -> None:
        """Count everything the other has counted."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def answered(self, worked: int, kept: int | None) -> None:
        """A first response after so many microseconds; its promise was kept (1), missed (0) or there was none."""
        self.first.append(worked // SECOND if worked > 0 else 0)
        if kept is not None:
            self.first_promised += 1
            self.first_kept += kept

    def missed_first(self) -> None:
        """A deadline that passed without a first response."""
        self.first_promised += 1

    def solution(self, worked: int, kept: int | None) -> None:
        """A solution after so many microseconds; likewise."""
        self.solved += 1
        self.solve.append(worked // SECOND if worked > 0 else 0)
        if kept is not None:
            self.solve_promised += 1
            self.solve_kept += kept

    def missed_solution(self) -> None:
        """A deadline that passed without a solution."""
        self.solve_promised += 1

    def vote(self, score: int) -> None:
        """Count an answer to the survey, 0 to 10."""
        self.votes += 1
        self.promoters += score >= PROMOTER
        self.detractors += score <= DETRACTOR
        self.satisfied += score >= SATISFIED


def percentiles(values: Iterable[int], *percents: int) -> tuple[int | None, ...]:
    """The nearest ranks: the smallest value that at least `percent` of all do not exceed; None of nothing."""
    ordered = sorted(values)
    return tuple(ordered[math.ceil(len(ordered) * one / 100) - 1] if ordered else None for one in percents)


def share(part: int, whole: int) -> float | None:
    """A part of a whole, 0 to 1; None of nothing."""
    return part / whole if whole else None


class PeriodCounter:
    """Takes the rows of a report one by one and keeps numbers alone."""

    def __init__(
        self,
        period: Period,
        meter: Callable[[str], WorkingTimeTable],
        zone: Callable[[str], tzinfo],
        department: str | None = None,
    ) -> None:
        """`meter` and `zone` give a department's working time and time zone."""
        self.period, self.department = period, department
        self._from, self._since, self._until = micros(period.before), micros(period.since), micros(period.until)
        self._meter, self._zone = meter, zone
        self.total, self.past = Counts(), Counts()
        self._parts: dict[str, defaultdict[str, Counts]] = {
            name: defaultdict(Counts) for name in ("department", "agent", "tag")
        }
        # Each row is counted once, beside those of the same department, owner and tags; parts are sums of these.
        self._kinds: dict[tuple[str, str | None, str | None], Counts] = {}
        self._arrivals: dict[str, Counter[int]] = defaultdict(Counter)
        self._ages = array("I")
        self._customers: Counter[str] = Counter()

    def _kind(self, department: str, owner: str | None, tags: str | None) -> Counts:
        """Where such a ticket counts."""
        found = self._kinds.get((department, owner, tags))
        if found is None:
            if len(self._kinds) >= KINDS:
                self._sum_up()
            found = self._kinds[department, owner, tags] = Counts()
        return found

    def _sum_up(self) -> None:
        parts = self._parts
        for (department, owner, tags), tally in self._kinds.items():
            mine = [self.total, parts["department"][department], parts["agent"][owner or ""]]
            mine += [parts["tag"][tag] for tag in (tags.split(SEPARATOR) if tags else ())]
            for one in mine:
                one.add(tally)
        self._kinds.clear()

    def tickets(self, rows: Iterable[TicketRow]) -> None:
        """Count tickets: all opened before the end that were opened, answered or solved lately or are unsolved."""
        meters: dict[str, Callable[[int], int]] = {}
        when, kind = self._when, self._kind
        for department, owner, created, first, solved, kept, solve_kept, due, solve_due, tags, filed, helped in rows:
            mine = kind(department, owner, tags)
            if department not in meters:
                meters[department] = self._meter(department).worked
            worked = meters[department]
            begun = worked(created)
            if one := when(created, mine):
                one.arrived += 1
            if created >= self._since:
                self._arrivals[department][created // QUARTER] += 1
            if first is not None:
                if one := when(first, mine):
                    one.answered(worked(first) - begun, kept)
            elif due is not None and (one := when(due, mine)):
                one.missed_first()
            if solved is not None:
                if one := when(solved, mine):
                    if filed:
                        one.filed += 1
                    else:
                        one.self_service += bool(helped)
                        one.solution(worked(solved) - begun, solve_kept)
            elif solve_due is not None and (one := when(solve_due, mine)):
                one.missed_solution()
            self._unsolved(mine, created, solved)

    def _unsolved(self, mine: Counts, created: int, solved: int | None) -> None:
        if solved is None or solved >= self._until:
            mine.backlog += 1
            self._ages.append((self._until - created) // SECOND)
        if created < self._since and (solved is None or solved >= self._since):
            self.past.backlog += 1

    def reopened(self, rows: Iterable[Sequence[Any]]) -> None:
        """Count reopenings: (department, owner, tags, at)."""
        for department, owner, tags, at in rows:
            if one := self._when(at, self._kind(department, owner, tags)):
                one.reopened += 1

    def votes(self, rows: Iterable[Sequence[Any]]) -> None:
        """Count votes: (department, the agent voted about, tags, at, score)."""
        for department, agent, tags, at, score in rows:
            if one := self._when(at, self._kind(department, agent, tags)):
                one.vote(score)

    def promises(self, rows: Iterable[PromiseRow]) -> None:
        """Count promises when they are made, when they are kept, and when they are broken."""
        for department, owner, tags, made, due, ended, kept, told in rows:
            mine = self._kind(department, owner, tags)
            if one := self._when(made, mine):
                one.promised += 1
            if kept and (one := self._when(ended, mine)):
                one.promises_kept += 1
            if (ended is None or ended > due) and (one := self._when(due, mine)):
                one.promises_broken += 1
                one.apologised += told is not None and told <= due

    def spent(self, rows: Iterable[Sequence[Any]], *, by_agent: bool = False) -> None:
        """Count work noted: (department, agent, tags, at, minutes, domain); of whom each minute is only `by_agent`."""
        for department, agent, tags, at, minutes, domain in rows:
            seconds = 60 * minutes
            if not self._since <= at < self._until:
                self.past.spent += seconds if self._from <= at < self._since else 0
                continue
            mine = [self.total, self._parts["department"][department]]
            mine += [self._parts["tag"][tag] for tag in (tags.split(SEPARATOR) if tags else ())]
            mine += [self._parts["agent"][agent]] if by_agent else []
            for one in mine:
                one.spent += seconds
            if domain not in NOBODYS:
                self._customers[domain] += seconds

    def _when(self, at: int, mine: Counts) -> Counts | None:
        """The tally that moment counts in: `mine`, that of the period before, or none."""
        if self._since <= at < self._until:
            return mine
        return self.past if self._from <= at < self._since else None

    def report(self, words: Sequence[tuple[str, int]] = (), tags: int = 20) -> PeriodReport:
        """The report of what was counted, with the `tags` commonest tags."""
        self._sum_up()
        parts = {name: [(key, tally.figures()) for key, tally in part.items()] for name, part in self._parts.items()}
        busy = {name: [one for one in part if one[1] != Figures()] for name, part in parts.items()}
        ages = self._ages
        weekdays, hours = self._busy()
        return PeriodReport(
            period=self.period,
            department=self.department,
            total=self.total.figures(),
            before=self.past.figures(),
            departments=tuple(sorted(busy["department"])),
            agents=tuple(sorted(busy["agent"])),
            tags=tuple(sorted(busy["tag"], key=lambda one: (-one[1].arrived, -one[1].solved, one[0]))[:tags]),
            customers=tuple(sorted(self._customers.items(), key=lambda one: (-one[1], one[0]))[:tags]),
            backlog_ages=by_age(ages),
            backlog_median=percentiles(ages, 50)[0],
            oldest=moment(self._until) - timedelta(seconds=max(ages)) if ages else None,
            weekdays=weekdays,
            hours=hours,
            words=tuple(words),
        )

    def _busy(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        zones: dict[tzinfo, Counter[int]] = defaultdict(Counter)
        for department, quarters in self._arrivals.items():
            zones[self._zone(department)].update(quarters)
        weekdays, hours = [0] * 7, [0] * 24
        for zone, quarters in zones.items():
            for quarter, count in quarters.items():
                local = moment(quarter * QUARTER).astimezone(zone)
                weekdays[local.weekday()] += count
                hours[local.hour] += count
        return tuple(weekdays), tuple(hours)


def by_age(ages: Iterable[int]) -> tuple[tuple[str, int], ...]:
    """How many ages (seconds) lie in each band: under a day, under three, a week, a month (30 days), older."""
    counts = Counter(next((name for name, below in AGES if age < below), "older") for age in ages)
    return tuple((name, counts[name]) for name in (*(name for name, _ in AGES), "older"))


def usual_first_response(
    responses: Iterable[tuple[str, int, int]], meter: Callable[[str], WorkingTimeTable], least: int
) -> Mapping[str, int]:
    """The 80th percentile of first responses (department, opened, answered) in working seconds, by department.

    A department with fewer than `least` of them has none: a promise needs more than a few lucky days.
    """
    times: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for department, opened, answered in responses:
        times[department].append(meter(department).seconds(opened, answered))
    enough = {name: percentiles(each, 80)[0] for name, each in times.items() if len(each) >= least}
    return {name: value for name, value in sorted(enough.items()) if value is not None}
