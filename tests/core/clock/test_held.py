"""What of an agent's words has not arrived, and at what end of the day they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cases import ANNA, BO, NOW, OFFICE, POLICY, D, H, ticket

from mailgate.core.clock import held
from mailgate.core.clock.held import Held
from mailgate.core.model.content import Digest
from mailgate.core.model.letter_rows import StuckAnswer
from mailgate.core.model.mail_rows import ParkedMail, QuarantinedMail
from mailgate.core.model.policy import Calendar
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact
from mailgate.core.model.ticket import Due, Status

PARKED = ParkedMail(7, 7, NOW, "anna@staff.example", "Re: Lamp", "anna", "stale", ())
DOUBTFUL = StuckAnswer("anna", ticket(1001), "maija@customer.example", uncertain=True)
SLOW = replace(DOUBTFUL, ticket=ticket(1002), uncertain=False)
GARBLED = QuarantinedMail(9, 9, NOW, "died", "anna@staff.example", "", 100)
ALL = Held((PARKED,), (DOUBTFUL, SLOW), (ticket(1003), ticket(1001)), (GARBLED,))


def test_each_kind_is_counted_and_told_in_words() -> None:
    assert len(ALL) == 6 and len(Held()) == 0
    waiting, others = held.sections(POLICY, ALL)
    assert waiting.title == said("list.parked") and others.title == said("list.not_arrived")
    assert others.facts == (
        Fact(said("held.came_back"), "[#1003] Broken lamp"),
        Fact(said("held.came_back"), "[#1001] Broken lamp"),
        Fact(said("held.uncertain"), "[#1001] Broken lamp → maija@customer.example"),
        Fact(said("held.delayed"), "[#1002] Broken lamp → maija@customer.example"),
        Fact(said("held.unreadable"), said("ticket.untitled")),
    )


def test_there_is_no_section_without_anything_in_it() -> None:
    assert held.sections(POLICY, Held()) == []
    assert [one.title for one in held.sections(POLICY, Held(parked=(PARKED,)))] == [said("list.parked")]
    assert [one.title for one in held.sections(POLICY, Held(stuck=(SLOW,)))] == [said("list.not_arrived")]


def test_a_list_has_each_ticket_once() -> None:
    assert [one.number for one in ALL.tickets] == [1003, 1001, 1002]


def test_who_leaves_is_told_how_many_have_not_left() -> None:
    letter = held.before_leaving(POLICY, ANNA, ALL, ANNA)
    assert isinstance(letter.content, Digest) and letter.agent == "anna" and letter.not_before is None
    assert letter.content.title == said("list.not_arrived_n", n=6) and len(letter.content.sections) == 2
    letter = held.before_leaving(POLICY, ANNA, ALL, BO)
    assert isinstance(letter.content, Digest) and letter.agent == "bo"
    assert letter.content.title == said("list.of_agent", name=ANNA.shown_name, title=said("list.not_arrived"))


LUNCH = replace(OFFICE, week=(((480, 720), (780, 960)),) * 5 + ((), ()))
NIGHTS = replace(OFFICE, week=(((0, 360), (1320, 1440)),) * 7)  # ten in the evening to six in the morning
AT = [
    ("in the middle of the day", OFFICE, "15:44", False),
    ("a quarter of an hour before the end", OFFICE, "15:45", True),
    ("at the end", OFFICE, "16:00", True),
    ("when a gateway was down for a while", OFFICE, "16:59", True),
    ("not in the evening", OFFICE, "17:00", False),
    ("lunch is no end", LUNCH, "12:00", False),
    ("the last hour of several", LUNCH, "15:50", True),
    ("midnight is no end of a night's work", NIGHTS, "23:50", False),
    ("its morning is", NIGHTS, "05:50", True),
    ("around the clock there is none", None, "16:00", False),
]


@pytest.mark.parametrize(("calendar", "clock", "ends"), [row[1:] for row in AT], ids=[row[0] for row in AT])
def test_the_end_of_an_agents_hours(calendar: Calendar | None, clock: str, ends: bool) -> None:
    now = datetime.fromisoformat(f"2026-03-04T{clock}:00").replace(tzinfo=UTC)
    assert held.evening(calendar, now) == (date(2026, 3, 4) if ends else None)


def test_on_a_day_off_nobody_leaves() -> None:
    assert held.evening(OFFICE, datetime(2026, 3, 7, 15, 50, tzinfo=UTC)) is None


@pytest.mark.parametrize(("due", "status", "presses"), [
    (-D, Status.OPEN, True), (2 * H, Status.NEW, True), (2 * H + timedelta(seconds=1), Status.OPEN, False),
    (None, Status.OPEN, False), (H, Status.WAITING, False), (H, Status.SOLVED, False),
])  # fmt: skip
def test_a_parked_answer_presses_when_its_ticket_is_due_within_two_hours(
    due: timedelta | None, status: Status, presses: bool
) -> None:
    asked = ticket(status=status, due=Due(resolve=NOW + due if due is not None else None))
    assert held.presses(asked, NOW) is presses
