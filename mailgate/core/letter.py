"""Which letter to whom, its headers and its thread; the words are found in `wire`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.core.mail import Address
from mailgate.core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter somebody has claimed, with what is needed to word and to send it."""

    id: int
    ticket: Ticket | None  # with `entries`
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
    context: Mapping[str, Any]
    attachments: tuple[tuple[int, str], ...]
    urgency: int
    created_at: datetime
    rendered: bytes | None  # kept from an earlier attempt
    deliveries: tuple[DueDelivery, ...] = ()


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """One recipient of a claimed letter."""

    id: int
    recipient: str
    attempts: int
    state: str
    first_tried_at: datetime | None = None
