"""Moves what presses away from those who are not here, and tells them on their return what others have now."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.core.clock import cover as covers
from mailgate.core.clock import morning
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.policy import Agent
from mailgate.core.worktime import working_time
from mailgate.store.base import Read, TicketFilter, Tx

MOST = 200  # tickets of one agent looked at in one go
LATELY = timedelta(days=7)  # so long after an absence its end is told, of a gateway that was down or a long weekend


def cover(gateway: Gateway, now: datetime) -> int:
    """Hand pressing open work of everybody away to their cover or department; returns how many tickets moved."""

    def job(tx: Tx) -> int:
        away = tx.people.absences(now)
        work = {
            one.agent: tx.tickets.matching(TicketFilter(status=("new", "open"), owner=one.agent, limit=MOST), now)
            for one in away
        }
        tickets = {ticket.number: ticket for found in work.values() for ticket in found}
        facts = Facts(away=tuple(away), tickets=tickets)
        decision = covers.hand_to_cover(gateway.in_force.moment(now, facts), work)
        if decision.steps:
            each_ticket.write(gateway, tx, decision, now)
        return len(decision.steps)

    if not gateway.store.read(lambda read: read.people.absences(now)):
        return 0
    moved = gateway.store.write(job).result()
    if moved:
        gateway.dispatcher.wake()
    return moved


def pass_on(gateway: Gateway, now: datetime) -> int:
    """Letters that wait for the hours of somebody who is away go to whoever reads them instead; returns how many."""
    away = gateway.store.read(lambda read: read.people.absences(now))
    return each_ticket.for_each_ticket(gateway, [partial(_pass_on, gateway, one, now) for one in away])


def _pass_on(gateway: Gateway, absence: Absence, now: datetime, tx: Tx) -> bool:
    """A ticket whose customer's words they have not heard of yet is handed on, unless it waits for nobody."""
    before = absence.until or now + LATELY
    found = tx.outbox.gathered(before, absence.agent)
    rows = [one for one in found if one.agent == absence.agent and one.due_at < before]
    agent = gateway.in_force.policy.agent(absence.agent)
    if agent is None or not rows:
        return False
    numbers = tuple({one.ticket for one in rows if one.ticket is not None})
    matching = tx.tickets.matching(TicketFilter(numbers=numbers, limit=MOST), now) if numbers else []
    tickets = {one.number: one for one in matching}
    facts = Facts(away=tx.people.absences(now), tickets=tickets)
    letters = [letter for one in rows if (letter := tx.outbox.letter(one.letter))]
    decision = covers.passed_on(gateway.in_force.moment(now, facts), agent, letters)
    if not decision.effects:
        return False
    tx.apply(None, decision, now, gateway.ids, None, hold=gateway.in_force.snapshot.letters_wait)
    return True


def tell_on_return(gateway: Gateway, now: datetime) -> int:
    """A letter to each agent who is back at work, where others have what was theirs; returns how many were written."""
    due = gateway.store.read(partial(_returned, gateway, now))
    return each_ticket.for_each_ticket(gateway, [partial(_tell, gateway, one, now) for one in due])


def _returned(gateway: Gateway, now: datetime, read: Read) -> list[Agent]:
    """Whose absence is over, who are in their hours, and who have not been told yet."""
    policy = gateway.in_force.policy
    ended = {one.agent for one in read.people.absences_over(now - LATELY, now)}
    ended -= {one.agent for one in read.people.absences(now)}
    agents = [one for one in policy.agents if one.active and one.name in ended]
    here = [one for one in agents if working_time.is_open(morning.calendar_of(policy, one), now)]
    return [one for one in here if _absent_since(one, now, read) is not None]


def _absent_since(agent: Agent, now: datetime, read: Read) -> datetime | None:
    """When the first absence began that they have not been told the end of; None when there is none."""
    told = read.settings.get(_mark(agent))
    after = max(now - LATELY, datetime.fromisoformat(told)) if told else now - LATELY
    return min((one.start for one in read.people.absences_over(after, now) if one.agent == agent.name), default=None)


def _tell(gateway: Gateway, agent: Agent, now: datetime, tx: Tx) -> bool:
    since = _absent_since(agent, now, tx)
    if since is None:
        return False
    tx.settings.set(_mark(agent), now.isoformat())
    numbers = tx.people.given_back(agent.name, since, now)
    found = tx.tickets.matching(TicketFilter(numbers=numbers, limit=MOST), now) if numbers else []
    found = [one for one in found if one.owner != agent.name]
    if not found:
        return False
    letter = covers.on_return(gateway.in_force.moment(now), agent, found)
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "returned", letters=(letter,)), now)
    return True


def _mark(agent: Agent) -> str:
    return f"returned:{agent.name}"
