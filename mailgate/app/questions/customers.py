"""`#customer`: all that the desk was told of somebody, found by address, number or telephone, and their tickets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from mailgate.app.questions.outages import AT_WORK
from mailgate.core.customers.answer import Outcome
from mailgate.core.customers.customer import Customer
from mailgate.core.model.mail import canonical
from mailgate.core.model.policy import Policy
from mailgate.core.model.said import Words, said
from mailgate.core.model.shown import Fact, Section
from mailgate.store.base import Read, TicketFilter
from mailgate.wire.words import Phrases

MOST = 5  # people with one telephone number who are shown


def found(read: Read, argument: str) -> tuple[str, list[Customer]]:
    """The address whose tickets are meant, "" where nobody is certain, and everybody the desk was told of.

    Of several people with one number none is chosen.
    """
    if "@" in argument:
        known = read.customers.by_address(argument)
        return argument, [known] if known else []
    people = read.customers.by_number(argument) or read.customers.by_phone(argument)
    return people[0].address if len(people) == 1 else "", people[:MOST]


def facts(one: Customer, policy: Policy, speech: Phrases) -> tuple[Fact, ...]:
    """Every column of a row that says anything."""
    return tuple(Fact(label, value) for label, value in _told(one, policy, speech) if value)


def _told(one: Customer, policy: Policy, speech: Phrases) -> Iterator[tuple[Words, str]]:
    yield said("column.name"), one.name
    yield said("column.company"), one.company
    yield said("column.number"), one.number
    yield said("column.address"), ", ".join(one.keys)
    yield said("column.phone"), ", ".join(one.phones)
    yield said("column.language"), one.language
    yield said("column.tier"), one.tier
    yield said("column.agent"), policy.shown_name(one.agent)
    yield from one.fields.items()
    yield from one.links.items()
    if one.origin == "file":
        yield said("column.as_of"), _day(one.as_of, speech)
    yield said("column.looked_up"), _day(one.looked_up, speech)


def _day(at: datetime | None, speech: Phrases) -> str:
    return speech.when(at) if at else ""


def not_found(read: Read, address: str, speech: Phrases) -> tuple[Fact, ...]:
    """That another program knows nobody by an address, or several people, of whom none is chosen."""
    told = read.lookups.about(canonical(address))
    if told is None or told.answer.customer is not None:
        return ()
    code = "lookup_nobody" if told.answer.outcome is Outcome.NOBODY else "lookup_several"
    at, count = speech.when(told.as_of), told.answer.count
    return (Fact(said("column.looked_up"), said(f"asked.{code}", at=at, n=count)),)


def sections(people: Sequence[Customer], policy: Policy, speech: Phrases) -> tuple[Section, ...]:
    """Each of several people, under their name."""
    return tuple(Section(one.name or one.company or one.number, facts=facts(one, policy, speech)) for one in people)


def tickets_of(address: str) -> TicketFilter:
    """All their tickets, whatever became of them."""
    return TicketFilter(status=(*AT_WORK, "solved", "archived"), customer=address)
