"""Who it may be that calls: everybody with that number, on tickets, in your table and as another program has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mailgate.core.channels import whereabouts
from mailgate.core.customers.answer import Outcome
from mailgate.core.customers.customer import Customer, phone_found_by
from mailgate.core.model.ticket import Ticket
from mailgate.core.programs.called import MOST, Caller, OpenTicket
from mailgate.core.text import phone
from mailgate.store.base import Read, TicketFilter

OPEN: Final = ("new", "open", "waiting", "hold")
TICKETS: Final = 5  # of each


@dataclass(frozen=True, slots=True)
class Callers:
    """All who may be calling; where there are `several` none of them is chosen (W-38)."""

    people: tuple[Caller, ...] = ()  # at most five, whoever called last first
    several: bool = False  # also where another program only says that there are


def may_be(read: Read, number: str, now: datetime, shown: Callable[[Ticket], bool]) -> Callers:
    """Who calls from that number."""
    people = with_number(read, number, now, shown)
    said = read.lookups.about(phone_found_by(number)) if phone.line(number) else None
    unsure = said is not None and said.answer.outcome is Outcome.SEVERAL
    return Callers(people[:MOST], len(people) > 1 or unsure)


def with_number(read: Read, number: str, now: datetime, shown: Callable[[Ticket], bool]) -> tuple[Caller, ...]:
    """All of them, whoever called last first; of their open tickets those that may be `shown`."""
    if not phone.line(number):
        return ()
    found: dict[str, Caller] = {}
    whose: dict[str, str] = {}  # by each address of somebody the one they are found by
    for one in read.calls.people(number, MOST):
        joined = read.calls.joined(one.key)
        whose |= dict.fromkeys(joined, one.key)
        # By mail one can always be answered; on a channel only for a while.
        addresses = [one.addr, *(key for key in joined if key != one.key)]
        found[one.key] = Caller(one.name, addresses=tuple(sorted(addresses, key=whereabouts.is_chat)))
    for row in read.customers.by_phone(number):
        keys = [key for key in row.keys if not key.startswith("@")]
        theirs = [whose[key] for key in keys if whose.get(key, "") in found]
        known = found[theirs[0]] if theirs else None
        for each in theirs:
            found.pop(each, None)
        found[keys[0] if keys else f"#{len(found)}"] = _of_row(row, keys, known)
    people = list(found.values())[: MOST + 1]
    return tuple(with_tickets(read, one, now, shown) for one in people)


def _of_row(row: Customer, keys: list[str], known: Caller | None) -> Caller:
    addresses = dict.fromkeys((*(known.addresses if known else ()), *keys))
    company = row.company or (known.company if known else "")
    return Caller(row.name or (known.name if known else ""), company, tuple(addresses))


def with_tickets(read: Read, who: Caller, now: datetime, shown: Callable[[Ticket], bool]) -> Caller:
    """The same person with the newest of their open tickets that may be `shown`."""
    tickets: dict[int, Ticket] = {}
    for address in who.addresses:
        wanted = TicketFilter(status=OPEN, customer=address, limit=TICKETS * 2)
        tickets |= {one.number: one for one in read.tickets.matching(wanted, now) if shown(one)}
    newest = sorted(tickets.values(), key=lambda one: one.number, reverse=True)[:TICKETS]
    told = (OpenTicket(one.number, one.subject, one.status.value, one.owner, one.due.next) for one in newest)
    return Caller(who.name, who.company, who.addresses, tuple(told))
