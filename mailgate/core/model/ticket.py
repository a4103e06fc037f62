"""A ticket and its thread, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailgate.core.model.mail import Address, Attachment


class Status(StrEnum):
    """Where a ticket stands: new, open, waiting or hold, solved, archived."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    HOLD = "hold"
    SOLVED = "solved"
    ARCHIVED = "archived"

    @property
    def done(self) -> bool:
        """True when nobody needs to work on it."""
        return self in (Status.SOLVED, Status.ARCHIVED)


QUIET = "quiet"  # the tag of a ticket that no automatic letter leaves and that nothing but people solves
IN_WAVE = "wave"  # the tag of one of many near-equal mails about which the lead has not said a word yet


class Priority(StrEnum):
    """How much it matters; `rank` sorts the most urgent first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """0 for urgent to 3 for low."""
        return ("urgent", "high", "normal", "low").index(self.value)


class EntryKind(StrEnum):
    """Who says what to whom in a thread."""

    CUSTOMER = "customer"
    AGENT = "agent"  # an agent's words to the customer
    NOTE = "note"  # internal: never shown to a customer
    CALL = "call"  # phone memo: internal
    AUTO = "auto"  # an auto-reply of the customer's side
    BOUNCE = "bounce"
    EVENT = "event"

    @property
    def public(self) -> bool:
        """True when a customer may see it."""
        return self in (EntryKind.CUSTOMER, EntryKind.AGENT)


def responds(kind: EntryKind, author: str, *, elsewhere: bool = False) -> bool:
    """True for what answers a customer: an agent's words to them, or a call an agent had with them.

    The memo of a call that a telephone exchange reports has an address for its author, an agent's has a name. Words to
    somebody else alone (`elsewhere`) answer nobody who asked.
    """
    return not elsewhere and (kind is EntryKind.AGENT or (kind is EntryKind.CALL and "@" not in author))


@dataclass(frozen=True, slots=True)
class Entry:
    """One contribution to a thread."""

    id: int
    kind: EntryKind
    author: str  # an address, an agent's name or "mailgate"
    author_name: str
    at: datetime
    text: str
    quoted: str = ""
    html: str = ""
    unverified: bool = False
    attachments: tuple[Attachment, ...] = ()
    mail: int | None = None
    title: str = ""  # the subject of the customer's mail, where it was a new one
    only: str = ""  # an agent's words to one person alone: their canonical address

    @property
    def for_all(self) -> bool:
        """True for what whoever takes part may read: public words that are nobody else's and to nobody alone."""
        return self.kind.public and not self.unverified and not self.only

    @property
    def folded(self) -> int:
        """How many lines of a customer's mail quote the ticket and are not in `text`."""
        if self.kind not in (EntryKind.CUSTOMER, EntryKind.AUTO):
            return 0
        return sum(1 for line in self.quoted.split("\n") if line.strip(" >|\t"))


@dataclass(frozen=True, slots=True)
class Due:
    """The deadlines of a ticket, aware UTC; None when there is none or its clock has been answered."""

    first_response: datetime | None = None
    resolve: datetime | None = None
    manual: datetime | None = None

    @property
    def next(self) -> datetime | None:
        """The earliest of them."""
        return min((at for at in (self.first_response, self.resolve, self.manual) if at), default=None)


@dataclass(frozen=True, slots=True)
class AnyTicket:
    """A ticket as it stands or is about to be opened; `entries` is filled only where the thread was asked for."""

    number: int | None  # None until the store draws one
    subject: str
    status: Status
    department: str
    requester: Address
    created_at: datetime
    updated_at: datetime
    owner: str | None = None
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    sla: str | None = None
    participants: tuple[Address, ...] = ()  # the requester first
    watchers: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()  # every department told, its own first
    first_response_at: datetime | None = None
    solved_at: datetime | None = None
    status_until: datetime | None = None  # hold: wakes at; waiting: nudge or solve at
    status_since: datetime | None = None
    last_public_at: datetime | None = None  # newest customer or agent words
    last_agent_at: datetime | None = None  # newest agent words to the customer, calls with them included
    last_customer_at: datetime | None = None  # newest customer words
    due: Due = Due()
    escalation: int = 0
    pauses: tuple[tuple[datetime, datetime], ...] = ()  # past stretches at rest (waiting, hold, solved): no clock ran
    links: tuple[int, ...] = ()
    merged_into: int | None = None
    entries: tuple[Entry, ...] = ()

    def overdue(self, now: datetime) -> bool:
        """True when a deadline has passed on a ticket that is not done, waiting or on hold."""
        at = self.due.next
        return at is not None and at < now and self.status in (Status.NEW, Status.OPEN)

    @property
    def quiet(self) -> bool:
        """True when nothing leaves but what an agent writes (`#quiet`, a rule's `quiet`)."""
        return QUIET in self.tags

    @property
    def done_since(self) -> datetime | None:
        """When it was done; None while it is not."""
        return (self.solved_at or self.updated_at) if self.status.done else None

    @property
    def untouched(self) -> bool:
        """True while nobody has taken it, answered it or done anything with its status."""
        return self.status is Status.NEW and self.owner is None and self.last_agent_at is None

    @property
    def pressing(self) -> tuple[bool, datetime, int, datetime, int]:
        """What sorts the queue in working order: due first, then by priority, then as they came."""
        due = self.due.next
        return due is None, due or self.created_at, self.priority.rank, self.created_at, self.number or 0


@dataclass(frozen=True, slots=True)
class Ticket(AnyTicket):
    """A ticket as the store knows it."""

    number: int
