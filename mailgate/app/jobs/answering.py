"""Sends one answer to many tickets: a slice at a time, each ticket in a transaction of its own that remembers it."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from mailgate import crash
from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.core.clock import answering
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.outage import Mailing
from mailgate.store.base import Tx


def answer_many(gateway: Gateway, now: datetime) -> int:
    """Write the letters of every mailing that has begun; returns how many tickets were looked at.

    Wherever we end, the next turn goes on: what a ticket became stands beside its letter, whose key holds even so.
    """
    done = 0
    for about in gateway.store.read(lambda read: read.outage.mailings(now)):
        done += _whole(gateway, about, now)
    return done


def _whole(gateway: Gateway, about: Mailing, now: datetime) -> int:
    done = 0
    while not gateway.stopping.is_set():
        waiting = gateway.store.read(lambda read: read.outage.unanswered(about.mail, answering.SLICE))
        if not waiting:
            gateway.store.write(partial(_end, gateway, about, now)).result()
            gateway.dispatcher.wake()
            break
        done += each_ticket.for_each_ticket(gateway, [partial(_one, gateway, about, number, now) for number in waiting])
    return done


def _one(gateway: Gateway, about: Mailing, number: int, now: datetime, tx: Tx) -> bool:
    ticket, facts = each_ticket.facts_of(tx, number, now)
    moment = gateway.in_force.moment(now, facts)
    found = answering.answer(moment, about, ticket, tx.outage.happened(number, about.event))
    if not tx.outage.settle(about.mail, number, found if isinstance(found, str) else answering.SENT):
        return False
    if not isinstance(found, str):
        decision = Decision(Fate.FILED, "answered", (found,), actor=about.agent)
        each_ticket.write(gateway, tx, decision, now)
        crash.point("mid-slice")
    return True


def _end(gateway: Gateway, about: Mailing, now: datetime, tx: Tx) -> None:
    """The receipts and the end in one transaction."""
    sent, passed_over = tx.outage.sent(about.mail), tx.outage.passed_over(about.mail)
    letters = answering.receipts(gateway.in_force.policy, about, sent, passed_over)
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "answered", letters=letters, actor=about.agent), now)
    tx.outage.end(about.mail)
