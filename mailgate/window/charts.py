"""Where the strokes of our charts stand: geometry alone, drawn by `templates/charts.html` in two sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from mailgate.core.pages.board import HOUR, Promises

WIDE, SLIM = 820, 330  # units across; a phone shows the slim one
SLIM_PAST, SLIM_AHEAD = 4, 10  # hours on a phone
WIDE_COLUMNS, SLIM_COLUMNS = 14, 7  # that have room for their words
_TOP: Final = 32.0  # how high the bars of the strip reach: above are their figures and "now"
_CEILING, _LEFT = 14.0, 34.0  # how high those of the other reach, and the room for its scale
_STRIP, _COLUMNS = (92.0, 28.0), (132.0, 44.0)  # where the bars of either stand, and the room below for letters
_TALLER: Final = 56.0  # on a wall


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `kind` is a class of the style sheet, `n` what it stands for."""

    x: float
    y: float
    width: float
    height: float
    n: int
    kind: str = ""

    @property
    def middle(self) -> float:
        """Where its figure stands."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """Words at a place of an axis, in one line or two."""

    at: float
    text: str
    below: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One size of a chart."""

    size: str  # "wide", "slim"
    width: float
    height: float
    base: float  # where the bars stand
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]  # along the bottom
    scale: tuple[Mark, ...] = ()  # up the side: a line each
    points: tuple[tuple[float, float], ...] = ()  # of the line
    now: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of bars against a line shows: a bar, a point of the line, and what is written below."""

    name: str
    below: str
    bar: int
    point: int
    strong: bool = False
    whole: str = ""  # as it is called in the table behind


def strip(
    promises: Promises, at: datetime, zone: str, earlier: str, clock: Callable[[datetime], str], *, tall: bool = False
) -> list[Chart]:
    """The strip of promises: hours from left to right, what was broken red before *now*, what is owed blue behind it.

    What was broken before the first hour is one bar apart. `earlier` names it; `clock` says an hour. `tall`: on a wall.
    """
    sizes = ((WIDE, promises.past, len(promises.hours) - promises.past, 6), (SLIM, SLIM_PAST, SLIM_AHEAD, 3))
    base = _STRIP[0] + _TALLER * tall
    return [_Strip(promises, at, base, *size).chart(ZoneInfo(zone), earlier, clock) for size in sizes]


@dataclass(frozen=True, slots=True)
class _Strip:
    """One size of the strip: how wide, hours before and behind now, and how many lie between two that are named."""

    promises: Promises
    at: datetime
    base: float
    width: int
    past: int
    ahead: int
    every: int

    @property
    def hours(self) -> Sequence[int]:
        return self.promises.hours[self.promises.past - self.past : self.promises.past + self.ahead]

    @property
    def older(self) -> int:
        return self.promises.older + sum(self.promises.hours[: self.promises.past - self.past])

    @property
    def step(self) -> float:
        """Of one hour; the older ones take two, and half a one is between."""
        return self.width / (self.past + self.ahead + 2.5)

    def place(self, hour: float) -> float:
        """Where an hour begins; 0 is the first that is shown."""
        return round((2.5 + hour) * self.step, 1)

    def chart(self, zone: ZoneInfo, earlier: str, clock: Callable[[datetime], str]) -> Chart:
        named = [Mark(round(self.step, 1), earlier)] if self.older else []
        for moment in _full_hours(self.at - self.past * HOUR, self.at + self.ahead * HOUR, zone, self.every):
            at = self.place((moment - self.at) / HOUR + self.past)
            if self.place(0.9) < at < self.width - 14:
                named.append(Mark(at, clock(moment)))
        now, height = self.place(self.past), self.base + _STRIP[1]
        return Chart(_size(self.width), self.width, height, self.base, self.bars(), tuple(named), now=now)

    def bars(self) -> tuple[Bar, ...]:
        most = max(1, max(self.hours, default=0) or self.older)
        older = [self.bar(-2.4, 1.8, min(self.older, most) / most, self.older, "b-late")] if self.older else []
        kinds = ["b-late"] * self.past + ["b-due"] * self.ahead
        hourly = (
            self.bar(hour + 0.1, 0.8, n / most, n, kind)
            for hour, (n, kind) in enumerate(zip(self.hours, kinds, strict=True))
            if n
        )
        return (*older, *hourly)

    def bar(self, hour: float, width: float, share: float, n: int, kind: str) -> Bar:
        height = round(max(2.0, (self.base - _TOP) * share), 1)
        return Bar(self.place(hour), round(self.base - height, 1), round(width * self.step, 1), height, n, kind)


def hours(promises: Promises, at: datetime, when: Callable[[datetime], str]) -> list[tuple[str, int]]:
    """The table behind the strip: the hours in which something is owed or was, by their beginning."""
    first = at - promises.past * HOUR
    return [(when(first + place * HOUR), n) for place, n in enumerate(promises.hours) if n]


def _full_hours(since: datetime, until: datetime, zone: ZoneInfo, every: int) -> list[datetime]:
    """Every so many hours of the clock on the wall there, between two moments."""
    found, moment = [], since.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    while (moment := (moment.astimezone(since.tzinfo) + HOUR).astimezone(zone)) < until:
        if moment.hour % every == 0:
            found.append(moment)
    return found


def columns(shown: Sequence[Column]) -> list[Chart]:
    """Bars against a line with rings, on one scale: all of them wide, the last seven slim."""
    return [_columns(shown, WIDE, WIDE_COLUMNS), _columns(shown[-SLIM_COLUMNS:], SLIM, SLIM_COLUMNS)]


def _columns(shown: Sequence[Column], width: int, named: int) -> Chart:
    most = _round_up(max((max(one.bar, one.point) for one in shown), default=0))
    base = _COLUMNS[0]
    step = (width - _LEFT) / max(1, len(shown))
    broad = round(min(step * 0.62, 40.0), 1)
    every = max(1, -(-len(shown) // named))  # the last is always named

    def high(n: float) -> float:
        return round(base - (base - _CEILING) * n / most, 1)

    placed = [(round(_LEFT + (place + 0.5) * step, 1), one) for place, one in enumerate(shown)]
    bars = (
        Bar(round(x - broad / 2, 1), high(one.bar), broad, round(base - high(one.bar), 1), one.bar, "b-came")
        for x, one in placed
        if one.bar
    )
    return Chart(
        _size(width),
        width,
        base + _COLUMNS[1],
        base,
        tuple(bars),
        tuple(Mark(x, one.name, one.below, one.strong) for x, one in placed[::-1][::every][::-1]),
        tuple(Mark(high(n), str(n)) for n in (0, most // 2, most)),
        tuple((x, high(one.point)) for x, one in placed),
    )


def _size(width: int) -> str:
    return "wide" if width == WIDE else "slim"


def _round_up(n: int) -> int:
    """The top of a scale: an even figure people read at a glance, no lower than `n`."""
    size = 1
    while True:
        for one in (2, 4, 6, 8, 10):
            if one * size >= n:
                return one * size
        size *= 10
