"""Delivery reports about letters of ours, and a letter for them to be about."""

from __future__ import annotations

import email
from datetime import timedelta
from email.message import EmailMessage

from conftest import Desk, from_agent, mail, notice_to

MAIJA = "maija@customer.example"


def report(letter: EmailMessage, to: str, *recipients: tuple[str, str, str]) -> bytes:
    """A delivery report of (address, action, status) about a letter, as Postfix writes it (RFC 3464)."""
    blocks = "\r\n".join(
        f"Final-Recipient: rfc822; {addr}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} no\r\n"
        for addr, action, status in recipients
    )
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"{blocks}\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {letter['Message-ID']}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()


def answered(desk: Desk, *cc: str) -> tuple[int, EmailMessage]:
    """A ticket with an agent's answer to its customer: its number and that letter."""
    number = desk.of_mail(desk.send(mail(cc=", ".join(cc)) if cc else mail())).number
    from_agent(desk, "Here is your answer.\n", notice_to(desk, "anna", number))
    desk.clock.ahead += timedelta(minutes=5)
    return number, desk.letters(MAIJA, "answer")[-1]


def envelopes(desk: Desk, letter: EmailMessage) -> dict[str, str]:
    """The envelope sender each recipient's copy of a letter left with."""
    files = (
        email.message_from_bytes(path.read_bytes()) for path in (desk.gateway.data.parent / "outbox" / "new").iterdir()
    )
    mine = (one for one in files if one["Message-ID"] == letter["Message-ID"])
    return {str(one["Delivered-To"]): str(one["Return-Path"]).strip("<>") for one in mine}
