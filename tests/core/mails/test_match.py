"""Which ticket a mail speaks about: a table of evidence, who holds it, and what that makes of the mail (S-14)."""

from __future__ import annotations

from typing import Any

import pytest
from cases import ANNA, MAIJA, NOW, POLICY, STRANGER, VALDIS, D, decided, facts, issued, letter, mail, ticket, written

from mailgate.core.mails import match
from mailgate.core.mails.match import Match
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address, Envelope, InboundMail
from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.proof import authority

WITH_VALDIS = ticket(participants=(MAIJA, VALDIS))
OLD = ticket(status=Status.SOLVED, solved_at=NOW - 20 * D)
RECENT = ticket(status=Status.SOLVED, solved_at=NOW - 10 * D)
IDS = {"<first@customer.example>": 1042}
HISTORY = Envelope("eve@elsewhere.example", ("support@acme.example",), history=True)


def found(inbound: InboundMail, known: Facts) -> Match:
    who = authority.identify(inbound, POLICY, known.letters, {})
    return match.find(inbound, inbound.author, who, Moment(POLICY, known, NOW))


def answer(by: Address, number: int = 1042, to: object = "customer", **parts: object) -> InboundMail:
    return mail(by=by, in_reply_to=(issued(number, to),), **parts)  # type: ignore[arg-type]


CASES = [
    ("its requester answers a letter of ours", answer(MAIJA), ticket(), "token", True, ()),
    ("a participant answers it", answer(VALDIS), WITH_VALDIS, "token", True, ()),
    ("an outsider answers it", answer(STRANGER), ticket(), "token", False, ()),
    ("an outsider has an agent's id", answer(STRANGER, to=ANNA), ticket(), "none", True, (1042,)),
    ("the agent has it", answer(ANNA, to=ANNA), ticket(), "token", True, ()),
    ("a customer quotes a marker", mail(f"> mg:{written()}"), ticket(), "none", True, ()),
    ("the requester names a mail of the ticket", mail(references=tuple(IDS)), ticket(), "reference", True, ()),
    ("a stranger names one", mail(by=STRANGER, references=tuple(IDS)), ticket(), "none", True, (1042,)),
    ("a stranger in old mail names one", mail(by=STRANGER, references=tuple(IDS), envelope=HISTORY), ticket(),
     "reference", True, ()),
    ("the requester writes the number", mail(subject="Re: [#1042] Broken lamp"), ticket(), "number", True, ()),
    ("a stranger writes it", mail(by=STRANGER, subject="[#1042] hello"), ticket(), "none", True, (1042,)),
    ("an unknown number", mail(subject="[#7] hello"), ticket(), "none", True, ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "known", "by", "verified", "mentions"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_the_first_evidence_that_holds_decides(
    inbound: InboundMail, known: Ticket, by: str, verified: bool, mentions: tuple[int, ...]
) -> None:
    letters = [letter(to=ANNA), letter()]
    got = found(inbound, facts(known, letters=letters, by_id=IDS))
    assert (got.by, got.verified, got.mentions) == (by, verified, mentions)
    assert (got.ticket is not None) is (by != "none")


OVER = [
    ("its requester, in time", answer(MAIJA), RECENT, 1042, None, ()),
    ("its requester, too late", answer(MAIJA), OLD, None, 1042, ()),
    ("an outsider, in time", answer(STRANGER), RECENT, 1042, None, ()),
    ("an outsider, too late: it continues nothing", answer(STRANGER), OLD, None, None, (1042,)),
    ("an agent, too late", answer(ANNA, to=ANNA), OLD, 1042, None, ()),
]


@pytest.mark.parametrize(
    ("inbound", "known", "number", "continues", "mentions"), [c[1:] for c in OVER], ids=[c[0] for c in OVER]
)
def test_a_ticket_that_is_over_is_continued_by_its_own_people_alone(
    inbound: InboundMail, known: Ticket, number: int | None, continues: int | None, mentions: tuple[int, ...]
) -> None:
    got = found(inbound, facts(known, letters=[letter(to=ANNA), letter()]))
    assert (got.ticket.number if got.ticket else None, got.continues, got.mentions) == (number, continues, mentions)


def test_an_open_successor_takes_what_comes_too_late_from_those_who_take_part_in_it() -> None:
    newer = ticket(1050)
    known = facts(OLD, newer, letters=[letter()], successors={1042: 1050})
    assert found(answer(MAIJA), known).ticket == newer
    theirs = facts(
        OLD, ticket(1050, requester=VALDIS, participants=(VALDIS,)), letters=[letter()], successors={1042: 1050}
    )
    assert found(answer(MAIJA), theirs).continues == 1042


def test_a_subject_that_names_another_ticket_is_a_conflict_and_a_merged_one_is_none() -> None:
    known = facts(ticket(), letters=[letter()], merged={7: 1042})
    assert found(answer(MAIJA, subject="[#9] lamp"), known).conflict
    assert not found(answer(MAIJA, subject="[#7] lamp"), known).conflict


PROGRAM = (("auto-submitted", "auto-generated"),)


@pytest.mark.parametrize(("parts", "number"), [
    ({}, None), ({"in_reply_to": (issued(to=ANNA, purpose="customer"),)}, 1042),
])  # fmt: skip
def test_a_program_in_an_agents_name_is_a_stranger_unless_it_proves_more(
    parts: dict[str, Any], number: int | None
) -> None:
    told = letter(to=ANNA, purpose="customer")
    decision = decided(mail(by=ANNA, subject="[#1042] disk full", headers=PROGRAM, **parts), ticket(), letters=[told])
    assert [step.ticket for step in decision.steps] == [number]
    assert decision.trace.match.mentions == (() if number else (1042,))
