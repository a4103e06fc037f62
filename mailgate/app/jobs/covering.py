"""Moves urgent work away from those who are not here."""

from __future__ import annotations

from datetime import datetime

from mailgate.app.gateway import Gateway
from mailgate.core.clock import cover as covers
from mailgate.core.model.facts import Facts
from mailgate.store.base import TicketFilter, Tx

MOST = 200  # tickets of one agent looked at in one go


def cover(gateway: Gateway, now: datetime) -> int:
    """Hand urgent and overdue open work of everybody away to their cover; returns how many tickets moved."""

    def job(tx: Tx) -> int:
        away = tx.people.absences(now)
        work = {
            one.agent: tx.tickets.matching(TicketFilter(status=("new", "open"), owner=one.agent, limit=MOST), now)
            for one in away
            if one.cover
        }
        decision = covers.hand_to_cover(gateway.in_force.moment(now, Facts(away=tuple(away))), work)
        if decision.steps:
            tx.apply(None, decision, now, gateway.ids, None, hold=gateway.in_force.snapshot.letters_wait)
        return len(decision.steps)

    if not gateway.store.read(lambda read: read.people.absences(now)):
        return 0
    moved = gateway.store.write(job).result()
    if moved:
        gateway.dispatcher.wake()
    return moved
