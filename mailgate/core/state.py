"""What a ticket looks like after changes: the pure twin of what the store writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from mailgate.core import change as ch
from mailgate.core.mail import Address
from mailgate.core.ticket import EntryKind, Status, Ticket

AT_REST = (Status.WAITING, Status.HOLD, Status.SOLVED, Status.ARCHIVED)  # the clocks stand still


def after(ticket: Ticket, changes: Iterable[ch.Change], now: datetime, arrived_at: datetime | None = None) -> Ticket:
    """The ticket as it will be once `changes` are written, so that a second command sees what the first one did.

    A customer's words count from `arrived_at`, everything else from `now`.
    """
    for one in changes:
        if isinstance(one, ch.AddEntry):
            ticket = _with_words(ticket, one, now, arrived_at or now)
        else:
            ticket = _after_one(ticket, one, now)
    return ticket


def _after_one(ticket: Ticket, one: ch.Change, now: datetime) -> Ticket:
    match one:
        case ch.SetStatus(status, until):
            return _with_status(ticket, status, until, now)
        case ch.Assign(agent):
            return replace(ticket, owner=agent)
        case ch.Move(department):
            told = tuple(dict.fromkeys((department, *ticket.departments)))
            return replace(ticket, department=department, departments=told)
        case ch.SetPriority(priority):
            return replace(ticket, priority=priority)
        case ch.SetSubject(subject):
            return replace(ticket, subject=subject)
        case ch.SetSla(sla):
            return replace(ticket, sla=sla)
        case ch.SetDue(which, at):
            return replace(ticket, due=replace(ticket.due, **{which: at}))
        case ch.SetEscalation(level):
            return replace(ticket, escalation=level)
        case ch.MergeInto(number):
            return replace(ticket, merged_into=number)
        case ch.Unmerge():
            return replace(ticket, merged_into=None)
        case ch.Withdraw():
            only = ticket.first_response_at == ticket.last_agent_at
            return replace(ticket, last_agent_at=None, first_response_at=None if only else ticket.first_response_at)
        case _:
            return _with_people_and_facts(ticket, one)


def _with_people_and_facts(ticket: Ticket, one: ch.Change) -> Ticket:
    match one:
        case ch.Tag(add, remove):
            kept = [tag for tag in ticket.tags if tag not in remove]
            return replace(ticket, tags=tuple(dict.fromkeys((*kept, *add))))
        case ch.SetField(name, value):
            fields = {key: old for key, old in ticket.fields.items() if key != name}
            return replace(ticket, fields={**fields, name: value} if value else fields)
        case ch.Watch(agent, on):
            others = tuple(name for name in ticket.watchers if name != agent)
            return replace(ticket, watchers=(*others, agent) if on else others)
        case ch.Join(address):
            return replace(ticket, participants=_distinct((*ticket.participants, address)))
        case ch.Leave(gone):
            return replace(ticket, participants=tuple(who for who in ticket.participants if who.key != gone))
        case ch.SetRequester(address):
            people = _distinct((address, *ticket.participants))
            return replace(ticket, requester=address, participants=people)
        case ch.LinkTo(number):
            return replace(ticket, links=tuple(dict.fromkeys((*ticket.links, number))))
        case ch.Unlink(number):
            return replace(ticket, links=tuple(link for link in ticket.links if link != number))
        case ch.Tell(department):
            return replace(ticket, departments=tuple(dict.fromkeys((*ticket.departments, department))))
        case _:
            return ticket


def _with_status(ticket: Ticket, status: Status, until: datetime | None, now: datetime) -> Ticket:
    if status is ticket.status:
        return replace(ticket, status_until=until)
    pauses = ticket.pauses
    if ticket.status in AT_REST:
        pauses = (*pauses, (ticket.status_since or ticket.updated_at, now))
    solved_at = (ticket.solved_at or now) if status.done else None
    return replace(ticket, status=status, status_until=until, status_since=now, solved_at=solved_at, pauses=pauses)


def _with_words(ticket: Ticket, entry: ch.AddEntry, now: datetime, arrived_at: datetime) -> Ticket:
    if entry.kind is EntryKind.CUSTOMER and not entry.unverified:
        newest = max(arrived_at, ticket.last_public_at or arrived_at)
        return replace(ticket, last_customer_at=arrived_at, last_public_at=newest)
    if entry.kind is EntryKind.AGENT:
        first = ticket.first_response_at or now
        return replace(ticket, last_agent_at=now, last_public_at=now, first_response_at=first)
    return ticket


def _distinct(people: tuple[Address, ...]) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for who in people:
        found.setdefault(who.key, who)
    return tuple(found.values())
