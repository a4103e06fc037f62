"""A mail comes in by SMTP, becomes a ticket, and its sender hears so."""

from __future__ import annotations

import pytest
from conftest import Desk, mail

MAIJA = "maija@customer.example"


def test_a_mail_becomes_a_ticket_and_its_sender_hears_so(desk: Desk) -> None:
    number = desk.send(mail())
    ticket = desk.of_mail(number)
    assert desk.fate(number) == "filed"
    assert (ticket.number, ticket.subject, ticket.status, ticket.department) == (1001, "Broken lamp", "new", "support")
    assert ticket.requester.addr == "maija@customer.example"
    assert [entry.text.strip() for entry in ticket.entries] == ["The lamp does not work."]
    [ack] = desk.letters("maija@customer.example")
    assert "[#1001]" in ack["Subject"]
    assert ack["Auto-Submitted"] == "auto-replied"
    assert {letter["To"].addresses[0].addr_spec for letter in desk.letters(template="notice")} == {
        "anna@staff.example",
        "bo@staff.example",
    }


def test_d25_the_log_tells_what_became_of_somebodys_mail(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    ticket = desk.of_mail(desk.send(mail())).number
    ids = [one["Message-ID"] for one in desk.letters(MAIJA)]
    lines = {record.message: vars(record) for record in caplog.records if MAIJA in str(vars(record))}
    settled, sent = lines["mail settled"], lines["sent"]
    assert (settled["from"], settled["to"], settled["tickets"]) == (MAIJA, ("support@acme.example",), [ticket])
    assert settled["message_id"].startswith("<")
    assert (sent["to"], sent["ticket"], [sent["message_id"]]) == (MAIJA, ticket, ids)


def test_two_alarms_without_message_id_and_text_are_two_mails(desk: Desk) -> None:
    for subject in ("Disk full", "Fan failed"):
        raw = f"From: robot@plant.example\r\nTo: support@acme.example\r\nSubject: {subject}\r\n\r\n".encode()
        assert desk.fate(desk.send(raw)) == "filed"
    assert [ticket.subject for ticket in desk.tickets()] == ["Disk full", "Fan failed"]
