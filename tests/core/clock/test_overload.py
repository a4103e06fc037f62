"""Overload: tickets that cannot be met at the pace of the last weeks, by hand-computed examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.clock import overload
from mailgate.core.clock.overload import WeeklyPace
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Agent, Calendar, Department, Policy
from mailgate.core.model.ticket import Due, Priority, Status, Ticket
from mailgate.wire.letters.spoken import spoken_content

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # a Monday, nine in Helsinki: the desk opens
HOUR = timedelta(hours=1)
OFFICE = Calendar("office", "Europe/Helsinki", (((540, 1020),),) * 5 + ((), ()))
POLICY = Policy(
    name="Acme",
    domain="acme.example",
    departments=(Department("support", ("support@acme.example",), Address("support@acme.example"), calendar="office"),),
    agents=(Agent(1, "anna", "a@staff.example", full_name="Anna Virtanen"), Agent(2, "bo", "b@staff.example")),
    calendars=(OFFICE,),
)
HOURLY = WeeklyPace(arrived=200, solved=160, worked=timedelta(hours=160))  # one ticket an hour


def due_in(*hours: float, owner: str | None = "anna") -> list[Ticket]:
    late = Ticket(1000, "Lamp", Status.OPEN, "support", Address("c@c.example"), NOW, NOW, owner=owner)
    return [replace(late, number=1000 + n, due=Due(resolve=NOW + h * HOUR)) for n, h in enumerate(hours)]


def foreseen(tickets: list[Ticket], pace: WeeklyPace = HOURLY) -> overload.Overload | None:
    return overload.forecast("support", OFFICE, tickets, pace, NOW)


def test_what_can_be_met_in_order_of_its_deadlines_is_no_overload() -> None:
    assert foreseen(due_in(3, 1, 2, 4, 5, 6, 7, 8)) is None


def test_those_that_come_too_late_and_the_hours_that_lack_are_counted() -> None:
    found = foreseen(due_in(2, 2, 2, 2, 2))  # done after 1, 2, 3, 4 and 5 hours
    assert found is not None
    assert [ticket.number for ticket in found.late] == [1002, 1003, 1004]
    assert found.lacking == 3 * HOUR


def test_only_working_hours_count() -> None:
    assert foreseen(due_in(*[24.0] * 8)) is None, "eight hours until tomorrow at nine"
    found = foreseen(due_in(*[24.0] * 11))
    assert found is not None and len(found.late) == 3


def test_what_is_overdue_is_work_but_no_foresight() -> None:
    found = foreseen(due_in(-5, -4, -3, 1, 2, 3))
    assert found is not None and [ticket.number for ticket in found.late] == [1003, 1004, 1005]


@pytest.mark.parametrize("solved", [0, overload.FEWEST_SOLVED - 1])
def test_too_little_history_foretells_nothing(solved: int) -> None:
    assert foreseen(due_in(*[0.5] * 50), replace(HOURLY, solved=solved)) is None


def test_two_late_tickets_are_no_overload() -> None:
    assert foreseen(due_in(1, 1, 1)) is None


@pytest.mark.parametrize("language", ["en", "fi", "pl", "lv"])
def test_the_lead_reads_how_bad_it_is_who_has_how_much_and_what_would_help(language: str) -> None:
    tickets = [*due_in(*[2.0] * 9), *(replace(one, number=one.number + 50) for one in due_in(2, owner=None))]
    tickets[0] = replace(tickets[0], priority=Priority.LOW)
    found = foreseen(tickets)
    assert found is not None
    part = spoken_content(overload.section(POLICY, found), language)
    assert [one.value for one in part.facts] == ["9", "1"] and part.facts[0].label == "Anna Virtanen"
    lines = part.text.split("\n")
    assert len(lines) == 6, "the forecast, the pace, hours, free tickets, an uneven load, low priority"
    assert "8" in lines[0] and "10" in lines[0] and "50" in lines[1] and "40" in lines[1] and "8" in lines[2]
    assert "bo" in lines[3] and "Anna Virtanen" in lines[4]
    assert [row.number for row in part.rows] == [ticket.number for ticket in found.late]
