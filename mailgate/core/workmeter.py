"""Working time between a great many instants of one calendar, by a table made once."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core import worktime
from mailgate.core.policy import Calendar

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
SECOND = 1_000_000


class Meter:
    """`worktime.between` for instants in microseconds since 1970 UTC; exact outside the table too, only slower."""

    def __init__(self, calendar: Calendar | None, begin: datetime, end: datetime) -> None:
        """The table reaches from `begin` to `end`; without a calendar every second counts."""
        self._calendar = calendar
        self._begin, self._end = micros(begin), micros(end)
        self._opens: list[int] = []
        self._length: list[int] = []
        self._before: list[int] = []  # working time before each opening
        total = 0
        if calendar is not None:
            zone = ZoneInfo(calendar.timezone)
            first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
            for opens, closes in worktime.intervals(calendar, first - timedelta(days=1), last):
                self._opens.append(micros(opens))
                self._length.append((closes - opens) // _MICRO)
                self._before.append(total)
                total += self._length[-1]

    def seconds(self, start: int, end: int) -> int:
        """Whole seconds of working time from `start` to `end`, 0 when `end` is not later."""
        if end <= start:
            return 0
        if self._calendar is None:
            return (end - start) // SECOND
        if start < self._begin or end > self._end:
            return worktime.between(self._calendar, moment(start), moment(end)) // _MICRO // SECOND
        return (self._until(end) - self._until(start)) // SECOND

    def _until(self, at: int) -> int:
        last = bisect_right(self._opens, at) - 1
        if last < 0:
            return 0
        return self._before[last] + min(at - self._opens[last], self._length[last])


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time."""
    return (at - _EPOCH) // _MICRO


def moment(value: int) -> datetime:
    """The aware UTC time of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)
