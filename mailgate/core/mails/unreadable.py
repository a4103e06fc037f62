"""A mail we failed on: people see a ticket about it, the admin is told, and a retry fills that same ticket."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.letters import readers
from mailgate.core.letters.addressee import NOBODY, writable
from mailgate.core.model.change import (
    AddEntry,
    Change,
    Decision,
    Fate,
    Join,
    Journal,
    Move,
    OpenTicket,
    SetPriority,
    SetRequester,
    SetSla,
    SetSubject,
    Step,
    Tell,
)
from mailgate.core.model.content import Notice
from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.said import said
from mailgate.core.model.shown import Person
from mailgate.core.model.ticket import EntryKind, Priority
from mailgate.core.model.trace import Trace


def decide(moment: Moment, envelope: Envelope, number: int, reason: str) -> Decision:
    """A stub ticket for a mail in quarantine, notices to the department, an alarm to the admin."""
    policy = moment.policy
    named = [policy.department_at(addr) for addr in envelope.recipients]
    home = next((name for name in named if name), policy.departments[0].name)
    sender = Address(envelope.sender)
    sender = sender if writable(sender, policy) else NOBODY
    language = policy.language
    text = policy.own_words("ticket.unreadable_text", language, number=number, reason=reason)
    title = policy.own_words("ticket.unreadable", language, sender=sender.addr)
    changes: tuple[Change, ...] = (
        OpenTicket(title[:255], home, sender, language=language),
        AddEntry(EntryKind.NOTE, "mailgate", "mailgate", text, of_mail=False),
        Journal("quarantined", str(number)),
    )
    about = Notice(from_=Person(address=sender.addr), why="unreadable")
    agents = readers.of_departments(moment, (home,))
    letters = tuple(
        readers.to_agent(
            policy, agent, about, purpose=Purpose.NOTE,
            not_before=readers.at_work(moment, agent, Priority.NORMAL, home),
        )
        for agent in agents
    )  # fmt: skip
    alarms = readers.alarm(moment, "quarantine", said("alarm.quarantine"), text, "mailgate quarantine retry")
    step = Step(None, changes, letters)
    return Decision(Fate.QUARANTINED, reason, (step,), alarms, trace=Trace(guard="unreadable"))


def requester_of_unreadable(decision: Decision, stub: int) -> Decision:
    """The decision of a retry, with the stub as the ticket it would have opened (threats G-15)."""
    return replace(decision, steps=tuple(_onto(step, stub) for step in decision.steps))


def _onto(step: Step, stub: int) -> Step:
    if step.ticket is not None or not step.changes or not isinstance(step.changes[0], OpenTicket):
        return step
    opening = step.changes[0]
    filled: list[Change] = [
        SetSubject(opening.subject),
        SetRequester(opening.requester),
        Move(opening.department, "read_at_last"),
        *(Join(addr) for addr in opening.participants),
    ]
    if opening.priority is not Priority.NORMAL:
        filled.append(SetPriority(opening.priority))
    if opening.sla:
        filled.append(SetSla(opening.sla))
    filled += [Tell(name) for name in opening.departments]
    return replace(step, ticket=stub, changes=(*filled, *step.changes[1:]))
