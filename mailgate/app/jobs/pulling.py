"""Offers what nobody has to those who pull their work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket, outbreaks
from mailgate.core.clock import outbreak, pulling
from mailgate.core.clock.outbreak import Outbreak
from mailgate.core.letters import readers
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent
from mailgate.store.base import Read, Tx


def offer(gateway: Gateway, now: datetime) -> int:
    """A list to each agent on duty who has had none for half an hour, where something new has no owner."""
    policy = gateway.in_force.policy
    names = [one.name for one in policy.departments if readers.notified(policy, one.name) == "pull"]
    due = gateway.store.read(partial(_due, gateway, now)) if names else []
    if not due:
        return 0
    shared = gateway.store.read(lambda read: outbreaks.look(read, names, now))
    return each_ticket.for_each_ticket(gateway, [partial(_offer, gateway, agent, now, shared) for agent in due])


def _due(gateway: Gateway, now: datetime, read: Read) -> list[Agent]:
    moment = each_ticket.moment_for_all(gateway, read, now)
    return [agent for agent in moment.policy.agents if _departments(moment, agent, read)]


def _departments(moment: Moment, agent: Agent, read: Read) -> Sequence[str]:
    """Those whose unowned tickets the agent is to be offered now; none when nothing is new in any."""
    before = pulling.last(read.settings.get(_mark(agent)))
    if not agent.active or not pulling.is_due(before, moment.now):
        return ()
    names = pulling.pulled_by(moment, agent)
    if not names or not read.tickets.newly_unowned(names, before.event):
        return ()
    soonest = (ticket.due.next for ticket in read.tickets.unowned(names, 1, moment.now).first)
    return () if pulling.may_wait(before, moment.now, next(soonest, None)) else names


def _offer(gateway: Gateway, agent: Agent, now: datetime, shared: Mapping[str, Outbreak], tx: Tx) -> bool:
    """The list and the mark of what it knew, in one transaction: after a crash it is written once all the same."""
    moment = each_ticket.moment_for_all(gateway, tx, now)
    names = _departments(moment, agent, tx)
    if not names:
        return False
    policy = gateway.in_force.policy
    found = tx.tickets.unowned(names, pulling.SHOWN, now, by_arrival=policy.by_arrival(names))
    hints = [shared[name] for name in names if name in shared]
    alike = [outbreak.section(one, ZoneInfo(agent.timezone), now) for one in hints]
    letter = pulling.offer(moment, agent, found, alike, hints[0].order if hints else "")
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "unowned", letters=(letter,)), now)
    tx.settings.set(_mark(agent), str(pulling.LastList(now, found.event)))
    return True


def _mark(agent: Agent) -> str:
    return f"pull:{agent.name}"
