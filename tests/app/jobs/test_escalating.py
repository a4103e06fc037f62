"""Escalation against a real store: each step once, through failing disks, clock changes and days of downtime."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mailgate.app.in_force import InForce, Snapshot
from mailgate.app.jobs.digests import send_morning_letters
from mailgate.app.jobs.escalating import MOST, STORM, escalate
from mailgate.app.jobs.waking import wake
from mailgate.core.model import changed
from mailgate.core.model.change import AddEntry, Decision, Fate, OpenTicket, Remind, SetStatus, Step
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Calendar, Department, EscalationStep, LetterPolicy, Policy, Role, Sla
from mailgate.core.model.said import said
from mailgate.core.model.ticket import EntryKind, Status, Ticket
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


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def build(name: str = "data", **parts: Any) -> Desk:
        (tmp_path / name).mkdir()
        made.append(Desk(tmp_path / name, **parts))
        return made[-1]

    yield build
    Faulty.left = None
    for desk in made:
        desk.store.close()


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


@pytest.mark.parametrize(("count", "stride"), [(2, 7), (STORM + 5, 59)], ids=["singly", "storm"])
def test_whatever_statement_fails_each_step_is_taken_once_and_told_once(
    make: Callable[..., Desk], count: int, stride: int
) -> None:
    late = NOW + 5 * HOUR
    reference = make("whole")
    numbers = reference.open(count)
    assert escalate(reference.gateway, late) == count
    expected = reference.letters()
    for n in itertools.count(1, stride):
        desk = make(f"fails-at-{n}")
        assert desk.open(count) == numbers
        failed = until_it_works(lambda desk=desk: escalate(desk.gateway, late), n)  # type: ignore[misc]
        assert escalate(desk.gateway, late) == 0
        assert [desk.steps(number) for number in numbers] == [["2"]] * count, n
        assert desk.letters() == expected, n
        if not failed:
            break
    assert n > 3 * stride, "nothing failed at all"


def test_k01_back_an_hour_and_again_no_step_comes_twice(make: Callable[..., Desk]) -> None:
    desk = make()
    [number] = desk.open(1)
    for hours in (1, 2.1, 1.1, 2.1, 4.1, 3.1, 4.1, 4.2):
        escalate(desk.gateway, NOW + hours * HOUR)
    assert desk.steps(number) == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "start", "due"),
    [
        ("spring", datetime(2026, 3, 28, 22, 30, tzinfo=UTC), datetime(2026, 3, 29, 2, 30, tzinfo=UTC)),
        ("autumn", datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
        ("leap day", datetime(2028, 2, 28, 22, 30, tzinfo=UTC), datetime(2028, 2, 29, 2, 30, tzinfo=UTC)),
        ("year's end", datetime(2026, 12, 31, 22, 30, tzinfo=UTC), datetime(2027, 1, 1, 2, 30, tzinfo=UTC)),
    ],
)
def test_k03_k04_over_clock_changes_and_odd_days_each_step_comes_once_and_in_its_time(
    make: Callable[..., Desk], name: str, start: datetime, due: datetime
) -> None:
    desk = make()
    [number] = desk.open(1, start)
    assert desk.ticket(number).due.first_response == due, "four hours are four hours"
    taken = [start + quarter * HOUR / 4 for quarter in range(40) if escalate(desk.gateway, start + quarter * HOUR / 4)]
    assert taken == [start + 2 * HOUR, due, due + 4 * HOUR], name
    assert desk.steps(number) == ["1", "2", "3"]


def test_k05_500_overdue_after_three_days_take_one_step_each_and_every_reader_gets_one_list(
    make: Callable[..., Desk],
) -> None:
    desk = make()
    numbers = desk.open(500)
    late = NOW + timedelta(days=3)
    assert MOST >= 500
    assert escalate(desk.gateway, late) == 500
    assert escalate(desk.gateway, late) == 0
    assert {tuple(desk.steps(number)) for number in numbers} == {("3",)}, "the highest step, and only that"
    owners = [desk.ticket(number).owner for number in numbers]
    shares = {name: owners.count(name) for name in ("anna", "bo", "cy")}
    assert sum(shares.values()) == 500 and max(shares.values()) - min(shares.values()) <= 1, "to the least busy"
    to_agents = [(template, to) for template, to, _ in desk.letters() if to.endswith("@staff.example")]
    assert to_agents == [("digest", f"{name}@staff.example") for name in ("anna", "bo", "cy")]


def test_a_step_that_fails_for_one_ticket_is_taken_on_the_others(
    make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailgate.app.jobs import escalating

    desk = make()
    first, second, third = desk.open(3)
    take = escalating.escalation.take

    def fails(moment: Moment, ticket: Ticket) -> Any:
        if ticket.number == second:
            raise ZeroDivisionError
        return take(moment, ticket)

    monkeypatch.setattr(escalating.escalation, "take", fails)
    with pytest.raises(ZeroDivisionError):
        escalate(desk.gateway, NOW + 5 * HOUR)
    assert [desk.steps(number) for number in (first, second, third)] == [["2"], [], ["2"]]


def test_a_promise_that_lost_its_steps_does_not_hold_up_the_others(make: Callable[..., Desk]) -> None:
    desk = make()
    [number] = desk.open(1)
    desk.gateway.in_force.swap(
        Snapshot(replace(POLICY, slas=(Sla("standard", first_response=timedelta(hours=4), warn=0.9),)), ())
    )
    at = NOW + 2.1 * HOUR
    assert escalate(desk.gateway, at) == 0
    assert desk.store.read(lambda read: read.tickets.late(at, 10)) == [], (
        "looked at again only when there is something to do"
    )
    assert desk.ticket(number).escalation == 0


# --- waking -----------------------------------------------------------------------------------------------------------


def test_whatever_statement_fails_a_hold_ends_once_and_a_reminder_comes_once(make: Callable[..., Desk]) -> None:
    until = NOW + HOUR
    for n in itertools.count(1, 5):
        desk = make(f"fails-at-{n}")
        held, reminded = desk.open(2)
        desk.change(held, SetStatus(Status.HOLD, until), at=NOW)
        desk.change(reminded, Remind("bo", until, "ring the courier"), at=NOW)
        failed = until_it_works(lambda desk=desk: wake(desk.gateway, until), n)  # type: ignore[misc]
        assert wake(desk.gateway, until) == 0
        assert desk.ticket(held).status == "new"
        assert desk.letters() == [
            ("notice", "anna@staff.example", held),
            ("reminder", "bo@staff.example", reminded),
        ], n
        if not failed:
            break
    assert n > 20


# --- mornings ---------------------------------------------------------------------------------------------------------


def test_the_lead_hears_of_overload_once_a_day_and_a_failing_disk_makes_it_no_more(make: Callable[..., Desk]) -> None:
    morning = NOW + timedelta(days=10)
    for n in itertools.count(1, 40):
        desk = make(f"fails-at-{n}")
        for number in desk.open(30):
            desk.change(number, SetStatus(Status.SOLVED), at=NOW + HOUR)
        desk.open(60, morning - HOUR)  # 30 in four weeks are one in 22 hours; these are due in three
        failed = until_it_works(lambda desk=desk: send_morning_letters(desk.gateway, morning), n)  # type: ignore[misc]
        assert send_morning_letters(desk.gateway, morning + HOUR) == 0
        rows = desk.store.read(lambda read: read.outbox.deliveries(("waiting",)))
        told = [desk.store.read(lambda read, row=row: read.outbox.letter(row.letter)) for row in rows]  # type: ignore[misc]
        titles = [letter.content.headline for letter in told if letter and letter.to[0].addr == "anna@staff.example"]
        assert sorted(titles, key=str) == ["", said("list.overload", department="support")], n
        if not failed:
            break
    assert n > 40
    assert send_morning_letters(desk.gateway, morning + timedelta(days=1)) >= 1
