"""Who reads instead of those who are away, whatever the letter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY, D, H, ticket

from mailgate.core.letters import instead, readers
from mailgate.core.model.change import Decision, Fate, OpenTicket, Outbound, Step
from mailgate.core.model.content import Alarm, Content, Handover, Notice, Receipt, Reminded, WasItYou
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Role
from mailgate.core.model.said import said
from mailgate.core.model.ticket import Priority, Ticket

DEE = Agent(4, "dee", "dee@staff.example", full_name="Dee Moss", departments=("sales",))
BOSS = Agent(5, "boss", "boss@staff.example", full_name="Boss", departments=("sales",), role=Role.ADMIN)
FAY = Agent(6, "fay", "fay@staff.example", full_name="Fay Lee", departments=("support",), active=False)
SUPPORT, SALES = POLICY.departments
DESK = replace(
    POLICY,
    departments=(replace(SUPPORT, deputy="dee"), SALES),
    agents=(ANNA, BO, CAI, DEE, BOSS, FAY),
    admin="boss@staff.example",
)  # Anna leads support, Bo answers there and in sales, Cai is a trainee of support, Dee of sales is Anna's deputy


def at(*away: str, priority: Priority = Priority.NORMAL) -> Moment:
    """The moment when these are away: `bo` without a cover, `bo:cai` with one."""
    pairs = (one.partition(":") for one in away)
    found = tuple(Absence(name, NOW - H, NOW + D, cover) for name, _, cover in pairs)
    known: dict[int, Ticket] = {1042: ticket(owner="bo", priority=priority)}
    return Moment(DESK, Facts(away=found, tickets=known), NOW)


# what is decided, whose letter, who is away, and who reads it
INSTEAD: list[tuple[str, Agent, str, str]] = [
    ("themselves, while they are here", BO, "", "bo"),
    ("themselves, whoever else is away", BO, "anna cai:bo", "bo"),
    ("their cover", BO, "bo:cai", "cai"),
    ("the cover's cover", BO, "bo:cai cai:dee", "dee"),
    ("the lead, where the covers go round in a circle", BO, "bo:cai cai:bo", "anna"),
    ("the lead, where the cover has none", BO, "bo:cai cai", "anna"),
    ("the lead, where the cover works here no more", BO, "bo:fay", "anna"),
    ("the lead, where nobody knows the cover", BO, "bo:zoe", "anna"),
    ("the lead, without a cover", BO, "bo", "anna"),
    ("the lead's cover", BO, "bo anna:cai", "cai"),
    ("the deputy", BO, "bo anna", "dee"),
    ("the deputy's cover", BO, "bo anna dee:cai", "cai"),
    ("the admin", BO, "bo anna dee", "boss"),
    ("the admin, for the lead too", ANNA, "anna bo dee", "boss"),
    ("the lead's cover before the deputy", ANNA, "anna:bo", "bo"),
    ("the deputy, for a lead without one", ANNA, "anna", "dee"),
    ("whoever answers there, when all who lead are away", ANNA, "anna dee boss", "bo"),
    ("never a trainee whom nobody has named", ANNA, "anna bo dee boss", "anna"),
    ("themselves, when nobody is here", BO, "anna bo cai dee boss", "bo"),
]  # fmt: skip


# Who may do what leads may: role or deputy, and only while the lead is away.
MAY_LEAD: list[tuple[str, Agent, str, bool]] = [
    ("a lead", ANNA, "", True),
    ("an admin", BOSS, "anna", True),
    ("the deputy, while the lead is away", DEE, "anna", True),
    ("also while somebody covers", DEE, "anna:bo", True),
    ("not otherwise", DEE, "bo", False),
    ("a cover reads, and no more", BO, "anna:bo", False),
]


@pytest.mark.parametrize(("agent", "away", "may"), [row[1:] for row in MAY_LEAD], ids=[row[0] for row in MAY_LEAD])
def test_a_deputy_leads_while_the_lead_is_away(agent: Agent, away: str, may: bool) -> None:
    assert readers.leads(at(*away.split()), agent) is may


@pytest.mark.parametrize(("agent", "away", "reader"), [row[1:] for row in INSTEAD], ids=[row[0] for row in INSTEAD])
def test_somebody_reads_instead(agent: Agent, away: str, reader: str) -> None:
    assert readers.instead_of(at(*away.split()), agent, "support").name == reader


def test_without_a_deputy_the_admin_reads_what_is_for_the_lead() -> None:
    moment = at("anna")
    plain = replace(moment, policy=replace(DESK, departments=POLICY.departments))
    assert readers.instead_of(plain, ANNA, "support").name == "boss"
    lead = readers.lead_here(plain, "support")
    assert lead is not None and lead.name == "boss"


# what is decided, a letter about what to Bo, who is away, who decided it, and whom it reaches
LETTERS: list[tuple[str, Content, str, str, str]] = [
    ("a notice to who is here", Notice(why="reply"), "anna", "", "bo"),
    ("a notice", Notice(why="reply"), "bo:cai", "", "cai"),
    ("a notice without a cover", Notice(why="note"), "bo", "", "anna"),
    ("a reminder", Reminded(text="call"), "bo:cai", "", "cai"),
    ("an alarm", Alarm(title="x", text="y"), "bo", "", "anna"),
    ("a question that only they can answer", WasItYou(), "bo:cai", "", "bo"),
    ("the receipt of what others did", Receipt(), "bo:cai", "", "cai"),
    ("what was handed to them by name all the same", Handover(), "bo:cai", "", "bo"),
    ("an answer to their own mail", Notice(why="reply"), "bo:cai", "bo", "bo"),
    ("nothing to whoever did it", Notice(why="note"), "bo:cai", "cai", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "away", "actor", "reader"), [row[1:] for row in LETTERS], ids=[row[0] for row in LETTERS]
)
def test_each_letter_is_passed_on(about: Content, away: str, actor: str, reader: str) -> None:
    letter = readers.to_agent(DESK, BO, about, purpose=Purpose.NOTE)
    moment = at(*away.split())
    on_ticket = Decision(Fate.FILED, "x", (Step(1042, (), (letter,)),), actor=actor or "mailgate")
    [step] = instead.passed_on(moment, on_ticket).steps
    alone = instead.passed_on(moment, Decision(Fate.FILED, "x", letters=(letter,), actor=actor or "mailgate")).letters
    assert [one.agent for one in step.outbound] == [one.agent for one in alone] == ([reader] if reader else [])
    for one in step.outbound:
        assert [to.addr for to in one.to] == [f"{reader}@staff.example"]


def test_the_question_about_a_parked_mail_of_theirs_stays_theirs() -> None:
    letter = readers.to_agent(DESK, BO, Receipt(parked=True), purpose=Purpose.RELEASE)
    assert passed(at("bo:cai"), letter) == (letter,)


def passed(moment: Moment, *letters: Outbound, number: int | None = 1042) -> tuple[Outbound, ...]:
    changes = () if number else (OpenTicket("Lamp", "sales", ticket().requester),)
    decision = Decision(Fate.FILED, "x", (Step(number, changes, letters),))
    return instead.passed_on(moment, decision).steps[0].outbound


def test_a_notice_says_for_whom_it_is_read() -> None:
    about = Notice(why="note", notes=("a rule's",))
    [letter] = passed(at("bo:cai"), readers.to_agent(DESK, BO, about, purpose=Purpose.NOTE))
    assert isinstance(letter.content, Notice)
    assert letter.content.notes == ("a rule's", said("notice.instead", name="Bo Ek"))


def test_nobody_gets_the_same_twice() -> None:
    letters = [readers.to_agent(DESK, one, Notice(why="reply"), purpose=Purpose.NOTE) for one in (BO, CAI, ANNA)]
    assert [one.agent for one in passed(at("bo:cai", "anna:cai"), *letters)] == ["cai"]


def test_it_comes_in_the_hours_of_who_reads_it() -> None:
    moment = at("bo:cai")
    office = replace(DESK, agents=(ANNA, BO, replace(CAI, calendar="office"), DEE, BOSS))
    night = replace(moment, policy=office, now=NOW + 10 * H)
    letter = readers.to_agent(office, BO, Notice(why="reply"), purpose=Purpose.CUSTOMER)
    assert [one.not_before for one in passed(night, letter)] == [NOW + 22 * H]
    urgent = replace(night, facts=replace(night.facts, tickets={1042: ticket(priority=Priority.URGENT)}))
    assert [one.not_before for one in passed(urgent, letter)] == [None]


def test_what_is_for_their_return_waits_for_them() -> None:
    letter = readers.to_agent(DESK, BO, Notice(why="note"), purpose=Purpose.NOTE, not_before=NOW + D)
    assert passed(at("bo:cai"), letter) == (letter,)


def test_a_ticket_that_is_being_opened_has_a_lead_too() -> None:
    letter = readers.to_agent(DESK, DEE, Notice(why="new"), purpose=Purpose.NOTE)
    assert [one.agent for one in passed(at("dee"), letter, number=None)] == ["anna"], "who leads anywhere"


# what is decided, the department's way, who is away, whose ticket, and who hears of it
HEARD: list[tuple[str, str, str, str | None, list[str]]] = [
    ("all of few", "all", "", None, ["anna", "bo", "cai"]),
    ("who is away without a cover is passed over", "all", "bo", None, ["anna", "cai"]),
    ("the cover hears once", "all", "bo:cai", None, ["anna", "cai"]),
    ("all are away", "all", "anna bo cai", None, ["dee"]),
    ("the lead alone, who is away", "lead", "anna", None, ["dee"]),
    ("the owner", "all", "", "bo", ["bo"]),
    ("the owner's cover and not the owner", "all", "bo:cai", "bo", ["cai"]),
    ("the lead for an owner without one", "all", "bo", "bo", ["anna"]),
    ("a cover from elsewhere", "all", "bo:dee", "bo", ["dee"]),
]  # fmt: skip


@pytest.mark.parametrize(("how", "away", "owner", "heard"), [row[1:] for row in HEARD], ids=[row[0] for row in HEARD])
def test_those_who_are_here_hear_of_a_ticket(how: str, away: str, owner: str | None, heard: list[str]) -> None:
    moment = at(*away.split())
    support = replace(DESK.departments[0], notify=how)
    moment = replace(moment, policy=replace(DESK, departments=(support, SALES)))
    assert [one.name for one in readers.of_ticket(moment, ticket(owner=owner))] == heard
