"""What became of deliveries, told to the store in few commits, and told again when the store could not listen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from mailgate.app.in_force import Clock
from mailgate.app.outbox.outcome import Mark
from mailgate.app.outbox.wording import ReadyLetter
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.errors import MailgateError, Temporary
from mailgate.store.base import Store, Tx

log = logging.getLogger(__name__)

Failed = Callable[[Tx, DueLetter, DueDelivery, str], None]


@dataclass(slots=True)
class MarksToWrite:
    """What one commit has to say: marks, each with its letter and delivery, and new bytes to keep."""

    marks: list[tuple[Mark, DueLetter, DueDelivery]] = field(default_factory=list)
    words: list[ReadyLetter] = field(default_factory=list)


class DeliveryMarks:
    """Writes marks; `on_failed` adds the note on the ticket in the transaction that marks a delivery dead."""

    def __init__(self, store: Store, clock: Clock, on_failed: Failed) -> None:
        self._store, self._clock, self._on_failed = store, clock, on_failed
        self._owed: list[MarksToWrite] = []
        self._guard = threading.Lock()

    def write(self, unwritten: MarksToWrite, *, owe: bool = False) -> None:
        """Commit marks, fsynced. Raises Temporary; with `owe` they are then kept for `write_owed`.

        A sent letter stays sent.
        """
        if not unwritten.marks and not unwritten.words:
            return
        try:
            self._commit(unwritten)
        except Temporary:
            if owe:
                with self._guard:
                    self._owed.append(unwritten)
            raise

    def write_owed(self) -> None:
        """Tell the store what it could not be told before; raises Temporary while it still cannot listen."""
        with self._guard:
            while self._owed:
                self._commit(self._owed[0])
                self._owed.pop(0)

    def _commit(self, unwritten: MarksToWrite) -> None:
        try:
            self._store.write(lambda tx: self._tell(tx, unwritten, notes=True)).result()
        except MailgateError:
            raise
        except Exception:
            log.exception("note about a failed delivery cannot be written")
            self._store.write(lambda tx: self._tell(tx, unwritten, notes=False)).result()

    def _tell(self, tx: Tx, unwritten: MarksToWrite, *, notes: bool) -> None:
        now = self._clock()
        for ready in unwritten.words:
            subject, promised = ready.subject or "", ready.promised
            tx.outbox.keep_rendered(ready.due.id, ready.raw, subject, ready.words, ready.notes, promised=promised)
        for mark, due, delivery in unwritten.marks:
            with suppress(KeyError):  # erased meanwhile
                tx.outbox.mark(
                    mark.delivery, mark.state, now,
                    due_at=mark.due_at, error=mark.error, remote_id=mark.remote_id, attempts=mark.attempts,
                )  # fmt: skip
                if mark.failed and notes:
                    self._on_failed(tx, due, delivery, mark.error)
