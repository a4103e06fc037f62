"""What a customer's mail does: who is acknowledged, how, and who joins (S-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cases import (
    ANNA,
    FAIL,
    KEY,
    MAIJA,
    NOW,
    PASS,
    POLICY,
    STRANGER,
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

from mailgate.core.commands import answers
from mailgate.core.commands.judging import Refusal
from mailgate.core.mails import customer
from mailgate.core.mails.case import Case
from mailgate.core.mails.guard import Verdict
from mailgate.core.model import change as ch
from mailgate.core.model.content import Ack, Solved
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.mail import Address, AuthResults, InboundMail
from mailgate.core.model.policy import Limits
from mailgate.core.proof.authority import Authority
from mailgate.core.rules.rule import RuleEffects
from mailgate.wire import words

NEW = ticket(0)
LIMITS = POLICY.limits
ASKED_TWICE = {"acks_sender_day": 1}


def acks(given: Case) -> tuple[ch.Outbound, ...]:
    return customer.acknowledgement(given, NEW)


@pytest.mark.parametrize(("wrote", "answered"), [
    ("ru", "lv"), ("uk", "fi"), ("fr", "fi"), ("", "fi"), ("en", "en"), ("pl", "en"),
])  # fmt: skip
def test_letters_are_in_the_mails_language_or_in_what_stands_for_it(wrote: str, answered: str) -> None:
    policy = replace(POLICY, language="fi", language_for={"ru": "lv", "pl": "en"})
    assert case(mail(language=wrote), policy=policy).language == answered


SILENT = [
    ("a robot", case(mail(headers=(("auto-submitted", "auto-generated"),)))),
    ("its hour is full", case(acks_sender_hour=LIMITS.acks_per_sender_hour)),
    ("its day is full", case(acks_sender_day=LIMITS.acks_per_sender_day)),
    ("the desk's hour is full", case(acks_hour=LIMITS.acks_per_hour)),
    ("a border says it is forged", case(authority=Authority(failed=True, vetoed=True))),
    ("a rule says no", case(route=RuleEffects(ack=False))),
    ("old mail", case(mail(envelope=replace(mail().envelope, arrived_at=NOW - LIMITS.ack_max_age - timedelta(seconds=1))))),
    ("nobody wrote it", case(mail(author=None))),
]  # fmt: skip


@pytest.mark.parametrize("given", [c[1] for c in SILENT], ids=[c[0] for c in SILENT])
def test_silence_is_safer_when(given: Case) -> None:
    assert acks(given) == ()


def test_anybody_else_is_acknowledged_once() -> None:
    [one] = acks(case())
    assert (one.to, one.template, one.urgency, one.in_reply_to) == (
        (Address(MAIJA.addr),),
        "ack",
        ch.Urgency.ACK,
        "<m1@customer.example>",
    )


def test_a_form_that_names_an_address_of_ours_is_answered_by_nobody() -> None:
    ours = Address("Sales@acme.example")
    found = replace(case(), author=ours, verdict=Verdict(robot=False, kind="human", reason="contact_form", ack=True))
    assert acks(found) == ()


@pytest.mark.parametrize(("auth", "known", "shown"), [
    ((), {"answered_sender": True, **ASKED_TWICE}, True), ((PASS,), ASKED_TWICE, True), ((), ASKED_TWICE, False), ((), {}, False), ((), {"known_sender": True}, False),
])  # fmt: skip
def test_l13_a_subject_is_echoed_to_people_we_know_alone(
    auth: tuple[AuthResults, ...], known: dict[str, int], shown: bool
) -> None:
    """P-06: not even the first of a day; the name a stranger gives themselves is a word of theirs too."""
    [one] = acks(case(mail(auth=auth), **known))
    assert bool(one.content.show_subject) is shown
    assert one.to == ((MAIJA,) if shown else (Address(MAIJA.addr),))


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
    proposed = [one.content.proposed for one in letters_of(decision) if one.template == "notice"]
    assert proposed == [() if joins else (VALDIS.addr,)] * len(proposed) and proposed


DENIED = AuthResults("mx.acme.example", (("dmarc", "fail", "customer.example"),))
BY_ID: dict[str, Any] = {"in_reply_to": (issued(),), "auth": (DENIED,)}
FORGED = [
    ("a Cc", mail(**BY_ID, **CC), "reply"),
    ("a Cc, and an odd From", mail(author_clean=False, **BY_ID, **CC), "reply"),
    ("an order", mail("#close", **BY_ID), "reply"),
    ("a vote", mail("9", in_reply_to=(issued(purpose="vote"),), auth=(DENIED,)), "reply"),
    ("a new ticket", mail(auth=(DENIED,), **CC), "new"),
]


@pytest.mark.parametrize(("inbound", "reason"), [c[1:] for c in FORGED], ids=[c[0] for c in FORGED])
def test_p03_by_a_mail_a_border_fails_nobody_joins_orders_or_votes_and_agents_see_it(
    inbound: InboundMail, reason: str
) -> None:
    told = [letter(), letter(purpose="vote", content=Ack(named="survey"))]
    decision = decided(inbound, ticket(status=ch.Status.WAITING), letters=told)
    assert (decision.fate, decision.reason, decision.effects) == (ch.Fate.FILED, reason, ())
    assert not changes(decision, ch.Join) and changes(decision, ch.AddEntry)[0].unverified
    assert [one.status.value for one in changes(decision, ch.SetStatus)] == (["new"] if reason == "reply" else [])
    assert all((one.requester, one.participants) == (MAIJA, ()) for one in changes(decision, ch.OpenTicket))
    letters = letters_of(decision)
    assert letters and all(one.audience is ch.Audience.AGENT and one.content.failed for one in letters)
    assert all((one.content.proposed or ()) == tuple(a.addr for a in inbound.cc) for one in letters)


def test_p03_a_border_may_be_told_to_veto_agents_alone() -> None:
    border = replace(POLICY.identity.borders[0], veto="agents")
    policy = replace(POLICY, identity=replace(POLICY.identity, borders=(border,)))
    decision = decided(mail("#close", **BY_ID), ticket(), letters=[letter()], policy=policy)
    assert [one.status.value for one in changes(decision, ch.SetStatus)] == ["solved"]
    assert letters_of(decided(mail(auth=(DENIED,)), policy=policy))[0].template == "ack"


@pytest.mark.parametrize(("made", "joins"), [(NOW - 2 * H, False), (NOW - H, False), (NOW - H / 2, True)])
def test_p03_an_id_from_before_somebody_was_taken_off_lets_nobody_in(made: datetime, joins: bool) -> None:
    known = [letter(created_at=made)]
    decision = decided(mail(in_reply_to=(issued(),), **CC), ticket(), letters=known, left_at={1042: NOW - H})
    assert bool(changes(decision, ch.Join)) is joins


KEPT = [("a Cc", mail(in_reply_to=(issued(1041),), **CC)), ("an order", mail("#close", in_reply_to=(issued(1041),))),
        ("a vote", mail("9", in_reply_to=(issued(1041, purpose="stage"),)))]  # fmt: skip


@pytest.mark.parametrize("inbound", [c[1] for c in KEPT], ids=[c[0] for c in KEPT])
@pytest.mark.parametrize(("left", "counts"), [({1041: NOW}, False), ({1041: NOW - 2 * H}, True), ({1042: NOW}, True)])
def test_p03_an_id_of_a_ticket_that_was_merged_counts_by_whoever_left_that_one(
    inbound: InboundMail, left: dict[int, datetime], counts: bool
) -> None:
    """What the store says of 1041 includes who left the ticket it went into."""
    known = [letter(1041), letter(1041, purpose="stage", content=Solved(survey="scale"))]
    decision = decided(inbound, ticket(), letters=known, left_at=left, merged={1041: 1042})
    done = changes(decision, ch.Join) + changes(decision, ch.SetStatus) + list(decision.effects)
    assert bool(done) is counts


def test_l12_a_mailbox_that_answers_every_letter_is_filed_and_nobody_is_written_to_for_ever() -> None:
    """Behind a forwarder that rewrites senders nothing marks it as a program's: an entry and three letters a round."""
    policy = replace(POLICY, admin="root@acme.example")
    for from_, numbers in ((MAIJA, ((29, 29), (30, 30))), (STRANGER, ((99, 0), (100, 0)))):
        heard, much = (
            decided(mail("Thank you for your letter.", by=from_, in_reply_to=(issued(),)), ticket(), letters=[letter()],
                    heard_hour={1042: n}, policy=policy) for n in numbers
        )  # fmt: skip
        assert "notice" in [one.template for one in letters_of(heard)]
        assert changes(much, ch.AddEntry) == changes(heard, ch.AddEntry), "filed all the same"
        assert [one.template for one in letters_of(much)] == ["alarm"]
        assert letters_of(much)[0].dedupe.startswith("alarm:flood:1042:"), "once an hour"


HIDES = [
    ("a new ticket", mail(auth=(DENIED,), reply_to=(STRANGER,)), ()),
    ("a reply", mail(reply_to=(STRANGER,), **BY_ID), (ticket(),)),
]


@pytest.mark.parametrize(("inbound", "there"), [c[1:] for c in HIDES], ids=[c[0] for c in HIDES])
def test_p03_a_forged_reply_to_leads_no_answer_away(inbound: InboundMail, there: tuple[Any, ...]) -> None:
    decision = decided(inbound, *there, letters=[letter()])
    assert all(one.requester == MAIJA for one in changes(decision, ch.OpenTicket))
    assert not changes(decision, ch.SetRequester)
    assert all(not (one.content.asks_for or one.content.came_from) for one in letters_of(decision))
    honest = decided(replace(inbound, auth=(PASS,)), *there, letters=[letter()])
    assert [one.requester for one in changes(honest, ch.OpenTicket)] == ([] if there else [STRANGER])


OURS = [Address("anna+shop@staff.example"), Address("Bo+a+b@staff.example"), Address("bo@staff.example")]


@pytest.mark.parametrize("who", OURS, ids=str)
def test_a_colleagues_address_with_a_detail_is_nobody_who_takes_part(who: Address) -> None:
    for inbound in (mail(cc=(who,)), mail(reply_to=(who,))):
        [opened] = changes(decided(inbound), ch.OpenTicket)
        assert (opened.requester, opened.participants) == (MAIJA, ())
    joined = decided(mail(in_reply_to=(issued(),), cc=(who,)), ticket(), letters=[letter()])
    assert not changes(joined, ch.Join)
    assert all(not one.content.proposed for one in letters_of(joined))


@pytest.mark.parametrize("word", ["#cc +anna+shop@staff.example", "#requester anna+shop@staff.example"])
def test_nor_by_command_and_their_address_leaks_in_no_form(word: str) -> None:
    notice = letter(1042, ANNA, "customer")
    for text in (word, "Write to anna+shop@staff.example."):
        decision = decided(mail(text, by=ANNA, in_reply_to=(notice.message_id,)), ticket(), letters=[notice])
        assert decision.fate is ch.Fate.PARKED and decision.reason in ("refused", "address")


def test_a_mail_from_a_colleagues_address_with_a_detail_is_asked_about() -> None:
    who = Address("anna+shop@staff.example")
    notice = letter(1042, ANNA, "customer")
    for parts in ({}, {"in_reply_to": (notice.message_id,)}, {"auth": (PASS,)}):
        decision = decided(mail("#close", by=who, subject="[#1042] x", **parts), ticket(), letters=[notice])
        assert (decision.fate, decision.reason, decision.steps) == (ch.Fate.PARKED, "unknown_address", ())
        assert [one.to for one in letters_of(decision)] == [(Address(ANNA.address, ANNA.shown_name),)]


@pytest.mark.parametrize("language", ["en", "fi", "lv", "pl"])
def test_a_customer_reads_why_in_their_language_and_no_code(language: str) -> None:
    inbound = mail("#close", by=VALDIS, in_reply_to=(issued(),))
    there = ticket(participants=(MAIJA, VALDIS), language=language)
    [why] = [
        one.content.refused
        for one in letters_of(decided(inbound, there, letters=[letter()]))
        if one.template == "status"
    ]
    assert why == answers.of_refusal(Refusal("not_yours")) and "_" not in words.said(language, why)


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


OUT = {"away": (Absence("bo", NOW - H, NOW + H, ""),)}
COVERED = {"away": (Absence("bo", NOW - H, NOW + H, "cai"),)}
# what is decided, its status, what is written by whom, who is away, and whether it is given back, in which state
ABSENT = [
    ("an open ticket", ch.Status.OPEN, {}, OUT, True, ["new"], ["anna", "cai"]),
    ("one that waits for them", ch.Status.WAITING, {}, OUT, True, ["new"], ["anna", "cai"]),
    ("one that is on hold", ch.Status.HOLD, {}, OUT, True, ["new"], ["anna", "cai"]),
    ("not one with a cover", ch.Status.WAITING, {}, COVERED, False, ["open"], ["cai"]),
    ("nor of who is here", ch.Status.WAITING, {}, {}, False, ["open"], ["bo"]),
    ("nor for a program's words", ch.Status.OPEN, {"subject": "Out of office", "headers": (("auto-submitted", "auto-replied"),)},
     OUT, False, [], ["anna"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "parts", "about", "freed", "statuses", "told"), [c[1:] for c in ABSENT], ids=[c[0] for c in ABSENT]
)
def test_a_ticket_of_somebody_away_without_a_cover_goes_back_when_its_customer_writes(
    status: ch.Status, parts: dict[str, Any], about: dict[str, Any], freed: bool, statuses: list[str], told: list[str]
) -> None:
    inbound = mail("And now?", in_reply_to=(issued(),), **parts)
    decision = decided(inbound, ticket(owner="bo", status=status), letters=[letter()], **about)
    assert (ch.Assign(None) in changes(decision, ch.Assign)) is freed
    assert changes(decision, ch.Journal) == ([ch.Journal("away", old="bo")] if freed else [])
    assert [one.status.value for one in changes(decision, ch.SetStatus)] == statuses
    assert [one.agent for one in letters_of(decision) if one.template == "notice"] == told


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
