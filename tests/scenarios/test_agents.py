"""Agents work from their mail client: replies reach customers, commands steer, doubts park, strangers are asked."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from conftest import Desk, mail, reply
from scenarios.turns import serving, turn

ANNA = "Anna Virtanen <anna@staff.example>"
BO = "bo@staff.example"
MAIJA = "maija@customer.example"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("agents"))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def opened(desk: Desk) -> EmailMessage:
    """A new ticket of Maija's; returns Anna's notice of it."""
    desk.send(mail())
    return desk.letters("anna@staff.example", "notice")[-1]


def text(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return body.get_content()


def test_a_plain_reply_to_a_notice_goes_to_the_customer_from_the_department(desk: Desk) -> None:
    notice = opened(desk)
    number = desk.send(reply(notice, ANNA, "Please send us a photo of the lamp."))
    ticket = desk.of_mail(number)
    assert (ticket.owner, ticket.status) == ("anna", "waiting")
    [answer] = desk.letters(MAIJA, "answer")
    assert "Please send us a photo" in text(answer)
    assert str(answer["From"]) == '"Anna Virtanen, Acme Support" <support@acme.example>'
    assert answer["Auto-Submitted"] is None
    whole = answer.as_string()
    assert "anna@staff.example" not in whole and "mg:" not in whole and "Take" not in whole


def test_a_note_stays_in_the_house(desk: Desk) -> None:
    notice = opened(desk)
    number = desk.send(reply(notice, ANNA, "#note\nShe rang before, be kind. CANARY"))
    assert [entry.kind for entry in desk.of_mail(number).entries] == ["customer", "note"]
    assert desk.letters(MAIJA, "answer") == []
    assert all("CANARY" not in letter.as_string() for letter in desk.letters(MAIJA))


def test_commands_in_subject_and_body_are_carried_out_together(desk: Desk) -> None:
    notice = opened(desk)
    message = reply(notice, ANNA, "#priority high\n\nWe are on it.", subject=f"{notice['Subject']} #tag +refund")
    ticket = desk.of_mail(desk.send(message))
    assert (ticket.priority, ticket.tags, ticket.owner) == ("high", ("refund",), "anna")
    assert len(desk.letters(MAIJA, "answer")) == 1


def test_a_mistyped_command_parks_the_whole_mail_and_one_tap_sends_it(desk: Desk) -> None:
    notice = opened(desk)
    number = desk.send(reply(notice, ANNA, "#colse\n\nAll done, thank you."))
    assert desk.fate(number) == "parked"
    assert desk.letters(MAIJA, "answer") == []
    [receipt] = desk.letters("anna@staff.example", "receipt")
    assert "#solve" in text(receipt) or "#close" in text(receipt)
    released = desk.send(reply(receipt, ANNA, "#drop"))
    assert desk.fate(released) == "filed"
    assert number not in {one.mail for one in desk.gateway.store.read(lambda read: read.mail.parked())}


def test_a01_a_forged_agent_steers_nothing_and_the_real_one_is_asked(own: Desk) -> None:
    opened(own)
    number = own.send(mail("[#1001] #close", "Closing.\n", sender=ANNA))
    assert own.fate(number) == "parked"
    assert own.ticket(1001).status == "new"
    [asked] = own.letters("anna@staff.example", "was_it_you")
    own.send(reply(asked, ANNA, "#yes"))
    own.settle()
    assert own.ticket(1001).status == "solved"


def test_a24_a_colleagues_token_proves_nothing(desk: Desk) -> None:
    notice = opened(desk)
    number = desk.send(reply(notice, f"Bo Ek <{BO}>", "#close"))
    assert desk.fate(number) == "parked"
    assert desk.tickets()[0].status == "new"


def test_next_claims_a_ticket_and_mine_lists_it_and_lines_act_on_it(own: Desk) -> None:
    notice = opened(own)
    own.send(reply(notice, ANNA, "#next"))
    assert own.ticket(1001).owner == "anna"
    [answered] = own.letters("anna@staff.example", "question")
    assert "Broken lamp" in text(answered)
    own.send(reply(answered, ANNA, "#mine"))
    mine = own.letters("anna@staff.example", "question")[-1]
    own.send(reply(mine, ANNA, "1 hold 2d"))
    assert own.ticket(1001).status == "hold"


def test_an_out_of_office_of_an_agent_changes_nothing(desk: Desk) -> None:
    notice = opened(desk)
    away = reply(notice, ANNA, "I am out of the office.", subject="Automatic reply: #close")
    away["Auto-Submitted"] = "auto-replied"
    assert desk.fate(desk.send(away)) == "dropped"
    assert desk.tickets()[0].status == "new"


def test_a_solved_ticket_with_words_says_so_once(desk: Desk) -> None:
    notice = opened(desk)
    ticket = desk.of_mail(desk.send(reply(notice, ANNA, "#close\n\nThe new bulb is in the post.")))
    assert ticket.status == "solved"
    [answer] = desk.letters(MAIJA, "answer")
    assert "new bulb" in text(answer)


def test_a_stale_answer_is_parked_and_shown(desk: Desk) -> None:
    notice = opened(desk)
    theirs = desk.letters(BO, "notice")[-1]
    desk.send(reply(theirs, f"Bo Ek <{BO}>", "I have it, a new one is on its way."))
    number = desk.send(reply(notice, ANNA, "We cannot help you."))
    assert desk.fate(number) == "parked"
    assert len(desk.letters(MAIJA, "answer")) == 1


def test_an_agent_writes_first(desk: Desk) -> None:
    notice = opened(desk)
    message = reply(notice, ANNA, "#new liisa@customer.example\n\nYour order is ready.", subject="Your order")
    desk.send(message)
    fresh = desk.tickets()[-1]
    assert (fresh.requester.addr, fresh.owner) == ("liisa@customer.example", "anna")
    [letter] = desk.letters("liisa@customer.example")
    assert "Your order is ready." in text(letter)


def test_do_that_carries_out_what_was_meant_and_leaks_nothing(desk: Desk) -> None:
    notice = opened(desk)
    desk.send(reply(notice, ANNA, "#colse\n\nAll done, thank you."))
    [receipt] = desk.letters("anna@staff.example", "receipt")
    desk.send(reply(receipt, ANNA, "#send"))
    desk.settle()
    assert desk.tickets()[0].status == "solved"
    [answer] = desk.letters(MAIJA, "answer")
    assert "All done" in text(answer) and "colse" not in answer.as_string()


def test_send_without_commands_sends_the_words_alone(desk: Desk) -> None:
    notice = opened(desk)
    desk.send(reply(notice, ANNA, "#colse\n\nAll done, thank you."))
    [receipt] = desk.letters("anna@staff.example", "receipt")
    desk.send(reply(receipt, ANNA, "#send words"))
    desk.settle()
    assert desk.tickets()[0].status == "waiting"
    [answer] = desk.letters(MAIJA, "answer")
    assert "All done" in text(answer) and "colse" not in answer.as_string()


def test_yes_it_was_me_does_not_wave_a_mistyped_command_through(own: Desk) -> None:
    opened(own)
    own.send(mail("[#1001] Broken lamp", "#colse\n\nAll done, thank you.\n", sender=ANNA))
    [asked] = own.letters("anna@staff.example", "was_it_you")
    own.send(reply(asked, ANNA, "#yes"))
    own.settle()
    assert own.letters(MAIJA, "answer") == []
    assert len(own.letters("anna@staff.example", "receipt")) == 1
