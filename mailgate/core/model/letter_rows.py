"""Letters and their deliveries as lists of them show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model.content import Content
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One recipient of a letter, in the queue or behind it; `ticket` is its number."""

    id: int
    ticket: int | None
    template: str
    to: str
    state: str
    attempts: int
    due_at: datetime | None
    error: str | None
    message_id: str
    letter: int


@dataclass(frozen=True, slots=True)
class StuckAnswer:
    """Words of an agent that wait on their way to one recipient; `uncertain` where they may have arrived."""

    agent: str | None  # who wrote them; None where the letter does not say
    ticket: Ticket  # without entries
    to: str
    uncertain: bool


@dataclass(frozen=True, slots=True)
class DeliveryOfLetter:
    """How far a letter has come on its way to one recipient."""

    id: int
    recipient: str
    state: str
    attempts: int
    doubts: int
    due_at: datetime | None
    first_tried_at: datetime | None
    sent_at: datetime | None
    remote_id: str
    error: str


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A letter as it was decided, and as it left: `raw` is None until it is worded, and once its octets are gone."""

    id: int
    ticket: int | None
    mail: int | None
    template: str
    audience: str
    agent: str
    purpose: str
    department: str
    language: str
    subject: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    content: Content
    attachments: tuple[tuple[int, str], ...]
    urgency: int
    created_at: datetime
    dedupe: str | None
    revoked_at: datetime | None
    raw: bytes | None
    deliveries: tuple[DeliveryOfLetter, ...]


@dataclass(frozen=True, slots=True)
class CausedLetter:
    """A letter that a mail caused; `to` has copies too."""

    id: int
    template: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GatheredLetter:
    """A letter that waits for an agent's hours; `ticket` is its number."""

    agent: str
    letter: int
    ticket: int | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class AgedLetter:
    """A letter by its age: `loose` is about no ticket, `needed` is not to be emptied yet."""

    id: int
    created_at: datetime
    loose: bool
    needed: bool
