"""Who somebody is, by a telephone number or an address: everybody who fits is told, and nobody chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.programs.called import OpenTicket


@dataclass(frozen=True, slots=True)
class ApiLookupAsked:
    """One of the two."""

    bearer: str
    peer: str
    phone: str = ""  # in any notation
    address: str = ""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who fits."""

    name: str
    company: str = ""
    number: str = ""  # as a customer, where the admin's file has one
    addresses: tuple[str, ...] = ()
    open: tuple[OpenTicket, ...] = ()  # tickets of theirs that are not done, the newest first
    last: datetime | None = None  # when they wrote last, in what the program may see


@dataclass(frozen=True, slots=True)
class ApiLookupPage:
    """All of them, at most `called.MOST`; whoever wrote or called last stands first."""

    people: tuple[KnownPerson, ...] = ()
    ambiguous: bool = False  # more than one
