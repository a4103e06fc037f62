"""What a customer's mail does: who is acknowledged, how, and who joins (S-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import (
    FAIL,
    KEY,
    MAIJA,
    NOW,
    PASS,
    POLICY,
    VALDIS,
    H,
    case,
    changes,
    decided,
    facts,
    issued,
    letter,
    letters_of,
    mail,
    ticket,
)  # fmt: skip

from mailgate.core import change as ch
from mailgate.core import customer
from mailgate.core.authority import Authority
from mailgate.core.case import Case
from mailgate.core.facts import Facts
from mailgate.core.guard import Verdict
from mailgate.core.mail import Address, AuthResults, InboundMail
from mailgate.core.policy import Limits
from mailgate.core.rule import Route

NEW = ticket(0)
LIMITS = POLICY.limits
ASKED_TWICE = {"acks_sender_day": 1}


def acks(given: Case) -> tuple[ch.Outbound, ...]:
    return customer.acknowledgement(given, NEW)


SILENT = [
    ("a robot", case(mail(headers=(("auto-submitted", "auto-generated"),)))),
    ("its hour is full", case(acks_sender_hour=LIMITS.acks_per_sender_hour)),
    ("its day is full", case(acks_sender_day=LIMITS.acks_per_sender_day)),
    ("the desk's hour is full", case(acks_hour=LIMITS.acks_per_hour)),
    ("a border says it is forged", case(authority=Authority(failed=True))),
    ("a rule says no", case(route=Route(ack=False))),
    ("old mail", case(mail(envelope=replace(mail().envelope, arrived_at=NOW - LIMITS.ack_max_age - timedelta(seconds=1))))),
    ("nobody wrote it", case(mail(author=None))),
]  # fmt: skip


@pytest.mark.parametrize("given", [c[1] for c in SILENT], ids=[c[0] for c in SILENT])
def test_silence_is_safer_when(given: Case) -> None:
    assert acks(given) == ()


def test_anybody_else_is_acknowledged_once() -> None:
    [one] = acks(case())
    assert (one.to, one.template, one.urgency, one.in_reply_to) == (
        (MAIJA,),
        "ack",
        ch.Urgency.ACK,
        "<m1@customer.example>",
    )


def test_a_form_that_names_an_address_of_ours_is_answered_by_nobody() -> None:
    ours = Address("Sales@acme.example")
    found = replace(case(), author=ours, verdict=Verdict(robot=False, kind="human", reason="contact form", ack=True))
    assert acks(found) == ()


@pytest.mark.parametrize(("auth", "known", "shown"), [
    ((), {"known_sender": True, **ASKED_TWICE}, True), ((PASS,), ASKED_TWICE, True), ((), ASKED_TWICE, False),
])  # fmt: skip
def test_l13_a_subject_is_echoed_to_people_we_know_alone(
    auth: tuple[AuthResults, ...], known: dict[str, int], shown: bool
) -> None:
    [one] = acks(case(mail(auth=auth), **known))
    assert bool(one.context["show_subject"]) is shown


CC = {"cc": (VALDIS,)}
JOINING = [
    ("a customers' id of this ticket", mail(in_reply_to=(issued(),), **CC), True),
    ("a customers' id of another ticket", mail(in_reply_to=(issued(7),), subject="[#1042] lamp", **CC), False),
    ("the number alone", mail(subject="[#1042] lamp", **CC), False),
    ("the number and a pass", mail(subject="[#1042] lamp", auth=(PASS,), **CC), True),
]


@pytest.mark.parametrize(("inbound", "joins"), [c[1:] for c in JOINING], ids=[c[0] for c in JOINING])
def test_t07_a_new_cc_joins_on_a_participants_proven_mail_alone(inbound: InboundMail, joins: bool) -> None:
    decision = decided(inbound, ticket(), letters=[letter(), letter(7)])
    assert decision.reason == "reply"
    assert [one.address for one in changes(decision, ch.Join)] == ([VALDIS] if joins else [])
    proposed = [one.context.get("proposed") for one in letters_of(decision) if one.template == "notice"]
    assert proposed == [[] if joins else [VALDIS.addr]] * len(proposed) and proposed


WAKES = [
    ("words", "It broke again.", {}, ["new"]),
    ("a bare thanks", "Thank you!", {}, []),
    ("too often today", "It broke again.", {"reopens_day": {1042: Limits().reopens_per_ticket_day}}, []),
]


@pytest.mark.parametrize(("text", "about", "statuses"), [c[1:] for c in WAKES], ids=[c[0] for c in WAKES])
def test_what_opens_a_solved_ticket_again(text: str, about: dict[str, object], statuses: list[str]) -> None:
    solved = ticket(status=ch.Status.SOLVED, solved_at=NOW - H)
    decision = decided(mail(text, in_reply_to=(issued(),)), solved, letters=[letter()], **about)
    assert [one.status.value for one in changes(decision, ch.SetStatus)] == statuses


def test_words_of_an_outsider_are_filed_with_a_banner_and_move_nothing() -> None:
    decision = decided(
        mail(by=VALDIS, in_reply_to=(issued(),), cc=(Address("x@y.example"),)), ticket(), letters=[letter()]
    )
    [entry] = changes(decision, ch.AddEntry)
    assert (decision.reason, entry.unverified) == ("unverified", True)
    assert not changes(decision, ch.Join) and not changes(decision, ch.SetStatus)
    assert {one.audience for one in letters_of(decision)} == {ch.Audience.AGENT}


def test_the_builder_knows_only_what_it_is_told() -> None:
    assert facts() == Facts() and KEY in POLICY.keys and FAIL.id == PASS.id
