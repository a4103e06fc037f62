"""A message of ours to somebody on a channel: its id for ever, and what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

LEAVING: Final = "leaving"  # it may be on its way: nobody has said so yet
TAKEN: Final = "taken"  # by the bridge
TOLD: Final = ("delivered", "read", "failed")  # by who carries it


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message, the delivery it is a part of, and whose ticket that is about."""

    id: str
    state: str
    delivery: int
    letter: int
    recipient: str
    ticket: int | None


def id_of(message_id: str, recipient: str, part: str) -> str:
    """The id of a part of a letter for one recipient: the same at every attempt, and no token of ours.

    `part` says which words these are: cut otherwise, since a channel takes longer ones by now, they are others.
    """
    return hashlib.sha256(f"{message_id}\n{recipient.lower()}\n{part}".encode()).hexdigest()[:32]
