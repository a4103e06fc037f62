"""Lists of tickets on a page: what is asked for in the words of `#list`, and the rows that answer it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Ticket
from mailgate.core.pages.reader import Reader
from mailgate.core.worktime import skills

MOST = 50  # tickets of one page
DEEPEST = 10_000  # tickets that are turned over
LONGEST = 200  # characters of words that are looked at
ORDERS = ("due", "arrival")
HELD = "held"  # no status of a ticket: what of an agent's own has not arrived


@dataclass(frozen=True, slots=True)
class ListAsked:
    """Tickets, by words of `#list` or by what a form has chosen; `find` looks for words in them instead."""

    session: str
    words: str = ""
    status: tuple[str, ...] = ()
    department: str = ""
    owner: str = ""  # an agent's name, "me" or "nobody"
    tag: str = ""
    overdue: bool = False
    find: str = ""
    order: str = ""  # of `ORDERS`; "" as the departments have it
    after: int = 0  # how many tickets stand before this page


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in a list."""

    number: int
    subject: str
    requester: str  # a name, else an address
    address: str
    department: str
    owner: str  # as commands call them; "" is nobody
    owner_shown: str
    status: str
    priority: str
    language: str  # of its customer, where it is not the usual one
    created_at: datetime
    due: datetime | None = None
    late: bool = False
    quiet: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list."""

    reader: Reader
    kind: str  # "list", "find" or "held"
    words: str  # what was asked, as `#list` is written
    rows: tuple[Row, ...] = ()
    total: int = 0
    first: int = 0  # the number of the first row in the whole list, from 1
    before: int = -1  # where the page before begins, -1 for none
    after: int = -1  # and the next
    order: str = "due"
    problem: str = ""  # the word that is no part of a filter
    held: tuple[tuple[str, str], ...] = ()  # label and value of each mail of one's own that has not arrived
    departments: tuple[str, ...] = ()
    agents: tuple[tuple[str, str], ...] = ()  # name and how it is shown


def words_of(asked: ListAsked) -> str:
    """What is asked for as somebody would write it behind `#list`: what was chosen, then what was typed."""
    owner = f"@{_one(asked.owner)}" if asked.owner else ""
    tag = f"+{_one(asked.tag).lstrip('+')}" if asked.tag else ""
    chosen = (*map(_one, asked.status), _one(asked.department), owner, tag, "overdue" if asked.overdue else "")
    typed = " ".join(asked.words.split())[:LONGEST]
    return " ".join(dict.fromkeys(word for word in (*chosen, *typed.split()) if word))


def _one(word: str) -> str:
    return "".join(word.split())[:LONGEST]


def rows(moment: Moment, tickets: Iterable[Ticket]) -> tuple[Row, ...]:
    """Tickets as they stand in a list."""
    return tuple(_row(moment, ticket) for ticket in tickets)


def _row(moment: Moment, ticket: Ticket) -> Row:
    return Row(
        number=ticket.number,
        subject=ticket.subject,
        requester=ticket.requester.name or ticket.requester.addr,
        address=ticket.requester.addr,
        department=ticket.department,
        owner=ticket.owner or "",
        owner_shown=moment.policy.shown_name(ticket.owner),
        status=ticket.status.value,
        priority=ticket.priority.value,
        language=skills.shown(moment.policy, ticket),
        created_at=ticket.created_at,
        due=ticket.due.next,
        late=ticket.overdue(moment.now),
        quiet=ticket.quiet,
        tags=tuple(ticket.tags),
    )


def turned(after: int) -> int:
    """Where a page begins that was asked for, never before the first nor beyond what is turned over."""
    return max(0, min(after, DEEPEST)) // MOST * MOST


def pages(begins: int, shown: int, total: int) -> tuple[int, int]:
    """Where the page before and the next one begin; -1 where there is none."""
    after = begins + MOST
    more = begins + shown < total and shown == MOST and after <= DEEPEST
    return (begins - MOST if begins >= MOST else -1), (after if more else -1)
