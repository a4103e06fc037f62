"""A channel on which people chat: what the admin decided about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.core.channels import whereabouts

MAIL = "mail"  # no channel: what `#via` calls the mail itself


@dataclass(frozen=True, slots=True)
class Channel:
    """A `[[channel]]`. Nothing here knows what is behind it."""

    name: str  # as agents read it; in addresses and on the wire in lower case
    department: str  # whose work its messages are
    language: str = ""  # of who writes there, where their words do not tell
    max_text: int = 4000  # characters of one message
    files: int = 10  # of one answer; 0: none
    files_max: int = 10 * 1024**2  # octets of each
    window: timedelta | None = None  # how long after their last message it lets us answer
    ack: bool = False  # is a new ticket acknowledged there?
    signature: bool = False  # does an agent's signature stand below their words?

    @property
    def key(self) -> str:
        """What stands in addresses."""
        return self.name.lower()

    @property
    def route(self) -> str:
        """The way out of what goes to it."""
        return whereabouts.ROUTE + self.key

    def names(self, name: str) -> str:
        """What somebody is called there."""
        return name if name.endswith(f" ({self.name})") else f"{name} ({self.name})".strip()

    def open_until(self, last: datetime | None) -> datetime | None:
        """Until when we may answer whoever wrote `last`; None: for ever, or nobody knows."""
        return None if self.window is None or last is None else last + self.window


def at(channels: Iterable[Channel], addr: str) -> Channel | None:
    """The channel on which an address is somebody; None for mail, and for a channel that is gone."""
    key = whereabouts.channel_of(addr)
    return next((one for one in channels if one.key == key), None) if key else None


def plain(channels: Iterable[Channel], name: str) -> str:
    """What somebody is called without the channel they are on."""
    for one in channels:
        name = name.removesuffix(f" ({one.name})")
    return name


def called(channels: Iterable[Channel], name: str) -> Channel | None:
    """The channel of that name, in whatever case."""
    wanted = name.lower()
    return next((one for one in channels if one.key == wanted), None)


def is_over(channel: Channel, last: datetime | None, now: datetime) -> bool:
    """True when the channel does not let us answer any more."""
    until = channel.open_until(last)
    return until is not None and until <= now
