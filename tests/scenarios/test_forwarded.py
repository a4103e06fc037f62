"""`#forward` from the front door to the outbox: the same octets, nothing of the house, and the answer is a note.

To whom it may go is a table: `core/commands/test_about_forwarding.py`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from conftest import Desk, from_agent, mail, notice_to, only, reply, running, whole
from reports import report

AP, MAIJA = "ap@books.example", "maija@customer.example"
FORWARDS = f'[forwards]\nbilling = "{AP}"\n'
INVOICE = random.Random(1042).randbytes(70_001)
NAME = "lasku ä 11/2026.pdf"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("forwarded"), more=FORWARDS, undo="2m") as found:
        yield found


def invoice(subject: str, text: str, **headers: str) -> EmailMessage:
    message = mail(subject, text, **headers)
    message.add_attachment(INVOICE, maintype="application", subtype="pdf", filename=NAME)
    message.add_attachment(b"a;b\r\n1;2\n", maintype="text", subtype="csv", filename="rows.csv")
    return message


def later(desk: Desk) -> None:
    desk.clock.ahead += desk.gateway.in_force.policy.undo_window * 2


def told(desk: Desk, question: str, notice: EmailMessage) -> str:
    from_agent(desk, f"{question}\n", notice)
    return whole(desk.letters("anna@staff.example", "question")[-1])


def test_the_newest_mail_leaves_with_the_very_files_it_came_with_and_the_answer_is_a_note(desk: Desk) -> None:
    ticket = desk.of_mail(desk.send(mail("Invoice 11", "CANARY of an earlier mail\n")))
    notice = notice_to(desk, "anna", ticket.number)
    from_agent(desk, "#note\nCANARY of a note\n", notice)
    desk.send(invoice(f"Re: [#{ticket.number}] Invoice 11", "Here is the invoice.\nRegards, Maija\n"))

    assert desk.fate(from_agent(desk, "#forward billing\n", notice)) == "parked", "they have not read the newer mail"
    asked = whole(desk.letters("anna@staff.example", "receipt")[-1])
    assert "the customer has written again since" in asked and "Do #forward billing" in asked
    notice = notice_to(desk, "anna", ticket.number)
    from_agent(desk, "#forward billing #file\n\nTo be paid by Friday.\n", notice)
    assert desk.ticket(ticket.number).status.done
    from_agent(desk, "#undo\n", notice)
    later(desk)
    assert desk.letters(AP) == [] and not desk.ticket(ticket.number).status.done

    from_agent(desk, "#forward billing #file\n\nTo be paid by Friday.\n", notice)
    later(desk)
    letter = only(desk.letters(AP))
    files = {part.get_filename(): part.get_payload(decode=True) for part in letter.iter_attachments()}
    assert {hashlib.sha256(one).digest() for one in files.values()} == {
        hashlib.sha256(one).digest() for one in (INVOICE, b"a;b\r\n1;2\n")
    }
    assert str(letter["From"]) == '"Anna Virtanen, Acme Support" <support@acme.example>'
    assert (str(letter["To"]), letter["Cc"], letter["References"]) == (AP, None, None)
    assert str(letter["Reply-To"]) == "support@acme.example"
    assert str(letter["Subject"]) == f"Fwd: [#{ticket.number}] Invoice 11" and letter["Auto-Submitted"] is None
    text = whole(letter)
    assert "To be paid by Friday." in text and "Here is the invoice." in text and f"<{MAIJA}>" in text
    assert "CANARY" not in text and "mailto:" not in text and "anna@staff.example" not in text
    assert desk.letters(MAIJA, "answer") == [] and desk.letters(MAIJA, "solved") == []

    why = told(desk, "#why", notice)
    assert f"Anna Virtanen: forwarded to {AP}" in why
    assert f"Forwarded to {AP}" in told(desk, "#show", notice)

    desk.send(reply(letter, f"Accounts <{AP}>", "Paid, CANARY."))
    assert (
        desk.ticket(ticket.number).entries[-1].kind,
        "Paid, CANARY." in desk.ticket(ticket.number).entries[-1].text,
    ) == ("note", True)
    assert "CANARY" not in "".join(whole(one) for one in desk.letters(MAIJA))


def test_one_that_does_not_arrive_is_told_to_who_passed_it_on_and_asked_about_the_next_time(desk: Desk) -> None:
    ticket = desk.of_mail(desk.send(invoice("Invoice 12", "And another.\n", sender="Kari <kari@elsewhere.example>")))
    from_agent(desk, "#take\n", notice_to(desk, "bo", ticket.number), "bo")
    from_agent(desk, f"#forward {AP}\n", notice_to(desk, "anna", ticket.number))
    later(desk)
    letter = desk.letters(AP)[-1]
    desk.send(report(letter, "support@acme.example", (AP, "failed", "5.1.1")), sender="", to=["support@acme.example"])
    assert desk.ticket(ticket.number).entries[-1].kind == "bounce"
    for name in ("anna", "bo"):
        assert "could not be delivered" in whole(notice_to(desk, name, ticket.number))
    number = from_agent(desk, f"#forward {AP}\n", notice_to(desk, "anna", ticket.number))
    assert desk.fate(number) == "parked"
    assert f"a letter to {AP} came back" in whole(desk.letters("anna@staff.example", "receipt")[-1])


def test_with_reply_the_words_answer_the_customer_and_files_of_the_agent_go_with_them(desk: Desk) -> None:
    ticket = desk.of_mail(desk.send(invoice("Invoice 13", "A third.\n", sender="Liisa <liisa@elsewhere.example>")))
    notice = notice_to(desk, "anna", ticket.number)
    from_agent(desk, "#forward billing\n#reply\n\nWe have passed it on.\n", notice)
    later(desk)
    assert "We have passed it on." in whole(only(desk.letters("liisa@elsewhere.example", "answer")))
    assert "We have passed it on." not in whole(desk.letters(AP)[-1])


def test_files_that_retention_took_are_missed_before_anything_leaves(desk: Desk) -> None:
    number = desk.send(invoice("Invoice 14", "An old one.\n", sender="Jon <jon@elsewhere.example>"))
    ticket, before = desk.of_mail(number), len(desk.letters(AP))
    desk.gateway.store.write(lambda tx: tx.mail.drop_raw([number])).result()
    parked = from_agent(desk, "#forward billing\n", notice_to(desk, "anna", ticket.number))
    later(desk)
    assert desk.fate(parked) == "parked" and len(desk.letters(AP)) == before
    assert "nor any files it had" in whole(desk.letters("anna@staff.example", "receipt")[-1])


def test_of_a_person_who_is_forgotten_nothing_is_left_in_what_was_passed_on(desk: Desk) -> None:
    ticket = desk.of_mail(desk.send(mail("Private", "CANARY words\n", sender="Eve <eve@elsewhere.example>")))
    from_agent(desk, f"#forward {AP}\n", notice_to(desk, "anna", ticket.number))
    later(desk)
    letters = [row.letter for row in sent(desk) if row.to == AP and row.ticket == ticket.number]
    desk.gateway.store.write(lambda tx: tx.people.forget("eve@elsewhere.example", desk.gateway.clock(), "admin"))
    for one in letters:
        kept = desk.gateway.store.read(lambda read, one=one: read.outbox.letter(one))  # type: ignore[misc]
        assert kept.raw is None and "CANARY" not in str(kept) and "eve@elsewhere" not in str(kept)


def sent(desk: Desk) -> list:  # type: ignore[type-arg]
    return desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
