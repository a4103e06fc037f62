"""A subject that a customer has changed is said (W-08): what counts as another one, and what does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import MAIJA, POLICY, STRANGER, changes, decided, issued, letter, mail, ticket

from mailgate.core.model import change as ch
from mailgate.core.model.content import Solved
from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import TicketPolicy

SAME = [
    "Broken lamp", "Re: Broken lamp", "AW: Broken lamp", "VS: Broken lamp", "Odp: Broken lamp", "Re: AW: VS: Broken lamp",
    "Re[2]: Broken lamp", "SV: Broken  lamp ", "broken LAMP", "[#1042] Broken lamp", "Re: [#1042] Re: Broken lamp",
    "Re: Broken lamp [#1042]", "[EXTERNAL] Re: Broken lamp", "Fwd: Broken lamp", "Re:", "", "[#1042]", "Re: [#1042]",
    "Re: An older title", "Re: [#1042] We have received your message", "Re: We believe it is solved",
    "Re: Stop it now",
]  # fmt: skip
OTHER = [
    ("STOP - cancel the whole order", "STOP - cancel the whole order"),
    ("Re: [#1042] STOP - cancel the whole order", "STOP - cancel the whole order"),
    ("Re: Broken lamp - URGENT", "Broken lamp - URGENT"),
    ("Re: [#1042] Broken lamp and broken chair", "Broken lamp and broken chair"),
    ("VS: Rikki mennyt tuoli", "Rikki mennyt tuoli"),
    ("lamp", "lamp"),
    ("Re: [#7] Broken lamp of 7", "Broken lamp of 7"),
]
KNOWN: dict[str, Any] = {
    "ticket_subjects": {1042: ("An older title", "Broken lamp")},
    "letter_subjects": {1042: ("Re: [#1042] We have received your message", "Stop it now")},
}
SOLVED = letter(subject="[#1042] We believe it is solved")


def titles(subject: str, text: str = "words", **parts: Any) -> list[str]:
    inbound = mail(text, **{"subject": subject, "in_reply_to": (SOLVED.message_id,), **parts})
    decision = decided(inbound, ticket(), letters=[SOLVED], **KNOWN)
    return [one.title for one in changes(decision, ch.AddEntry)]


@pytest.mark.parametrize("subject", SAME)
def test_w08_prefixes_tags_white_space_and_case_make_no_new_subject(subject: str) -> None:
    assert titles(subject) == [""]


@pytest.mark.parametrize(("subject", "said"), OTHER)
def test_w08_another_subject_is_kept_with_the_words(subject: str, said: str) -> None:
    assert titles(subject) == [said]


def test_w08_an_outsiders_subject_is_kept_too() -> None:
    assert titles("STOP", by=STRANGER) == ["STOP"]


@pytest.mark.parametrize(
    "subject", ["[#1042] #close", "Re: [#1042] Broken lamp #close", "#status", "Broken lamp #STATUS"]
)
def test_w08_an_order_in_the_subject_is_no_title(subject: str) -> None:
    assert titles(subject, "thank you") == [""]


def test_w08_an_order_and_another_subject_are_both_heard() -> None:
    assert titles("Never mind, all is well #close", "") == ["Never mind, all is well"]


def test_w08_a_tapped_vote_has_no_title() -> None:
    asked = letter(purpose="stage", content=Solved(survey="scale"))
    inbound = mail("9\n\nand very quick", subject="[#1042] 9", in_reply_to=(asked.message_id,))
    assert [one.title for one in changes(decided(inbound, ticket(), letters=[asked]), ch.AddEntry)] == [""]


@pytest.mark.parametrize("parts", [
    {"headers": (("auto-submitted", "auto-replied"),), "subject": "Automatic reply: away"},
    {"envelope": Envelope(MAIJA.addr, ("support@acme.example",), history=True)},
])  # fmt: skip
def test_w08_programs_and_old_mail_have_none(parts: dict[str, Any]) -> None:
    assert titles(parts.pop("subject", "Another subject"), **parts) == [""]


def test_w08_what_opens_a_ticket_gives_it_its_title() -> None:
    decision = decided(mail(subject="Re: Broken chair"))
    assert [one.title for one in changes(decision, ch.AddEntry)] == [""]


def test_w08_a_ticket_without_a_title_hears_the_first_one() -> None:
    decision = decided(
        mail(subject="Broken lamp", in_reply_to=(issued(),)), ticket(subject="(no subject)"), letters=[letter()]
    )
    assert [one.title for one in changes(decision, ch.AddEntry)] == ["Broken lamp"]


def test_w08_tags_of_former_days_are_none_either() -> None:
    policy = replace(POLICY, tickets=TicketPolicy(old_tags=("[Ticket {number}]",)))
    inbound = mail(subject="Re: [Ticket 1042] Broken lamp", in_reply_to=(issued(),))
    assert [
        one.title for one in changes(decided(inbound, ticket(), letters=[letter()], policy=policy), ch.AddEntry)
    ] == [""]
