"""A letter somebody has claimed, with all that is needed to word and to send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.customers.customer import Customer
from mailgate.core.model.change import Audience
from mailgate.core.model.content import Content
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import Ticket
from mailgate.core.proof.page import PageState


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter somebody has claimed, with what is needed to word and to send it."""

    id: int
    ticket: Ticket | None  # with `entries`
    content: Content
    audience: Audience
    agent: str
    purpose: Purpose
    department: str
    language: str
    subject: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    attachments: tuple[tuple[int, str], ...]
    urgency: int
    created_at: datetime
    rendered: bytes | None  # kept from an earlier attempt
    deliveries: tuple[DueDelivery, ...] = ()
    customer: Customer | None = None  # what the desk was told: to the house of the requester, else of the reader
    page: PageState | None = None  # of its ticket, where customers have pages

    @property
    def template(self) -> str:
        """What it is worded with."""
        return self.content.template


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """One recipient of a claimed letter."""

    id: int
    recipient: str
    attempts: int
    first_tried_at: datetime | None = None


def of_stored(letter: StoredLetter, ticket: Ticket | None) -> DueLetter:
    """A letter that lies in the store, for nobody who would send it: without deliveries."""
    return DueLetter(
        id=letter.id,
        ticket=ticket,
        content=letter.content,
        audience=Audience(letter.audience),
        agent=letter.agent,
        purpose=Purpose.read(letter.purpose),
        department=letter.department,
        language=letter.language,
        subject=letter.subject,
        message_id=letter.message_id,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        to=letter.to,
        cc=letter.cc,
        attachments=letter.attachments,
        urgency=letter.urgency,
        created_at=letter.created_at,
        rendered=letter.raw,
    )
