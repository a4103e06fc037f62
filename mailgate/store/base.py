"""What the application asks of its memory: the Store and Tx protocols, and the rows they hand out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from mailgate.core.change import Decision, Facts, Needs
from mailgate.core.letter import DueDelivery, DueLetter
from mailgate.core.mail import Envelope
from mailgate.core.policy import Agent, Department
from mailgate.core.ticket import Ticket

T = TypeVar("T")


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
    attempts: int
    size: int
    released_as: str = ""  # a parked mail, released by this agent's proof
    release_mode: str = ""


class Ids(Protocol):
    """Chance and signatures, handed to the store by the root (core knows neither)."""

    def message_id(self, ticket: int | None, audience: str, agent: str, purpose: str) -> str:
        """A new signed Message-ID with angle brackets, for that reader and purpose."""
        ...


@dataclass(frozen=True, slots=True)
class Applied:
    """What `apply` wrote."""

    tickets: tuple[int, ...] = ()  # numbers, one a step
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


class Read(Protocol):
    """Questions that change nothing."""

    def ticket(self, number: int) -> Ticket | None: ...
    def tickets(self, wanted: TicketFilter, now: datetime) -> list[Ticket]: ...
    def find(self, words: str, limit: int = 50) -> list[Ticket]: ...
    def mail(self, number: int) -> Mapping[str, Any] | None: ...
    def mail_by_message_id(self, message_id: str) -> Mapping[str, Any] | None: ...
    def raw(self, number: int) -> bytes: ...
    def audit(self) -> Mapping[str, int]: ...
    def desk(self, now: datetime) -> Mapping[str, Any]: ...
    def outbox(self, states: Sequence[str] = ()) -> list[Mapping[str, Any]]: ...
    def letter(self, number: int) -> Mapping[str, Any] | None: ...
    def quarantine(self) -> list[Mapping[str, Any]]: ...
    def parked(self) -> list[Mapping[str, Any]]: ...
    def events(self, ticket: int) -> list[Mapping[str, Any]]: ...


class Tx(Read, Protocol):
    """One BEGIN IMMEDIATE: everything in it is written, or nothing."""

    def keep(self, raw: bytes, envelope: Envelope, raw_digest: str, now: datetime, blob: str | None = None) -> Kept: ...
    def waiting(self, limit: int, after: int = 0) -> list[WaitingMail]: ...
    def attempt(self, number: int) -> int: ...
    def facts(self, needs: Needs, now: datetime) -> Facts: ...
    def apply(
        self, mail: int | None, decision: Decision, now: datetime, ids: Ids, stamp: Stamp | None = None
    ) -> Applied: ...
    def quarantine_mail(self, number: int, reason: str, error: str, now: datetime) -> None: ...
    def claim(
        self, now: datetime, lease_until: datetime, limit: int, skip_departments: Iterable[str] = ()
    ) -> list[DueLetter]: ...
    def keep_rendered(self, letter: int, raw: bytes, subject: str) -> None: ...
    def mark(
        self,
        delivery: int,
        state: str,
        now: datetime,
        *,
        due_at: datetime | None = None,
        error: str = "",
        remote_id: str = "",
        attempts: int | None = None,
    ) -> None: ...


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


class Store(Protocol):
    """A memory with one writer; jobs handed in at the same moment share one commit."""

    def write(self, job: Callable[[Tx], T], *, first: bool = False) -> Future[T]:
        """Run `job` in a savepoint of the next BEGIN IMMEDIATE; the future resolves only after the fsynced COMMIT.

        `first` jobs (keeps) go before the others. Raises Temporary through the future when the database cannot be
        written now; an error of the job itself rolls back that job alone.
        """
        ...

    def read(self, job: Callable[[Read], T]) -> T:
        """Run `job` on a short-lived read snapshot."""
        ...

    def sync_people(self, agents: Sequence[Agent], departments: Sequence[Department]) -> Mapping[str, int]:
        """Make every configured agent and department known; returns agent name -> id."""
        ...

    def close(self) -> None: ...


__all__ = [
    "Applied", "DueDelivery", "DueLetter", "Ids", "Kept", "Read", "Stamp", "Store", "TicketFilter", "Tx", "WaitingMail",
]  # fmt: skip
