"""Urgent work of those who are away moves to whoever covers for them; the rest waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mailgate.core.commands.receipt_words import sentences
from mailgate.core.letters import readers
from mailgate.core.model import changed
from mailgate.core.model.change import Assign, Change, Decision, Fate, Step
from mailgate.core.model.facts import Absence
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import Priority, Status, Ticket
from mailgate.core.worktime import sla


def hand_to_cover(
    away: Iterable[Absence], work: Mapping[str, Iterable[Ticket]], policy: Policy, now: datetime
) -> Decision:
    """The urgent open tickets of everybody away, handed to the one who covers with their whole thread."""
    steps: list[Step] = []
    for absence in away:
        who, cover = policy.agent(absence.agent), policy.agent(absence.cover)
        if who is None or cover is None or not cover.active:
            continue
        steps += [_handed(one, who, cover, policy, now) for one in work.get(who.name, ()) if _presses(one, now)]
    return Decision(Fate.FILED, "covered", steps=tuple(steps), actor="mailgate")


def _presses(ticket: Ticket, now: datetime) -> bool:
    at_work = ticket.status in (Status.NEW, Status.OPEN)
    return at_work and (ticket.priority is Priority.URGENT or ticket.overdue(now))


def _handed(ticket: Ticket, who: Agent, cover: Agent, policy: Policy, now: datetime) -> Step:
    changes: list[Change] = [Assign(cover.name)]
    changes += sla.deadlines_after(policy, ticket, changed.ticket_after(ticket, changes, now), now)
    about = {"by": who.shown_name, "why": sentences.of_reason("covers", cover.language, name=who.shown_name)}
    letter = readers.to_agent(policy, cover, "handover", purpose="customer", context=about)
    return Step(ticket.number, tuple(changes), (letter,))
