"""Waves of near-equal mail: the lead is asked once, and each ticket follows the answer, or comes in without one."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket
from mailgate.core.clock import wave
from mailgate.core.model.change import CancelLetters, Decision, Fate
from mailgate.core.model.desk_rows import HeldTicket, Wave
from mailgate.store.base import Tx

MOST = 500  # tickets a tick
LISTED = 500  # of a wave that is asked about


def waves(gateway: Gateway, now: datetime) -> int:
    """Ask about new waves, let in those that nobody answered about, and carry out what was said of the others."""
    memory = gateway.intake.deciding.waves
    found = gateway.store.read(lambda read: read.waves.lately(now - wave.FOLLOWED))
    done = 0
    for one in found:
        if one.asked_at is None and not one.verdict:
            done += gateway.store.write(partial(_ask, gateway, one, memory.members(one.key), now)).result()
        elif wave.is_over(one, now):
            done += gateway.store.write(partial(_unanswered, one, now)).result()
    memory.learn(gateway.store.read(lambda read: read.waves.lately(now - wave.FOLLOWED)))
    held = gateway.store.read(lambda read: read.waves.to_settle(MOST))
    if done:
        gateway.dispatcher.wake()
    return done + each_ticket.for_each_ticket(gateway, [partial(_settle, gateway, one, now) for one in held])


def _ask(gateway: Gateway, one: Wave, early: tuple[int, ...], now: datetime, tx: Tx) -> int:
    """The first of the wave join it, their notices that wait are taken back, and one letter asks about all."""
    for number in early:
        ticket, _ = each_ticket.facts_of(tx, number, now)
        waiting = tx.waves.untold(number)
        step = wave.joins(ticket, one, told=not waiting) if ticket else None
        if step is not None:
            effects = (CancelLetters(waiting, why="wave"),) if waiting else ()
            each_ticket.write(gateway, tx, Decision(Fate.FILED, "wave", (step,), effects=effects), now)
    held = [ticket for row in tx.waves.held(one.key, LISTED) if (ticket := tx.tickets.get(row.number))]
    moment = each_ticket.moment_for_all(gateway, tx, now)
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "wave", letters=wave.question(moment, one, held)), now)
    tx.waves.asked(one.key, now)
    return 1


def _unanswered(one: Wave, now: datetime, tx: Tx) -> int:
    return int(tx.waves.judge(one.key, "real", now))


def _settle(gateway: Gateway, held: HeldTicket, now: datetime, tx: Tx) -> bool:
    ticket, facts = each_ticket.facts_of(tx, held.number, now)
    if ticket is not None:  # merged meanwhile it is None
        moment = gateway.in_force.moment(now, facts)
        step = wave.settled(moment, ticket, held.verdict, held.ack, told=held.told)
        each_ticket.write(gateway, tx, Decision(Fate.FILED, "wave", (step,)), now)
    tx.waves.done(held.number)
    return True
