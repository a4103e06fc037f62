"""How far the messages of a letter to a channel have come, as the store keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.app.in_force import Clock
from mailgate.store.base import Store, Tx


class ChatProgress:
    """Remembers what a bridge has taken, so that a letter that stopped half-way goes on there."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def left(self, ids: Sequence[str], channel: str, letter: str, recipient: str) -> list[str]:
        """Those that have not been taken, in order; they are noted as about to leave. Raises Temporary."""

        def job(tx: Tx) -> list[str]:
            taken = tx.chats.taken(ids)
            tx.chats.leaving(ids, channel, letter, recipient, self._clock())
            return [one for one in ids if one not in taken]

        return self._store.write(job).result()

    def took(self, identity: str, remote_id: str) -> None:
        """On disk when this returns. Raises Temporary."""
        self._store.write(lambda tx: tx.chats.took(identity, remote_id, self._clock())).result()

    def wrote(self, ids: Sequence[str], person: str) -> list[str]:
        """Those under which this person wrote, in order: nobody is shown an answer to what somebody else said."""
        return self._store.read(lambda read: [one for one in ids if read.chats.wrote(one, person)])
