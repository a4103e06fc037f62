"""The board as figures: whose they are, what is red, what comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.model.desk_rows import Load
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Agent, Department, Policy, Role
from mailgate.core.pages import board
from mailgate.core.pages.board import DeskRows, Held, Pressing, Share

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
H = timedelta(hours=1)
POLICY = Policy(
    "Acme",
    "acme.example",
    tuple(Department(name, (), Address(f"{name}@acme.example")) for name in ("sales", "support", "billing")),
    agents=(Agent(1, "anna", "anna@staff.example", full_name="Anna Ek"), Agent(2, "bo", "bo@staff.example")),
)


def load(status: str, department: str, owner: str | None, tickets: int, overdue: int = 0) -> Load:
    return Load(status, department, owner, tickets, NOW - H, overdue)


LOAD = (
    load("new", "sales", None, 3, 1),
    load("open", "sales", None, 1),  # given back: nobody has it, whatever its status is called
    load("open", "sales", "anna", 2, 2),
    load("new", "support", "bo", 4),
    load("waiting", "support", "anna", 5),
    load("hold", "support", None, 6),
)
DAYS = tuple(
    (NOW - timedelta(days=n), {"sales": n, "support": 1}, {"support": 2 * n}) for n in range(13, -1, -1)
)  # fmt: skip


def pressing(number: int, department: str, due: datetime | None) -> Pressing:
    return Pressing(number, "Lamp", "Maija", "fi", department, "", "new", "normal", due)


@pytest.mark.parametrize(("scope", "unowned", "in_hand", "waiting", "hold", "late", "came"), [
    ((), 4, 6, 5, 6, 3, 1),
    (("sales",), 4, 2, 0, 0, 3, 0),
    (("support",), 0, 4, 5, 6, 0, 1),
    (("billing",), 0, 0, 0, 0, 0, 0),
    (("sales", "support"), 4, 6, 5, 6, 3, 1),
])  # fmt: skip
def test_a_tile_counts_what_lies_in_its_departments(
    scope: tuple[str, ...], unowned: int, in_hand: int, waiting: int, hold: int, late: int, came: int
) -> None:
    found = board.tiles(DeskRows(NOW, LOAD, days=DAYS), scope)
    assert (found.unowned, found.in_hand, found.waiting, found.hold, found.late) == (
        unowned,
        in_hand,
        waiting,
        hold,
        late,
    )
    assert (found.came, found.solved) == (came, 0)


@pytest.mark.parametrize(("held", "total", "red"), [
    (Held(), 0, False),
    (Held(parked=2, oldest=NOW - timedelta(minutes=30)), 2, False),
    (Held(parked=1, trapped=1, quarantined=1, uncertain=1, bounced=1, oldest=NOW - timedelta(minutes=31)), 5, True),
])  # fmt: skip
def test_what_we_hold_is_red_after_half_an_hour(held: Held, total: int, red: bool) -> None:
    found = board.tiles(DeskRows(NOW, held=held))
    assert (found.held, found.held_late) == (total, red)


def test_promises_stand_by_the_hour_around_now() -> None:
    due = (("sales", -board.PAST - 1, 9), ("sales", -board.PAST, 1), ("support", -1, 2), ("sales", 0, 3),
           ("sales", board.AHEAD - 1, 4), ("sales", board.AHEAD, 5))  # fmt: skip
    found = board.promises(DeskRows(NOW, due=due))
    assert (found.older, found.hours[0], found.hours[found.past - 1], found.hours[found.past]) == (9, 1, 2, 3)
    assert (found.hours[-1], sum(found.hours), found.soon) == (4, 10, 7)
    ours = board.promises(DeskRows(NOW, due=due), ("support",))
    assert (ours.older, sum(ours.hours), ours.soon) == (0, 2, 0)


def test_the_most_pressing_is_due_first_and_what_is_owed_nothing_comes_last() -> None:
    by = {
        "sales": [pressing(1, "sales", NOW + H), pressing(2, "sales", None)],
        "support": [pressing(3, "support", NOW - H), pressing(4, "support", NOW + 400 * H)],
    }
    assert [one.number for one in board.pressing(DeskRows(NOW, pressing=by))] == [3, 1, 4, 2]
    assert [one.number for one in board.pressing(DeskRows(NOW, pressing=by), ("sales",))] == [1, 2]
    many = {"sales": [pressing(n, "sales", NOW + n * H) for n in range(40)]}
    assert [one.number for one in board.pressing(DeskRows(NOW, pressing=many))] == list(range(board.MOST))


def test_departments_stand_in_their_order_and_agents_by_what_they_have() -> None:
    rows = DeskRows(NOW, LOAD)
    assert board.by_department(rows, (), ("sales", "support", "billing")) == (
        Share("sales", 4, 2, 0, 0, 3), Share("support", 0, 4, 5, 6, 0), Share("billing"))  # fmt: skip
    assert [one.name for one in board.by_department(rows, ("support",), ("sales", "support"))] == ["support"]
    assert board.by_agent(rows, (), {"anna": "Anna Ek"}) == (
        Share("bo", 0, 4, 0, 0, 0), Share("Anna Ek", 0, 2, 5, 0, 2))  # fmt: skip
    assert board.by_agent(rows, ("sales",), {}) == (Share("anna", 0, 2, 0, 0, 2),)


def test_days_are_the_scopes_own_and_the_last_is_now() -> None:
    found = board.day_rows(DeskRows(NOW, days=DAYS), ("sales",))
    assert len(found) == board.DAYS and found[-1].at == NOW
    assert [(one.came, one.solved) for one in found[:2]] == [(13, 0), (12, 0)]


@pytest.mark.parametrize(("agent", "scope"), [
    (Agent(1, "a", "a@x.example", departments=("support", "sales")), ("sales", "support")),
    (Agent(1, "a", "a@x.example"), ()),  # works in all
    (Agent(1, "a", "a@x.example", departments=("sales",), role=Role.TRAINEE), ("sales",)),
    (Agent(1, "a", "a@x.example", departments=("sales",), role=Role.LEAD), ()),
    (Agent(1, "a", "a@x.example", departments=("sales",), role=Role.ADMIN), ()),
])  # fmt: skip
def test_w21_an_agent_sees_their_departments_and_who_leads_sees_all(agent: Agent, scope: tuple[str, ...]) -> None:
    assert board.scope_of(POLICY, agent) == scope
