"""A real store under as much of a gateway as the jobs of the clock ask for, and a disk that fails."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mailgate.app.in_force import InForce, Snapshot
from mailgate.core.model import changed
from mailgate.core.model.change import AddEntry, Decision, Fate, OpenTicket, Step
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Agent, Calendar, Department, EscalationStep, LetterPolicy, Policy, Role, Sla
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.worktime import sla
from mailgate.errors import MailgateError
from mailgate.store.sqlite.store import SqliteStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALWAYS = (((0, 1440),),) * 7
POLICY = Policy(
    name="Acme",
    domain="acme.example",
    departments=(
        Department(
            "support", ("support@acme.example",), Address("support@acme.example"), sla="standard", lead="anna",
            notify="lead", calendar="round",
        ),
    ),
    agents=(
        Agent(1, "anna", "anna@staff.example", role=Role.LEAD),
        Agent(2, "bo", "bo@staff.example"),
        Agent(3, "cy", "cy@staff.example"),
    ),
    slas=(
        Sla(
            "standard",
            first_response=timedelta(hours=4),
            warn=0.5,
            escalate=(EscalationStep(1.0, ("lead", "boss@head.example")), EscalationStep(2.0, reassign=True)),
        ),
    ),
    calendars=(Calendar("round", "Europe/Helsinki", ALWAYS),),
    letters=LetterPolicy(stages=("late",)),
)  # fmt: skip


class Ids:
    """Plain, countable Message-IDs."""

    def __init__(self) -> None:
        self.count = itertools.count(1)

    def message_id(self, ticket: int | None, audience: str, agent: str, purpose: str) -> str:
        return f"<mg.{next(self.count)}@acme.example>"


class Faulty(sqlite3.Connection):
    """Fails its n-th statement once armed."""

    left: int | None = None

    def execute(self, statement: str, *params: Any) -> sqlite3.Cursor:  # type: ignore[override]
        if Faulty.left is not None and not statement.startswith(("ROLLBACK", "PRAGMA")):
            Faulty.left -= 1
            if Faulty.left == 0:
                Faulty.left = None
                problem = sqlite3.OperationalError("database or disk is full")
                problem.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise problem
        return super().execute(statement, *params)


class Desk:
    """A store, a policy and as much of a gateway as the jobs ask for."""

    def __init__(self, folder: Path, policy: Policy = POLICY) -> None:
        self.store = SqliteStore(
            folder / "mailgate.db", connect=lambda *args, **more: sqlite3.connect(*args, factory=Faulty, **more)
        )
        self.ids, self.policy = Ids(), policy
        self.store.sync_people(policy.agents, policy.departments)
        in_force = InForce(Snapshot(policy, ()))
        quiet = SimpleNamespace(wake=lambda: None)
        self.gateway: Any = SimpleNamespace(store=self.store, in_force=in_force, ids=self.ids, dispatcher=quiet)

    def open(self, count: int, at: datetime = NOW) -> list[int]:
        """So many tickets, opened at that moment with words of their customers."""

        def job(tx: Any) -> list[int]:
            return [self._open(tx, number, at) for number in range(count)]

        return self.store.write(job).result(100)

    def _open(self, tx: Any, number: int, at: datetime) -> int:
        person = Address(f"c{number}@customer.example")
        opening = OpenTicket(f"Lamp {number}", "support", person, sla="standard")
        ticket = changed.ticket_from_opening(opening, at)
        words = AddEntry(EntryKind.CUSTOMER, person.addr, "", "It is broken.")
        changes = (
            opening,
            words,
            *sla.deadlines_at_opening(self.gateway.in_force.moment(at), changed.ticket_after(ticket, (words,), at)),
        )
        applied = tx.apply(None, Decision(Fate.FILED, "new", (Step(None, changes),)), at, self.ids)
        return int(applied.tickets[0])

    def change(self, number: int, *changes: Any, at: datetime) -> None:
        decision = Decision(Fate.FILED, "test", (Step(number, changes),))
        self.store.write(lambda tx: tx.apply(None, decision, at, self.ids)).result()

    def ticket(self, number: int) -> Ticket:
        found = self.store.read(lambda read: read.tickets.get(number))
        assert found is not None
        return found

    def letters(self) -> list[tuple[str, str, int | None]]:
        rows = self.store.read(lambda read: read.outbox.deliveries(("waiting", "held")))
        return sorted((row.template, row.to, row.ticket) for row in rows)

    def steps(self, number: int) -> list[str]:
        """The levels taken, as the journal tells them."""
        events = self.store.read(lambda read: read.tickets.events(number))
        return [event.new.partition(":")[0] for event in events if event.kind == "escalation"]


def until_it_works(job: Callable[[], int], n: int) -> bool:
    """Run a job whose n-th statement fails, then again until it succeeds; False when n was beyond its end."""
    Faulty.left = n
    try:
        job()
    except MailgateError:
        job()
    failed = Faulty.left is None
    Faulty.left = None
    return failed
