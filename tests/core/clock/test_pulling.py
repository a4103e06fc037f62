"""The list of what nobody has: who is to get it, when it is due, and what stands in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cases import ANNA, BO, CAI, NOW, OFFICE, POLICY, D, H, ticket

from mailgate.core.clock import pulling
from mailgate.core.clock.pulling import LastList
from mailgate.core.model.content import Question
from mailgate.core.model.desk_rows import Unowned, UnownedLoad
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact

MINUTE = timedelta(minutes=1)
SUPPORT = replace(POLICY.departments[0], calendar=OFFICE.name, notify="pull")
SALES = replace(POLICY.departments[1], notify="pull")
PULLED = replace(POLICY, departments=(SUPPORT, SALES))


@pytest.mark.parametrize(("since", "due"), [
    (-D, True), (-31 * MINUTE, True), (-30 * MINUTE, True), (-29 * MINUTE, False), (0 * MINUTE, False),
    (MINUTE, True), (365 * D, True),  # the clock was set back
])  # fmt: skip
def test_a_list_comes_at_most_every_half_hour(since: timedelta, due: bool) -> None:
    assert pulling.is_due(LastList(NOW + since, 7), NOW) is due


def test_who_never_had_a_list_gets_one() -> None:
    assert pulling.is_due(pulling.last(None), NOW) and pulling.last(None).event == 0


def test_what_the_last_list_knew_is_kept_as_text() -> None:
    one = LastList(NOW, 4711)
    assert pulling.last(str(one)) == one


BY_HAND = (replace(SUPPORT, notify="all"), replace(SALES, notify="lead"))
FOUR = (ANNA, BO, CAI, replace(BO, id=4, name="dan", departments=()))
PEOPLE = [
    ("in their hours", PULLED, ANNA, NOW, (), ["support"]),
    ("in all departments where they are on duty", PULLED, BO, NOW, (), ["support", "sales"]),
    ("a department without hours pulls at night too", PULLED, BO, NOW.replace(hour=2), (), ["sales"]),
    ("not outside them", PULLED, ANNA, NOW.replace(hour=17), (), []),
    ("their own hours go first", PULLED, replace(CAI, calendar="late"), NOW.replace(hour=17), (), ["support"]),
    ("who opted out hears at any hour", PULLED, replace(CAI, calendar="always"), NOW.replace(hour=2), (), ["support"]),
    ("not while away", PULLED, ANNA, NOW, (Absence("anna", NOW - D, None, ""),), []),
    (
        "the lead while everybody of a department is away",
        PULLED,
        ANNA,
        NOW,
        (Absence("bo", NOW - D, None, ""),),
        ["support", "sales"],
    ),
    (
        "whoever covers for that lead",
        PULLED,
        CAI,
        NOW,
        (Absence("bo", NOW - D, None, ""), Absence("anna", NOW - D, None, "cai")),
        ["support", "sales"],
    ),
    ("in their own hours", PULLED, ANNA, NOW.replace(hour=17), (Absence("bo", NOW - D, None, ""),), []),
    ("nobody where all are told", replace(PULLED, departments=BY_HAND), BO, NOW, (), []),
    (
        "few agents are told of everything",
        replace(PULLED, departments=(replace(SUPPORT, notify=""),)),
        ANNA,
        NOW,
        (),
        [],
    ),
    ("four pull", replace(PULLED, departments=(replace(SUPPORT, notify=""),), agents=FOUR), ANNA, NOW, (), ["support"]),
]


@pytest.mark.parametrize(
    ("policy", "agent", "now", "away", "names"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE]
)
def test_whose_work_is_pulled_by_whom(
    policy: Policy, agent: Agent, now: datetime, away: tuple[Absence, ...], names: list[str]
) -> None:
    late = replace(OFFICE, name="late", week=(((720, 1200),),) * 7)
    crew = tuple(agent if one.name == agent.name else one for one in policy.agents)
    at = Moment(replace(policy, agents=crew, calendars=(OFFICE, late)), Facts(away=away), now)
    assert list(pulling.pulled_by(at, agent)) == names


def test_the_most_pressing_are_numbered_and_the_rest_counted() -> None:
    work = tuple(ticket(number, owner=None) for number in range(1001, 1016))
    found = Unowned(work, (UnownedLoad("sales", 2, 0), UnownedLoad("support", 138, 12)), 99)
    letter = pulling.offer(Moment(POLICY, Facts(), NOW), BO, found)
    content = letter.content
    assert isinstance(content, Question)
    assert letter.purpose is Purpose.TABLES and letter.agent == "bo" and letter.not_before is None
    assert content.title == said("list.unowned_n", n=140) and content.more == 125
    assert [(row.n, row.number) for row in content.rows or ()] == [(n, 1000 + n) for n in range(1, 16)]
    assert content.facts == (
        Fact("sales", said("list.unowned_load", n=2, overdue=0)),
        Fact("support", said("list.unowned_load", n=138, overdue=12)),
    )


def test_a_digest_has_the_same_without_numbers_to_answer() -> None:
    found = Unowned((ticket(1001, owner=None),), (UnownedLoad("support", 1, 0),), 99)
    section = pulling.section(POLICY, found)
    assert section.title == said("list.unowned") and section.more is None and len(section.rows or ()) == 1
    more = replace(found, load=(UnownedLoad("support", 4, 0),))
    assert pulling.section(POLICY, more).more == 3


def test_half_an_hour_is_half_an_hour() -> None:
    assert pulling.EVERY == H / 2
