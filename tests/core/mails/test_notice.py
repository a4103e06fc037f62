"""Which agents hear of new words: owner or department, watchers, and who covers for those away (S-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from cases import ANNA, BO, CAI, NOW, OFFICE, POLICY, H, case, mail, ticket

from mailgate.core.clock import collected
from mailgate.core.letters import readers
from mailgate.core.mails import notices
from mailgate.core.model.content import Notice
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Department, Policy, Role, Sla
from mailgate.core.model.ticket import Due, Priority, Status
from mailgate.core.proof.authority import Authority

HOURS = replace(POLICY.departments[0], calendar=OFFICE.name, notify="pull")
NIGHT = NOW.replace(hour=1, minute=57)
DAN = replace(CAI, id=4, name="dan", address="dan@staff.example")
FOUR = (ANNA, BO, CAI, DAN)


def moment(policy: Policy = POLICY, now: datetime = NOW, away: tuple[Absence, ...] = ()) -> Moment:
    return Moment(policy, Facts(away=away), now)


def away(agent: str, cover: str = "") -> Absence:
    return Absence(agent, NOW - H, None, cover)


CASES = [
    ("its owner", "bo", (), (), ["bo"]),
    ("its owner and a watcher", "bo", ("cai",), (), ["bo", "cai"]),
    ("nobody's: the whole department", None, (), (), ["anna", "bo", "cai"]),
    ("an owner away: the cover alone", "bo", (), (away("bo", "anna"),), ["anna"]),
    ("an owner away without a cover: the lead", "bo", (), (away("bo"),), ["anna"]),
    ("of nobody's ticket the cover hears alone", None, (), (away("cai", "bo"),), ["anna", "bo"]),
    ("a watcher away: the cover alone", "bo", ("cai",), (away("cai", "anna"),), ["bo", "anna"]),
    ("a cover nobody knows", None, (), (away("cai", "zoe"),), ["anna", "bo"]),
]


@pytest.mark.parametrize(("owner", "watchers", "absent", "names"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_who_hears(owner: str | None, watchers: tuple[str, ...], absent: tuple[Absence, ...], names: list[str]) -> None:
    found = readers.of_ticket(moment(away=absent), ticket(owner=owner, watchers=watchers))
    assert [one.name for one in found] == names


def test_who_has_left_hears_nothing_and_the_department_does_in_their_place() -> None:
    policy = replace(POLICY, agents=(ANNA, replace(BO, active=False), CAI))
    assert [one.name for one in readers.of_ticket(moment(policy), ticket(owner="bo"))] == ["anna", "cai"]
    assert [one.name for one in readers.of_ticket(moment(policy), ticket(owner="nobody-known"))] == ["anna", "cai"]
    desks = tuple(replace(one, notify="pull") for one in POLICY.departments)
    pulls = replace(policy, departments=desks)
    assert [one.name for one in readers.of_ticket(moment(pulls), ticket(owner="bo"))] == ["anna"], "else nobody would"
    assert readers.of_ticket(moment(pulls), ticket()) == (), "what nobody has is pulled"


@pytest.mark.parametrize(("lead", "others", "names"), [
    ("anna", (ANNA, BO, CAI), ["anna"]),
    ("bo", (ANNA, replace(BO, active=False), CAI), ["anna"]),  # left: whoever leads anywhere
    ("bo", (replace(ANNA, role=Role.ADMIN), replace(BO, active=False)), ["anna"]),  # else an admin
    ("bo", (replace(BO, active=False), CAI), []),  # there is nobody who leads
    (None, (ANNA, BO, CAI), ["anna"]),  # none was named
])  # fmt: skip
def test_where_the_lead_alone_hears_of_new_mail_somebody_does_when_they_have_left(
    lead: str | None, others: tuple[Agent, ...], names: list[str]
) -> None:
    desk = replace(POLICY.departments[0], notify="lead", lead=lead)
    policy = replace(POLICY, agents=others, departments=(desk,))
    assert [one.name for one in readers.of_ticket(moment(policy), ticket())] == names
    assert [one.name for one in readers.of_departments(moment(policy), ["support"])] == names


@pytest.mark.parametrize(("how", "agents", "names"), [
    ("", 3, ["anna", "bo", "cai"]), ("", 4, []), ("all", 4, ["anna", "bo", "cai", "dan"]), ("lead", 3, ["anna"]), ("pull", 3, []),
])  # fmt: skip
def test_how_a_department_is_told(how: str, agents: int, names: list[str]) -> None:
    crew = FOUR[:agents]
    department: Department = replace(POLICY.departments[0], notify=how)
    assert readers.crew(moment(replace(POLICY, agents=crew, departments=(department,))), "support") == names


@pytest.mark.parametrize(("priority", "hour", "waits"), [
    (Priority.NORMAL, 10, False), (Priority.NORMAL, 16, True), (Priority.NORMAL, 20, True), (Priority.URGENT, 20, False),
])  # fmt: skip
def test_a_notice_waits_for_working_hours_unless_it_is_urgent(priority: Priority, hour: int, waits: bool) -> None:
    anna = replace(ANNA, calendar=OFFICE.name)
    at = NOW.replace(hour=hour)
    assert (readers.at_work(moment(now=at), anna, priority) is not None) is waits


FLOOD = [
    ("the first ten leave at once", 9, NIGHT, None),
    ("the eleventh leaves soon, with others", 10, NIGHT, NOW.replace(hour=2, minute=10)),
    ("so late that it is gathered before", 10, NOW.replace(hour=2, minute=4), NOW.replace(hour=2, minute=10)),
    ("else with the next list", 10, NOW.replace(hour=2, minute=5), NOW.replace(hour=2, minute=20)),
    ("by day as well", 99, NOW.replace(hour=10, minute=0), NOW.replace(hour=10, minute=10)),
]


@pytest.mark.parametrize(("heard", "at", "leaves"), [case[1:] for case in FLOOD], ids=[case[0] for case in FLOOD])
def test_of_a_flood_of_urgent_notices_the_first_leave_alone(heard: int, at: datetime, leaves: datetime | None) -> None:
    policy = replace(POLICY, departments=(HOURS,))
    now = Moment(policy, Facts(urgent_hour={"anna": heard, "bo": 3}), at)
    assert readers.at_work(now, ANNA, Priority.URGENT, "support") == leaves
    assert readers.at_work(now, BO, Priority.URGENT, "support") is None


NIGHTS = [
    ("the department's hours are theirs", None, "support", 8),
    ("few who are all told hear at any hour", None, "small", None),
    ("they, too, in hours of their own", "late", "small", 12),
    ("their own go before them", "late", "support", 12),
    ("who opted out hears at any hour", "always", "support", None),
    ("a department without a calendar works around the clock", None, "sales", None),
    ("of another department's ticket in the hours of their own", None, "lab", 8),
]


@pytest.mark.parametrize(("own", "department", "hour"), [case[1:] for case in NIGHTS], ids=[case[0] for case in NIGHTS])
def test_nights_are_quiet(own: str | None, department: str, hour: int | None) -> None:
    late = replace(OFFICE, name="late", week=(((720, 1200),),) * 7)
    lab = replace(POLICY.departments[1], name="lab", addresses=())
    small = replace(HOURS, name="small", addresses=(), notify="all")
    policy = replace(POLICY, departments=(HOURS, POLICY.departments[1], lab, small), calendars=(OFFICE, late))
    bo = replace(BO, calendar=own, departments=("support", "sales", "small"))
    found = readers.at_work(moment(policy, NIGHT), bo, Priority.NORMAL, department)
    assert found == (hour and NOW.replace(hour=hour))
    assert readers.at_work(moment(policy, NIGHT), bo, Priority.URGENT, department) is None


def test_who_works_everywhere_hears_in_the_hours_of_the_tickets_department() -> None:
    policy = replace(POLICY, departments=(HOURS, POLICY.departments[1]))
    found = [readers.hours(policy, replace(BO, departments=()), name) for name in ("support", "sales")]
    assert found == [OFFICE, None]


PRESSING = [
    ("an urgent ticket: all on duty", NOW, (), Priority.URGENT, None, ["anna", "bo", "cai", "dan"]),
    ("those away are not", NOW, (away("bo"), away("cai", "dan")), Priority.URGENT, None, ["anna", "dan"]),
    ("nobody is at night: the lead", NIGHT, (), Priority.URGENT, None, ["anna"]),
    ("or who covers for the lead", NIGHT, (away("anna", "bo"),), Priority.URGENT, None, ["bo"]),
    ("somebody's is theirs alone", NOW, (), Priority.URGENT, "bo", ["bo"]),
    ("the owner has left", NOW, (), Priority.URGENT, "gone", ["anna", "bo", "cai", "dan"]),
    ("what is not urgent waits for a list", NOW, (), Priority.HIGH, None, []),
]


def test_customers_with_such_a_promise_wait_for_no_list() -> None:
    gold = (Sla("gold", customers=("@big.example",), at_once=True), Sla("standard"))
    policy = replace(POLICY, agents=FOUR, departments=(HOURS, POLICY.departments[1]), slas=gold)
    heard = {sla: readers.of_ticket(moment(policy, NOW), ticket(sla=sla)) for sla in ("gold", "standard")}
    assert [len(heard["gold"]), len(heard["standard"])] == [4, 0]


@pytest.mark.parametrize(
    ("now", "absent", "priority", "owner", "names"), [case[1:] for case in PRESSING], ids=[case[0] for case in PRESSING]
)
def test_where_work_is_pulled_those_on_duty_hear_at_once_of_what_cannot_wait(
    now: datetime, absent: tuple[Absence, ...], priority: Priority, owner: str | None, names: list[str]
) -> None:
    policy = replace(POLICY, agents=FOUR, departments=(HOURS, POLICY.departments[1]))
    asked = moment(policy, now, absent)
    assert [one.name for one in readers.of_ticket(asked, ticket(owner=owner, priority=priority))] == names
    if owner is None and priority is Priority.URGENT:
        assert [one.name for one in readers.of_ticket(asked, ticket(), arrived=True)] == names
        assert [one.name for one in readers.of_departments(asked, ["support"])] == names


def test_somebody_with_later_hours_is_on_duty_when_the_department_is_closed() -> None:
    late = replace(OFFICE, name="late", week=(((720, 1200),),) * 7)
    agents = (ANNA, BO, CAI, replace(DAN, calendar="late"))
    policy = replace(POLICY, agents=agents, departments=(HOURS,), calendars=(OFFICE, late))
    found = readers.of_ticket(moment(policy, NOW.replace(hour=18)), ticket(priority=Priority.URGENT))
    assert [one.name for one in found] == ["dan"]


def test_nobody_is_on_duty_while_they_are_away() -> None:
    policy = replace(POLICY, agents=FOUR, departments=(HOURS,), calendars=(OFFICE,))
    found = readers.on_duty(moment(policy, away=(away("bo"), away("cai", "dan"))), "support")
    assert [one.name for one in found] == ["anna", "dan"]


@pytest.mark.parametrize(("steer", "names"), [(True, ["bo", "cai"]), (False, ["anna", "bo", "cai"])])
def test_who_wrote_a_note_hears_nothing_of_it_and_who_only_seems_to_does(steer: bool, names: list[str]) -> None:
    given = case(mail(by=ANNA), ticket(), authority=Authority(agent=ANNA, steer=steer))
    assert [one.agent for one in notices.internal_note(given, ticket(), Notice(why="note"))] == names


TURNED = [
    ("all on duty but who made it so", {}, {"priority": Priority.URGENT}, "bo", ["anna", "cai", "dan"]),
    ("time makes it so too", {}, {"priority": Priority.URGENT}, None, ["anna", "bo", "cai", "dan"]),
    ("it was urgent before", {"priority": Priority.URGENT}, {"priority": Priority.URGENT}, None, []),
    ("high is not urgent", {}, {"priority": Priority.HIGH}, None, []),
    ("somebody has it", {}, {"priority": Priority.URGENT, "owner": "cai"}, None, []),
    ("the customer is waited for", {}, {"priority": Priority.URGENT, "status": Status.WAITING}, None, []),
    ("elsewhere they have heard of it", {}, {"priority": Priority.URGENT, "department": "sales"}, None, []),
]


@pytest.mark.parametrize(
    ("before", "after", "by", "names"), [row[1:] for row in TURNED], ids=[row[0] for row in TURNED]
)
def test_who_hears_that_a_ticket_cannot_wait_for_a_list_any_more(
    before: dict[str, Any], after: dict[str, Any], by: str | None, names: list[str]
) -> None:
    sales = replace(POLICY.departments[1], notify="all")
    asked = moment(replace(POLICY, agents=FOUR, departments=(HOURS, sales)))
    found = readers.turned_urgent(asked, ticket(**before), ticket(**after), asked.policy.agent(by))
    assert [one.name for one in found] == names


@pytest.mark.parametrize(
    ("owner", "tags", "heard"),
    [
        ("bo", ("refund",), ["bo", "cai"]),
        ("bo", ("lamp",), ["bo"]),
        (None, ("refund",), ["cai", "anna", "bo"]),
        ("cai", ("refund",), ["cai"]),
    ],
)
def test_who_watches_a_tag_hears_of_every_ticket_that_has_it(
    owner: str | None, tags: tuple[str, ...], heard: list[str]
) -> None:
    known = Moment(POLICY, Facts(tag_watchers={"refund": ("cai", "gone")}), NOW)
    about = ticket(owner=owner, tags=tags)
    assert [agent.name for agent in readers.of_ticket(known, about)] == heard
    assert "cai" not in [agent.name for agent in readers.of_ticket(known, replace(about, owner="bo"), watched=False)]


@pytest.mark.parametrize(
    ("opened", "how", "parts", "wait"),
    [
        (2, "turn", {}, ["anna", "cai"]),
        (1, "turn", {}, []),  # a quiet day: all hear
        (9, "", {}, []),  # nobody asked for it
        (9, "turn", {"priority": Priority.URGENT}, []),
        (9, "turn", {"owner": "bo"}, []),
        (9, "turn", {"watchers": ("cai",)}, ["bo"]),  # who asked to follow it hears at once
    ],
)
def test_on_a_busy_day_those_told_in_turn_hear_one_by_one(
    opened: int, how: str, parts: dict[str, Any], wait: list[str]
) -> None:
    departments = (replace(POLICY.departments[0], notify=how), *POLICY.departments[1:])
    now = Moment(replace(POLICY, departments=departments), Facts(opened_hour={"support": opened, "sales": 9}), NOW)
    later = readers.in_turn(now, ticket(**{"owner": None, **parts}), (ANNA, BO, CAI))
    assert sorted(later) == wait
    assert all(H <= at - NOW <= 3 * H for at in later.values())


def test_the_others_hear_while_the_promise_can_be_kept() -> None:
    departments = (replace(POLICY.departments[0], notify="turn"), *POLICY.departments[1:])
    now = Moment(replace(POLICY, departments=departments), Facts(opened_hour={"support": 9}), NOW)
    soon = readers.in_turn(now, ticket(owner=None, due=Due(first_response=NOW + H)), (ANNA, BO, CAI))
    assert set(soon.values()) == {NOW + H / 2}


@pytest.mark.parametrize(
    ("why", "owner", "status", "moot"),
    [
        (readers.IN_TURN, "bo", Status.OPEN, True),
        (readers.IN_TURN, None, Status.SOLVED, True),
        (readers.IN_TURN, None, Status.NEW, False),
        ("new", "bo", Status.OPEN, False),
    ],
)
def test_nobody_is_told_that_a_colleague_has_taken_what_they_waited_for(
    why: str, owner: str | None, status: Status, moot: bool
) -> None:
    letter: Any = SimpleNamespace(content=Notice(why=why))
    assert collected.is_moot(letter, ticket(owner=owner, status=status)) is moot
    assert not collected.is_moot(None, ticket())


@pytest.mark.parametrize(
    ("text", "status", "quiet"),
    [
        ("Thank you!", Status.SOLVED, True),
        ("Thank you!", Status.ARCHIVED, True),
        ("Thank you!", Status.WAITING, False),  # it is open again
        ("Thank you, but it is dark again.", Status.SOLVED, False),
    ],
)
def test_a_bare_thanks_for_what_is_solved_disturbs_nobody(text: str, status: Status, quiet: bool) -> None:
    about = ticket(status=status, owner="bo")
    assert notices.only_thanks(case(mail(text), about), about) is quiet
