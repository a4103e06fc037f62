"""What the application asks of its memory: the Store, and the transactions its jobs are handed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol, TypeVar

from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.model.change import Decision, Facts, Needs
from mailgate.core.model.policy import Agent, Department
from mailgate.errors import Temporary
from mailgate.store.calls_asked import CallsRead, CallsTx
from mailgate.store.counting import ReportRead
from mailgate.store.customers_asked import CustomersRead, CustomersTx
from mailgate.store.hooks.hooks_asked import HooksRead, HooksTx
from mailgate.store.lookups_asked import LookupsRead, LookupsTx
from mailgate.store.outage_verbs import OutageRead, OutageTx
from mailgate.store.outbox.chats_asked import ChatsRead, ChatsTx
from mailgate.store.programs_asked import ProgramsRead, ProgramsTx
from mailgate.store.values import (
    Applied,
    Cursor,
    Ids,
    Incoming,
    Kept,
    Original,
    Reminder,
    Stamp,
    TicketFilter,
    WaitingMail,
)
from mailgate.store.verbs import (
    MailRead,
    MailTx,
    OutboxRead,
    OutboxTx,
    PeopleRead,
    PeopleTx,
    SettingsRead,
    SettingsTx,
    TicketsRead,
    TicketsTx,
)
from mailgate.store.waves_asked import WavesRead, WavesTx
from mailgate.store.window_asked import BoardRead, SessionsRead, SessionsTx

T = TypeVar("T")


class InUse(Temporary):
    """Another process holds the data folder: ask that daemon, or stop it."""


class Read(Protocol):
    """Questions that change nothing; mappings have the keys of the contract's JSON, times as aware datetimes."""

    @property
    def mail(self) -> MailRead: ...
    @property
    def tickets(self) -> TicketsRead: ...
    @property
    def outbox(self) -> OutboxRead: ...
    @property
    def people(self) -> PeopleRead: ...
    @property
    def settings(self) -> SettingsRead: ...
    @property
    def waves(self) -> WavesRead: ...
    @property
    def report(self) -> ReportRead: ...
    @property
    def outage(self) -> OutageRead: ...
    @property
    def board(self) -> BoardRead: ...
    @property
    def sessions(self) -> SessionsRead: ...
    @property
    def programs(self) -> ProgramsRead: ...
    @property
    def customers(self) -> CustomersRead: ...
    @property
    def lookups(self) -> LookupsRead: ...
    @property
    def calls(self) -> CallsRead: ...
    @property
    def chats(self) -> ChatsRead: ...
    @property
    def hooks(self) -> HooksRead: ...

    def facts(self, needs: Needs, now: datetime) -> Facts:
        """All the store knows that matters for one decision; ask inside the transaction that applies it."""


class Tx(Read, Protocol):
    """One BEGIN IMMEDIATE: everything in it is written, or nothing."""

    @property
    def mail(self) -> MailTx: ...
    @property
    def tickets(self) -> TicketsTx: ...
    @property
    def outbox(self) -> OutboxTx: ...
    @property
    def people(self) -> PeopleTx: ...
    @property
    def settings(self) -> SettingsTx: ...
    @property
    def outage(self) -> OutageTx: ...
    @property
    def waves(self) -> WavesTx: ...
    @property
    def sessions(self) -> SessionsTx: ...
    @property
    def programs(self) -> ProgramsTx: ...
    @property
    def customers(self) -> CustomersTx: ...
    @property
    def lookups(self) -> LookupsTx: ...
    @property
    def calls(self) -> CallsTx: ...
    @property
    def chats(self) -> ChatsTx: ...
    @property
    def hooks(self) -> HooksTx: ...

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

    def backfill(self, rows: int) -> float | None:
        """A slice of what an upgrade owes to old rows; the seconds it took, None when nothing is left."""


class Store(Protocol):
    """A memory with one writer; jobs handed in at the same moment share one commit."""

    on_suspect: Callable[[], None]  # called by the writer when an error of the disk makes a check worth while
    on_commit: Callable[[], None]  # called by the writer after each commit, and does not wait

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
    "Applied", "Cursor", "DueDelivery", "DueLetter", "Ids", "InUse", "Incoming", "Kept", "Original", "Read", "Reminder",
    "Stamp", "Store", "TicketFilter", "Tx", "WaitingMail",
]  # fmt: skip
