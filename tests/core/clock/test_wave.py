"""A wave by the clock: whom the question goes to, when they come in without an answer, and what becomes of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cases import ANNA, BO, NOW, POLICY, ticket

from mailgate.core.clock import wave as by_clock
from mailgate.core.model.change import JoinWave, SetStatus, Tag
from mailgate.core.model.content import Ack, Question
from mailgate.core.model.desk_rows import Wave
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Entry, EntryKind, Status, Ticket

M = timedelta(minutes=1)
WAVE = Wave("support:7", "support", (1, 2, 3), NOW - 5 * M)
HELD = ticket(
    status=Status.NEW, tags=("wave",), entries=(Entry(1, EntryKind.CUSTOMER, "a@b.example", "A", NOW, "Win " * 100),)
)
MOMENT = Moment(POLICY, Facts(), NOW)

# what is decided, when it was asked, the verdict, the minutes since, and whether they come in
TIMES: list[tuple[str, datetime | None, str, bool]] = [
    ("not asked yet", None, "", False),
    ("just asked", NOW, "", False),
    ("a minute to go", NOW - 29 * M, "", False),
    ("half an hour", NOW - 30 * M, "", True),
    ("answered", NOW - 90 * M, "spam", False),
    ("a clock that was set back", NOW + 60 * M, "", False),
]


@pytest.mark.parametrize(("asked", "verdict", "over"), [row[1:] for row in TIMES], ids=[row[0] for row in TIMES])
def test_without_an_answer_in_half_an_hour_they_come_in(asked: datetime | None, verdict: str, over: bool) -> None:
    assert by_clock.is_over(replace(WAVE, asked_at=asked, verdict=verdict), NOW) is over


def test_one_question_goes_to_the_lead_or_to_who_reads_instead() -> None:
    (asked,) = by_clock.question(MOMENT, WAVE, [HELD] * 20)
    says = asked.content
    assert isinstance(says, Question) and (asked.agent, asked.dedupe, says.wave) == (
        "anna",
        "wave:support:7",
        "support:7",
    )
    assert (len(says.rows or ()), says.more) == (by_clock.SHOWN, 20 - by_clock.SHOWN)
    assert [fact.value for fact in says.facts or ()][1] == "maija@customer.example"
    assert len(str((says.facts or ())[0].value)) < 250
    away = replace(MOMENT, facts=Facts(away=(Absence("anna", NOW, None, "bo"),)))
    assert [one.agent for one in by_clock.question(away, WAVE, [HELD])] == ["bo"]
    assert by_clock.question(MOMENT, WAVE, []) == ()
    assert by_clock.question(replace(MOMENT, policy=replace(POLICY, agents=(BO,))), WAVE, [HELD]) == ()
    assert ANNA.role == "lead"


# what is decided, the ticket, the verdict, the ack owed, told before, the changes, and the letters
FREE = Tag(remove=("wave",))
CLOSED = (Tag(add=("spam",), remove=("wave",)), SetStatus(Status.SOLVED, why="spam"))
SETTLED: list[tuple[str, Ticket, str, str, bool, tuple[Any, ...], list[str]]] = [
    ("spam is closed in silence", HELD, "spam", "ack", False, CLOSED, []),
    ("but nothing that somebody works on", replace(HELD, owner="bo"), "spam", "ack", False, (FREE,), []),
    ("nor what was answered", replace(HELD, last_agent_at=NOW), "spam", "ack", False, (FREE,), []),
    ("real ones are told and acknowledged", HELD, "real", "ack", False, (FREE,), ["ack", "notice", "notice", "notice"]),
    ("without an acknowledgement where none was owed", HELD, "real", "", False, (FREE,), ["notice"] * 3),
    ("those whose notices had left are not told again", HELD, "real", "", True, (FREE,), []),
    ("nor is anybody of what is over", replace(HELD, status=Status.SOLVED), "real", "", False, (FREE,), []),
    ("an owner alone", replace(HELD, owner="bo", status=Status.OPEN), "real", "", False, (FREE,), ["notice"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "verdict", "ack", "told", "changes", "letters"),
    [row[1:] for row in SETTLED],
    ids=[row[0] for row in SETTLED],
)
def test_what_becomes_of_each(
    about: Ticket, verdict: str, ack: str, told: bool, changes: tuple[Any, ...], letters: list[str]
) -> None:
    step = by_clock.settled(MOMENT, about, verdict, ack, told=told)
    assert (step.changes, [one.template for one in step.outbound]) == (changes, letters)
    notices = [one for one in step.outbound if one.template == "notice"]
    assert all(one.not_before and one.not_before > NOW for one in notices), "they leave in one list"


def test_the_acknowledgement_is_the_one_that_was_owed() -> None:
    step = by_clock.settled(MOMENT, HELD, "real", "ack-billing", told=True)
    assert [one.content.named for one in step.outbound if isinstance(one.content, Ack)] == ["ack-billing"]


@pytest.mark.parametrize(
    ("about", "joins"),
    [
        (ticket(status=Status.NEW), True),
        (HELD, False),
        (ticket(status=Status.NEW, owner="bo"), False),
        (ticket(), False),
    ],
)
def test_the_first_of_a_wave_join_it_unless_somebody_looked_at_them(about: Ticket, joins: bool) -> None:
    step = by_clock.joins(about, WAVE, told=True)
    assert (step is not None) is joins
    assert step is None or step.changes == (Tag(add=("wave",)), JoinWave("support:7", (1, 2, 3), told=True))


def test_the_desk_of_these_tests_tells_three() -> None:
    assert isinstance(POLICY, Policy) and len(POLICY.agents_of("support")) == 3
