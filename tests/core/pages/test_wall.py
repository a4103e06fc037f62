"""The wall shows counts, and people by their first names at most (W-42)."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import pytest

from mailgate.core.model.desk_rows import Load
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Agent, Department, Policy
from mailgate.core.pages import wall
from mailgate.core.pages.board import DeskRows
from mailgate.core.pages.wall import WallPage

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
NAMES = [f"desk{n}" for n in range(8)]
POLICY = Policy(
    "Acme",
    "acme.example",
    (
        *(Department(name, (), Address(f"{name}@acme.example")) for name in NAMES),
        Department("practice", (), Address("practice@acme.example"), training=True),
    ),
    agents=tuple(Agent(n, f"agent{n}", f"a{n}@staff.example", full_name=f"Name{n} Secret") for n in range(12)),
)


def rows(*load: tuple[str, str, str | None, int]) -> DeskRows:
    return DeskRows(NOW, tuple(Load(status, where, who, n, NOW, 0) for status, where, who, n in load))


def test_w42_agents_stand_there_only_where_the_admin_wants_it_and_by_first_names() -> None:
    busy = rows(*(("open", "desk0", f"agent{n}", n + 1) for n in range(12)))
    assert wall.shares(busy, POLICY, agents=False)[1] == ()
    named = wall.shares(busy, POLICY, agents=True)[1]
    assert [one.name for one in named] == [f"Name{n}" for n in range(11, 11 - wall.AGENTS, -1)]


@pytest.mark.parametrize(("full", "called"), [
    (("Anna Ek", "Bo Ek"), ("Anna", "Bo")),
    (("Anna Ek", "Anna Maria Lind"), ("Anna E.", "Anna L.")),
    (("", "Bo"), ("agent0", "Bo")),
    (("Anna", "Anna"), ("Anna", "Anna")),
])  # fmt: skip
def test_two_of_one_name_have_an_initial(full: tuple[str, ...], called: tuple[str, ...]) -> None:
    agents = tuple(Agent(n, f"agent{n}", f"a{n}@staff.example", full_name=name) for n, name in enumerate(full))
    assert tuple(wall.first_names(Policy("Acme", "a", (), agents=agents)).values()) == called


def test_as_many_departments_as_have_room_those_with_most_at_work_in_their_order() -> None:
    busy = rows(*(("new", f"desk{n}", None, n) for n in range(8)), ("new", "practice", None, 99))
    assert [one.name for one in wall.shares(busy, POLICY, agents=False)[0]] == NAMES[2:]
    quiet = Policy("Acme", "a", POLICY.departments[:2])
    assert [one.name for one in wall.shares(rows(), quiet, agents=False)[0]] == NAMES[:2]


def test_w42_there_is_no_place_for_a_subject_or_a_customer() -> None:
    assert {one.name for one in fields(WallPage)} == {
        "at", "mark", "language", "tiles", "promises", "departments", "agents", "days"}  # fmt: skip
