"""What a ticket looks like after changes: the pure twin of what the store writes.

`tests/store/test_twins.py` holds the two together. Three things the store alone can know: to which address of the same
person letters go now, whether a ticket that is linked or merged into exists, and what a merge that is taken back had
changed (status, clocks and thread stand in the journal).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address, canonical
from mailgate.core.model.ticket import AnyTicket, Due, Entry, EntryKind, Status, responds

T = TypeVar("T", bound=AnyTicket)

AT_REST = (Status.WAITING, Status.HOLD, Status.SOLVED, Status.ARCHIVED)  # the clocks stand still


def ticket_from_opening(opening: ch.OpenTicket, now: datetime, arrived_at: datetime | None = None) -> AnyTicket:
    """The ticket as it is opened, before the store draws its number; it exists since `arrived_at`, else `now`."""
    told = (opening.department, *sorted({*opening.departments} - {opening.department}))
    return AnyTicket(
        number=None,
        subject=opening.subject,
        status=Status.NEW,
        department=opening.department,
        requester=opening.requester,
        created_at=arrived_at or now,
        updated_at=now,
        priority=opening.priority,
        language=opening.language,
        sla=opening.sla,
        participants=_distinct((opening.requester, *opening.participants)),
        departments=told,
        status_since=now,
    )


def ticket_after(ticket: T, changes: Iterable[ch.Change], now: datetime, arrived_at: datetime | None = None) -> T:
    """The ticket as it will be once `changes` are written, so that a second command sees what the first one did.

    Words of the mail in hand count from `arrived_at`, everything else from `now`. `entries` and `updated_at` stay as
    they are; words can be taken back where `entries` has them.
    """
    thread = ticket.entries
    for one in changes:
        if isinstance(one, ch.AddEntry):
            ticket = _with_words(ticket, one, now, (arrived_at or now) if one.of_mail else now)
        else:
            ticket = _after_one(ticket, one, now)
    return ticket if ticket.entries is thread else replace(ticket, entries=thread)


def _after_one(ticket: T, one: ch.Change, now: datetime) -> T:
    match one:
        case ch.SetStatus(status, until):
            return _with_status(ticket, status, until, now)
        case ch.Assign(agent):
            return replace(ticket, owner=agent)
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
            return _merged(ticket, number, now)
        case ch.Unmerge():
            return replace(ticket, merged_into=None)
        case ch.SplitOff(gone):
            return replace(ticket, entries=tuple(entry for entry in ticket.entries if entry.id != gone))
        case ch.Withdraw(entry):
            return _without_words(ticket, entry)
        case _:
            return _with_people(_with_facts(ticket, one), one)


def _with_facts(ticket: T, one: ch.Change) -> T:
    match one:
        case ch.Tag(add, remove):
            return replace(ticket, tags=tuple(sorted({*ticket.tags, *add} - {*remove})))
        case ch.SetField(name, value):
            fields = {key: old for key, old in ticket.fields.items() if key != name}
            return replace(ticket, fields={**fields, name: value} if value else fields)
        case ch.LinkTo(number):
            others = {*ticket.links, number} - {ticket.number}
            return replace(ticket, links=tuple(sorted(others)))
        case ch.Unlink(number):
            return replace(ticket, links=tuple(link for link in ticket.links if link != number))
        case _:
            return ticket


def _with_people(ticket: T, one: ch.Change) -> T:
    match one:
        case ch.Watch(agent, on):
            others = {*ticket.watchers} - {agent}
            return replace(ticket, watchers=tuple(sorted({*others, agent} if on else others)))
        case ch.Join(address):
            return replace(ticket, participants=_distinct((*ticket.participants, address)))
        case ch.Leave(gone):
            key = canonical(gone)
            if key == ticket.requester.key:
                return ticket
            return replace(ticket, participants=tuple(who for who in ticket.participants if who.key != key))
        case ch.SetRequester(address):
            if address.key == ticket.requester.key:
                return ticket
            people = _distinct((address, *ticket.participants))
            return replace(ticket, requester=address, participants=people)
        case ch.Move(department):
            return replace(ticket, department=department, departments=_told(department, ticket.departments))
        case ch.Tell(department):
            return replace(ticket, departments=_told(ticket.department, (*ticket.departments, department)))
        case _:
            return ticket


def _told(own: str, departments: Iterable[str]) -> tuple[str, ...]:
    return (own, *sorted({*departments} - {own}))


def _merged(ticket: T, number: int, now: datetime) -> T:
    """Its thread has gone; who takes part and what it was called stays, for the day it is taken back."""
    if ticket.merged_into is not None or number == ticket.number:
        return ticket
    if not ticket.status.done:
        ticket = _with_status(ticket, Status.SOLVED, ticket.status_until, now)
    return replace(ticket, merged_into=number, due=Due(), entries=())


def _with_status(ticket: T, status: Status, until: datetime | None, now: datetime) -> T:
    if status is ticket.status:
        return replace(ticket, status_until=until)
    pauses = ticket.pauses
    if ticket.status in AT_REST:
        pauses = (*pauses, (ticket.status_since or ticket.updated_at, now))
    solved_at = (ticket.solved_at or now) if status.done else None
    return replace(ticket, status=status, status_until=until, status_since=now, solved_at=solved_at, pauses=pauses)


def _with_words(ticket: T, added: ch.AddEntry, now: datetime, at: datetime) -> T:
    entry = Entry(0, added.kind, added.author, added.author_name, at, added.text, added.quoted, added.html,
                  added.unverified, added.attachments, only=added.only)  # fmt: skip
    ticket = replace(ticket, entries=tuple(sorted((*ticket.entries, entry), key=lambda said: said.at)))
    if added.kind is EntryKind.CUSTOMER and not added.unverified:
        return replace(ticket, last_customer_at=at, last_public_at=max(at, ticket.last_public_at or at))
    if _answers(ticket, entry):
        public = now if added.kind.public else ticket.last_public_at
        first = ticket.first_response_at or now
        return replace(ticket, last_agent_at=now, last_public_at=public, first_response_at=first)
    return ticket


def _answers(ticket: AnyTicket, entry: Entry) -> bool:
    return responds(entry.kind, entry.author, elsewhere=entry.only not in ("", ticket.requester.key))


def _without_words(ticket: T, gone: int) -> T:
    """An agent's words, or the memo of their call, are a note now; what they had answered is owed again."""
    if not any(entry.id == gone and responds(entry.kind, entry.author) for entry in ticket.entries):
        return ticket
    thread = tuple(replace(one, kind=EntryKind.NOTE) if one.id == gone else one for one in ticket.entries)
    answers = [entry for entry in thread if _answers(ticket, entry)]
    public_times = [
        entry.at
        for entry in thread
        if entry.kind is EntryKind.AGENT or (entry.kind is EntryKind.CUSTOMER and not entry.unverified)
    ]
    answer_times = [entry.at for entry in answers]
    first = ticket.first_response_at
    if not any(0 < entry.id < gone for entry in answers):
        first = min(answer_times, default=None)
    return replace(
        ticket,
        entries=thread,
        first_response_at=first,
        last_agent_at=max(answer_times, default=None),
        last_public_at=max(public_times, default=None),
    )


def _distinct(people: tuple[Address, ...]) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for who in people:
        found.setdefault(who.key, who)
    return tuple(found.values())
