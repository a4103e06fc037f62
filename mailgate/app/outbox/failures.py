"""What people are told when a letter cannot be sent."""

from __future__ import annotations

from mailgate.app.in_force import Clock, InForce
from mailgate.app.outbox.delivery_marks import Failed
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.mails import bounce
from mailgate.core.model.facts import Facts
from mailgate.store.base import Ids, Tx


def undelivered(in_force: InForce, ids: Ids, clock: Clock) -> Failed:
    """A note on the ticket of a letter that was refused for good, in the transaction that marks it."""

    def write(tx: Tx, due: DueLetter, delivery: DueDelivery, error: str) -> None:
        ticket = due.ticket
        if ticket is None or due.urgency == 1:
            return  # an acknowledgement that nobody takes is no news
        now = clock()
        ticket = tx.tickets.get(ticket.number) or ticket  # as it is now, not as it was when the letter was claimed
        moment = in_force.moment(now, Facts(away=tx.people.absences(now)))
        decision = bounce.undelivered(moment, ticket, due, delivery.recipient, error)
        tx.apply(None, decision, now, ids, None, hold=in_force.snapshot.letters_wait)

    return write
