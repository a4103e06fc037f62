"""Which agents hear of new words: owner or department, watchers, and who covers for those away (S-14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, BO, CAI, NOW, OFFICE, POLICY, H, case, mail, ticket

from mailgate.core.letters import readers
from mailgate.core.mails import notices
from mailgate.core.model.content import Notice
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Department, Role
from mailgate.core.model.ticket import Priority
from mailgate.core.proof.authority import Authority


def away(agent: str, cover: str = "") -> Absence:
    return Absence(agent, NOW - H, None, cover)


CASES = [
    ("its owner", "bo", (), (), ["bo"]),
    ("its owner and a watcher", "bo", ("cai",), (), ["bo", "cai"]),
    ("nobody's: the whole department", None, (), (), ["anna", "bo", "cai"]),
    ("an owner away hears with the cover", "bo", (), (away("bo", "anna"),), ["bo", "anna"]),
    ("an owner away without a cover", "bo", (), (away("bo"),), ["bo"]),
    ("of nobody's ticket the cover hears alone", None, (), (away("cai", "bo"),), ["anna", "bo"]),
    ("a watcher away: the cover alone", "bo", ("cai",), (away("cai", "anna"),), ["bo", "anna"]),
    ("a cover nobody knows", None, (), (away("cai", "zoe"),), ["anna", "bo", "cai"]),
]


@pytest.mark.parametrize(("owner", "watchers", "absent", "names"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_who_hears(owner: str | None, watchers: tuple[str, ...], absent: tuple[Absence, ...], names: list[str]) -> None:
    found = readers.of_ticket(POLICY, ticket(owner=owner, watchers=watchers), absent)
    assert [one.name for one in found] == names


def test_who_has_left_hears_nothing_and_the_department_does_in_their_place() -> None:
    policy = replace(POLICY, agents=(ANNA, replace(BO, active=False), CAI))
    assert [one.name for one in readers.of_ticket(policy, ticket(owner="bo"))] == ["anna", "cai"]
    assert [one.name for one in readers.of_ticket(policy, ticket(owner="nobody-known"))] == ["anna", "cai"]
    desks = tuple(replace(one, notify="pull") for one in POLICY.departments)
    pulls = replace(policy, departments=desks)
    assert [one.name for one in readers.of_ticket(pulls, ticket(owner="bo"))] == ["anna"], "else nobody would"
    assert readers.of_ticket(pulls, ticket()) == (), "what nobody has is pulled"


@pytest.mark.parametrize(("lead", "others", "names"), [
    ("anna", (ANNA, BO, CAI), ["anna"]),
    ("bo", (ANNA, replace(BO, active=False), CAI), ["anna"]),  # left: whoever leads anywhere
    ("bo", (replace(ANNA, role=Role.ADMIN), replace(BO, active=False)), ["anna"]),  # else an admin
    ("bo", (replace(BO, active=False), CAI), []),  # there is nobody who leads
    (None, (ANNA, BO, CAI), []),
])  # fmt: skip
def test_where_the_lead_alone_hears_of_new_mail_somebody_does_when_they_have_left(
    lead: str | None, others: tuple[Agent, ...], names: list[str]
) -> None:
    desk = replace(POLICY.departments[0], notify="lead", lead=lead)
    policy = replace(POLICY, agents=others, departments=(desk,))
    assert [one.name for one in readers.of_ticket(policy, ticket())] == names
    assert [one.name for one in readers.of_departments(policy, ["support"])] == names


@pytest.mark.parametrize(("how", "agents", "names"), [
    ("", 3, ("anna", "bo", "cai")), ("", 4, ()), ("all", 4, ("anna", "bo", "cai", "dan")), ("lead", 3, ("anna",)), ("pull", 3, ()),
])  # fmt: skip
def test_how_a_department_is_told(how: str, agents: int, names: tuple[str, ...]) -> None:
    crew = (ANNA, BO, CAI, replace(CAI, id=4, name="dan", address="dan@staff.example"))[:agents]
    department: Department = replace(POLICY.departments[0], notify=how)
    assert readers.crew(replace(POLICY, agents=crew, departments=(department,)), "support") == names


@pytest.mark.parametrize(("priority", "hour", "waits"), [
    (Priority.NORMAL, 10, False), (Priority.NORMAL, 16, True), (Priority.NORMAL, 20, True), (Priority.URGENT, 20, False),
])  # fmt: skip
def test_a_notice_waits_for_working_hours_unless_it_is_urgent(priority: Priority, hour: int, waits: bool) -> None:
    anna = replace(ANNA, calendar=OFFICE.name)
    at = NOW.replace(hour=hour)
    assert (readers.at_work(Moment(POLICY, Facts(), at), anna, priority) is not None) is waits


@pytest.mark.parametrize(("steer", "names"), [(True, ["bo", "cai"]), (False, ["anna", "bo", "cai"])])
def test_who_wrote_a_note_hears_nothing_of_it_and_who_only_seems_to_does(steer: bool, names: list[str]) -> None:
    given = case(mail(by=ANNA), ticket(), authority=Authority(agent=ANNA, steer=steer))
    assert [one.agent for one in notices.internal_note(given, ticket(), Notice(why="note"))] == names
