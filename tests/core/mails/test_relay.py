"""An agent's words on their way out: what holds them back, who gets them, and what the agent is told (S-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cases import ANNA, BO, MAIJA, NOW, VALDIS, H, case, issued, letter, mail, ticket, written

from mailgate.core.mails import agent_answer
from mailgate.core.mails.case import Case
from mailgate.core.model.change import AddEntry, Journal
from mailgate.core.model.content import Answer
from mailgate.core.model.mail import Address, InboundMail
from mailgate.core.model.policy import Agent
from mailgate.core.model.ticket import Ticket
from mailgate.core.quoting.parts import Held
from mailgate.wire.words import MARKERS

NOTICE = letter(to=ANNA, purpose="customer")  # an hour old
LATER, EARLIER = NOW - H / 2, NOW - 2 * H


def answering(
    inbound: InboundMail | None = None, *, to: Agent = ANNA, of: Ticket | None = None, **about: object
) -> Case:
    """Anna's answer to her notice."""
    told = letter(to=to, purpose="customer")
    given = inbound or mail("We look into it.", by=to)
    return case(replace(given, in_reply_to=(told.message_id,)), of or ticket(), letters=[told], **about)  # type: ignore[arg-type]


@pytest.mark.parametrize(("last", "whose", "stale"), [
    (LATER, "bo", True), (LATER, "anna", False), (LATER, None, False), (EARLIER, "bo", False), (None, "bo", False),
])  # fmt: skip
def test_an_answer_is_stale_when_a_colleague_spoke_after_its_notice(
    last: datetime | None, whose: str | None, stale: bool
) -> None:
    known = ticket(last_agent_at=last)
    given = answering(of=known, last_words={1042: whose} if whose else {})
    assert agent_answer.why_not_sent(given, known, ANNA, "We look into it.") == ("stale" if stale else "")


@pytest.mark.parametrize(("last", "told"), [(LATER, True), (EARLIER, False), (NOTICE.created_at, False), (None, False)])
def test_the_agent_is_told_when_the_customer_wrote_meanwhile(last: datetime | None, told: bool) -> None:
    known = ticket(last_customer_at=last)
    assert agent_answer.customer_wrote_since(answering(of=known), known) is told


def test_an_answer_to_no_letter_of_ours_is_overtaken_by_nothing() -> None:
    assert not agent_answer.customer_wrote_since(
        case(mail(by=ANNA), ticket(last_customer_at=LATER)), ticket(last_customer_at=LATER)
    )


HELD = [
    ("plain words", ANNA, "We look into it.", ""),
    ("an agent's own address", ANNA, "Write to Bo@Staff.example.", "address"),
    ("a department's address", ANNA, "Write to sales@acme.example.", ""),
    ("a token", ANNA, f"See mg:{written(to=ANNA)}", "internal"),
    ("our marker", ANNA, f"Yes.\n{MARKERS['fi']}", "internal"),
    ("a line of theirs that looks like a quote (W-03)", ANNA, "Run:\n> ipconfig /all", ""),
    ("nothing but a signature", ANNA, "Sent from my iPhone", ""),
]


@pytest.mark.parametrize(("agent", "text", "why"), [c[1:] for c in HELD], ids=[c[0] for c in HELD])
def test_what_does_not_leave_by_itself(agent: Agent, text: str, why: str) -> None:
    assert agent_answer.why_not_sent(answering(to=agent), ticket(), agent, text) == why


@pytest.mark.parametrize("held", [one for one in Held if one])
def test_what_cannot_be_told_apart_does_not_leave_by_itself_w_01(held: Held) -> None:
    given = answering(mail("Yes.", by=ANNA, held=held, sendable="Yes."))
    assert agent_answer.why_not_sent(given, ticket(), ANNA, "Yes.") == held


def test_an_empty_answer_above_a_quoted_notice_is_doubted() -> None:
    given = answering(mail("Sent from my iPhone", by=ANNA, quoted="> the notice"))
    assert agent_answer.why_not_sent(given, ticket(), ANNA, "Sent from my iPhone") == "empty"
    assert agent_answer.why_not_sent(given, ticket(), ANNA, "Sent from my iPhone", canned="a canned answer") == ""


READERS = [
    ("the requester", (MAIJA,), (), ("maija@customer.example",), ()),
    ("those who take part", (MAIJA, VALDIS), (), ("maija@customer.example",), ("valdis@customer.example",)),
    ("the requester has it already", (MAIJA, VALDIS), (MAIJA,), ("valdis@customer.example",), ()),
    ("a participant has it already", (MAIJA, VALDIS), (VALDIS,), ("maija@customer.example",), ()),
    ("one of them is our own department", (MAIJA, Address("sales@acme.example")), (), ("maija@customer.example",), ()),
]


@pytest.mark.parametrize(("people", "had", "to", "cc"), [c[1:] for c in READERS], ids=[c[0] for c in READERS])
def test_who_gets_the_answer(
    people: tuple[Address, ...], had: tuple[Address, ...], to: tuple[str, ...], cc: tuple[str, ...]
) -> None:
    known = ticket(participants=people)
    given = answering(mail("Yes.", by=ANNA, cc=had), of=known)
    out = agent_answer.answer_letter(given, known, ANNA, "Yes.")
    assert out is not None
    assert (tuple(one.addr for one in out.to), tuple(one.addr for one in out.cc)) == (to, cc)
    assert agent_answer.in_agents_own_copy(given, known) == [one.addr for one in had]
    assert out.not_before == NOW + timedelta(minutes=2)


def test_with_everybody_served_there_is_no_letter() -> None:
    assert agent_answer.answer_letter(answering(mail("Yes.", by=ANNA, cc=(MAIJA,))), ticket(), ANNA, "Yes.") is None


def test_words_for_one_alone_reach_that_one_and_leave_nobody_else_named() -> None:
    known = ticket(participants=(MAIJA, VALDIS))
    given = replace(answering(of=known), only=VALDIS)
    assert agent_answer.reached(given, known) == (VALDIS,)
    changes, [letter] = agent_answer.entry_and_letter(given, known, ANNA, "For you.", keep_status=True)
    assert (letter.to, letter.cc) == ((VALDIS,), ())
    assert [one.only for one in changes if isinstance(one, AddEntry)] == [VALDIS.key]
    assert Journal("only", VALDIS.key) in changes


SURVEYED: list[tuple[str, Ticket, tuple[Address, ...], dict[str, object], str]] = [
    ("the requester alone", ticket(), (), {}, "scale"),
    ("the first words of an agent", ticket(last_agent_at=None), (), {}, "scale"),
    ("somebody else reads it too", ticket(participants=(MAIJA, VALDIS)), (), {}, ""),
    ("somebody else has it already", ticket(participants=(MAIJA, VALDIS)), (VALDIS,), {}, "scale"),
    ("somebody else alone", ticket(participants=(MAIJA, VALDIS)), (MAIJA,), {}, ""),
    ("a complaint", ticket(tags=("complaint",)), (), {}, ""),
    ("all is quiet", ticket(tags=("quiet",)), (), {}, ""),
    ("asked lately", ticket(), (), {"surveyed": {1042: EARLIER}}, ""),
]


@pytest.mark.parametrize(("known", "had", "about", "asks"), [c[1:] for c in SURVEYED], ids=[c[0] for c in SURVEYED])
def test_an_answer_that_solves_asks_the_requester_alone_how_it_went(
    known: Ticket, had: tuple[Address, ...], about: dict[str, object], asks: str
) -> None:
    given = answering(mail("Yes.", by=ANNA, cc=had), of=known, **about)
    out = agent_answer.answer_letter(given, known, ANNA, "Yes.", survey=True)
    assert out is not None and isinstance(out.content, Answer)
    assert out.content.survey == asks


@pytest.mark.parametrize(("owner", "after"), [(None, ["Assign", "SetStatus"]), ("bo", ["SetStatus"])])
def test_the_first_to_answer_owns_the_ticket(owner: str | None, after: list[str]) -> None:
    known = ticket(owner=owner)
    done, _ = agent_answer.entry_and_letter(answering(of=known), known, BO, "Yes.", keep_status=False)
    assert [type(one).__name__ for one in done[1:]] == after


def test_customers_letters_thread_on_customers_ids_alone() -> None:
    ids = ("<a@customer.example>", issued(), "<b@customer.example>")
    out = agent_answer.answer_letter(answering(customer_ids={1042: ids}), ticket(), ANNA, "Yes.")
    assert out is not None
    assert (out.in_reply_to, out.references) == (ids[-1], ids)


@pytest.mark.parametrize(
    ("quoted", "why"), [("", ""), ("\n\nOn Fri, 27 Nov 2026 Maija <a@b.example> wrote:\n> x", "unknown_letter")]
)
def test_an_answer_that_quotes_a_letter_whose_words_nobody_kept_sends_its_own_words_alone(
    quoted: str, why: str
) -> None:
    inbound = mail(f"Yes.{quoted}", by=ANNA, newest="Yes.")
    told = replace(NOTICE, worded=False)
    given = case(replace(inbound, in_reply_to=(told.message_id,)), ticket(), letters=[told])
    assert agent_answer.why_not_sent(given, ticket(), ANNA, "Yes.") == why
    assert given.may_leave == "Yes."
