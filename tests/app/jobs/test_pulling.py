"""Lists of what nobody has, against a real store: each once, and only when something is new."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from app.jobs.ticking import HOUR, NOW, POLICY, Desk, until_it_works

from mailgate.app.jobs.pulling import offer
from mailgate.core.clock import pulling
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Change,
    Decision,
    Fate,
    Journal,
    Move,
    SetAway,
    SetPriority,
    SetStatus,
    Tag,
)
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import EntryKind, Priority, Status

WORDS = AddEntry(EntryKind.CUSTOMER, "c0@customer.example", "", "And?")
NOTE = AddEntry(EntryKind.NOTE, "bo", "Bo", "Hm.", of_mail=False)
SUPPORT = replace(POLICY.departments[0], notify="pull")
SALES = replace(SUPPORT, name="sales", addresses=("sales@acme.example",), notify="all")
PULLED = replace(
    POLICY, departments=(SUPPORT, SALES), agents=tuple(replace(one, departments=("support",)) for one in POLICY.agents)
)
ALL = ["anna@staff.example", "bo@staff.example", "cy@staff.example"]


def lists(desk: Desk) -> list[str]:
    """Who was written to."""
    return [to for template, to, _ in desk.letters() if template == "question"]


@pytest.fixture
def desk(make: Callable[..., Desk]) -> Desk:
    return make(policy=PULLED)


def test_each_agent_has_one_list_and_no_other_until_something_is_new(desk: Desk) -> None:
    desk.open(20)
    assert offer(desk.gateway, NOW) == 3 and lists(desk) == ALL
    for hours in (0, 0.4, 0.5, 3, 24):
        assert offer(desk.gateway, NOW + hours * HOUR) == 0
    desk.open(1, NOW + 25 * HOUR)
    assert offer(desk.gateway, NOW + 25 * HOUR) == 3 and lists(desk) == sorted(ALL * 2)


def test_what_is_new_within_an_hour_waits_for_its_end(desk: Desk) -> None:
    desk.open(1)
    assert offer(desk.gateway, NOW) == 3
    desk.open(1, NOW + HOUR / 4)
    assert [offer(desk.gateway, NOW + minutes * HOUR / 60) for minutes in (15, 29, 30, 59, 60)] == [0, 0, 0, 0, 3]


@pytest.mark.parametrize(
    ("minutes", "due", "waits"),
    [
        (0, None, True),
        (59, None, True),
        (60, None, False),
        (30, 3, True),
        (30, 2, False),
        (30, -1, False),
        (-5, None, False),
    ],
)
def test_where_a_deadline_is_near_the_next_list_does_not_wait_for_the_hour(
    minutes: int, due: int | None, waits: bool
) -> None:
    now = NOW + minutes * HOUR / 60
    soonest = None if due is None else now + due * HOUR
    assert pulling.may_wait(pulling.LastList(NOW, 1), now, soonest) is waits


def test_with_nothing_that_nobody_has_there_is_no_list(desk: Desk) -> None:
    assert offer(desk.gateway, NOW) == 0
    [number] = desk.open(1)
    desk.change(number, Assign("bo"), SetStatus(Status.OPEN), at=NOW)
    assert offer(desk.gateway, NOW) == 0


NEWS: list[tuple[str, tuple[Change, ...], int]] = [
    ("its customer wrote again", (WORDS,), 3),
    ("somebody took it", (Assign("bo"), SetStatus(Status.OPEN)), 0),
    ("it was taken, and given back", (Assign("bo"), SetStatus(Status.OPEN), Assign(None), SetStatus(Status.NEW)), 3),
    ("it was moved away", (Move("sales"),), 0),
    ("it was moved away and back", (Move("sales"), Move("support")), 3),
    ("it was solved", (SetStatus(Status.SOLVED),), 0),
    ("it was reopened", (SetStatus(Status.SOLVED), SetStatus(Status.NEW)), 3),
    ("a note", (NOTE,), 0),
    ("a tag, a priority, a line in the journal", (Tag(("x",)), SetPriority(Priority.HIGH), Journal("flag", "odd")), 0),
]


@pytest.mark.parametrize(("changes", "count"), [row[1:] for row in NEWS], ids=[row[0] for row in NEWS])
def test_what_makes_a_ticket_that_was_listed_news(desk: Desk, changes: tuple[Change, ...], count: int) -> None:
    [number] = desk.open(1)
    assert offer(desk.gateway, NOW) == 3
    desk.change(number, *changes, at=NOW + HOUR)
    assert offer(desk.gateway, NOW + HOUR) == count


def test_news_is_what_was_written_since_whatever_the_clock_showed(desk: Desk) -> None:
    desk.open(1)
    assert offer(desk.gateway, NOW) == 3
    desk.open(1, NOW - 24 * HOUR)
    assert offer(desk.gateway, NOW - 24 * HOUR) == 3


def test_who_is_away_hears_when_they_are_back(desk: Desk) -> None:
    away = Decision(Fate.FILED, "away", effects=(SetAway("bo", NOW - HOUR, NOW + HOUR, ""),))
    desk.store.write(lambda tx: tx.apply(None, away, NOW - HOUR, desk.ids)).result()
    desk.open(1)
    assert offer(desk.gateway, NOW) == 2 and lists(desk) == ["anna@staff.example", "cy@staff.example"]
    assert offer(desk.gateway, NOW + 2 * HOUR) == 1


@pytest.mark.parametrize("policy", [
    POLICY, replace(PULLED, agents=tuple(replace(one, active=False) for one in PULLED.agents)),
    replace(PULLED, departments=(replace(SUPPORT, notify=""), SALES)),
], ids=["the lead hears of each", "all have left", "three agents hear of each"])  # fmt: skip
def test_nobody_gets_a_list_where_work_is_not_pulled(make: Callable[..., Desk], policy: Policy) -> None:
    desk = make(policy=policy)
    desk.open(1)
    assert offer(desk.gateway, NOW) == 0 and lists(desk) == []


def test_the_most_pressing_stand_first_and_the_counts_are_whole(desk: Desk) -> None:
    numbers = desk.open(20, NOW - timedelta(days=1))
    desk.change(numbers[18], SetPriority(Priority.URGENT), at=NOW)
    desk.change(numbers[19], Assign("bo"), SetStatus(Status.OPEN), at=NOW)
    found = desk.store.read(lambda read: read.tickets.unowned(("support",), 3, NOW))
    assert [ticket.number for ticket in found.first] == [numbers[18], numbers[0], numbers[1]]
    assert [(one.department, one.tickets, one.overdue) for one in found.load] == [("support", 19, 19)]


def test_whatever_statement_fails_each_list_comes_once(make: Callable[..., Desk]) -> None:
    for n in itertools.count(1, 3):
        desk = make(f"fails-at-{n}", policy=PULLED)
        desk.open(2)
        failed = until_it_works(lambda desk=desk: offer(desk.gateway, NOW), n)  # type: ignore[misc]
        assert offer(desk.gateway, NOW) == 0
        assert lists(desk) == ALL, n
        if not failed:
            break
    assert n > 12, "nothing failed at all"
