"""Whom free-form bounces name: every one who was not reached, nobody whose address only stands beside (R-07, D-31)."""

from __future__ import annotations

import email

import pytest

from mailgate.core.model.mail import Envelope, MailKind, Source
from mailgate.core.model.policy import Limits
from mailgate.wire.mime.parse import parse
from mailgate.wire.report.reading import read_report

NULL = Envelope("", ("support@acme.example",), Source.SMTP)


def bounce(
    text: str, subject: str = "failure notice", sender: str = "MAILER-DAEMON@mx.example", more: str = ""
) -> bytes:
    return (
        f"From: {sender}\nTo: support+b.k1.1042.cw.abcdefg.hijklmnopqrst@acme.example\nSubject: {subject}\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}"
    ).encode()


def attached(
    text: str, returned: str, subject: str = "Undeliverable Message", sender: str = "MAILER-DAEMON@mx.example"
) -> bytes:
    return (
        f'From: {sender}\nTo: support@acme.example\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--b\nContent-Type: message/rfc822\n\n{returned}\n\nHello\n--b--\n"
    ).encode()  # fmt: skip


def found(raw: bytes) -> set[str]:
    mail = parse(raw, NULL, Limits())
    assert mail.kind is MailKind.DSN
    return {each.address for each in mail.bounced}


A, B, C = "ann@x.example", "ben@y.example", "cia@z.example"
FORMATS: dict[str, tuple[bytes, set[str]]] = {
    "qmail, several, and whom to contact": (bounce(
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{A}>:\nSorry, no mailbox here. (#5.1.1)\n\n<{B}>:\n"
        "Sorry. For help contact help@mx.example (#5.1.2)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <support@acme.example>\n"
        f"To: {C}\n"), {A, B}),
    "exim, several, and a postmaster": (bounce(
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\n"
        f"its recipients. The following address(es) failed:\n\n  {A}\n    550 5.1.1 user unknown\n  {B}\n    mailbox full\n\n"
        "If you have questions, please write to postmaster@mx.example or help@mx.example.\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\nFrom: support@acme.example\n"), {A, B}),
    "exim's own field": (bounce("Failed.\n", "Mail delivery failed", more=f"X-Failed-Recipients: {A}, {B}\nX-Failed-Recipients: {C}\n"), {A, B, C}),
    "exchange, with ours in front": (bounce(
        "Your message from support@acme.example did not reach some or all of the intended recipients.\n\n  Subject: Lamp\n\n"
        f"The following recipient(s) could not be reached:\n\n  {A} on 1.2.2026 10:00\n    The e-mail account does not exist.\n"
        f"  {B} on 1.2.2026 10:00\n    Mailbox full. Please contact admin@y.example.\n", "Undeliverable: Lamp"), {A, B}),
    "only the contact stands there": (bounce(
        "Your message could not be delivered. If you believe this is an error, please contact helpdesk@x.example.\n"), set()),
    "delisting": (bounce(f"Delivery to {A} failed: 550 5.7.1 blocked; to be unblocked send an e-mail to delist@isp.example\n"), {A}),
    "message ids are no people": (bounce(
        f"Your message\n  Message-ID: <mg.k1.1042.cw.abcdefg.hijklmnopqrst@acme.example>\n  id <20260201100000.AB12@relay.example>\n"
        f"could not be delivered to {A}: user unknown\n"), {A}),
    "an id alone": (bounce("Message-Id: <CAF123456789012345@mail.x.example> could not be delivered: user unknown\n"), set()),
    "finnish": (bounce(f"Viestiäsi ei voitu toimittaa vastaanottajille:\n\n  {A}\n  {B}\n\nLisätietoja: tuki@x.example\n", "Viestiä ei toimitettu"), {A, B}),
    "polish": (bounce(f"Nie można doręczyć wiadomości do odbiorcy {A}.\nW razie pytań prosimy o kontakt: pomoc@x.example\n", "Nie dostarczono"), {A}),
    "latvian": (bounce(f"Neizdevās piegādāt vēstuli adresātam {A}.\nSazinieties ar atbalsts@x.example\n", "Piegādes kļūda"), {A}),
    "german": (bounce(f"Die Nachricht konnte nicht zugestellt werden an:\n{A}\n{B}\nBei Fragen wenden Sie sich an hilfe@x.example\n", "Unzustellbar: Lampe"), {A, B}),
    "kddi": (bounce(
        f"Your mail sent on: Thu, 29 Jan 2026 11:04:47 +0900\n    Could not be delivered to: <{A}>\n    As their mailbox is full.\n"
        f"    Could not be delivered to: <{B}>\n    As the remote domain doesnt exist.\n", "Mail System Error - Returned Mail", "Postmaster@ezweb.example"), {A, B}),
    "verizon, text": (bounce(
        "Error message below:\n550 - Requested action not taken: no such user here\n\nMessage details:\n  Subject: \n"
        f"  MAIL FROM: support@acme.example\n  RCPT TO: {A}\n", "Undeliverable Message", "post_master@vtext.example"), {A}),
    "verizon, pictures": (attached(
        "Message could not be delivered to mobile.\nError: No valid recipients for this MM\n", f"From: support@acme.example\nTo: {A}\nSubject: x",
        sender="sysadmin@mail.vzwpix.example"), {A}),
    "interscan": (bounce(
        f"The delivery of the following message failed.\n\nSent <<< RCPT TO:<{A}>\nReceived >>> 550 5.1.1 <{A}>... user unknown\n",
        "Mail could not be delivered", "InterScan MSS <imss@x.example>"), {A}),
    "interscan, unable": (bounce(f"Unable to deliver message to <{A}> and <{B}> (Connection refused)\n", "メッセージを配信できません。",
        "InterScan Messaging <imss@x.example>"), {A, B}),
    "domino": (bounce(
        f"Your message\n\n  Subject: Lamp\n\nwas not delivered to:\n\n  {A}\n\nbecause:\n\n  User ann ({A}) not listed in Domino Directory\n",
        f"DELIVERY FAILURE: User ann ({A}) not listed in Domino Directory", "Postmaster@x.example"), {A}),
    "domino in japanese": (bounce(
        f"あなたの文書:\n\n  件名: Lamp\n\nは、次の宛先に配信されませんでした:\n\n  {A}\n\n理由:\n\n  ユーザー ann ({A}) は Domino ディレクトリには見つかりません\n",
        "DELIVERY FAILURE: Domino ディレクトリには見つかりません", "Postmaster@x.example"), {A}),
    "james": (bounce(
        "Hi. This is the James mail server at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.  Below\nI include the list of recipients and the reason why I was unable to\n"
        f"deliver your message.\n\nFailed recipient(s):\n{A}\n{B}\n\nError message:\n550 5.1.1 <{A}>... User Unknown\n\nMessage details:\n  Subject: Lamp\n"
        f"  MAIL FROM: support@acme.example\n  RCPT TO: {A}\n", "[BOUNCE]", "postmaster@mx.example"), {A, B}),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_r07_a_bounce_names_all_it_could_not_reach_and_nobody_else(name: str) -> None:
    raw, wanted = FORMATS[name]
    assert found(raw) == wanted


def test_r07_our_own_address_is_no_recipient_even_where_the_format_seems_to_say_so() -> None:
    assert found(bounce("A message that you sent could not be delivered.\n\n<support@acme.example>: loop\n")) == set()


def test_d31_the_letter_is_found_in_global_headers() -> None:
    raw = (
        'From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/global-delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: utf-8; {A}\nAction: failed\nStatus: 5.1.1\n\n"
        "--b\nContent-Type: message/global-headers\n\nSubject: Lämp\nMessage-ID: <mg.1@acme.example>\n\n--b--\n"
    )
    report = read_report(email.message_from_string(raw), "Sorry.")
    assert report is not None and report.ids == ("<mg.1@acme.example>",)
    assert [each.address for each in report.bounced] == [A]


@pytest.mark.parametrize("status", ["4.2.2", "4.4.7", "4.0.0", "5.1.1", "2.0.0", "", "odd"])
def test_r06_failed_is_final_whatever_the_status_says_of_the_cause(status: str) -> None:
    """RFC 3464 section 2.3.3: the action tells what was done; a 4.x status beside it is why, after the last attempt."""
    raw = (
        'From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {A}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; 451 4.4.1 timed out\n\n--b--\n"
    )
    report = read_report(email.message_from_string(raw), "Sorry.")
    assert report is not None and [(each.action, each.failed) for each in report.bounced] == [("failed", True)]


@pytest.mark.parametrize(("action", "status"), [("delayed", "5.0.0"), ("delayed", "4.4.1"), ("relayed", "5.1.1")])
def test_r06_nothing_but_failed_is_a_failure(action: str, status: str) -> None:
    raw = (
        'From: MAILER-DAEMON@mx.example\nSubject: Delayed\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {A}\nAction: {action}\nStatus: {status}\n\n--b--\n"
    )
    report = read_report(email.message_from_string(raw), "")
    assert report is not None and [each.failed for each in report.bounced] == [False]
