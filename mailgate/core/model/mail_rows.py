"""Mails as lists of them show them: stored, parked, in quarantine, taken out of a mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model.trace import Trace


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail and what became of it, without its octets; `fate` is None until it has one."""

    number: int
    source: str
    sender: str
    recipients: tuple[str, ...]
    peer: str
    login: str
    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    accepted_at: datetime
    arrived_at: datetime
    origin: str
    size: int
    raw_digest: str
    blob: str | None
    attempts: int
    retried: int
    fate: str | None
    reason: str
    decided_at: datetime | None
    duplicate_of: int | None
    content_digest: str | None
    message_id: str
    author: str
    author_name: str
    subject: str
    date: datetime | None
    departments: tuple[str, ...]
    flags: tuple[str, ...]
    released_as: str
    release_mode: str
    error: str
    trace: Trace
    deciding: int
    alone: int
    released_by: str
    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QuarantinedMail:
    """A mail that we failed on; `from_` is its author, or the envelope's sender."""

    id: int
    mail: int
    at: datetime | None
    error: str
    from_: str
    subject: str
    size: int


@dataclass(frozen=True, slots=True)
class ParkedMail:
    """A mail that waits for a person's word; `agent` is who was asked, `understood` what would be done."""

    id: int
    mail: int
    at: datetime
    from_: str
    subject: str
    agent: str | None
    why: str
    understood: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A parked mail as those see it who ask about it again: `agent` is who is asked, `asks` how often they were."""

    mail: int
    agent: str
    why: str
    at: datetime
    doubt: bool
    asks: int
    asked_at: datetime | None
    told_at: datetime | None
    text: str
    subject: str
    author: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail that came out of a mailbox; `size` in octets."""

    uid: int
    raw_digest: str
    size: int
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class AsideMail:
    """A mail that a mailbox would not give us; `tries` is how often we asked."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    why: str
    size: int
    tries: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PurgeableMail:
    """A mail whose octets may go."""

    number: int
    sender: str
    arrived_at: datetime
