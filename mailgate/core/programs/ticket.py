"""A ticket as programs are told of it: what its customer may know, and the house's words for who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailgate.core.letters import own_page
from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Entry, EntryKind, Ticket
from mailgate.core.pages.status import said_aside

NONE, PUBLIC, ALL = "none", "public", "all"  # which contributions are asked for


@dataclass(frozen=True, slots=True)
class ApiTicketAsked:
    """One ticket, with its thread where that is asked for."""

    bearer: str
    peer: str
    number: int
    entries: str = NONE  # "public"; "all", notes and memos too


@dataclass(frozen=True, slots=True)
class ApiPerson:
    """Somebody who takes part."""

    address: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ApiDue:
    """What is owed until when."""

    first_response: datetime | None = None
    resolve: datetime | None = None
    manual: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiFile:
    """A file, by its name."""

    name: str
    type: str
    size: int  # octets


@dataclass(frozen=True, slots=True)
class ApiEntry:
    """One contribution to a thread."""

    id: int
    kind: str
    author: str  # a customer's address, an agent's name
    at: datetime
    text: str
    unverified: bool = False
    attachments: tuple[ApiFile, ...] = ()
    mail: int | None = None


@dataclass(frozen=True, slots=True)
class ApiTicket:
    """A ticket; `tags` and `fields` are the house's own and None to whoever may not read its words."""

    number: int
    subject: str
    status: str
    department: str
    owner: str | None
    priority: str
    language: str
    requester: ApiPerson
    participants: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    first_response_at: datetime | None
    solved_at: datetime | None
    due: ApiDue
    overdue: bool
    links: tuple[int, ...]
    merged_into: int | None = None
    tags: tuple[str, ...] | None = None
    fields: tuple[tuple[str, str], ...] | None = None
    entries: tuple[ApiEntry, ...] | None = None  # oldest first; None where they were not asked for


@dataclass(frozen=True, slots=True)
class ApiTicketPage:
    """The ticket that was asked for."""

    ticket: ApiTicket


@dataclass(frozen=True, slots=True)
class ApiTicketsPage:
    """One page of a list (tickets.py); it may have few tickets or none and still not be the last."""

    items: tuple[ApiTicket, ...]
    next: str | None = None  # None: that is all


def told(moment: Moment, ticket: Ticket, *, words: bool, entries: str = NONE) -> ApiTicket:
    """A ticket for a program; `words`: it may read what the house says among itself."""
    due = ticket.due
    return ApiTicket(
        number=ticket.number,
        subject=own_page.cut(ticket.subject, moment.policy),
        status=ticket.status.value,
        department=ticket.department,
        owner=ticket.owner,
        priority=ticket.priority.value,
        language=ticket.language,
        requester=ApiPerson(ticket.requester.addr, ticket.requester.name or None),
        participants=tuple(one.addr for one in ticket.participants),
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        first_response_at=ticket.first_response_at,
        solved_at=ticket.solved_at,
        due=ApiDue(due.first_response, due.resolve, due.manual),
        overdue=ticket.overdue(moment.now),
        links=tuple(ticket.links),
        merged_into=ticket.merged_into,
        tags=tuple(ticket.tags) if words else None,
        fields=tuple(ticket.fields.items()) if words else None,
        entries=None if entries == NONE else _entries(moment, ticket, house=words and entries == ALL),
    )


def _entries(moment: Moment, ticket: Ticket, *, house: bool) -> tuple[ApiEntry, ...]:
    shown = ticket.entries if house else _public(moment, ticket.entries)
    return tuple(_entry(moment, one) for one in shown)


def _public(moment: Moment, entries: Iterable[Entry]) -> list[Entry]:
    """What whoever takes part may read, and has left: an agent's words may be taken back for a while."""
    all_of_them = tuple(entries)
    aside, left = said_aside(all_of_them), moment.now - moment.policy.undo_window
    return [
        one
        for one in all_of_them
        if one.for_all and one.id not in aside and (one.kind is not EntryKind.AGENT or one.at <= left)
    ]


def _entry(moment: Moment, entry: Entry) -> ApiEntry:
    return ApiEntry(
        id=entry.id,
        kind=entry.kind.value,
        author=entry.author,
        at=entry.at,
        text=own_page.cut(entry.text, moment.policy),
        unverified=entry.unverified,
        attachments=tuple(ApiFile(one.name, one.type, one.size) for one in entry.attachments),
        mail=entry.mail,
    )
