"""The desk as lists and figures show it: journals, bans, contacts, how much there is of everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of a ticket's journal; times in `old` and `new` are microseconds since 1970."""

    id: int
    ticket: int
    at: datetime
    actor: str
    mail: int | None
    kind: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Ban:
    """An address or `@domain` of which nothing is taken; `until` is None for good.

    What an agent shut out by `#spam always` is filed as spam; what the admin banned is dropped.
    """

    pattern: str
    until: datetime | None
    why: str
    at: datetime
    agent: str = ""  # "": the admin


@dataclass(frozen=True, slots=True)
class Wave:
    """Near-equal mails of people nobody knew, that wait for a word of the lead or have had it."""

    key: str
    department: str
    sketch: tuple[int, ...]
    began_at: datetime
    asked_at: datetime | None = None
    verdict: str = ""  # "spam", "real"
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldTicket:
    """A ticket that waits with its wave, or follows its verdict next."""

    number: int
    wave: str
    verdict: str
    ack: str  # the acknowledgement owed, by its template
    told: bool  # its notices have left already


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket of somebody new, as a wave is recognised by it."""

    number: int
    mail: int
    department: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SavedReply:
    """A canned answer that an agent kept."""

    name: str
    language: str
    text: str
    agent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """A person: their addresses, and how many tickets are theirs."""

    name: str
    addresses: tuple[str, ...]
    tickets: int
    last_mail_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnVote:
    """How somebody said it went with a ticket of theirs, and what they wrote beside it."""

    ticket: int
    at: datetime
    score: int
    comment: str


@dataclass(frozen=True, slots=True)
class PersonFound:
    """Where one person stands in our tables: row ids of what is theirs, numbers of tickets and mails."""

    contact: int
    contacts: tuple[int, ...]
    ids: tuple[int, ...]
    keys: tuple[str, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]
    own: tuple[int, ...]
    others: tuple[int, ...]
    mails: tuple[int, ...]
    tickets: tuple[int, ...]
    unsolved: tuple[int, ...]
    took_part: tuple[int, ...]
    votes: tuple[OwnVote, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """How many tickets of one status an owner has in a department; `owner` is None for nobody's."""

    status: str
    department: str
    owner: str | None
    tickets: int
    oldest: datetime
    overdue: int


@dataclass(frozen=True, slots=True)
class UnownedLoad:
    """How many tickets at work nobody has in a department."""

    department: str
    tickets: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Unowned:
    """What nobody has: the most pressing tickets, how many there are, and the newest line of the journal then."""

    first: tuple[Ticket, ...]
    load: tuple[UnownedLoad, ...]
    event: int

    @property
    def tickets(self) -> int:
        """How many there are in all."""
        return sum(one.tickets for one in self.load)


@dataclass(frozen=True, slots=True)
class Today:
    """What came and went since midnight, by the desk's clock."""

    opened: int
    solved: int  # without the filed
    filed: int
    mails: int  # customers', and what programs send
    agents: int  # mails from agents' addresses


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """The workload at a glance: unsolved tickets, the overdue ones among them, the oldest."""

    load: tuple[Load, ...]
    overdue: int
    oldest: datetime | None
    today: Today


@dataclass(frozen=True, slots=True)
class QueueRow:
    """How many wait in one state, and since when the first."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class MailQueue:
    """How many mails have no fate yet, and since when the first."""

    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Queues:
    """Every queue; `outbox` by state. None where the store could not be asked."""

    mail: MailQueue
    last_mail_at: datetime | None
    quarantined: int | None
    parked: int | None
    outbox: Mapping[str, QueueRow]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts for machines: tickets by status, deliveries by state, and when each job last did something."""

    tickets: Mapping[str, int]
    deliveries: Mapping[str, int]
    jobs: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Praise:
    """A vote of 9 or 10 with the customer's words; `answered` are the agents who wrote to them."""

    ticket: int
    department: str
    score: int
    words: str
    answered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpeningWords:
    """What a ticket was opened with."""

    number: int
    subject: str
    text: str  # the top of it
    language: str
    at: datetime  # when it was opened
