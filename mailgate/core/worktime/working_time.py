"""Arithmetic in working time: what four hours from Friday afternoon means in this calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.model.policy import Calendar
from mailgate.errors import NoHours

HORIZON_YEARS = 20
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_ZERO = timedelta()


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Weekdays (0 is Monday) that keep the same hours; spans are minutes from midnight."""

    weekdays: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def add(calendar: Calendar | None, start: datetime, duration: timedelta) -> datetime:
    """The first instant at which `duration` of working time has passed since `start` (aware UTC in, aware UTC out).

    Without a calendar every second counts. Raises ValueError for a negative duration and ConfigError when the calendar
    has too few hours within twenty years.
    """
    if duration < _ZERO:
        raise ValueError("backwards")
    if calendar is None or not duration:
        return start + duration
    zone = ZoneInfo(calendar.timezone)
    weekly = _weekly(calendar)
    day = start.astimezone(zone).date()
    last = _horizon(day)
    while day < last:
        if duration > weekly and _plain_week(calendar, zone, day, start):
            duration -= weekly
            day += _WEEK
            continue
        for opens, closes in _intervals(calendar, zone, day):
            begin = max(opens, start)
            if begin < closes:
                if closes - begin >= duration:
                    return begin + duration
                duration -= closes - begin
        day += _DAY
    raise NoHours(calendar.name, HORIZON_YEARS)


def between(calendar: Calendar | None, start: datetime, end: datetime) -> timedelta:
    """The working time from `start` to `end`; zero when `end` is not later (a clock set back makes nothing younger)."""
    if end <= start:
        return _ZERO
    if calendar is None:
        return end - start
    zone = ZoneInfo(calendar.timezone)
    weekly = _weekly(calendar)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    total = _ZERO
    while day <= last:
        if (last - day).days > 7 and _plain_week(calendar, zone, day, start):
            total += weekly
            day += _WEEK
            continue
        for opens, closes in _intervals(calendar, zone, day):
            total += max(_ZERO, min(closes, end) - max(opens, start))
        if day == date.max:
            break
        day += _DAY
    return total


def intervals(calendar: Calendar, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch of working time that begins on the local dates `first` to `last`, in order, aware UTC."""
    zone = ZoneInfo(calendar.timezone)
    for number in range((last - first).days + 1):
        yield from _intervals(calendar, zone, first + number * _DAY)


def is_open(calendar: Calendar | None, at: datetime) -> bool:
    """True during working hours; the closing minute is closed."""
    if calendar is None:
        return True
    zone = ZoneInfo(calendar.timezone)
    return any(begin <= at < end for begin, end in _intervals(calendar, zone, at.astimezone(zone).date()))


def closing(calendar: Calendar, at: datetime) -> datetime | None:
    """The end of the working hours that hold `at`, the very moment of closing among them; None outside all hours."""
    zone = ZoneInfo(calendar.timezone)
    day = at.astimezone(zone).date()
    # Midnight closes the day before.
    spans = (*_intervals(calendar, zone, day - _DAY), *_intervals(calendar, zone, day))
    return next((end for begin, end in spans if begin <= at <= end), None)


def next_open(calendar: Calendar | None, at: datetime) -> datetime:
    """`at` itself during working hours, else the next opening. Raises ConfigError when there is none."""
    if calendar is None or is_open(calendar, at):
        return at
    zone = ZoneInfo(calendar.timezone)
    day = at.astimezone(zone).date()
    last = _horizon(day)
    while day < last:
        for begin, _end in _intervals(calendar, zone, day):
            if begin >= at:
                return begin
        day += _DAY
    raise NoHours(calendar.name, HORIZON_YEARS)


def is_working_day(calendar: Calendar | None, day: date) -> bool:
    """True when there are any hours on that local date."""
    return calendar is None or bool(_spans(calendar, day))


def working_day_after(calendar: Calendar | None, day: date, count: int) -> date:
    """The `count`-th working day after `day`; 0 gives `day` itself, or the next working day when it is none."""
    if calendar is None:
        return day + timedelta(days=count)
    last = _horizon(day)
    left = count
    while day < last:
        if is_working_day(calendar, day) and left <= 0:
            return day
        day += _DAY
        if is_working_day(calendar, day):
            left -= 1
    raise NoHours(calendar.name, HORIZON_YEARS)


def hours_of_day(calendar: Calendar) -> tuple[OpenHours, ...]:
    """Opening hours as people write them: runs of weekdays with equal spans, closed days left out."""
    runs: list[OpenHours] = []
    for weekday, spans in enumerate(calendar.week):
        if runs and spans and runs[-1].spans == spans and runs[-1].weekdays[-1] == weekday - 1:
            runs[-1] = OpenHours((*runs[-1].weekdays, weekday), spans)
        elif spans:
            runs.append(OpenHours((weekday,), spans))
    return tuple(runs)


def midnight_before(zone: ZoneInfo, now: datetime) -> datetime:
    """When the day of that zone began in which `now` lies, in UTC."""
    return moment_of_day(zone, now.astimezone(zone).date())


def moment_of_day(zone: ZoneInfo, day: date, minute: int = 0) -> datetime:
    """The UTC instant at which a wall clock shows `minute` minutes past midnight of `day`.

    Of a time that comes twice (autumn) it is the first; a time that is skipped (spring) is the moment of the jump.
    Later wall times never give earlier instants, so the spans of a day can never overlap.
    """
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    early = wall.replace(tzinfo=zone).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    return _jump(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early)


def _jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _spans(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    own = calendar.week[day.weekday()]
    if day in calendar.opened:
        return own or calendar.week[0] or next((spans for spans in calendar.week if spans), ())
    return () if day in calendar.closed else own


def _intervals(calendar: Calendar, zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, datetime]]:
    for begin, end in _spans(calendar, day):
        opens, closes = moment_of_day(zone, day, begin), moment_of_day(zone, day, end)
        if opens < closes:
            yield opens, closes


def _weekly(calendar: Calendar) -> timedelta:
    return timedelta(minutes=sum(end - begin for spans in calendar.week for begin, end in spans))


def _plain_week(calendar: Calendar, zone: ZoneInfo, day: date, start: datetime) -> bool:
    """True when the seven days from `day` hold the usual hours: no special day, no clock change, all after `start`."""
    if day > date.max - 2 * _WEEK:
        return False
    midnight, after = moment_of_day(zone, day), moment_of_day(zone, day + _WEEK)
    if midnight < start or after - midnight != _WEEK:
        return False
    special = {day + timedelta(days=n) for n in range(7)}
    return calendar.closed.isdisjoint(special) and calendar.opened.isdisjoint(special)


def _horizon(day: date) -> date:
    return day.replace(day=1, year=min(day.year + HORIZON_YEARS, date.max.year))
