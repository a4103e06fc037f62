"""Moments as people write them in a command: `2h`, `3d`, `fri 14:00`, `pe 14.00`, `1.12.`, `huomenna`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.model.policy import Calendar
from mailgate.core.text.folding import fold
from mailgate.core.worktime import working_time
from mailgate.core.worktime.moment_words import (
    AFTER,
    AT,
    DAYS_AHEAD,
    IN,
    NEXT,
    NEXT_WEEK,
    UNIT_OF_WORD,
    UNTIL,
    WEEK,
    WEEKDAYS,
)

MOST_DAYS = 3660
END_OF_DAY = 17 * 60  # "today" without a time, where no calendar says when the day ends
_LENGTH = re.compile(r"(?:[0-9]{1,4}[a-z]+)+")
_PIECE = re.compile(r"([0-9]{1,4})([a-z]+)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})?")
_BARE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")
_HALF_DAY = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?([ap])m")
_RANGE = re.compile(r"\.{2,}|…| [-–—] |[–—]|(?<=\.)-(?=[0-9])| (?:to|until) ", re.IGNORECASE)


class NotAMoment(ValueError):
    """The words name no moment; `reason` is `unreadable`, `ambiguous`, `past` or `far` (more than ten years)."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        super().__init__(f"{reason}: {text}")


@dataclass(frozen=True, slots=True)
class ReadersClock:
    """Where and when the writer sits."""

    now: datetime  # aware UTC
    zone: ZoneInfo
    calendar: Calendar | None
    default_minute: int

    @property
    def local(self) -> datetime:
        return self.now.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class _Day:
    """A local date, with the time it has unless one follows."""

    day: date
    minute: int | None
    used: int
    weekly: bool = False  # a name of a weekday: a time that has passed means next week


def parse(
    text: str, now: datetime, zone: ZoneInfo, calendar: Calendar | None = None, default_hour: int = 9
) -> datetime:
    """The moment (aware UTC) that `text` names, seen from `now` in the writer's `zone`.

    `3d` and `1w` are the same time on a working day when a calendar is given, `2h` and `30min` pass on the clock; a day
    without a time is `default_hour`, `today` is closing time. Raises NotAMoment, for past times too.
    """
    moment, rest = take_moment(text, now, zone, calendar, default_hour)
    if rest:
        raise NotAMoment("unreadable", text)
    return moment


def take_moment(
    text: str, now: datetime, zone: ZoneInfo, calendar: Calendar | None = None, default_hour: int = 9
) -> tuple[datetime, str]:
    """The moment at the beginning of `text`, and the words after it (`2d call her`). Raises NotAMoment."""
    here = ReadersClock(now, zone, calendar, default_hour * 60)
    written = text.split()
    words = _words(written[:12])
    try:
        found = _elapsed(words, here) or _clock_only(words, here) or _dated(words, here, text)
    except OverflowError:
        raise NotAMoment("far", text) from None
    if found is None:
        raise NotAMoment("unreadable", text)
    moment, used = found
    if moment <= now:
        raise NotAMoment("past", text)
    if moment - now > timedelta(days=MOST_DAYS):
        raise NotAMoment("far", text)
    return moment, " ".join(written[used:])


def period(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A range of days, `2026-12-20..2027-01-06`: from the first midnight to the midnight after the last day.

    A range may have begun; one that is over, or runs backwards, raises NotAMoment. A single day is a range of itself.
    """
    here = ReadersClock(now, zone, None, 0)
    parts = [part.strip() for part in _RANGE.split(" ".join(text.split()), maxsplit=1)]
    first = _whole_day(parts[0], here, here.local.date())
    last = first
    if first is not None and len(parts) > 1:
        last = _whole_day(parts[1], here, first)
    if first is None or last is None or last < first:
        raise NotAMoment("unreadable", text)
    try:
        start, end = working_time.moment_of_day(zone, first), working_time.moment_of_day(zone, last + timedelta(days=1))
    except OverflowError:
        raise NotAMoment("far", text) from None
    if end <= now:
        raise NotAMoment("past", text)
    if end - now > timedelta(days=MOST_DAYS):
        raise NotAMoment("far", text)
    return start, end


def absence(text: str, now: datetime, zone: ZoneInfo, calendar: Calendar | None = None) -> tuple[datetime, datetime]:
    """When somebody is away: nothing or `today` is from now to closing time, `until fri` from now, else see `period`.

    `until` a day is until it is over. Raises NotAMoment.
    """
    here = ReadersClock(now, zone, calendar, 0)
    words = _words(text.split())
    behind = len(words) > 1 and words[-1] in UNTIL
    if not words or (len(words) == 1 and DAYS_AHEAD.get(words[0]) == 0):
        return now, _closing_or_midnight(here)
    if words[0] not in UNTIL and not behind:
        return period(text, now, zone)
    rest = " ".join(words[:-1] if behind else words[1:])
    try:
        until = period(rest, now, zone)[1]
    except NotAMoment as problem:
        if problem.reason != "unreadable":
            raise
        until = parse(rest, now, zone, calendar)
    return now, _closing_or_midnight(here) if DAYS_AHEAD.get(rest) == 0 else until


def _closing_or_midnight(here: ReadersClock) -> datetime:
    today = here.local.date()
    closing = working_time.moment_of_day(here.zone, today, _closing(here.calendar, today))
    return closing if closing > here.now else working_time.moment_of_day(here.zone, today + timedelta(days=1))


def _whole_day(text: str, here: ReadersClock, since: date) -> date | None:
    words = _words(text.split())
    found = _day(words, here, since)
    return found.day if found and found.used == len(words) else None


def _words(written: list[str]) -> list[str]:
    folded = (fold(word).rstrip(",;") for word in written)
    return [word.rstrip(".") if word[:1].isalpha() else word for word in folded]


# --- the shapes a moment has ------------------------------------------------------------------------------------------


def _elapsed(words: list[str], here: ReadersClock) -> tuple[datetime, int] | None:
    """`2h`, `30 min`, `1d4h`: days and weeks keep the time of day, hours and minutes pass on the clock."""
    at = 1 if words and words[0] in IN else 0
    totals = dict.fromkeys(("minute", "hour", "day", "week"), 0)
    start = at
    while at < len(words):
        pieces, used = _pieces(words[at:])
        if not used:
            break
        for number, unit in pieces:
            totals[unit] += number
        at += used
    if at == start:
        return None
    at += at < len(words) and words[at] in AFTER
    minutes = totals["hour"] * 60 + totals["minute"]
    days, weeks = totals["day"], totals["week"]
    if not (minutes or days or weeks) or days + 7 * weeks > MOST_DAYS:
        raise NotAMoment("far" if days or weeks else "unreadable", " ".join(words))
    if not days and not weeks:
        return here.now + timedelta(minutes=minutes), at
    local = here.local
    day = working_time.working_day_after(here.calendar, local.date() + timedelta(weeks=weeks), days)
    clock, more = _time(words[at:], after_day=True)
    wall = local.hour * 60 + local.minute if clock is None else clock
    return working_time.moment_of_day(here.zone, day, wall) + timedelta(minutes=minutes), at + more


def _pieces(words: list[str]) -> tuple[list[tuple[int, str]], int]:
    if _LENGTH.fullmatch(words[0]):
        pieces = [(int(number), UNIT_OF_WORD.get(unit, "")) for number, unit in _PIECE.findall(words[0])]
        return (pieces, 1) if all(unit for _, unit in pieces) else ([], 0)
    if len(words) > 1 and words[0].isascii() and words[0].isdigit() and len(words[0]) <= 4:
        unit = UNIT_OF_WORD.get(words[1], "")
        return ([(int(words[0]), unit)], 2) if unit else ([], 0)
    return [], 0


def _clock_only(words: list[str], here: ReadersClock) -> tuple[datetime, int] | None:
    """`14:00`: today, or tomorrow when that has passed."""
    today = here.local.date()
    clock, used = _time(words, after_day=False)
    if clock is None:
        return None
    bare = _BARE.fullmatch(words[0])
    if bare and _calendar_date(None, int(bare[2]), int(bare[1]), today):
        if _time(words[1:], after_day=True)[1]:
            return None  # 9.10 14:00 can only be a day
        raise NotAMoment("ambiguous", words[0])  # 9.10 may be a day or a time: `9.10.` and `9:10` say which
    moment = working_time.moment_of_day(here.zone, today, clock)
    return (
        moment if moment > here.now else working_time.moment_of_day(here.zone, today + timedelta(days=1), clock)
    ), used


def _dated(words: list[str], here: ReadersClock, text: str) -> tuple[datetime, int] | None:
    """A day, by name or number, and perhaps a time."""
    if words and _ISO.match(words[0]) and "t" in words[0]:
        date_part, _, time_part = words[0].partition("t")
        words = [date_part, time_part.removesuffix(":00") if time_part.count(":") == 2 else time_part, *words[1:]]
        moment, used = _dated(words, here, text) or (None, 0)
        return (moment, used - 1) if moment and used > 1 else None
    found = _day(words, here, here.local.date())
    if found is None:
        return None
    clock, more = _time(words[found.used :], after_day=True)
    minute = clock if clock is not None else found.minute
    moment = working_time.moment_of_day(here.zone, found.day, here.default_minute if minute is None else minute)
    if found.weekly and found.day == here.local.date() and (clock is None or moment <= here.now):
        moment = working_time.moment_of_day(
            here.zone, found.day + timedelta(days=7), here.default_minute if clock is None else clock
        )
    return moment, found.used + more


def _day(words: list[str], here: ReadersClock, since: date) -> _Day | None:
    skipped = 1 if words and words[0] in IN else 0
    if len(words) <= skipped:
        return None
    word = words[skipped]
    used = skipped + 1
    today = here.local.date()
    if word in DAYS_AHEAD:
        ahead = DAYS_AHEAD[word]
        return _Day(today + timedelta(days=ahead), None if ahead else _closing(here.calendar, today), used)
    if word in WEEKDAYS:
        return _Day(since + timedelta(days=(WEEKDAYS[word] - since.weekday()) % 7), None, used, weekly=True)
    if word in NEXT_WEEK or (word in NEXT and len(words) > used and words[used] in WEEK):
        monday = today + timedelta(days=7 - today.weekday())
        return _Day(working_time.working_day_after(here.calendar, monday, 0), None, used + (word in NEXT))
    if word in NEXT and len(words) > used and words[used] in WEEKDAYS:
        coming = today + timedelta(days=(WEEKDAYS[words[used]] - today.weekday() - 1) % 7 + 1)
        if coming.weekday() > today.weekday():
            raise NotAMoment("ambiguous", f"{word} {words[used]}")  # of this week or of the next? a date says
        return _Day(coming, None, used + 1)
    if iso := _ISO.fullmatch(word):
        day = _calendar_date(int(iso[1]), int(iso[2]), int(iso[3]), since)
    elif bare := _BARE.fullmatch(word):
        day = _calendar_date(None, int(bare[2]), int(bare[1]), since)
    elif dotted := _DOTTED.fullmatch(word):
        day = _calendar_date(int(dotted[3]) if dotted[3] else None, int(dotted[2]), int(dotted[1]), since)
    else:
        return None
    return _Day(day, _closing(here.calendar, day) if day == today else None, used) if day else None


def _calendar_date(year: int | None, month: int, day: int, since: date) -> date | None:
    """That date; without a year the next one, `since` included (29.2. may be years away)."""
    for candidate in (year,) if year is not None else range(since.year, since.year + 9):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year is not None or found >= since:
            return found
    return None


def _time(words: list[str], *, after_day: bool) -> tuple[int | None, int]:
    """Minutes from midnight at the beginning of `words`, and how many words it took; a bare hour only after a day."""
    skipped = 1 if words and words[0] in AT else 0
    if len(words) <= skipped:
        return None, 0
    word = words[skipped]
    used = skipped + 1 + (len(words) > skipped + 1 and words[skipped + 1] == "uhr")
    if half := _HALF_DAY.fullmatch(word):
        hour, minute = int(half[1]), int(half[2] or 0)
        if 1 <= hour <= 12 and minute < 60:
            return (hour % 12 + (12 if half[3] == "p" else 0)) * 60 + minute, used
    clock = _CLOCK.fullmatch(word)
    if clock and int(clock[1]) < 24 and int(clock[2]) < 60:
        return int(clock[1]) * 60 + int(clock[2]), used
    if (after_day or skipped) and word.isascii() and word.isdigit() and len(word) <= 2 and int(word) < 24:
        return int(word) * 60, used
    return None, 0


def _closing(calendar: Calendar | None, day: date) -> int:
    spans = calendar.week[day.weekday()] if calendar and working_time.is_working_day(calendar, day) else ()
    return spans[-1][1] if spans else END_OF_DAY
