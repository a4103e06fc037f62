"""Lists of tickets for programs: what is asked, and how far a page has come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from mailgate.core.model.ticket import Ticket

MOST: Final = 100  # tickets of a page
NOBODY: Final = "nobody"  # in place of an owner's name
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR: Final = re.compile(r"n([0-9]{1,15})|u([0-9]{1,17})\.([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class ApiTicketsAsked:
    """Tickets that are all of this: the newest first, or with `updated_since` in the order in which they changed."""

    bearer: str
    peer: str
    status: tuple[str, ...] = ()
    department: str = ""
    owner: str = ""  # an agent's name, or `NOBODY`
    tag: str = ""
    customer: str = ""  # an address of theirs
    updated_since: datetime | None = None
    after: str = ""  # the cursor of the page before
    limit: int = MOST


@dataclass(frozen=True, slots=True)
class Place:
    """How far pages have come: below this number, or behind this change of the ticket with that id."""

    number: int | None = None
    updated: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """The same for the store, which looks at so many tickets a page and no more."""

    place: Place
    limit: int
    status: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()  # none: all but those to practise in
    owner: str | None = None  # "" is nobody
    tag: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets without their threads, and where the next page begins; None: that is all."""

    tickets: tuple[Ticket, ...]
    next: Place | None


def written(place: Place | None) -> str | None:
    """A place as a cursor."""
    if place is None:
        return None
    if place.updated is None:
        return f"n{place.number}"
    return f"u{(place.updated - EPOCH) // timedelta(microseconds=1)}.{place.id}"


def read(cursor: str) -> Place | None:
    """The place of a cursor; None for what is none of ours."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        return None
    number, updated, id_ = found.groups()
    if number:
        return Place(number=int(number))
    return Place(updated=EPOCH + timedelta(microseconds=int(updated)), id=int(id_))


def begin(asked: ApiTicketsAsked) -> Place | None:
    """Where a page begins; None for a cursor that is none, or of a list in the other order."""
    if not asked.after:
        return Place() if asked.updated_since is None else Place(updated=asked.updated_since)
    place = read(asked.after)
    return place if place and (place.updated is None) is (asked.updated_since is None) else None
