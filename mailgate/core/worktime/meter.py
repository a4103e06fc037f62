"""Working time between a great many instants of one calendar, by a table made once."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.model.policy import Calendar
from mailgate.core.worktime import working_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
SECOND = 1_000_000


class WorkingTimeTable:
    """`working_time.between` for instants in microseconds since 1970 UTC; exact outside the table too, only slower."""

    def __init__(self, calendar: Calendar | None, begin: datetime, end: datetime) -> None:
        """The table reaches from `begin` to `end`; without a calendar every second counts."""
        self._calendar = calendar
        self._begin, self._end = micros(begin), micros(end)
        self._opens = [self._begin]  # at `begin` nothing has been worked, and nothing is until the first opening
        self._length = [0]
        self._before = [0]  # working time before each opening
        self._total = 0
        if calendar is not None:
            zone = ZoneInfo(calendar.timezone)
            for opens, closes in working_time.intervals(
                calendar, begin.astimezone(zone).date(), end.astimezone(zone).date()
            ):
                self._span(max(micros(opens), self._begin), min(micros(closes), self._end))

    def _span(self, opens: int, closes: int) -> None:
        if opens < closes:
            self._opens.append(opens)
            self._length.append(closes - opens)
            self._before.append(self._total)
            self._total += closes - opens

    def seconds(self, start: int, end: int) -> int:
        """Whole seconds of working time from `start` to `end`, 0 when `end` is not later."""
        return max(0, self.worked(end) - self.worked(start)) // SECOND

    def worked(self, at: int) -> int:
        """Microseconds of working time since the table begins, negative before it: differences are what counts."""
        if self._calendar is None:
            return at
        if not self._begin <= at <= self._end:
            return self._beyond(self._calendar, at)
        last = bisect_right(self._opens, at) - 1
        gone, length = at - self._opens[last], self._length[last]
        return self._before[last] + (gone if gone < length else length)

    def _beyond(self, calendar: Calendar, at: int) -> int:
        if at < self._begin:
            return -(working_time.between(calendar, moment(at), moment(self._begin)) // _MICRO)
        return self._total + working_time.between(calendar, moment(self._end), moment(at)) // _MICRO


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time."""
    return (at - _EPOCH) // _MICRO


def moment(value: int) -> datetime:
    """The aware UTC time of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)
