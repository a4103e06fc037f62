"""Tells agents at the end of their hours what of theirs has not arrived."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.app.questions.held import held_by
from mailgate.core.clock import held, morning
from mailgate.core.letters import readers
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.policy import Agent
from mailgate.store.base import Read, Tx


def say_what_is_held(gateway: Gateway, now: datetime) -> int:
    """One letter a day about each agent with something held, before they or who reads instead go; returns how many."""
    moment = gateway.store.read(lambda read: each_ticket.moment_for_all(gateway, read, now))
    hearers = [(one, readers.instead_of(moment, one)) for one in moment.policy.agents if one.active]
    ending = [(one, hearer) for one, hearer in hearers if _evening(gateway, hearer, now)]
    due = [both for both in ending if gateway.store.read(partial(_is_due, gateway, *both, now))]
    return each_ticket.for_each_ticket(gateway, [partial(_say, gateway, *both, now) for both in due])


def _evening(gateway: Gateway, hearer: Agent, now: datetime) -> date | None:
    return held.evening(morning.calendar_of(gateway.in_force.policy, hearer), now)


def _is_due(gateway: Gateway, agent: Agent, hearer: Agent, now: datetime, read: Read) -> bool:
    """Not said today, and something is held."""
    said = read.settings.get(_mark(agent)) == str(_evening(gateway, hearer, now))
    return not said and len(held_by(read, gateway.in_force.policy, agent, now)) > 0


def _say(gateway: Gateway, agent: Agent, hearer: Agent, now: datetime, tx: Tx) -> bool:
    """The letter and the mark of its day together; where the last thing held has just gone out, neither."""
    if not _is_due(gateway, agent, hearer, now, tx):
        return False
    policy = gateway.in_force.policy
    letter = held.before_leaving(policy, agent, held_by(tx, policy, agent, now), hearer)
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "held", letters=(letter,)), now)
    tx.settings.set(_mark(agent), str(_evening(gateway, hearer, now)))
    return True


def _mark(agent: Agent) -> str:
    return f"held:{agent.name}"
