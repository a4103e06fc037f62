"""Escalation against a real store: each step once, through failing disks, clock changes and days of downtime."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from app.jobs.ticking import HOUR, NOW, POLICY, Desk, until_it_works

from mailgate.app.in_force import Snapshot
from mailgate.app.jobs.digests import send_morning_letters
from mailgate.app.jobs.escalating import MOST, STORM, escalate
from mailgate.app.jobs.waking import wake
from mailgate.core.model.change import Remind, SetStatus
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Sla
from mailgate.core.model.said import said
from mailgate.core.model.ticket import Status, Ticket


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


@pytest.mark.parametrize(("why", "foretold"), [("", True), ("filed", False)])
def test_what_was_filed_says_nothing_of_the_pace(make: Callable[..., Desk], why: str, foretold: bool) -> None:
    morning = NOW + timedelta(days=10)
    desk = make("pace")
    for number in desk.open(30):
        desk.change(number, SetStatus(Status.SOLVED, why=why), at=NOW + HOUR)
    desk.open(60, morning - HOUR)
    send_morning_letters(desk.gateway, morning)
    rows = desk.store.read(lambda read: read.outbox.deliveries(("waiting",)))
    told = [desk.store.read(lambda read, row=row: read.outbox.letter(row.letter)) for row in rows]  # type: ignore[misc]
    titles = [letter.content.headline for letter in told if letter]
    assert (said("list.overload", department="support") in titles) is foretold
