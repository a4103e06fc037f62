"""The escalation tick: late tickets are read by index, decided purely, and written a transaction each."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.core.clock import escalation
from mailgate.core.clock.escalation import Taken
from mailgate.core.model.change import Assign
from mailgate.core.model.ticket import Ticket
from mailgate.store.base import Tx

log = logging.getLogger(__name__)

MOST = 500  # tickets a tick; the next comes in twenty seconds
STORM = 20  # more than so many late at once: one list a reader instead of a letter a ticket (threats K-05)


def escalate(gateway: Gateway, now: datetime) -> int:
    """Take the step that is due on each late ticket; returns how many steps were taken.

    Each step is taken once for a ticket and a deadline, whatever the clock does and wherever we crash: what was taken
    stands in the ticket, and is looked at again in the transaction that takes the next.
    """
    late = gateway.store.read(lambda read: read.tickets.late(now, MOST))
    if len(late) > STORM:
        done = gateway.store.write(partial(_storm, gateway, late, now)).result()
        if done:
            gateway.dispatcher.wake()
        return done
    return each_ticket.for_each_ticket(gateway, [partial(_one, gateway, ticket.number, now) for ticket in late])


def _one(gateway: Gateway, number: int, now: datetime, tx: Tx) -> bool:
    ticket, facts = each_ticket.facts_of(tx, number, now)
    if ticket is None:
        return False
    moment = gateway.in_force.moment(now, facts)
    taken = escalation.take(moment, ticket)
    each_ticket.write(gateway, tx, escalation.decide(moment, (taken,)), now)
    return bool(taken.level)


def _storm(gateway: Gateway, late: list[Ticket], now: datetime, tx: Tx) -> int:
    """All of them in one transaction, so that the lists and the steps they tell of are written or lost together."""
    given: Counter[str] = Counter()  # what this very decision hands out
    found: list[Taken] = []
    for ticket in late:
        known, facts = each_ticket.facts_of(tx, ticket.number, now)
        if known is not None:  # merged meanwhile it is None
            facts = replace(facts, load=Counter(facts.load) + given)
            taken = escalation.take(gateway.in_force.moment(now, facts), known)
            found.append(taken)
            given.update(one.agent for one in taken.changes if isinstance(one, Assign) and one.agent)
    each_ticket.write(gateway, tx, escalation.decide(gateway.in_force.moment(now), found, storm=True), now)
    done = sum(1 for one in found if one.level)
    if done:
        log.warning("many tickets are late", extra={"tickets": done})
    return done
