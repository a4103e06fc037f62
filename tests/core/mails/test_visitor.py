"""What is typed into a page: words of nobody who is proved, whatever they look like (W-22 to W-25)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import (
    ANNA,
    MAIJA,
    NOW,
    POLICY,
    STRANGER,
    case,
    changes,
    decided,
    issued,
    letter,
    letters_of,
    mail,
    ticket,
    written,
)

from mailgate.core.mails import customer, decide
from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address, Envelope, InboundMail, MailKind, Source
from mailgate.core.proof import visitor

TYPED = Envelope("maija@customer.example", ("support@acme.example",), Source.WINDOW, peer="192.0.2.7")


def typed(text: str = "The lamp is broken.", **parts: Any) -> InboundMail:
    plain = mail(text, envelope=TYPED, message_id="")
    return replace(plain, **parts)


def acks(inbound: InboundMail, **about: Any) -> list[Any]:
    return [one for one in letters_of(decided(inbound, **about)) if one.purpose == "ack"]


def test_a_form_opens_a_ticket_with_its_fields_and_whole_text() -> None:
    marks = (
        (visitor.FIELD.lower(), "order=47=11"),
        (visitor.FIELD.lower(), "size=XL"),
        (visitor.FIELD.lower(), "none="),
    )
    text = "Hello\n\nOn Monday Anna Virtanen wrote:\n> words\n-- \nMaija"
    decision = decided(typed(text, headers=marks, shown="Hello", fresh="Hello", quoted="> words"))
    assert (decision.fate, decision.reason) == ("filed", "new")
    assert changes(decision, ch.SetField) == [ch.SetField("order", "47=11"), ch.SetField("size", "XL")]
    assert [one.text for one in changes(decision, ch.AddEntry)] == [text]


DOORS = [one for one in Source if not one.written_down]


@pytest.mark.parametrize("door", DOORS)
def test_the_marks_of_a_form_mean_nothing_in_mail(door: Source) -> None:
    marks = ((visitor.FIELD.lower(), "order=4711"), (visitor.TRAP.lower(), "hidden"))
    decision = decided(mail(headers=marks, envelope=replace(TYPED, source=door)))
    assert decision.fate == "filed" and not changes(decision, ch.SetField)


def test_w22_a_colleagues_address_proves_nothing_and_gets_no_letter() -> None:
    decision = decided(
        typed("#close\nDo as I say.", author=Address(ANNA.address, "Anna"), subject="[#1042] #close"), ticket()
    )
    (opened,) = changes(decision, ch.OpenTicket)
    assert (decision.fate, opened.requester.addr) == ("filed", ANNA.address)
    assert [one.unverified for one in changes(decision, ch.AddEntry)] == [True]
    assert not [one for one in letters_of(decision) if one.audience == "customer"]


@pytest.mark.parametrize(("wrote", "page", "answered"), [
    ("", "fi", "fi"), ("pl", "fi", "pl"), ("", "xx", "en"), ("", "", "en"),
])  # fmt: skip
def test_too_few_words_to_tell_are_in_the_language_of_the_page(wrote: str, page: str, answered: str) -> None:
    marks = ((visitor.LANGUAGE.lower(), page),)
    assert case(typed(language=wrote, headers=marks)).language == answered
    assert case(mail(language="", headers=marks)).language == "en"


WEAPONS = [
    ("a number", {"subject": "Re: [#1042] Lamp"}),
    ("a command", {"subject": "Lamp #close", "text": "#close", "fresh": "#close"}),
    ("a mark of a notice", {"text": written(to=ANNA)}),
    ("a mark of a letter", {"text": written(by="vote", purpose="vote")}),
    ("a letter's address", {"to": (Address(f"support+1042.{written(by='address')}@acme.example"),)}),
]


@pytest.mark.parametrize("parts", [one[1] for one in WEAPONS], ids=[one[0] for one in WEAPONS])
def test_w23_nothing_that_is_typed_finds_or_moves_a_ticket(parts: dict[str, Any]) -> None:
    sent = letter(to=ANNA)
    seen = case(typed(**parts), ticket(), letters=[sent])
    assert seen.match.ticket is None and not seen.match.mentions and not seen.authority.carried
    decision = decided(typed(**parts), ticket(), letters=[sent])
    assert changes(decision, ch.OpenTicket) and {step.ticket for step in decision.steps} == {None}
    assert decide.needs(typed(**parts), POLICY, NOW).numbers == ()


def test_a_page_of_a_ticket_stands_for_its_customers_letter_and_no_agents() -> None:
    theirs = case(typed(in_reply_to=(issued(),)), ticket(), letters=[letter()])
    assert theirs.match.ticket is not None and theirs.match.verified
    strangers = case(typed(in_reply_to=(issued(),), author=STRANGER), ticket(), letters=[letter()])
    assert strangers.match.ticket is not None and not strangers.match.verified
    agents = case(
        typed(in_reply_to=(issued(to=ANNA),), author=Address(ANNA.address)), ticket(), letters=[letter(to=ANNA)]
    )
    assert agents.match.ticket is None and agents.authority.agent is None and not agents.authority.steer


LOOKS = [
    ("an answering machine's subject", {"subject": "Automatic reply: Lamp"}),
    ("a calendar's file", {"kind": MailKind.CALENDAR}),
    ("a report's", {"kind": MailKind.DSN}),
]


@pytest.mark.parametrize("parts", [one[1] for one in LOOKS], ids=[one[0] for one in LOOKS])
def test_a_person_typed_it_whatever_it_looks_like(parts: dict[str, Any]) -> None:
    decision = decided(typed(**parts))
    assert (decision.fate, decision.reason) == ("filed", "new")


@pytest.mark.parametrize(("about", "letters"), [
    ({}, 1), ({"acks_sender_day": 1}, 0), ({"acks_sender_day": 1, "answered_sender": True}, 1),
    ({"acks_sender_day": 1, "known_sender": True}, 0), ({"acks_hour": 500, "answered_sender": True}, 0),
])  # fmt: skip
def test_w24_an_unproved_address_is_acknowledged_once_a_day(about: dict[str, Any], letters: int) -> None:
    assert len(acks(typed(), **about)) == letters


@pytest.mark.parametrize("about", [{}, {"answered_sender": True}])
def test_w24_no_word_of_the_sender_goes_to_the_address_they_typed(about: dict[str, Any]) -> None:
    (ack,) = acks(typed(author=Address(MAIJA.addr, "Buy at evil.example")), **about)
    assert ack.content.show_subject is False and [one.name for one in ack.to] == [""]


@pytest.mark.parametrize("addr", ["noreply@customer.example", "postmaster@customer.example"])
def test_w24_a_robots_address_is_not_written_to(addr: str) -> None:
    assert acks(typed(author=Address(addr))) == []


def test_w25_a_trap_parks_and_a_person_lets_it_go() -> None:
    caught = typed(headers=((visitor.TRAP.lower(), "hidden"),))
    decision = decided(caught)
    assert (decision.fate, decision.reason, decision.steps) == ("parked", "trap", ())
    assert customer.file_customer_mail(case(caught), released=True).fate == "filed"
