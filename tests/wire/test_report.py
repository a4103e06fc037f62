"""Reports: by structure first, by what free-form bounces look like, and never a person's mail about one."""

from __future__ import annotations

from email import message_from_string

import pytest

from mailgate.core.model.mail import BouncedRecipient, MailKind
from mailgate.wire.report.reading import Report, is_worded_like_one, read_report


def read(raw: str, text: str | None = None, *, null_sender: bool = False) -> Report | None:
    message = message_from_string(raw)
    if text is None:
        first = next(part for part in message.walk() if not part.is_multipart())
        text = str(first.get_payload())
    return read_report(message, text, null_sender=null_sender)


def dsn(*groups: str, returned: str = "Message-ID: <mg.k1.7.cw.aaaa.bbbb@desk.test>\nSubject: x\n") -> str:
    status = "\n\n".join(("Reporting-MTA: dns; mx.test", *groups))
    return (
        "From: MAILER-DAEMON@mx.test\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n\n"
        f"--b\nContent-Type: message/delivery-status\n\n{status}\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}\nbody\n--b--\n"
    )


FAILED = (
    "Final-Recipient: rfc822; a@x.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user"
)


def test_l05_a_genuine_report_names_recipient_status_and_letter() -> None:
    found = read(dsn(FAILED))
    assert found == Report(
        MailKind.DSN,
        (BouncedRecipient("a@x.test", "failed", "5.1.1", "550 5.1.1 no such user"),),
        ("<mg.k1.7.cw.aaaa.bbbb@desk.test>",),
    )
    assert found.bounced[0].failed


def test_l07_a_delay_is_no_failure() -> None:
    found = read(dsn("Final-Recipient: rfc822; a@x.test\nAction: delayed\nStatus: 4.4.1"))
    assert found is not None
    assert [(each.action, each.status, each.failed) for each in found.bounced] == [("delayed", "4.4.1", False)]


def test_l08_every_recipient_of_a_mixed_report_has_their_own_fate() -> None:
    groups = (FAILED, *(f"Final-Recipient: rfc822;<{n}@x.test>\nAction: {a}\nStatus: {s}" for n, a, s in (
        ("b", "Delivered", "2.0.0"), ("c", "delayed (will retry)", "4.2.2"), ("d", "expanded", "2.0.0"))))  # fmt: skip
    found = read(dsn(*groups))
    assert found is not None
    assert [(each.address, each.action, each.failed) for each in found.bounced] == [
        ("a@x.test", "failed", True), ("b@x.test", "delivered", False), ("c@x.test", "delayed", False), ("d@x.test", "expanded", False),
    ]  # fmt: skip


GROUPS = [
    ("Original-Recipient: rfc822;old@x.test\nFinal-Recipient: rfc822;new@y.test\nAction: failed\nStatus: 5.0.0", "old@x.test", "5.0.0"),
    ("Final-Recipient: RFC822; <a@x.test> (relayed)\nAction: failed\nStatus: 5.2.2 (mailbox full)", "a@x.test", "5.2.2"),
    ("Final-Recipient: a@x.test\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 over quota", "a@x.test", "5.2.2"),
    ("Final-Recipient: rfc822;a@x.test\nStatus: 5.7.1", "a@x.test", "5.7.1"),
    ("Final-Recipient: utf-8; kä@x.test\nAction: failed\nStatus: 5.1.1", "kä@x.test", "5.1.1"),
    ("Final-Recipient: rfc822;a@x.test\nAction: failed\nDiagnostic-Code: smtp; 550 blocked [94.236.45.212]", "a@x.test", ""),
]  # fmt: skip


@pytest.mark.parametrize(("group", "address", "status"), GROUPS)
def test_a_group_is_read_as_vendors_write_it(group: str, address: str, status: str) -> None:
    found = read(dsn(group))
    assert found is not None
    assert [(each.address, each.action, each.status) for each in found.bounced] == [(address, "failed", status)]


def test_the_letter_is_found_in_returned_headers_marks_and_envelope_id() -> None:
    raw = dsn(FAILED).replace("Content-Type: message/rfc822", "Content-Type: text/rfc822-headers")
    assert read(raw).ids == ("<mg.k1.7.cw.aaaa.bbbb@desk.test>",)  # type: ignore[union-attr]
    marked = dsn(FAILED, returned="Message-ID: <ses-1@amazonses.test>\nX-Mailgate-Letter: <mg.k1.7.cw.a.b@desk.test>\n")
    assert read(marked).ids == ("<ses-1@amazonses.test>", "<mg.k1.7.cw.a.b@desk.test>")  # type: ignore[union-attr]
    named = dsn(FAILED, returned="Subject: x\n").replace(
        "Reporting-MTA", "Original-Envelope-Id: mg.k1.7.cw.aaaaaaaa.bbbbbbbb@desk.test\nReporting-MTA"
    )
    assert read(named).ids == ("<mg.k1.7.cw.aaaaaaaa.bbbbbbbb@desk.test>",)  # type: ignore[union-attr]


FREE = {
    "qmail": (
        "From: MAILER-DAEMON@mx.test\nSubject: failure notice\nReturn-Path: <>\n\n"
        "Hi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<a@x.test>:\n192.0.2.1 does not like recipient.\n"
        "Remote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\n"
        "Return-Path: <s@desk.test>\nMessage-ID: <mg.1@desk.test>\nSubject: x\n\nbody\n",
        "failed", True,
    ),
    "exim": (
        "From: Mail Delivery System <Mailer-Daemon@mx.test>\nSubject: Mail delivery failed: returning message to sender\nX-Failed-Recipients: a@x.test\n"
        "Auto-Submitted: auto-replied\n\nThis message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
        "  a@x.test\n    SMTP error from remote mail server after RCPT TO:<a@x.test>:\n    550 5.1.1 user unknown\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\nMessage-ID: <mg.1@desk.test>\nSubject: x\n\nbody\n",
        "failed", True,
    ),
    "exim delay": (
        "From: Mail Delivery System <Mailer-Daemon@mx.test>\nSubject: Warning: message 1abc delayed 24 hours\nAuto-Submitted: auto-replied\n\n"
        "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\n"
        "recipients after more than 24 hours on the queue on mx.test.\n\nThe address to which the message has not yet been delivered is:\n\n  a@x.test\n"
        "    Delay reason: connection timed out\n\nNo action is required on your part. Delivery attempts will continue for\nsome time.\n",
        "delayed", False,
    ),
    "exchange": (
        "From: postmaster@x.test\nSubject: Undeliverable: Printer\nReturn-Path: <>\nIn-Reply-To: <mg.1@desk.test>\n\n"
        "Delivery has failed to these recipients or groups:\n\na@x.test\nThe email address you entered couldn't be found.\n\n"
        "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'\n",
        "failed", True,
    ),
    "finnish": (
        "From: Mail Delivery Subsystem <mailer-daemon@x.test>\nSubject: Viestiä ei toimitettu\nReturn-Path: <>\n\n"
        "Viestiäsi ei voitu toimittaa vastaanottajalle a@x.test.\n550 5.1.1 tuntematon käyttäjä\n",
        "failed", True,
    ),
    "mdaemon": (
        "From: MDaemon@x.test\nSubject: Permanent Delivery Failure\nPrecedence: bulk\n\nThe attached message had PERMANENT fatal delivery errors!\n\n"
        "The following recipients could not be reached:\n   a@x.test - no such user here.\n",
        "failed", True,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "action", "lasting"), FREE.values(), ids=FREE.keys())
def test_a_free_form_bounce_names_its_recipient_and_whether_it_lasts(raw: str, action: str, lasting: bool) -> None:
    found = read(raw)
    assert found is not None and found.kind is MailKind.DSN
    assert [(each.address, each.action, each.failed) for each in found.bounced] == [("a@x.test", action, lasting)]
    assert ("<mg.1@desk.test>" in found.ids) is ("mg.1" in raw)


def test_a_free_form_bounce_tells_the_status_code_near_the_address() -> None:
    assert read(FREE["qmail"][0]).bounced[0].status == "5.1.1"  # type: ignore[union-attr]


ORDINARY = {
    "about a bounce": "From: matti@ex.test\nSubject: Undeliverable mail\n\nI wrote to you and it bounced:\n550 5.1.1 user unknown <a@x.test>\nWhy?\n",
    "forwarded bounce": "From: matti@ex.test\nSubject: Fwd: failure notice\n\nHi. This is the qmail-send program at mx.test.\n\n<a@x.test>:\n550 no such user\n",
    "answer to one": "From: postmaster@ex.test\nSubject: Re: Undeliverable: Printer\n\nWe repaired our server, thanks for telling.\n",
    "delivery": "From: matti@ex.test\nSubject: Delivery failed\n\nThe parcel was not delivered. Mailbox is full of ads.\n",
    "postmaster writes": "From: postmaster@ex.test\nSubject: Printer\n\nHello, our printer is broken.\n",
    "confirm": "From: matti@ex.test\nSubject: Please confirm my order\n\nPlease confirm by reply that my message was received.\n",
    "liked": "From: matti@ex.test\nSubject: x\n\nLiked the product, but it broke. I reacted to your message by calling.\n",
}  # fmt: skip


@pytest.mark.parametrize("raw", ORDINARY.values(), ids=ORDINARY.keys())
def test_a_persons_mail_is_no_report(raw: str) -> None:
    assert read(raw) is None


def test_l06_a_report_inside_a_forward_is_not_about_us() -> None:
    inner = dsn(FAILED)
    raw = (
        'From: matti@ex.test\nSubject: what is this?\nContent-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: text/plain\n\nSee.\n'
        f"--o\nContent-Type: message/rfc822\n\n{inner}\n--o--\n"
    )
    assert read(raw) is None


def multipart(subtype: str, part: str, text: str = "x") -> str:
    return (
        f'From: a@x.test\nSubject: s\nIn-Reply-To: <mg.1@desk.test>\nContent-Type: multipart/{subtype}; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n\n--b\n{part}\n--b--\n"
    )


MDN = (
    "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;a@x.test\nOriginal-Message-ID: <mg.1@desk.test>\n"
    "Disposition: manual-action/MDN-sent-manually; displayed\n"
)
STRUCTURES = {
    "receipt": (multipart("report; report-type=disposition-notification", MDN), MailKind.MDN),
    "deleted unread": (
        multipart("report", MDN.replace("displayed", "deleted"), "Your message was deleted without being read."),
        MailKind.MDN,
    ),
    "complaint": (
        multipart("report", "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n"),
        MailKind.FEEDBACK,
    ),
    "calendar": (
        multipart("alternative", "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\n"),
        MailKind.CALENDAR,
    ),
    "calendar by body": (
        multipart("mixed", "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n"),
        MailKind.CALENDAR,
    ),
    "gmail reaction": (
        multipart("alternative", 'Content-Type: text/vnd.google.email-reaction+json\n\n{"emoji":"x"}'),
        MailKind.REACTION,
    ),
}


@pytest.mark.parametrize(("raw", "kind"), STRUCTURES.values(), ids=STRUCTURES.keys())
def test_the_structure_tells_what_a_report_is(raw: str, kind: MailKind) -> None:
    found = read(raw)
    assert found is not None and found.kind is kind
    assert "<mg.1@desk.test>" in found.ids


def test_an_invitation_is_a_persons_mail() -> None:
    assert (
        read(
            multipart("alternative", "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n")
        )
        is None
    )


def test_a_refusal_dressed_as_a_receipt_is_a_failed_delivery() -> None:
    raw = multipart(
        "report", MDN.replace("displayed", "deleted"), "Your message was automatically rejected:\nQuota exceeded"
    )
    found = read(raw)
    assert found is not None and found.kind is MailKind.DSN and found.bounced[0].failed


@pytest.mark.parametrize("text", [
    "👍 Matti Meikäläinen reacted to your message:", "Matti reacted via Gmail", "Matti reagoi viestiisi:", "Anna zareagowała na Twoją wiadomość",
    "Anna hat auf Ihre Nachricht reagiert", "Liked “See you on Friday”", 'Loved "Thanks for the help"', "Anna reagerade på ditt meddelande",
])  # fmt: skip
def test_a_thumb_is_a_reaction_in_any_language(text: str) -> None:
    assert is_worded_like_one(text)
    found = read(f"From: a@x.test\nSubject: Re: s\n\n{text}\n")
    assert found is not None and found.kind is MailKind.REACTION


CHALLENGES = [
    "From: tmda@x.test\nSubject: Please confirm your message\nX-Delivery-Agent: TMDA/1.0\n\nPlease reply to this message to confirm delivery of your message.\n",
    "From: a@x.test\nSubject: RE: Printer\n\nYour message was received. This account is protected by Blue. Please click on the link below to have your\n"
    "address added to the recipient's allowed list and to ensure delivery of your email.\n\nhttp://x.test/1\n",
    "From: a@x.test\nSubject: s\nX-SpamArrest: challenge\n\nverify\n",
]


@pytest.mark.parametrize("raw", CHALLENGES)
def test_a_filter_that_asks_for_a_confirmation_is_a_challenge(raw: str) -> None:
    found = read(raw)
    assert found is not None and found.kind is MailKind.CHALLENGE


BROKEN = [
    "Content-Type: multipart/report; report-type=delivery-status\n\nno boundary",
    "Content-Type: message/delivery-status\n\n",
    dsn(""), dsn("Final-Recipient: ;;;;\nAction: failed"), dsn("Action: failed\nStatus: 5.1.1"), dsn(*(FAILED.replace("a@", f"a{n}@") for n in range(1000))),
    dsn(FAILED).replace("message/delivery-status", "message/delivery-status\nContent-Transfer-Encoding: base64"),
]  # fmt: skip


@pytest.mark.parametrize("raw", BROKEN)
def test_a_broken_report_is_read_as_far_as_it_goes(raw: str) -> None:
    found = read(raw, "")
    assert found is not None and found.kind is MailKind.DSN
    assert len(found.bounced) <= 200
