"""What must be known to decide, and all the store knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailgate.core.customers.customer import Customer
from mailgate.core.model.canned import Article
from mailgate.core.model.content import Content
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.mail import Address
from mailgate.core.model.outage import Incident, News
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.ticket import Entry, Ticket

AGAIN = timedelta(minutes=10)  # within which a mail without Message-ID and Date counts as the same once more


@dataclass(frozen=True, slots=True)
class WhyParked:
    """Why a mail waits for a person."""

    why: str
    agent: str = ""  # who is asked
    understood: tuple[str, ...] = ()
    doubt: bool = False  # nothing proves that the agent wrote it: one question may name several such mails
    asked: bool = True  # a letter beside it asks; False: it waits for the next question
    text: str = ""  # of a mail in doubt, the top of its words for that question


@dataclass(frozen=True, slots=True)
class Needs:
    """Questions to the store, found in the mail alone."""

    content_digest: str
    message_id: str
    ids: tuple[str, ...]  # In-Reply-To first, then References from the right, then reported ids
    numbers: tuple[int, ...]  # ticket numbers in the subject, by tokens, by addresses
    sender: str  # canonical address of the author
    departments: tuple[str, ...]
    arrived_at: datetime
    letters: tuple[str, ...] = ()  # letters of ours that are wanted, by Message-ID or by `Token.letter` (valid MAC)
    reported: tuple[str, ...] = ()  # those of them whose deliveries matter
    orders: bool = False  # an agent's mail with commands: threads, journals and the queue may matter
    queue_of: str = ""  # the agent who asks for the next ticket
    queue_in: tuple[str, ...] = ()  # and their departments
    queue_by_arrival: bool = False  # see `Policy.by_arrival`
    queue_languages: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # see `skills.own_and_others`
    named: bool = True  # it has a Message-ID or a believable Date: else the same words later are another mail
    asked: tuple[str, ...] = ()  # agents who may have to be asked whether they wrote it
    requester: str = ""  # whose tickets of the last hour are counted: `NOBODY`, or the sender where it is ""
    phones: tuple[str, ...] = ()  # telephone numbers (see `phone.number_dialled`) whose callers are wanted
    people: tuple[str, ...] = ()  # addresses an agent names after a command: what is known of these people
    customers: tuple[str, ...] = ()  # who else may be whoever gets answers: what the desk was told of them is wanted
    forwards: bool = False  # they may pass a mail on: are its octets still here?
    senders: bool = False  # the orders may be about spam: who is known of those the tickets are from?
    ways: bool = False  # they may send words another way: by which addresses are the customers known?
    domain: bool = False  # and about a whole domain: was anybody there answered?
    on_page: bool = False  # it was written on a page that answers no letter: who spoke last?
    through: str = ""  # the contact form that names the sender: a ban of either holds


@dataclass(frozen=True, slots=True)
class SentLetter:
    """What we remember of a letter of ours."""

    id: int
    message_id: str
    ticket: int | None
    content: Content
    audience: Audience
    agent: str
    purpose: Purpose
    created_at: datetime
    revoked: bool = False
    mail: int | None = None  # the mail that made us write it
    deliveries: tuple[tuple[int, str], ...] = ()  # id and address, where `Needs.reported` asks
    promised: tuple[Address, ...] | None = None  # whom its first line named as those who get an answer
    old: bool = False  # signed by 0.1.0, whose receipts did not show all they would send
    subject: str = ""  # without the tag
    worded: bool = True  # its words are kept, and known again in an answer
    settled_by: str = ""  # who settled the parked mail it asks about; "" while that waits

    @property
    def template(self) -> str:
        """What it was worded with."""
        return self.content.template


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody an agent names: as their letters go to them, and the language of their newest ticket, "" without any."""

    address: Address
    language: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of whoever a ticket is from, where an agent may call it spam."""

    acknowledged: bool = False  # an acknowledgement of this ticket was written
    answered: bool = False  # an agent has answered one of their tickets
    domain_answered: bool = False  # or one of anybody in their domain; read where a domain is asked for
    address_until: datetime | None = None  # shut out by an agent's `#spam always`
    domain_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """What a mail has in common with others of people nobody knew, who wrote nearly the same."""

    key: str  # of the wave they are, or would be
    sketch: tuple[int, ...]  # see `text.alikeness`
    count: int = 0  # others of these in the last ten minutes
    verdict: str = ""  # "", "asked": they wait for a word, "spam", "real"


@dataclass(frozen=True, slots=True)
class Absence:
    """An agent away at the moment, and who covers."""

    agent: str
    start: datetime
    until: datetime | None
    cover: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All the store knows that matters for one decision, read in the transaction that applies it."""

    duplicate_of: int | None = None  # number of an earlier mail with the same content
    duplicate_departments: tuple[str, ...] = ()  # departments that already have it
    duplicate_ticket: int | None = None
    msgid_collision: bool = False  # the same Message-ID with other content exists
    by_id: Mapping[str, int] = field(default_factory=dict)  # Message-ID -> ticket (merges followed)
    awaited: int | None = None  # the ticket that knows the mail's own id as somebody's reference, while no mail has it
    tickets: Mapping[int, Ticket] = field(default_factory=dict)  # every candidate, by number (merges followed)
    merged: Mapping[int, int] = field(default_factory=dict)  # asked-for number -> where it went
    letters: Mapping[str, SentLetter] = field(default_factory=dict)  # by what the needs asked for
    signed_since: datetime | None = None  # when 0.1.0 gave way to a MAC per carrier
    successors: Mapping[int, int] = field(default_factory=dict)  # a ticket closed for good -> its open follow-up
    customer_ids: Mapping[int, tuple[str, ...]] = field(
        default_factory=dict
    )  # ticket -> ids customers may see, in order
    acks_sender_hour: int = 0
    acks_sender_day: int = 0
    acks_hour: int = 0
    tickets_sender_hour: int = 0
    unproven_sender_hour: int = 0  # mails in this sender's name that wait for a proof, counted up to 100
    asked_at: Mapping[str, datetime] = field(default_factory=dict)  # agent -> newest question still open: "was it you?"
    reopens_day: Mapping[int, int] = field(default_factory=dict)
    banned: bool = False
    alike: Alike | None = None  # what the process remembers of its like; no statement asks for it
    waves: Mapping[str, str] = field(
        default_factory=dict
    )  # wave -> verdict, where a mail answers the question about it
    shut_out: bool = False  # by an agent: what they send is spam, and filed as that
    known_sender: bool = False  # somebody wrote by that address before, perhaps a forger
    answered_sender: bool = False  # an agent has written to them: a person took them for who they say they are
    load: Mapping[str, int] = field(default_factory=dict)  # agent -> open tickets
    last_assigned: Mapping[str, datetime] = field(default_factory=dict)
    away: tuple[Absence, ...] = ()
    away_later: tuple[Absence, ...] = ()  # absences that have not begun yet
    tag_watchers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # tag -> agents who watch it
    incidents: tuple[Incident, ...] = ()  # what gathers tickets at the moment
    news: tuple[News, ...] = ()  # what departments tell everybody who writes, at the moment
    opened_hour: Mapping[str, int] = field(default_factory=dict)  # department -> tickets of the last hour, 50 looked at
    urgent_hour: Mapping[str, int] = field(default_factory=dict)  # agent -> notices of urgent tickets that left at once
    entries: Mapping[int, tuple[Entry, ...]] = field(default_factory=dict)  # asked with `orders`: the thread
    brought_in: Mapping[int, Mapping[str, str]] = field(default_factory=dict)  # by ticket and address: by which agent
    ways: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # ticket -> all addresses of its customer, where
    # that one is on a channel, or a mail asks for another way
    journal: Mapping[int, tuple[JournalLine, ...]] = field(default_factory=dict)  # and every event
    purged: frozenset[int] = frozenset()  # asked with `forwards`: customers' newest mails whose octets are gone
    unsent: Mapping[int, Mapping[int, tuple[int, ...]]] = field(default_factory=dict)  # ticket -> mail -> letters
    senders: Mapping[int, Sender] = field(default_factory=dict)  # asked with `senders`: ticket -> whom it is from
    replies: Mapping[str, str] = field(default_factory=dict)  # saved answers: name -> text
    asked_articles: Mapping[str, Article] = field(default_factory=dict)  # those that wait for a lead, by name
    callers: Mapping[str, Address] = field(default_factory=dict)  # asked with `phones`: whose line it was last
    people: Mapping[str, KnownPerson] = field(default_factory=dict)  # those asked for or found as callers, by address
    customers: Mapping[str, Customer] = field(default_factory=dict)  # what the desk was told of them, by address
    queue: tuple[Ticket, ...] = ()  # asked with `queue_of`: what is to be done next, most pressing first
    ticket_subjects: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # all earlier subjects
    letter_subjects: Mapping[int, tuple[str, ...]] = field(
        default_factory=dict
    )  # ticket -> subjects of our letters to its customers, and those its customers have given it
    last_words: Mapping[int, str] = field(default_factory=dict)  # ticket -> the agent whose public words are newest
    promise_seconds: Mapping[str, int] = field(default_factory=dict)  # department -> p80 of real first responses
    stage_letters: Mapping[int, tuple[tuple[str, datetime], ...]] = field(
        default_factory=dict
    )  # ticket -> letters to its customer that no agent wrote: (template, when), newest first
    surveyed: Mapping[int, datetime] = field(default_factory=dict)  # ticket -> when its requester was asked last
    left_at: Mapping[int, datetime] = field(
        default_factory=dict
    )  # a letter's ticket -> when somebody was last taken off it, or off those it went into
    heard_hour: Mapping[int, tuple[int, int]] = field(
        default_factory=dict
    )  # ticket -> mails from outside filed in the last hour, and those of this sender
    unattended: frozenset[int] = frozenset()  # tickets whose newest mail from the customer's side a program wrote
    only_named: frozenset[int] = frozenset()  # tickets whose requester somebody else's mail named, and who never wrote

    def ticket(self, number: int | None) -> Ticket | None:
        """The candidate of that number, merges followed."""
        return None if number is None else self.tickets.get(self.merged.get(number, number))

    def customer_thread(self, number: int | None) -> tuple[str, tuple[str, ...]]:
        """In-Reply-To and References of a letter to a ticket's customers (RFC 5322 section 3.6.4)."""
        ids = () if number is None else self.customer_ids.get(number, ())
        return ids[-1] if ids else "", (*ids[:1], *ids[1:][-10:])
