"""The verbs of what goes to channels: how far each message of a delivery has come, by the id its bridge knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailgate.core.channels.message import SentMessage


class ChatsRead(Protocol):
    """Messages of ours to people on channels."""

    def taken(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these messages that the bridge has taken."""

    def message(self, channel: str, named: str) -> SentMessage | None:
        """The message that a bridge names, by our id for it or by the one it told us."""

    def newest(self, address: str) -> int | None:
        """The number of the newest ticket that somebody wrote in from this address; merges followed."""

    def undecided(self, address: str) -> int | None:
        """The newest mail that somebody wrote from this address on a channel and that has no ticket yet."""

    def ticket_of(self, message_id: str) -> tuple[int | None, int | None]:
        """The mail of that Message-ID and the number of its ticket, each None where there is none."""

    def wrote(self, message_id: str, address: str) -> bool:
        """Is the mail of that Message-ID from whoever has this address?"""


class ChatsTx(ChatsRead, Protocol):
    """The same, with what changes it."""

    def leaving(self, ids: Sequence[str], channel: str, letter: str, recipient: str, now: datetime) -> None:
        """These messages are about to go to the recipient of the letter with that Message-ID."""

    def took(self, message: str, remote_id: str, now: datetime) -> None:
        """The bridge has taken a message."""

    def told(self, message: str, state: str, now: datetime) -> None:
        """What a bridge says became of a message."""
