"""Urgent work of those who are away moves to whoever covers for them; the rest waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mailgate.core.commands import answers
from mailgate.core.letters import readers
from mailgate.core.model import changed
from mailgate.core.model.change import Assign, Change, Decision, Fate, Step
from mailgate.core.model.content import Handover
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.ticket import Priority, Status, Ticket
from mailgate.core.worktime import sla


def hand_to_cover(moment: Moment, work: Mapping[str, Iterable[Ticket]]) -> Decision:
    """The urgent open tickets of everybody away, handed to the one who covers with their whole thread."""
    steps: list[Step] = []
    for absence in moment.facts.away:
        who, cover = moment.policy.agent(absence.agent), moment.policy.agent(absence.cover)
        if who is None or cover is None or not cover.active:
            continue
        steps += [_handed(moment, one, who, cover) for one in work.get(who.name, ()) if _is_pressing(one, moment.now)]
    return Decision(Fate.FILED, "covered", steps=tuple(steps), actor="mailgate")


def _is_pressing(ticket: Ticket, now: datetime) -> bool:
    at_work = ticket.status in (Status.NEW, Status.OPEN)
    return at_work and (ticket.priority is Priority.URGENT or ticket.overdue(now))


def _handed(moment: Moment, ticket: Ticket, who: Agent, cover: Agent) -> Step:
    changes: list[Change] = [Assign(cover.name)]
    changes += sla.deadlines_after(moment, ticket, changed.ticket_after(ticket, changes, moment.now))
    about = Handover(by=who.shown_name, why=answers.of_reason("covers", name=who.shown_name))
    letter = readers.to_agent(moment.policy, cover, about, purpose=Purpose.CUSTOMER)
    return Step(ticket.number, tuple(changes), (letter,))
