"""What a call that an exchange tells of becomes: a memo of whoever it is, and of nobody where that is not known (W-38)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, MAIJA, NOW, POLICY, changes, decided, facts, letters_of, mail, ticket

from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import decide
from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address, Envelope, InboundMail, Source
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.core.proof import exchange, visitor

LINE = "+37126123456"
EARLIER = "<call.1@acme.example>"
CALLED = Envelope("", ("support@acme.example",), Source.CALL)


def told(number: str = LINE, envelope: Envelope = CALLED, refers: tuple[str, ...] = (), **marks: str) -> InboundMail:
    names = {"caller": exchange.CALLER, "agent": exchange.AGENT, "ticket": exchange.TICKET, "part": exchange.PART,
             "language": visitor.LANGUAGE}  # fmt: skip
    return mail(
        "Nobody answered. #close",
        by=exchange.author(number),
        envelope=envelope,
        subject=f"Missed call: {number}",
        to=(Address("support@acme.example"),),
        references=refers,
        language="sv",
        headers=((exchange.NUMBER.lower(), number), *((names[key].lower(), value) for key, value in marks.items())),
    )


def requesters(decision: ch.Decision) -> list[Address]:
    return [one.requester for one in changes(decision, ch.OpenTicket)]


def test_a_missed_call_is_a_memo_with_a_promise_and_nobody_is_answered() -> None:
    decision = decided(told(caller=MAIJA.addr))
    assert (decision.fate, decision.reason) == ("filed", "new")
    (opened,) = changes(decision, ch.OpenTicket)
    assert (opened.requester.addr, opened.department, opened.sla) == (
        MAIJA.addr,
        "support",
        POLICY.department("support").sla,
    )
    (entry,) = changes(decision, ch.AddEntry)
    assert (entry.kind, entry.text) == (EntryKind.CALL, "Nobody answered. #close")
    assert changes(decision, ch.SetField) == [ch.SetField("phone", LINE)]
    assert {one.audience for one in letters_of(decision)} == {"agent"}


@pytest.mark.parametrize(
    ("number", "marks", "requester"),
    [
        (LINE, {"caller": MAIJA.addr}, Address(MAIJA.addr)),
        (LINE, {}, Address(NOBODY.addr, LINE)),  # unknown, or more than one person
        ("", {}, Address(NOBODY.addr, "")),
    ],
)
def test_w38_a_call_is_of_the_one_person_with_that_number_or_of_nobody(
    number: str, marks: dict[str, str], requester: Address
) -> None:
    last = {"+37126123456": Address("somebody@customer.example")}  # who had it last is not asked
    assert requesters(decided(told(number, **marks), callers=last)) == [requester]


def joins(refers: tuple[str, ...] = (EARLIER,), earlier: Any = None, **marks: str) -> list[int | None]:
    earlier = earlier or ticket(requester=Address(NOBODY.addr, LINE))
    decision = decided(told(refers=refers, **marks), earlier, by_id={EARLIER: earlier.number})
    return [step.ticket for step in decision.steps]


@pytest.mark.parametrize(
    ("about", "joined"),
    [
        ({}, 1042),
        ({"status": Status.WAITING}, 1042),
        ({"status": Status.SOLVED}, None),  # that is settled: this is a new call
        ({"department": "sales"}, None),  # others were called
    ],
)
def test_the_same_caller_once_more_joins_what_is_open(about: dict[str, Any], joined: int | None) -> None:
    assert joins(earlier=replace(ticket(requester=Address(NOBODY.addr, LINE)), **about)) == [joined]


def test_a_second_call_brings_a_waiting_ticket_back_and_a_recording_does_not() -> None:
    waiting = ticket(status=Status.WAITING, owner="anna")
    for part, moved in (("", [Status.OPEN]), ("recording", [])):
        decision = decided(told(refers=(EARLIER,), **({"part": part} if part else {})), waiting, by_id={EARLIER: 1042})
        assert [one.status for one in changes(decision, ch.SetStatus)] == moved
        assert [one.kind for one in changes(decision, ch.AddEntry)] == [EntryKind.CALL]


def test_a_recording_stands_beside_its_call_whatever_became_of_that() -> None:
    solved = ticket(status=Status.SOLVED)
    assert joins(earlier=solved, part="recording") == [1042]


def test_a_call_is_filed_where_it_is_said_to_belong_and_has_the_agent_who_answered() -> None:
    decision = decided(told(ticket="1042"), ticket())
    assert [step.ticket for step in decision.steps] == [1042]
    assert [step.ticket for step in decided(told(ticket="1042"), ticket(status=Status.SOLVED)).steps] == [None]
    assert changes(decided(told(agent="anna")), ch.Assign) == [ch.Assign("anna")]


def test_what_is_asked_of_the_store_is_what_the_marks_name() -> None:
    asked = decide.needs(told("+371", refers=(EARLIER,), ticket="1042"), POLICY, NOW)
    assert asked.numbers == (1042,) and asked.ids == (EARLIER,) and asked.phones == ()
    assert decide.needs(told(ticket="x"), POLICY, NOW).numbers == ()


@pytest.mark.parametrize("door", [one for one in Source if one is not Source.CALL])
def test_the_marks_of_a_call_mean_nothing_by_another_door(door: Source) -> None:
    forged = told(envelope=replace(CALLED, source=door), caller=MAIJA.addr, ticket="1042")
    assert exchange.call(forged) is None
    decision = decided(forged, ticket())
    assert [step.ticket for step in decision.steps] != [1042]
    assert MAIJA.addr not in [one.addr for one in requesters(decision)]


def test_the_words_are_ours_and_tell_of_no_language() -> None:
    (opened,) = changes(decided(told(language="fi")), ch.OpenTicket)
    assert opened.language == "fi"
    (plain,) = changes(decided(told()), ch.OpenTicket)
    assert plain.language != "sv"


def test_nobody_is_an_agent_because_a_number_is_theirs() -> None:
    decision = decided(replace(told(), author=Address(ANNA.address)), ticket())
    assert decision.actor != "anna" and not changes(decision, ch.SetStatus)
    assert facts().tickets == {}
