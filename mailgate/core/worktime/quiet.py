"""The hours in which letters that no agent wrote wait, in a department's time zone (`[letters] quiet_hours`)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.model.policy import Policy
from mailgate.core.worktime import working_time
from mailgate.core.worktime.promise import zone_of

DAY = timedelta(days=1)


def until(policy: Policy, department: str, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours it falls into."""
    found = _around(policy, department, at)
    return at if found is None else max(at, found[1])


def since(policy: Policy, department: str, at: datetime) -> datetime:
    """`at`, or the beginning of the quiet hours it falls into."""
    found = _around(policy, department, at)
    return at if found is None else min(at, found[0])


def _around(policy: Policy, department: str, at: datetime) -> tuple[datetime, datetime] | None:
    """Beginning and end of the quiet hours that a moment falls into; None where it falls into none."""
    if policy.letters.quiet_hours is None:
        return None
    begin, end = policy.letters.quiet_hours
    zone = ZoneInfo(zone_of(policy, department))
    wall = at.astimezone(zone)
    minute, day = wall.hour * 60 + wall.minute, wall.date()
    within = begin <= minute < end if begin < end else minute >= begin or minute < end
    if not within:
        return None
    first: date = day if minute >= begin else day - DAY
    last: date = day if minute < end else day + DAY
    return working_time.moment_of_day(zone, first, begin), working_time.moment_of_day(zone, last, end)
