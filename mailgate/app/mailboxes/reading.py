"""What the IMAP readers remember on top of the store and the configuration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mailgate.app.health.alarm import Alarms
from mailgate.app.in_force import Clock
from mailgate.core.model.said import said
from mailgate.store.base import Cursor, Store

Unfetchable = Callable[[str, str, int, int, str, int], None]  # mailbox, folder, UIDVALIDITY, UID, why, octets


class ReaderMemory:
    """The readers' cursors, in the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def get(self, mailbox: str, folder: str) -> Cursor | None:
        """How far a folder has been read."""
        return self._store.read(lambda read: read.settings.cursor(mailbox, folder))

    def set(self, mailbox: str, folder: str, cursor: Cursor) -> None:
        """Remember it; returns once it is safe."""
        now = self._clock()
        self._store.write(lambda tx: tx.settings.set_cursor(mailbox, folder, cursor, now)).result()

    def first_seen(self, mailbox: str) -> datetime:
        """When this mailbox was connected for the first time; the first call remembers its own time.

        In whole seconds, as servers date their mail: what comes in that very second is new.
        """
        key = f"imap-first:{mailbox}"
        known = self._store.read(lambda read: read.settings.get(key))
        if known:
            return datetime.fromisoformat(known)
        now = self._clock().replace(microsecond=0)
        self._store.write(lambda tx: tx.settings.set(key, now.isoformat())).result()
        return now


def set_aside_by(store: Store, clock: Clock, alarms: Alarms) -> Unfetchable:
    """A mail the server will not hand over is written down and the admin told; the others go on."""

    def put(mailbox: str, folder: str, uidvalidity: int, uid: int, why: str, size: int) -> None:
        now = clock()
        store.write(lambda tx: tx.settings.put_aside(mailbox, folder, uidvalidity, uid, why, now, size)).result()
        alarms.problem(said("problem.unfetched", mailbox=mailbox, folder=folder, uid=uid, why=why))

    return put
