"""Which originals of spam the mailboxes still have to move, remembered in the store over restarts."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.app.in_force import Clock
from mailgate.store.base import Original, Store
from mailgate.wire.mime.content_digest import raw_digest


class OriginalsMemory:
    """What `edge.imap.junk` asks and tells."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def due(self, mailbox: str) -> Sequence[Original]:
        """Those of this mailbox to be moved now."""
        now = self._clock()
        return self._store.read(lambda read: read.mail.misplaced(mailbox, now))

    def same(self, raw: bytes, original: Original) -> bool:
        """True for the very bytes that were accepted."""
        return raw_digest(raw) == original.raw_digest

    def settle(self, mail: int) -> None:
        """It lies where it should."""
        self._store.write(lambda tx: tx.mail.placed(mail)).result()

    def put_off(self, mail: int) -> bool:
        """Tried in vain; False when it is given up."""
        now = self._clock()
        return self._store.write(lambda tx: tx.mail.misplaced_still(mail, now)).result()
