"""What becomes of an agent's work on their last day."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.core.commands import answers
from mailgate.core.letters import readers
from mailgate.core.model import changed
from mailgate.core.model.change import (
    Assign,
    Change,
    Decision,
    EndSessions,
    Fate,
    Outbound,
    SetStatus,
    Step,
    Watch,
    WatchTags,
)
from mailgate.core.model.content import Handover
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.worktime import sla


def hand_on(moment: Moment, tickets: Iterable[Ticket], who: Agent, heir: Agent | None) -> Decision:
    """Each of their tickets goes to the heir, else back to its department; heir or lead get the whole thread."""
    steps = tuple(_passed_on(moment, ticket, who, heir) for ticket in tickets)
    return Decision(
        Fate.FILED,
        "left",
        steps=steps,
        actor="mailgate",
        effects=(WatchTags(who.name, every=True), EndSessions(who.name)),
    )


def _passed_on(moment: Moment, ticket: Ticket, who: Agent, heir: Agent | None) -> Step:
    changes: list[Change] = [Assign(heir.name if heir else None)]
    if heir is None and ticket.status is Status.OPEN:
        changes.append(SetStatus(Status.NEW))
    if who.name in ticket.watchers:
        changes.append(Watch(who.name, on=False))
    changes += sla.deadlines_after(moment, ticket, changed.ticket_after(ticket, changes, moment.now))
    reader = heir or readers.lead_here(moment, ticket.department)
    letters: tuple[Outbound, ...] = ()
    if reader is not None and reader.name != who.name:
        about = Handover(by=who.shown_name, why=answers.of_reason("left", name=who.shown_name))
        letters = (readers.to_agent(moment.policy, reader, about, purpose=Purpose.NOTE),)
    return Step(ticket.number, tuple(changes), letters)
