"""Ways around the proofs and the promises that look harmless one by one."""

from __future__ import annotations

import email.policy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from conftest import Desk, mail, notice_to, only, opened, reply, running
from scenarios.turns import tap

from mailgate.app.admin import import_old
from mailgate.core.model.ticket import Ticket

ANNA = "Anna Virtanen <anna@staff.example>"
TIMO = """
[limits]
acks_per_hour = 5000

[letters]
survey = true

[[agent]]
name = "timo"
full_name = "Timo Tuomi"
address = "timo@staff.example"
departments = ["support"]
role = "trainee"
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a lead, an agent and a trainee, which asks how it did."""
    with running(tmp_path_factory.mktemp("loopholes"), smtp='trusted_networks = ["127.0.0.0/8"]', more=TIMO) as desk:
        yield desk


def fresh(desk: Desk, name: str) -> Ticket:
    """A new ticket of somebody nobody has heard of."""
    return opened(desk, "Broken lamp", sender=f"{name}@customer.example")


def why(desk: Desk, number: int) -> str:
    """Why a mail waits."""
    return next(row.why for row in desk.gateway.store.read(lambda read: read.mail.parked()) if row.mail == number)


def take_over(desk: Desk, *mails: EmailMessage) -> list[int]:
    """Old mails imported by a running gateway; returns their numbers once they have their fates."""
    at = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
    raw = [(message.as_bytes(policy=email.policy.SMTP), at) for message in mails]
    before = set(desk.settled)
    import_old.take_in(desk.gateway, raw)
    desk.wait(lambda: len(set(desk.settled) - before) == len(mails), "an old mail got no fate")
    return sorted(set(desk.settled) - before)


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a08_a_token_in_a_strangers_mail_is_revoked_where_it_was_issued(house: Desk) -> None:
    ticket = fresh(house, "stranger-victim")
    fresh(house, "stranger")
    leaked = notice_to(house, "anna", ticket.number)
    made = house.of_mail(house.send(reply(leaked, "stranger@customer.example", "What is this?")))
    assert made.number != ticket.number
    number = house.send(reply(leaked, ANNA, "#close"))
    assert (house.fate(number), why(house, number)) == ("parked", "token_revoked")
    assert house.ticket(ticket.number).status == "new"


def test_a08_a_revoked_token_is_revoked_under_every_domain(house: Desk) -> None:
    ticket = fresh(house, "domain")
    leaked = notice_to(house, "anna", ticket.number)
    spent = reply(leaked, ANNA, "#tag +one")
    spent["Cc"] = "friend@elsewhere.example"
    house.send(spent)
    for domain in ("elsewhere.example", "ACME.example"):
        again = reply(leaked, ANNA, "#tag +two")
        for name in ("In-Reply-To", "References"):
            again.replace_header(name, str(leaked["Message-ID"]).replace("acme.example", domain))
        again.replace_header("To", "support@acme.example")
        assert house.fate(house.send(again)) == "parked"
    assert house.ticket(ticket.number).tags == ("one",)


def test_a_link_carries_out_its_own_command_and_no_other_beside_it(house: Desk) -> None:
    ticket = fresh(house, "tapped")
    number = house.send(tap(notice_to(house, "anna", ticket.number), "#take", ANNA, "#cc +evil@elsewhere.example\n\n"))
    assert (house.fate(number), why(house, number)) == ("parked", "tap_only")
    assert (house.ticket(ticket.number).owner, house.ticket(ticket.number).participants) == (None, ticket.participants)


def test_a_program_in_an_agents_name_comes_near_no_ticket(house: Desk) -> None:
    ticket = fresh(house, "robot")
    number = house.send(mail(f"[#{ticket.number}] Lamp", "Believe me.\n", sender=ANNA, auto_submitted="auto-generated"))
    assert house.of_mail(number).number != ticket.number


# --- trainees ---------------------------------------------------------------------------------------------------------


def test_a_trainee_does_not_send_their_own_parked_words(house: Desk) -> None:
    ticket = fresh(house, "trainee")
    number = house.send(reply(notice_to(house, "timo", ticket.number), "timo@staff.example", "#tkae\n\nMy words."))
    assert (house.fate(number), why(house, number)) == ("parked", "commands")
    asked = house.letters("timo@staff.example", "receipt")[-1]
    house.send(tap(asked, "#send words", "timo@staff.example"))
    house.settle()
    assert house.letters("trainee@customer.example", "answer") == []
    assert house.gateway.store.read(lambda read: read.mail.row(number)).fate == "parked"


# --- what was released ------------------------------------------------------------------------------------------------


def test_a_mail_from_an_unknown_address_does_all_it_says_once_its_agent_has_vouched_for_it(house: Desk) -> None:
    one, other = fresh(house, "vouched"), fresh(house, "vouched")
    number = house.send(reply(notice_to(house, "bo", one.number), "bo@home.example", f"#merge {other.number}\n#desk"))
    asked = only(house.letters("bo@staff.example", "was_it_you"))
    house.send(tap(asked, "#yes", "bo@staff.example"))
    house.settle()
    row = house.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None and (row.fate, row.reason) == ("filed", "commands")
    assert house.ticket(one.number).merged_into == other.number


# --- follow-ups -------------------------------------------------------------------------------------------------------


def test_a_stranger_who_answers_an_old_letter_does_not_become_its_follow_up(house: Desk) -> None:
    ticket = fresh(house, "late")
    ack = only(house.letters("late@customer.example", "ack"))
    house.send(reply(notice_to(house, "anna", ticket.number), ANNA, "#close"))
    house.clock.ahead += timedelta(days=200)
    try:
        strangers = house.of_mail(house.send(reply(ack, "stranger3@elsewhere.example", "Who is this?")))
        mine = house.of_mail(house.send(reply(ack, "late@customer.example", "It is broken again.")))
        again = house.of_mail(house.send(reply(ack, "late@customer.example", "And again.")))
    finally:
        house.clock.ahead -= timedelta(days=200)
    assert strangers.number not in (ticket.number, mine.number)
    assert (mine.requester.addr, again.number) == ("late@customer.example", mine.number)


# --- the survey -------------------------------------------------------------------------------------------------------


def test_a_stranger_with_a_forwarded_letter_votes_for_nobody_and_gets_nothing(house: Desk) -> None:
    ticket = fresh(house, "voter")
    house.send(reply(notice_to(house, "anna", ticket.number), ANNA, "#close\n\nThe bulb is in the post."))
    solved = only(house.letters("voter@customer.example", "answer"))
    for letter in (reply(solved, "stranger2@elsewhere.example", "1"), tap(solved, " 1", "stranger2@elsewhere.example")):
        letter["In-Reply-To"] = letter["In-Reply-To"] or str(solved["Message-ID"])
        house.send(letter)
    assert house.letters("stranger2@elsewhere.example") == []
    kinds = [row.kind for row in house.gateway.store.read(lambda read: read.tickets.events(ticket.number))]
    assert "vote" not in kinds


# --- history ----------------------------------------------------------------------------------------------------------


def test_old_mail_moves_no_ticket_votes_for_nobody_and_writes_to_nobody(house: Desk) -> None:
    ticket = fresh(house, "old")
    notice, ack = notice_to(house, "anna", ticket.number), only(house.letters("old@customer.example", "ack"))
    house.send(reply(notice, ANNA, "#close\n\nThe bulb is in the post."))
    solved = only(house.letters("old@customer.example", "answer"))
    status, letters = house.ticket(ticket.number).status, len(house.letters())
    old = [
        reply(ack, "old@customer.example", "#reopen"),
        reply(solved, "old@customer.example", "2"),
        reply(notice, "nobody-knows@elsewhere.example", "#take"),
        reply(notice, ANNA, "#reopen"),
    ]
    assert [house.fate(number) for number in take_over(house, *old)] == ["filed"] * 4
    now = house.ticket(ticket.number)
    assert (now.status, now.owner) == (status, ticket.owner if status == "new" else now.owner)
    assert len(house.letters()) == letters
    kinds = [row.kind for row in house.gateway.store.read(lambda read: read.tickets.events(ticket.number))]
    assert "vote" not in kinds


# --- the same again ---------------------------------------------------------------------------------------------------


def test_a_mail_that_repeats_another_says_which_one(house: Desk) -> None:
    message = mail("Twice", "The same.\n", sender="twice@customer.example")
    first = house.send(message)
    message["X-Came-Around"] = "another way"
    again = house.send(message)
    row = house.gateway.store.read(lambda read: read.mail.row(again))
    assert row is not None and row.fate == "duplicate"
    assert json.dumps(row.duplicate_of) == str(first)
