"""What the store is handed and hands out beside tickets and mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from mailgate.core.model.content import Content
from mailgate.core.model.mail import Envelope
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Incoming:
    """The bytes of a large mail, on disk under a name that begins with their digest; no row speaks of them yet."""

    digest: str  # sha256 hex
    size: int  # octets
    path: Path


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer to `keep`: the mail's number, and the earlier mail it repeats byte for byte."""

    number: int
    duplicate_of: int | None = None

    @property
    def first(self) -> int:
        """The mail that counts: the earlier one, where there is one."""
        return self.number if self.duplicate_of is None else self.duplicate_of


@dataclass(frozen=True, slots=True)
class OldLetter:
    """A letter that left before letters had fingerprints."""

    id: int
    raw: bytes
    content: Content
    audience: Audience
    ticket: Ticket | None  # with its thread, where merges took it


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail without a fate yet."""

    number: int
    raw: bytes | None  # None when the bytes lie in a file
    path: str | None
    envelope: Envelope
    accepted_at: datetime
    arrived_at: datetime
    attempts: int  # how often a child died on it
    alone: int  # how often the gateway ended uncleanly while it alone was being decided
    size: int
    released_as: str = ""  # a parked mail, released by this agent's proof
    release_mode: str = ""
    released_by: str = ""  # the Message-ID of the receipt whose answer that was
    retried: bool = False  # it comes out of quarantine


class Ids(Protocol):
    """Chance and signatures, handed to the store by the root (core knows neither)."""

    def message_id(self, ticket: int | None, audience: Audience, agent: str, purpose: Purpose) -> str:
        """A new signed Message-ID with angle brackets, for that reader and purpose."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What `apply` wrote."""

    tickets: tuple[int, ...] = ()  # numbers, in the order of the steps, each once
    letters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets: every given condition must hold."""

    status: tuple[str, ...] = ()
    department: str | None = None
    owner: str | None = None
    unowned: bool = False
    tag: str | None = None
    overdue: bool = False
    customer: str | None = None
    watcher: str | None = None  # an agent who follows the ticket, or a tag it has
    numbers: tuple[int, ...] = ()
    limit: int = 200
    offset: int = 0
    by_arrival: bool = False  # in the order they came, what is urgent before it


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the store indexes of the mail a decision is about."""

    content_digest: str
    message_id: str
    ids: tuple[str, ...]  # In-Reply-To and References, for the msgid index
    author: str
    author_name: str
    subject: str
    date: datetime | None
    departments: tuple[str, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reminder:
    """A nudge an agent asked for."""

    id: int
    ticket: int
    agent: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder of an IMAP mailbox has been read."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Original:
    """A mail of an IMAP mailbox that belongs in its junk folder, or back where it was taken from."""

    mail: int
    to_junk: bool
    folder: str
    uidvalidity: int
    uid: int  # 0: not known any more
    message_id: str
    size: int  # octets
    raw_digest: str
