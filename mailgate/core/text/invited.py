"""The times of an invitation on the desk's own clock: calendars say UTC, and people do not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_DAY, _CLOCK = r"(20\d\d-\d\d-\d\d)", r"(\d\d:\d\d)"
_WHEN = re.compile(rf"^{_DAY} {_CLOCK} UTC(?: – (?:{_DAY} )?{_CLOCK} UTC)?$", re.MULTILINE | re.ASCII)


def here(summary: str, timezone: str) -> str:
    """What an invitation says, its line of times as `2026-11-30 11:00 – 12:00 Europe/Helsinki`."""
    zone = ZoneInfo(timezone)
    return _WHEN.sub(lambda found: _line(found, zone), summary)


def _line(found: re.Match[str], zone: ZoneInfo) -> str:
    day, clock, last, end = found.groups()
    try:
        start = _at(day, clock, zone)
        until = _at(last or day, end, zone) if end else None
    except ValueError:
        return found[0]
    shown = f"{start:%Y-%m-%d %H:%M}"
    if until:
        shown += f" – {until:%H:%M}" if until.date() == start.date() else f" – {until:%Y-%m-%d %H:%M}"
    return f"{shown} {zone.key}"


def _at(day: str, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC).astimezone(zone)
