"""A person's request for a copy of their data or for its end, as the journal of its ticket tells how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

KIND = "privacy"  # of the journal's lines; `old` is what is asked for, `new` how far it is
EXPORT, ERASE = "export", "erase"
ASKED, PROVEN, ORDERED, TOLD, DONE, WITHDRAWN = "asked", "proven", "ordered", "told", "done", "withdrawn"
LEGAL = "legal"  # the tag of a ticket whose words have to be kept
TAG = "privacy"


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """What was asked for last, and what has happened since."""

    what: str
    proven: bool = False  # the person has confirmed it from the address we know
    ordered: bool = False  # a lead or an admin wants it done now
    by: str = ""  # who
    told_at: datetime | None = None  # when the last letter was written, after which their data goes
    done: bool = False


def request(lines: Iterable[tuple[str, str, str, str, datetime | None]]) -> PrivacyRequest | None:
    """The request of a ticket, from its journal's lines (kind, old, new, actor, at), oldest first.

    A proof is one person's: with another requester nothing is asked, proven or ordered any more. Once the last letter
    is written nothing takes it back but that.
    """
    found: PrivacyRequest | None = None
    for kind, what, state, actor, at in lines:
        if kind == "requester":
            found = None
        elif kind != KIND:
            continue
        elif state == ASKED:
            found = PrivacyRequest(what)
        elif state == WITHDRAWN:
            found = found if found and found.told_at else None
        elif found is None or found.what != what:
            continue
        elif state == PROVEN:
            found = replace(found, proven=True)
        elif state == ORDERED:
            found = replace(found, ordered=found.proven, by=actor)
        elif state == TOLD:
            found = replace(found, told_at=at)
        elif state == DONE:
            found = replace(found, done=True)
    return found


def month_later(at: datetime, zone: ZoneInfo) -> datetime:
    """The same time of day a calendar month later, on that month's last day where it has fewer (GDPR article 12(3))."""
    local = at.astimezone(zone)
    year, month = local.year + local.month // 12, local.month % 12 + 1
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return local.replace(year=year, month=month, day=min(local.day, last.day)).astimezone(UTC)
