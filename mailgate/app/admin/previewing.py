"""A letter that waits, worded as it would leave now: for an admin who looks at it, and sends nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailgate.app.in_force import Snapshot
from mailgate.app.outbox.letter_facts import with_letter_facts
from mailgate.core.letters.due import of_stored
from mailgate.core.letters.letter import head
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.proof import token
from mailgate.store.base import Read
from mailgate.wire.letters import compose


def worded(kept: StoredLetter, snapshot: Snapshot, read: Read, now: datetime) -> bytes:
    """Its octets without the files that go along; nothing is written, and each look words it anew.

    Raises Permanent when an address cannot be written, Temporary when no template can be used.
    """
    policy = snapshot.policy
    ticket = None if kept.ticket is None else read.tickets.get(kept.ticket)
    due = replace(of_stored(kept, ticket), rendered=None)
    due = with_letter_facts(due, read, policy, now)
    letter = head(due, policy, loop_mark=token.loop_mark(policy.instance, policy.keys[0]))
    return compose.write(letter, now, snapshot.templates).raw
