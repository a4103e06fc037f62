"""When an answer may be expected and when somebody is there, said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

HOUR = 3600
DAY = 24


def within(say: Callable[..., str], seconds: int, day_hours: float) -> str:
    """`within 3 working hours`: rounded up, in days of `day_hours` when it is long; 0: the clock never stops."""
    working = "work_" if day_hours else ""
    if seconds < HOUR:
        return say("within.minutes", n=max(5, -(-seconds // 300) * 5))
    hours = -(-seconds // HOUR)
    day = day_hours or DAY
    if hours > day * 2 or (hours > day and hours % day == 0):
        return say(f"within.{working}days", n=int(-(-hours // day)))
    return say(f"within.{working}hours", n=hours)


def length_of_day(hours: Sequence[Mapping[str, Any]]) -> float:
    """Working hours of the longest group of weekdays, 0 when there are no opening hours."""
    widest = max(hours, key=lambda group: len(group["days"]), default=None)
    return sum(end - start for start, end in widest["spans"]) / 60 if widest else 0


def opening(
    say: Callable[..., str], names: Sequence[Sequence[str]], hours: Sequence[Mapping[str, Any]], point: str
) -> str:
    """`Mon–Fri 9–17, Sat 10–14`.

    `names` has the days from Monday on, three times: one alone, a first, a last. `point` parts hours from minutes.
    """
    return ", ".join(
        say(
            "promise.span",
            days=_days(say, group["days"], names),
            times=", ".join(f"{_clock(start, point)}–{_clock(end, point)}" for start, end in group["spans"]),
        )
        for group in hours
    )


def _days(say: Callable[..., str], days: Sequence[int], names: Sequence[Sequence[str]]) -> str:
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    alone, first, last = names
    return ", ".join(
        alone[run[0]] if len(run) == 1 else say("promise.days", first=first[run[0]], last=last[run[-1]]) for run in runs
    )


def _clock(minutes: int, point: str) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}{point}{minute:02d}" if minute else str(hour)
