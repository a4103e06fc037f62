"""A whole gateway that reads its mail from a real Dovecot: folders, history, junk, and mail answered past it."""

from __future__ import annotations

import imaplib
import time
from pathlib import Path

from conftest import mail, running

BOX = """
[[imap]]
name = "support"
address = "support@acme.example"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "{user}"
password = "{password}"
junk = "Junk"
done_folder = "Done"
poll = "5s"
"""


def put(dovecot, user: str, folder: str, raw: bytes, age: float = 0.0) -> None:
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as client:
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{dovecot.password}".encode())
        client.create(folder)
        client.append(folder, "", imaplib.Time2Internaldate(time.time() - age), raw)


def count(dovecot, user: str, folder: str) -> int:
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as client:
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{dovecot.password}".encode())
        status, found = client.select(folder, readonly=True)
        return int(found[0] or 0) if status == "OK" else 0


def test_mail_in_a_mailbox_becomes_tickets_and_is_moved(dovecot, tmp_path: Path) -> None:
    user = f"{tmp_path.name}@example.test"
    more = BOX.format(port=dovecot.imap, user=user, password=dovecot.password)
    with running(tmp_path, more=more) as desk:
        put(dovecot, user, "INBOX", mail("By IMAP").as_bytes())
        desk.wait(lambda: len(desk.settled) == 1, "the mail in INBOX was not taken")
        assert [ticket.subject for ticket in desk.tickets()] == ["By IMAP"]
        assert len(desk.letters("maija@customer.example", "ack")) == 1
        put(dovecot, user, "Junk", mail("Cheap pills", sender="spam@spam.example").as_bytes())
        desk.wait(lambda: len(desk.settled) == 2, "the junk folder was not read")
        assert sorted(desk.settled.values()) == ["filed", "parked"]
    assert count(dovecot, user, "INBOX") == 0
    assert count(dovecot, user, "Done") >= 1


def test_history_is_filed_and_never_answered(dovecot, tmp_path: Path) -> None:
    user = f"{tmp_path.name}@example.test"
    put(dovecot, user, "INBOX", mail("Long ago").as_bytes(), age=3 * 86400)
    more = BOX.format(port=dovecot.imap, user=user, password=dovecot.password)
    with running(tmp_path, more=more) as desk:
        desk.wait(lambda: len(desk.settled) == 1, "the old mail was not filed")
        assert [str(ticket.status) for ticket in desk.tickets()] == ["solved"]
        assert desk.letters() == []
