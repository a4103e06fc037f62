"""How long a mail was on its way: the servers that took it, each with the time since the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

MOST = 30  # servers looked at, the newest first


@dataclass(frozen=True, slots=True)
class Hop:
    """A server that took the mail; `at` by its own clock, aware UTC, None when it does not say."""

    sender: str  # who handed it over, by what that server says of it
    by: str
    at: datetime | None
    seconds: int | None = None  # since the last one that gave a time; None for the first, and where clocks differ
    differs: bool = False  # its clock is behind that of the server before it: no delay can be told


def way(seen: Sequence[tuple[str, str, datetime | None]]) -> tuple[Hop, ...]:
    """The hops with their delays; `seen` is in the order of travel."""
    found: list[Hop] = []
    last: datetime | None = None
    for sender, by, at in seen:
        seconds = None if at is None or last is None else round((at - last).total_seconds())
        differs = seconds is not None and seconds < 0
        found.append(Hop(sender, by, at, None if differs else seconds, differs))
        last = at or last
    return tuple(found)
