"""Tells agents at the end of their hours what of theirs has not arrived."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.app.questions.held import held_by
from mailgate.core.clock import held, morning
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.policy import Agent
from mailgate.store.base import Read, Tx


def say_what_is_held(gateway: Gateway, now: datetime) -> int:
    """One letter a day to each agent with something held, shortly before they go; returns how many were written."""
    policy = gateway.in_force.policy
    ending = [one for one in policy.agents if one.active and held.evening(morning.calendar_of(policy, one), now)]
    due = [one for one in ending if gateway.store.read(partial(_is_due, gateway, one, now))]
    return each_ticket.for_each_ticket(gateway, [partial(_say, gateway, one, now) for one in due])


def _is_due(gateway: Gateway, agent: Agent, now: datetime, read: Read) -> bool:
    """Not said today, and something is held."""
    policy = gateway.in_force.policy
    day = held.evening(morning.calendar_of(policy, agent), now)
    return read.settings.get(_mark(agent)) != str(day) and len(held_by(read, policy, agent, now)) > 0


def _say(gateway: Gateway, agent: Agent, now: datetime, tx: Tx) -> bool:
    """The letter and the mark of its day together; where the last thing held has just gone out, neither."""
    if not _is_due(gateway, agent, now, tx):
        return False
    policy = gateway.in_force.policy
    letter = held.before_leaving(policy, agent, held_by(tx, policy, agent, now))
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "held", letters=(letter,)), now)
    tx.settings.set(_mark(agent), str(held.evening(morning.calendar_of(policy, agent), now)))
    return True


def _mark(agent: Agent) -> str:
    return f"held:{agent.name}"
