"""What rules that hit do to a ticket, and whom they write to, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, BO, CAI, MAIJA, NOW, POLICY, VALDIS, D, H, case, mail, ticket

from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import rule_effects
from mailgate.core.model.change import AddEntry, Assign, Audience, Move, SetField, SetPriority, SetSla, SetStatus, Tag
from mailgate.core.model.facts import Absence
from mailgate.core.model.mail import Address, Attachment, Envelope
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact
from mailgate.core.model.ticket import EntryKind, Priority, Status, Ticket
from mailgate.core.rules.rule import RuleEffects

ROBOT = mail(headers=(("auto-submitted", "auto-generated"),))
FREE, NEW, BOS = ticket(), ticket(status=Status.NEW), ticket(owner="bo")
NOTE = AddEntry(EntryKind.NOTE, "mailgate", "mailgate", "Look twice.", of_mail=False)
LEFT = replace(POLICY, agents=(ANNA, replace(BO, active=False), CAI))


def away(*names: str, cover: str = "") -> tuple[Absence, ...]:
    return tuple(Absence(name, NOW - H, None, cover) for name in names)


# what is decided, what the rules ask for, what else is known, the ticket's department, and the changes
OPENING: list[tuple[str, RuleEffects, dict[str, Any], list[Any]]] = [
    ("nothing", RuleEffects(), {}, []),
    ("priority and department are part of the opening", RuleEffects(priority=Priority.HIGH, department="sales"), {}, []),
    ("tags, fields, a promise and a note, in this order", RuleEffects(tags=("vip",), fields={"order": "7"}, sla="gold", note="Look twice."),
     {}, [Tag(add=("vip",)), SetField("order", "7"), SetSla("gold"), NOTE]),
    ("an owner has it open at once", RuleEffects(assign="bo"), {}, [Assign("bo"), SetStatus(Status.OPEN, why="rule")]),
    ("who has left gets nothing, and it stays new", RuleEffects(assign="bo"), {"policy": LEFT}, []),
    ("nor who was never here", RuleEffects(assign="zoe"), {}, []),
    ("new work passes by a name that is away", RuleEffects(assign="bo"), {"away": away("bo")}, []),
    ("and comes to who covers for them", RuleEffects(assign="bo"), {"away": away("bo", cover="cai")},
     [Assign("cai"), SetStatus(Status.OPEN, why="rule")]),
    ("a robot's mail opens a ticket like any other", RuleEffects(assign="bo"), {"inbound": ROBOT},
     [Assign("bo"), SetStatus(Status.OPEN, why="rule")]),
    ("a call's number is kept as it was dialled", RuleEffects(call="0040 123-45 67"), {}, [SetField("phone", "+401234567")]),
    ("a call of a hidden number keeps none", RuleEffects(call="unknown"), {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("route", "known", "changes"), [row[1:] for row in OPENING], ids=[row[0] for row in OPENING])
def test_rules_say_what_a_new_ticket_is(route: RuleEffects, known: dict[str, Any], changes: list[Any]) -> None:
    assert rule_effects.changes_at_opening(case(route=route, **known), "support") == changes


# what is decided, what the rules ask for, the ticket, what else is known, and the changes
REPLIES: list[tuple[str, RuleEffects, Ticket, dict[str, Any], list[Any]]] = [
    ("what it is already is no change", RuleEffects(priority=Priority.NORMAL, department="support", sla="standard", assign="bo"),
     replace(BOS, sla="standard"), {}, []),
    ("nothing asked leaves all of it", RuleEffects(), replace(BOS, sla="standard", priority=Priority.HIGH), {}, []),
    ("by load in the ticket's own department", RuleEffects(assign="least-busy"), ticket(department="sales"), {"load": {"bo": 9}}, [Assign("bo")]),
    ("nobody is there to have it", RuleEffects(assign="least-busy"), NEW, {"away": away("anna", "bo", "cai")}, []),
    ("all of it at once", RuleEffects(tags=("vip",), priority=Priority.LOW, department="sales", sla="gold", assign="bo", note="Look twice."),
     FREE, {}, [Tag(add=("vip",)), SetPriority(Priority.LOW), Move("sales", "rule"), SetSla("gold"), Assign("bo"), NOTE]),
    ("a new one that gets an owner is open", RuleEffects(assign="bo"), NEW, {}, [Assign("bo"), SetStatus(Status.OPEN, why="rule")]),
    ("a rule that names somebody takes it from its owner", RuleEffects(assign="anna"), BOS, {}, [Assign("anna")]),
    ("in turn it takes it from nobody", RuleEffects(assign="round-robin"), BOS, {}, []),
    ("nor by load", RuleEffects(assign="least-busy"), BOS, {"load": {"bo": 9}}, []),
    ("in turn among those of the department it goes to", RuleEffects(assign="least-busy", department="sales"), FREE, {"load": {"bo": 9}},
     [Move("sales", "rule"), Assign("bo")]),
    ("a robot's words move nothing", RuleEffects(priority=Priority.LOW, department="sales", sla="gold", assign="bo"), FREE,
     {"inbound": ROBOT}, []),
    ("a robot's words may be tagged and noted", RuleEffects(tags=("vip",), fields={"a": "b"}, note="Look twice."), FREE,
     {"inbound": ROBOT}, [Tag(add=("vip",)), SetField("a", "b"), NOTE]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("route", "about", "known", "changes"), [row[1:] for row in REPLIES], ids=[row[0] for row in REPLIES]
)
def test_rules_say_what_a_reply_does(
    route: RuleEffects, about: Ticket, known: dict[str, Any], changes: list[Any]
) -> None:
    assert rule_effects.changes_at_reply(case(route=route, **known), about) == changes


# what is decided, how, the department, what else is known, and who gets it
ASSIGNED: list[tuple[str, str, str, dict[str, Any], str | None]] = [
    ("least busy: who has nothing", "least-busy", "support", {"load": {"anna": 1, "bo": 2}}, "cai"),
    ("of equals the first by name", "least-busy", "support", {}, "anna"),
    ("not who is away", "least-busy", "support", {"away": away("anna", "bo")}, "cai"),
    ("not who works elsewhere", "least-busy", "sales", {"load": {"bo": 9}}, "bo"),
    ("not who has left", "least-busy", "sales", {"policy": LEFT}, None),
    ("nobody is there", "least-busy", "support", {"away": away("anna", "bo", "cai")}, None),
    ("in turn: who never had one", "round-robin", "support", {"last_assigned": {"anna": NOW - D, "bo": NOW}}, "cai"),
    ("in turn: whose last is longest ago", "round-robin", "support", {"last_assigned": {"anna": NOW - H, "bo": NOW - D, "cai": NOW}}, "bo"),
    ("in turn: of equals the first by the configuration", "round-robin", "support", {}, "anna"),
    ("in turn: nobody is there", "round-robin", "sales", {"away": away("bo")}, None),
    ("a name", "bo", "support", {}, "bo"),
    ("a name of another department's", "anna", "sales", {}, "anna"),
    ("who has left", "bo", "support", {"policy": LEFT}, None),
    ("nobody's name", "", "support", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "department", "known", "name"), [row[1:] for row in ASSIGNED], ids=[row[0] for row in ASSIGNED]
)
def test_who_a_rule_gives_it_to(how: str, department: str, known: dict[str, Any], name: str | None) -> None:
    assert rule_effects.assignee(case(**known), how, department) == name


@pytest.mark.parametrize(("notify", "department", "names"), [
    ((), "support", []),
    (("lead",), "support", ["anna"]),
    (("lead",), "sales", ["anna"]),  # no lead of its own: whoever leads anywhere
    (("bo", "cai@staff.example"), "support", ["bo", "cai"]),
    (("zoe", "boss@home.example"), "support", []),
])  # fmt: skip
def test_which_agents_a_rule_tells(notify: tuple[str, ...], department: str, names: list[str]) -> None:
    assert rule_effects.agents_told(case(route=RuleEffects(notify=notify)), ticket(department=department)) == names


# what is decided, the number found, whom that line was last, and the caller
CALLERS: list[tuple[str, str | None, dict[str, Address], Address]] = [
    ("whoever had the line last, however it is written", "+358 40 123 4567", {"+358401234567": VALDIS}, VALDIS),
    ("a line nobody had is nobody, called so", "040 123", {}, Address(NOBODY.addr, "040123")),
    ("a hidden number is nobody", "unknown", {"": VALDIS}, Address(NOBODY.addr)),
    ("no number stood there", "", {}, Address(NOBODY.addr)),
    ("no rule spoke of a call", None, {}, Address(NOBODY.addr)),
]  # fmt: skip


@pytest.mark.parametrize(("number", "callers", "who"), [row[1:] for row in CALLERS], ids=[row[0] for row in CALLERS])
def test_whose_call_it_was(number: str | None, callers: dict[str, Address], who: Address) -> None:
    assert rule_effects.reported_caller(case(route=RuleEffects(call=number), callers=callers)) == who


BOSS, EXPERT = "boss@home.example", "Lab@Tester.example"
BILL = Attachment("bill.pdf", "application/pdf", 1000, "d", "2")


def test_outside_addresses_get_the_whole_by_forward_and_a_few_lines_by_notify() -> None:
    inbound = mail("x" * 3000, attachments=(BILL,))
    found = rule_effects.outside_copies(
        case(inbound, route=RuleEffects(forward=(EXPERT,), notify=("bo", "lead", BOSS, "anna+x@staff.example"))),
        ticket(),
    )
    whole, few = found
    assert (whole.template, whole.audience, whole.to, whole.attachments) == (
        "forward", Audience.EXPERT, (Address(EXPERT),), ((0, "2"),),
    )  # fmt: skip
    assert whole.content.expert == "lab@tester.example"
    assert (few.template, few.audience, few.to, few.attachments) == ("alarm", Audience.ADMIN, (Address(BOSS),), ())
    assert few.content.text == "x" * 2000
    assert few.content.facts == (Fact(said("list.from"), MAIJA.addr), Fact(said("list.department"), "support"))


@pytest.mark.parametrize(("fresh", "text", "told"), [(" new \n", "all", "new"), (" \n", " all ", "all"), ("", "", "")])
def test_the_few_lines_are_the_new_words_else_all(fresh: str, text: str, told: str) -> None:
    route = RuleEffects(notify=(BOSS,))
    unsigned = mail(text, fresh=fresh, author=None, envelope=Envelope("", ()))
    (letter,) = rule_effects.outside_copies(case(unsigned, route=route), ticket())
    assert (letter.content.text, letter.content.facts[0]) == (told, Fact(said("list.from"), ""))
