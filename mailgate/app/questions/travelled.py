"""How a mail came: each server that took it, with the time it was on its way between two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from mailgate.core.model.said import Words, said
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.text.hops import Hop
from mailgate.core.worktime.sla import span_to_the_second
from mailgate.store.base import Read
from mailgate.wire.mime.parse_hops import HEAD, hops

OURSELVES = "mailgate"


def of_mail(read: Read, number: int) -> tuple[Hop, ...]:
    """The way of a stored mail, ourselves at its end; nothing of one whose bytes are gone."""
    row = read.mail.row(number)
    try:
        head = read.mail.head(number, HEAD)
    except KeyError:
        return ()
    return hops(head, (OURSELVES, row.accepted_at)) if row else ()


def of_newest(read: Read, ticket: Ticket) -> tuple[Hop, ...]:
    """The way of the newest mail from the customer's side of a ticket."""
    came = (one.mail for one in reversed(ticket.entries) if one.kind in (EntryKind.CUSTOMER, EntryKind.AUTO))
    number = next((mail for mail in came if mail), None)
    return of_mail(read, number) if number else ()


def lines(way: Iterable[Hop], written: Callable[[datetime], str]) -> tuple[Words, ...]:
    """A line for each, times as `written` writes them."""
    return tuple(_line(one, written) for one in way)


def _line(one: Hop, written: Callable[[datetime], str]) -> Words:
    if one.at is None:
        return said("hop.unknown", by=one.by)
    at = written(one.at)
    if one.differs:
        return said("hop.differs", by=one.by, at=at)
    if one.seconds is None:
        return f"{one.by}: {at}"
    return said("hop.after", by=one.by, at=at, span=span_to_the_second(one.seconds))
