"""What the application asks of its memory: the Store and Tx protocols, and the rows they hand out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from mailgate.core.letters.letter import DueDelivery, DueLetter
from mailgate.core.model.change import Absence, Decision, Facts, Needs
from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Agent, Department
from mailgate.core.model.ticket import Ticket
from mailgate.errors import Temporary

T = TypeVar("T")


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
    retried: bool = False  # it comes out of quarantine


class Ids(Protocol):
    """Chance and signatures, handed to the store by the root (core knows neither)."""

    def message_id(self, ticket: int | None, audience: str, agent: str, purpose: str) -> str:
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
    numbers: tuple[int, ...] = ()
    limit: int = 200
    offset: int = 0


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


class InUse(Temporary):
    """Another process holds the data folder: ask that daemon, or stop it."""


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


class Read(Protocol):
    """Questions that change nothing; mappings have the keys of the contract's JSON, times as aware datetimes."""

    def ticket(self, number: int) -> Ticket | None:
        """The ticket with its thread, merges not followed (see `merged_into`)."""

    def tickets(self, wanted: TicketFilter, now: datetime) -> list[Ticket]:
        """In working order: due first, then priority, then arrival; without entries."""

    def count(self, wanted: TicketFilter, now: datetime) -> int: ...
    def find(self, words: str, limit: int = 50) -> list[Ticket]: ...

    def mail(self, number: int) -> Mapping[str, Any] | None:
        """Every column of a mail's row, `tickets` and `trace` included, without its bytes."""

    def mails(self, since: datetime, after: int = 0, limit: int = 500) -> list[Mapping[str, Any]]:
        """Mails accepted since then, in order of arrival; `after` is the last number seen."""

    def mail_by_message_id(self, message_id: str) -> Mapping[str, Any] | None: ...

    def raw(self, number: int) -> bytes:
        """The mail byte for byte as it came; raises KeyError for an unknown number or purged bytes."""

    def open_mails(self, limit: int) -> list[int]: ...
    def is_open(self, number: int) -> bool: ...
    def waiting(self, numbers: Iterable[int]) -> list[WaitingMail]:
        """Of these mails those without a fate (which `open_mails` names in order of arrival), with their raw bytes."""

    def envelope(self, number: int) -> Envelope: ...
    def audit(self) -> Mapping[str, int]: ...
    def desk(self, now: datetime) -> Mapping[str, Any]: ...
    def outbox(self, states: Sequence[str] = ()) -> list[Mapping[str, Any]]: ...
    def letter(self, number: int) -> Mapping[str, Any] | None:
        """A letter with its rendered `raw` and its `deliveries`."""

    def quarantine(self) -> list[Mapping[str, Any]]: ...
    def parked(self) -> list[Mapping[str, Any]]: ...
    def events(self, ticket: int) -> list[Mapping[str, Any]]: ...
    def bans(self, now: datetime) -> list[Mapping[str, Any]]: ...
    def setting(self, key: str) -> str | None: ...
    def queues(self) -> Mapping[str, Any]:
        """Sizes and the oldest of every queue, for status and metrics."""

    def late(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets at work whose next step of escalation has come, earliest first (index, no scan)."""

    def waking(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets on hold or waiting whose time has come, earliest first."""

    def rested(self, before: datetime, limit: int) -> list[Ticket]:
        """Tickets solved then or earlier and not archived, longest solved first."""

    def unanswered(self, again: datetime, tell: datetime, limit: int) -> list[Mapping[str, Any]]:
        """Parked mail in doubt and not asked about, asked about once by `again`, or untold to a lead since `tell`."""

    def doubted(self, agent: str, limit: int) -> list[Mapping[str, Any]]: ...
    def last_asked(self, agent: str) -> datetime | None: ...
    def gathered(self, before: datetime) -> list[Mapping[str, Any]]:
        """Notices held for an agent until then or earlier, by agent and age: `agent letter ticket context due_at`."""

    def accounted(self, since: datetime, until: datetime) -> tuple[int, int]:
        """How many mails were accepted in that time, and how many of them have their fate."""

    def reminders(self, now: datetime, limit: int) -> list[Reminder]: ...
    def cursor(self, mailbox: str, folder: str) -> Cursor | None: ...
    def set_aside(self, mailbox: str = "") -> list[Mapping[str, Any]]: ...

    def taken(self, mailbox: str, folder: str, uidvalidity: int) -> Mapping[int, Mapping[str, Any]]:
        """`raw_digest size arrived_at` of every mail accepted from a folder by its UID, whatever became of it."""

    def saved_replies(self) -> list[Mapping[str, Any]]: ...
    def agent_aliases(self) -> Mapping[str, tuple[str, ...]]: ...
    def absences(self, now: datetime) -> tuple[Absence, ...]: ...
    def agent_ids(self) -> Mapping[str, int]: ...
    def letters_of_mail(self, mail: int) -> list[Mapping[str, Any]]: ...
    def letters_to_customers(self, ticket: int) -> list[int]: ...
    def letter_of_delivery(self, delivery: int) -> int | None: ...
    def figures(self) -> Mapping[str, Mapping[str, Any]]:
        """Counts for machines: `tickets` by status, `deliveries` by state, `jobs` with the time of their last run."""

    def report_tickets(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """Rows as in `figures.TicketRow`: tickets opened, answered or solved since then, and the unsolved ones."""

    def report_reopened(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """Reopenings: (department, owner, tags, at in microseconds)."""

    def report_votes(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """The newest vote of each ticket: (department, agent, tags, at in microseconds, score)."""

    def report_subjects(self, since: datetime, until: datetime, department: str | None, limit: int) -> Iterator[str]:
        """Titles of the newest tickets opened then."""

    def first_responses(self, since: datetime, until: datetime) -> Iterator[tuple[Any, ...]]:
        """First responses given then: (department, opened, answered), in microseconds."""

    def old_mails(self, before: datetime, after: int, limit: int) -> list[Mapping[str, Any]]:
        """Mail decided, accepted before then, in no unsolved ticket, raw bytes still here: `number sender arrived_at`.

        In order of number, above `after`.
        """

    def old_threads(self, before: datetime, after: int, limit: int) -> list[int]:
        """Tickets solved or archived before then that still have words, in order of number, above `after`."""

    def contacts(self) -> list[Mapping[str, Any]]: ...

    def person_data(self, address: str) -> Mapping[str, Any] | None:
        """What is kept of the person with that address, None when they are unknown.

        Keys: `addresses`, `names`, `tickets` (their numbers), `unsolved` (of these), `took_part` (of others), `mails`.
        """

    def facts(self, needs: Needs, now: datetime) -> Facts:
        """All the store knows that matters for one decision; ask inside the transaction that applies it."""


class Tx(Read, Protocol):
    """One BEGIN IMMEDIATE: everything in it is written, or nothing."""

    def keep(
        self,
        raw: bytes,
        envelope: Envelope,
        raw_digest: str,
        now: datetime,
        large: Incoming | None = None,
        *,
        named: bool = True,
    ) -> Kept:
        """One row in `mail`, fate open (`duplicate` at once for the same bytes to the same recipients).

        With `large`, the bytes that `blobs.write` has put on disk get their name beside the row. The same IMAP message
        (mailbox, folder, UIDVALIDITY, UID) gives the first number and no row. A mail that is not `named`, without
        Message-ID and believable Date, repeats only what came within `AGAIN` of it.
        """

    def attempt(self, number: int) -> int:
        """A child died on this mail; returns how often that has happened. Raises KeyError for an unknown mail."""

    def deciding(self, numbers: Iterable[int], *, alone: bool = False) -> None:
        """Mark mails whose decision is about to begin, so that an unclean end is remembered with them."""

    def at_rest(self, numbers: Iterable[int]) -> None: ...
    def unfinished(self) -> list[int]:
        """At the start: mails that were being decided when a gateway ended uncleanly, those alone in hand counted."""

    def apply(
        self,
        mail: int | None,
        decision: Decision,
        now: datetime,
        ids: Ids,
        stamp: Stamp | None = None,
        hold: bool = False,
    ) -> Applied:
        """Write a decision whole; with `hold` (pilot and watch mode) its letters wait for `release`."""

    def quarantine_mail(self, number: int, reason: str, error: str, now: datetime) -> None: ...

    def retry_mail(self, number: int) -> bool:
        """A quarantined mail is processed again from its raw bytes; False when it is not in quarantine."""

    def drop_mail(self, number: int, reason: str, now: datetime) -> bool:
        """A quarantined or parked mail is dropped (the raw bytes stay); False when it is neither."""

    def claim(
        self, now: datetime, lease_until: datetime, limit: int, skip_departments: Iterable[str] = ()
    ) -> list[DueLetter]:
        """Lease what is due, most urgent first; `limit` counts deliveries."""

    def keep_rendered(self, letter: int, raw: bytes, subject: str) -> None: ...

    def mark(
        self,
        delivery: int,
        state: str,
        now: datetime,
        *,
        due_at: datetime | None = None, error: str = "", remote_id: str = "", attempts: int | None = None,
    ) -> None: ...  # fmt: skip

    def recover(self, now: datetime) -> Mapping[str, int]:
        """At start: leased deliveries wait again; those in `sending` retry once, acks among them are `uncertain`."""

    def retry_delivery(self, delivery: int, now: datetime) -> bool: ...
    def drop_delivery(self, delivery: int, now: datetime) -> bool: ...

    def hasten(self, now: datetime) -> int:
        """Letters of a job played ahead of its time may leave at once; returns how many deliveries."""

    def release(self, now: datetime) -> int:
        """Everything held may leave; returns how many deliveries."""

    def ban(self, pattern: str, until: datetime | None, why: str, now: datetime) -> None: ...
    def unban(self, pattern: str) -> bool: ...
    def revoke_agent(self, agent: str, now: datetime) -> int:
        """Every token in letters to this agent proves nothing any more; returns how many letters that were."""

    def set_setting(self, key: str, value: str | None) -> None: ...
    def set_cursor(self, mailbox: str, folder: str, cursor: Cursor, now: datetime) -> None: ...

    def put_aside(
        self, mailbox: str, folder: str, uidvalidity: int, uid: int, why: str, now: datetime, size: int = 0
    ) -> int:
        """An IMAP mail that cannot be fetched; returns how often it has been tried."""

    def asked(self, mails: Iterable[int], now: datetime) -> None: ...
    def told(self, mails: Iterable[int], now: datetime) -> None: ...
    def reminded(self, reminder: int, now: datetime) -> None: ...
    def ran(self, job: str, now: datetime, count: int) -> None: ...

    def drop_raw(self, mails: Iterable[int]) -> list[str]:
        """Raw bytes and attachments go; returns the blobs these mails spoke of, for `drop_blobs` after the commit."""

    def drop_texts(self, numbers: Iterable[int]) -> None:
        """The words of these tickets go, from the search too; their events, people and titles stay."""

    def drop_blobs(self, blobs: Iterable[str]) -> int:
        """Files of large mail that no mail speaks of any more are deleted; returns how many."""

    def drop_incoming(self, names: Iterable[str]) -> None:
        """What an unfinished keep left in `incoming/` is deleted, in `blobs/` too where no mail speaks of it."""

    def forget(self, address: str, now: datetime, actor: str) -> tuple[Mapping[str, int], list[str]] | None:
        """Erase a person: (what was touched, blobs for `drop_blobs` after the commit); None when they are unknown."""

    def index(self, limit: int) -> int:
        """Feed the full text with what was filed since; returns how many entries."""

    def backfill(self, rows: int) -> float | None:
        """A slice of what an upgrade owes to old rows; the seconds it took, None when nothing is left."""


class Store(Protocol):
    """A memory with one writer; jobs handed in at the same moment share one commit."""

    on_suspect: Callable[[], None]  # called by the writer when an error of the disk makes a check worth while

    def write(self, job: Callable[[Tx], T], *, first: bool = False) -> Future[T]:
        """Run `job` in a savepoint of the next BEGIN IMMEDIATE; the future resolves only after the fsynced COMMIT.

        `first` jobs (keeps) go before the others. Raises Temporary through the future when the database cannot be
        written now; an error of the job itself rolls back that job alone.
        """

    def empty_log(self) -> Future[bool]:
        """What was deleted stands in no file of the database any more; False while somebody reads what was before."""

    def read(self, job: Callable[[Read], T]) -> T:
        """Run `job` on a short-lived read snapshot."""

    def sync_people(self, agents: Sequence[Agent], departments: Sequence[Department]) -> Mapping[str, int]:
        """Make every configured agent and department known; returns agent name -> id."""

    def healthy(self) -> str:
        """What is wrong with the files under us (deleted, replaced, damaged), `""` when nothing is."""

    def check(self, stop: threading.Event) -> str:
        """Look through all tables, on a connection that only reads; returns what is damaged.

        From then on `healthy` says so and no new mail is kept, until a check finds nothing. Raises Temporary when it
        cannot be read now, or when `stop` is set meanwhile."""

    def fault(self) -> str: ...  # a known fault of the database engine itself and how we live with it, or ""
    def free_space(self) -> int: ...  # octets free for us on the file system of the data folder

    def close(self) -> None:
        """Finish the jobs at hand and let go of the data folder."""


__all__ = [
    "Applied", "Cursor", "DueDelivery", "DueLetter", "Ids", "InUse", "Incoming", "Kept", "Read", "Reminder", "Stamp",
    "Store", "TicketFilter", "Tx", "WaitingMail",
]  # fmt: skip
