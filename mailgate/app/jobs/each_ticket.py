"""How a job of the clock works: read what is due, then decide each ticket anew in the transaction that writes it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.core.letters import instead
from mailgate.core.model.change import Decision, Fate, Needs, Step
from mailgate.core.model.facts import Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Ticket
from mailgate.store.base import Read, Tx

log = logging.getLogger(__name__)

Work = Callable[[Tx], bool]  # in one transaction; True when there was something to do


def needs_for(number: int, now: datetime) -> Needs:
    """What must be known of a ticket that no mail speaks of."""
    return Needs("", "", (), (number,), "", (), now)


def facts_of(tx: Tx, number: int, now: datetime) -> tuple[Ticket | None, Facts]:
    """The ticket as it stands in this transaction, None when it was merged meanwhile, and the facts about it."""
    facts = tx.facts(needs_for(number, now), now)
    return facts.tickets.get(number), facts


def moment_for_all(gateway: Gateway, read: Read, now: datetime) -> Moment:
    """The moment of a decision about no single ticket, which leans on nothing but who is away."""
    return gateway.in_force.moment(now, Facts(away=read.people.absences(now)))


def write(gateway: Gateway, tx: Tx, decision: Decision, now: datetime) -> None:
    """Apply a decision of the clock, its letters passed on where readers are away; in watch mode they are held."""
    decision = instead.passed_on(moment_for_all(gateway, tx, now), decision)
    tx.apply(None, decision, now, gateway.ids, None, hold=gateway.in_force.snapshot.letters_wait)


def for_each_ticket(gateway: Gateway, work: Iterable[Work]) -> int:
    """Do every piece in a transaction of its own (they share commits); returns how many had something to do.

    One that fails harms no other: the rest is done first, then its error is raised.
    """
    futures: list[Future[bool]] = [gateway.store.write(one) for one in work]
    done, failure = 0, None
    for future in futures:
        error = future.exception()
        if error is None:
            done += future.result()
        elif not isinstance(error, Exception):
            raise error
        else:
            failure = failure or error
    if done:
        gateway.dispatcher.wake()
    if failure is not None:
        raise failure
    return done


def tickets(
    gateway: Gateway,
    found: Iterable[Ticket],
    decide: Callable[[Moment, Ticket], Step | None],
    reason: str,
    now: datetime,
) -> int:
    """`decide` each of these tickets as it stands then, and write the step."""

    def one(number: int, tx: Tx) -> bool:
        ticket, facts = facts_of(tx, number, now)
        step = decide(gateway.in_force.moment(now, facts), ticket) if ticket else None
        if step is None:
            return False
        write(gateway, tx, Decision(Fate.FILED, reason, (step,)), now)
        return True

    return for_each_ticket(gateway, [partial(one, ticket.number) for ticket in found])
