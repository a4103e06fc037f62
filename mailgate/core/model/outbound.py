"""What we owe: an intention to write, to whom, about what, and when it may leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from mailgate.core.model.content import Content
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import Priority

GATHERED = ("notice", "escalation")  # letters to agents that may go into a list with others


class Audience(StrEnum):
    """Who reads a letter decides what may stand in it."""

    CUSTOMER = "customer"
    AGENT = "agent"
    EXPERT = "expert"  # an outsider asked with #ask
    ADMIN = "admin"


class Purpose(StrEnum):
    """What a plain reply to a letter does; it stands in the letter's token."""

    NONE = ""
    ACK = "ack"
    WORDS = "words"
    CUSTOMER = "customer"  # goes to the customer
    NOTE = "note"  # stays in the house
    VOTE = "vote"
    RELEASE = "release"  # settles a parked mail
    EXPERT = "expert"
    BOUNCE = "bounce"
    QUESTION = "question"
    TAP = "tap"
    STAGE = "stage"
    ADMIN = "admin"
    DESK = "desk"
    TABLES = "tables"  # acts on a list by its numbers

    @classmethod
    def read(cls, text: str) -> Purpose:
        """The purpose a row names; one that this version does not know is none."""
        return next((one for one in cls if one == text), cls.NONE)


class Urgency(IntEnum):
    """The order letters leave in."""

    WORDS = 0
    ACK = 1
    NOTICE = 2
    DIGEST = 3


class DeliveryState(StrEnum):
    """Where one letter to one recipient is on its way."""

    WAITING = "waiting"
    LEASED = "leased"
    SENDING = "sending"  # the relay has taken the envelope
    SENT = "sent"
    UNCERTAIN = "uncertain"  # it may have arrived
    HELD = "held"  # restored, within its undo window, or until its time
    DEAD = "dead"

    @property
    def under_way(self) -> bool:
        """True while these very bytes may be leaving."""
        return self in (DeliveryState.LEASED, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Outbound:
    """An intention to write; the words are found at dispatch from `content` and the ticket."""

    content: Content
    audience: Audience
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    agent: str = ""  # AGENT: whose letter and whose token
    department: str = ""  # whose address stands in From; "" is the ticket's
    language: str = "en"
    purpose: Purpose = Purpose.NONE
    subject: str = ""  # without the tag; "" takes the ticket's
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[tuple[int, str], ...] = ()  # (mail number, part); mail 0 is the mail being processed
    urgency: Urgency = Urgency.NOTICE
    not_before: datetime | None = None  # the undo window, quiet hours
    mail: int | None = None  # the mail it is about, where that is not the one being processed
    dedupe: str = ""  # UNIQUE when given: the same intention is never written twice

    @property
    def template(self) -> str:
        """What it is worded with."""
        return self.content.template

    def counted_as(self, priority: str) -> str:
        """Its name in the tally that limits look at; "" for what is not counted. `priority` is its ticket's, or ""."""
        if self.urgency is Urgency.ACK:
            return "ack"
        told = self.template in GATHERED and self.not_before is None and priority == Priority.URGENT.value
        return f"urgent:{self.agent}" if told and self.agent else ""
