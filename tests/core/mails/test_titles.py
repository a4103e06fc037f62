"""A ticket's title is read by its customer in every letter: nothing of the house stands in one (W-19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, KEY, MAIJA, POLICY, changes, decided, facts, issued, letter, letters_of, mail, ticket, written

from mailgate.core.commands import by_hand
from mailgate.core.model import change as ch
from mailgate.core.model.content import Digest
from mailgate.core.model.mail import InboundMail, MailKind
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.proof import token

DESK = f"support+anna.{token.desk_key(KEY, ANNA.id, ANNA.generation)}@acme.example"
HERS = letter(1042, ANNA, "customer")
MORNING = letter(None, ANNA, "note", content=Digest(), subject="Your canary day: 3")
BY_ID: dict[str, Any] = {"by": ANNA, "subject": "Re: [#1042] Broken lamp", "in_reply_to": (HERS.message_id,)}


def speaking(language: str) -> Policy:
    return replace(POLICY, languages=("en", "fi", "pl", "lv", "sv", "de", "et"), departments=(
        replace(POLICY.departments[0], language=language), *POLICY.departments[1:]))  # fmt: skip


def titles(inbound: InboundMail, policy: Policy = POLICY, **about: Any) -> list[str]:
    about = {"ticket_subjects": {1042: ("Broken lamp",)}, **about}
    decision = decided(inbound, ticket(), letters=[HERS, MORNING], policy=policy, **about)
    assert decision.fate is ch.Fate.FILED, decision.reason
    return [one.subject for one in changes(decision, ch.OpenTicket)]


CALLS = {
    "en": "Phone call 4 Mar", "fi": "Puhelu 4.3.", "pl": "Rozmowa telefoniczna 4.03", "lv": "Telefona zvans 4.03.",
    "sv": "Telefonsamtal 4 mars", "de": "Telefonat vom 4.3.", "et": "Telefonikõne 4. märts",
}  # fmt: skip
MEMO = "#call kari@home.example\n\nCanary: he shouted, and is a known fraudster"


@pytest.mark.parametrize(("language", "title"), CALLS.items())
@pytest.mark.parametrize("subject", ["Re: [#1042] Broken lamp", "canary called again"])
def test_w19_the_ticket_of_a_memo_has_a_neutral_title(language: str, title: str, subject: str) -> None:
    assert titles(mail(MEMO, **{**BY_ID, "subject": subject}), speaking(language)) == [title]


@pytest.mark.parametrize(("language", "title"), CALLS.items())
def test_w19_so_has_one_made_at_the_shell(language: str, title: str) -> None:
    moment = Moment(speaking(language), facts(), HERS.created_at)
    decision = by_hand.memo(moment, None, "kari@home.example", "canary shouted", (), ANNA)
    assert [one.subject for one in changes(decision, ch.OpenTicket)] == [title]


NEW = [
    ("its own title", mail("#new liisa@home.example Spare parts\n\nDear Liisa,\nhere you are.", **BY_ID), "Spare parts"),
    ("the mail's subject", mail("#new liisa@home.example\n\nDear Liisa,", **{**BY_ID, "subject": "Spare parts"}), "Spare parts"),
    ("its first line", mail("#new liisa@home.example\n\nDear Liisa,\nhere you are.", **BY_ID), "Dear Liisa,"),
    ("a list's subject", mail("#new liisa@home.example\n\nDear Liisa,\nhere you are.", by=ANNA, subject="Re: Your canary day: 3",
                              in_reply_to=(MORNING.message_id,)), "Dear Liisa,"),
    ("an agent's address", mail("#new liisa@home.example from anna@staff.example canary\n\nDear Liisa,", **BY_ID), "Dear Liisa,"),
    ("a mark of ours", mail(f"#new liisa@home.example mg:{written(1042, ANNA, 'customer')}\n\nDear Liisa,", **BY_ID), "Dear Liisa,"),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "title"), [c[1:] for c in NEW], ids=[c[0] for c in NEW])
def test_w19_a_new_tickets_title_is_for_its_customer(inbound: InboundMail, title: str) -> None:
    assert titles(inbound) == [title]


@pytest.mark.parametrize(("text", "why"), [
    ("#new liisa@home.example Spare parts\n#note\n\ncanary", "commands"),
    ("#new liisa@home.example Spare parts\n\nWrite to me at anna@staff.example", "address"),
    (f"#new liisa@home.example Spare parts\n\nmg:{written(1042, ANNA, 'customer')}", "internal"),
])  # fmt: skip
def test_w19_words_of_the_house_open_no_ticket(text: str, why: str) -> None:
    decision = decided(mail(text, **BY_ID), ticket(), letters=[HERS])
    assert (decision.fate, decision.reason, decision.steps) == (ch.Fate.PARKED, why, ())
    assert [one.audience for one in letters_of(decision)] == [ch.Audience.AGENT]


@pytest.mark.parametrize(
    "title", ["call anna@staff.example", "ask Anna+shop@staff.example", f"mg:{written(1042, ANNA, 'customer')}"]
)
def test_w19_no_title_holds_an_agents_address_or_a_mark(title: str) -> None:
    decision = decided(mail(f"#subject {title}", **BY_ID), ticket(), letters=[HERS])
    assert (decision.fate, decision.reason) == (ch.Fate.PARKED, "refused")


def test_w19_a_split_ticket_has_the_customers_own_subject() -> None:
    said = [Entry(n, EntryKind.CUSTOMER, MAIJA.addr, "Maija", HERS.created_at, "words", title=title, mail=n)
            for n, title in ((1, ""), (2, "The chair too"))]  # fmt: skip
    noted = Entry(3, EntryKind.NOTE, "bo", "Bo", HERS.created_at, "canary", title="canary")
    assert titles(mail("#split", **BY_ID), entries={1042: (*said, noted)}) == ["The chair too"]
    assert titles(mail("#split", **BY_ID), entries={1042: (said[0], replace(said[1], title=""), noted)}) == [
        "Broken lamp"
    ]


@pytest.mark.parametrize("subject", ["Fwd: canary about Broken lamp", "canary", "VL: canary"])
def test_w19_a_mail_passed_on_is_named_as_its_writer_named_it(subject: str) -> None:
    inbound = mail("canary", by=ANNA, subject=subject, kind=MailKind.FORWARD, to=(replace(MAIJA, addr=DESK),),
                   embedded={"from": "kari@home.example", "subject": "Re: Broken chair"})  # fmt: skip
    assert titles(inbound) == ["Broken chair"]


def test_w19_a_customers_own_forward_keeps_its_subject() -> None:
    inbound = mail(subject="Fwd: look at this", kind=MailKind.FORWARD, embedded={"subject": "Newsletter"})
    assert [one.subject for one in changes(decided(inbound), ch.OpenTicket)] == ["look at this"]


def test_w19_no_letter_to_a_customer_answers_with_an_id_of_the_house() -> None:
    decision = decided(mail("Here you are", **BY_ID), ticket(), letters=[HERS], customer_ids={1042: (issued(),)})
    [sent] = [one for one in letters_of(decision) if one.audience is ch.Audience.CUSTOMER]
    assert HERS.message_id not in (sent.in_reply_to, *sent.references)
