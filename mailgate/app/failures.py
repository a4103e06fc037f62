"""What people are told when a letter cannot be sent or a template does not work."""

from __future__ import annotations

import hashlib
import logging

from mailgate.app.ledger import Failed
from mailgate.app.live import Clock, Live
from mailgate.app.wording import Problem
from mailgate.core import bounce, unreadable
from mailgate.core.change import Decision, Fate
from mailgate.core.letter import DueDelivery, DueLetter
from mailgate.errors import MailgateError
from mailgate.store.base import Ids, Store, Tx

log = logging.getLogger(__name__)


def undelivered(live: Live, ids: Ids, clock: Clock) -> Failed:
    """A note on the ticket of a letter that was refused for good, in the transaction that marks it."""

    def write(tx: Tx, due: DueLetter, delivery: DueDelivery, error: str) -> None:
        ticket = due.ticket
        if ticket is None or due.urgency == 1:
            return  # an acknowledgement that nobody takes is no news
        decision = bounce.undelivered(live.policy, ticket, due.audience, delivery.recipient, error, due.agent)
        tx.apply(None, decision, clock(), ids, None, hold=live.snapshot.holds)

    return write


def to_admin(store: Store, live: Live, ids: Ids, clock: Clock) -> Problem:
    """A letter to the admin about trouble with sending; when the store cannot take it, the log has it."""

    def tell(text: str) -> None:
        log.warning("problem", extra={"problem": text})
        now = clock()
        what = hashlib.sha256(text.encode()).hexdigest()[:12]
        alarms = unreadable.alarm(live.policy, now, what, "Letters need your attention", text, "mailgate outbox list")
        decision = Decision(Fate.FILED, "alarm", letters=alarms)
        try:
            store.write(lambda tx: tx.apply(None, decision, now, ids, None, hold=live.snapshot.holds))
        except MailgateError as error:
            log.error("no alarm", extra={"error": str(error)})

    return tell
