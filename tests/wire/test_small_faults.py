"""D-31: small things of the world's mail programs, each as it should be read."""

import base64

import pytest

from mailgate.core.model.mail import Envelope, InboundMail, MailKind
from mailgate.core.model.policy import Limits
from mailgate.wire.mime.parse import parse

BOB = "bob@customer.example"


def read(raw: str) -> InboundMail:
    return parse(raw.encode(), Envelope("ann@example.org", ("support@acme.example",)), Limits())


@pytest.mark.parametrize("encoding", ["base64", "8bit", "quoted-printable"])
def test_the_id_of_a_returned_mail_stands_in_global_headers_however_encoded(encoding: str) -> None:
    headers = "Subject: päivää\nMessage-ID: <mg.aaa@acme.example>\n"
    if encoding == "base64":
        headers = base64.encodebytes(headers.encode()).decode()
    found = read(
        "From: MAILER-DAEMON@mx.example\nSubject: failed\n"
        "Content-Type: multipart/report; boundary=b; report-type=global-delivery-status\n\n--b\n\nfailed\n--b\n"
        f"Content-Type: message/global-delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: utf-8; {BOB}\nAction: failed\n\n"
        f"--b\nContent-Type: message/global-headers\nContent-Transfer-Encoding: {encoding}\n\n{headers}\n--b--\n"
    )
    assert found.kind is MailKind.DSN and found.bounced_ids == ("<mg.aaa@acme.example>",)


BOUNCES = {
    "KDDI": (
        "From: Postmaster@ezweb.example\nSubject: Mail System Error - Returned Mail\n\n"
        f"Your mail sent on: Thu, 29 Apr 2010 11:04:47 +0900\n        Could not be delivered to: <{BOB}>\n        As their mailbox is full.\n"
    ),
    "KDDI, by a person's name": (
        "From: no-reply@app.auone-net.jp\nSubject: Mail delivery failed\n\n"
        f"Your mail attempted to be delivered on Thu, 29 Apr 2010 11:04:47 +0900\nto <{BOB}> could not be delivered\nuser not found\n"
    ),
    "InterScan": (
        'From: "InterScan MSS" <postmaster@mx.example>\nSubject: Mail could not be delivered\n\n'
        f"****** Message from InterScan E-Mail VirusWall NT ******\n\nSent <<< RCPT TO:<{BOB}>\nReceived >>> 550 5.1.1 <{BOB}>... user unknown\n"
    ),
    "InterScan in Japanese": (
        "From: InterScan <imss@mx.example>\nSubject: メッセージを配信できません。\n\n"
        f"次のメールは配信できませんでした。\nSent >>> RCPT TO:<{BOB}>\nReceived <<< 550 5.1.1 unknown user <{BOB}>\n"
    ),
    "Domino in Japanese": (
        f"From: postmaster@domino.example\nSubject: DELIVERY FAILURE: User bob ({BOB}) not listed in Domino Directory\n\n"
        f"あなたのメッセージ\n\n  件名: Re: x\n\nは以下に配信されませんでした:\n\n  {BOB}\n\n原因:\n\n  User bob ({BOB}) not listed in Domino Directory\n"
    ),
    "James": (
        "From: postmaster@james.example\nSubject: Re: [#1] x\n\nHi. This is the James mail server at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up.\n\n"
        f"Failed recipient(s):\n{BOB}\n\nError message below:\n550 5.1.1 unknown user\n"
    ),
    "James, short": (
        "From: postmaster@james.example\nSubject: [ERROR] Re: [#1] x\n\nError message below:\n550 - Requested action not taken: no such user here\n\n"
        f"Message details:\n  Subject: Re: [#1] x\n  RCPT TO: {BOB}\n  To: {BOB}\n"
    ),
    "Verizon": (
        "From: post_master@vtext.com\nSubject: Undeliverable Message\n\nError: No valid recipients for this MM\n\n"
        f"Message could not be delivered to mobile.\nRCPT TO: {BOB}\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("raw", BOUNCES.values(), ids=BOUNCES)
def test_bounces_of_rare_systems_are_bounces_of_their_recipient(raw: str) -> None:
    found = read(raw.replace("\nSubject", "\nContent-Type: text/plain; charset=utf-8\nSubject", 1))
    assert found.kind is MailKind.DSN
    assert [(each.address, each.action) for each in found.bounced] == [(BOB, "failed")]


def test_a_person_who_tells_of_such_a_bounce_is_a_person() -> None:
    found = read(
        "From: Ann <ann@james.example>\nSubject: Re: [#1] x\n\nHello, I got this:\nThis is the James mail server at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message.\n"
    )
    assert found.kind is MailKind.PLAIN and not found.bounced


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Hans <mailto:hans@c.example>", "Hans"),
        ("<mailto:hans@c.example>", ""),
        ("mailto:hans@c.example", ""),
        ("Hans [mailto:hans@c.example]", "Hans"),
        ('"Hans" <MAILTO: hans@c.example>', "Hans"),
        ("hans@c.example", ""),
    ],
)
def test_a_link_for_an_address_is_the_address_and_no_proof(written: str, name: str) -> None:
    found = read(f"From: {written}\nSubject: x\n\nx")
    assert found.author is not None and (found.author.addr, found.author.name) == ("hans@c.example", name)
    assert found.author_clean == ("mailto" not in written.lower())


def test_html_under_the_name_of_plain_text_is_read_as_html() -> None:
    page = "<div>Hello <b>you</b>,<br>the lamp is broken</div>"
    assert read(f"Subject: x\n\n<html><body>{page}</body></html>\n").text == "Hello you,\nthe lamp is broken"
    both = f"Content-Type: multipart/alternative; boundary=b\n\n--b\n\n{page}\n--b\nContent-Type: text/html\n\n{page}\n--b--\n"
    assert read(both).text == "Hello you,\nthe lamp is broken"


@pytest.mark.parametrize(
    "text",
    ["<p>x</p>", "My page is broken:\n<html><body>x</body></html>", "<html> is a tag", "a > b", "<ann@example.org>"],
)
def test_who_writes_about_html_is_read_as_they_wrote(text: str) -> None:
    assert read(f"Subject: x\n\n{text}\n").text == text


@pytest.mark.parametrize(
    ("verdict", "spam"), [("FAIL", True), ("PASS", False), ("GRAY", False), ("PROCESSING_FAILED", False)]
)
def test_amazons_verdict_is_believed(verdict: str, spam: bool) -> None:
    assert read(f"X-SES-Spam-Verdict: {verdict}\nSubject: x\n\nbuy").spam is spam


def invitation(words: str, method: str = "REQUEST") -> InboundMail:
    calendar = f"BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nSUMMARY:Lamp\nDTSTART:20261127T080000Z\nEND:VEVENT\nEND:VCALENDAR"
    return read(
        "From: Ann <ann@example.org>\nSubject: Lamp\nContent-Type: multipart/alternative; boundary=b\n\n"
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{words}\n--b\nContent-Type: text/calendar; method={method}\n\n{calendar}\n--b--\n"
    )


@pytest.mark.parametrize("words", ["Could you bring the lamp?", "Hei! Sopiiko teille tämä aika? Terveisin Ann"])
def test_an_invitation_with_a_question_is_a_persons_mail(words: str) -> None:
    found = invitation(words)
    assert found.kind is MailKind.PLAIN and "Lamp" in found.summary


@pytest.mark.parametrize(
    ("words", "method"),
    [
        ("See you there.", "REQUEST"),
        ("________________________________\nMicrosoft Teams: do you need help? <https://aka.ms/x?a=b>", "REQUEST"),
        ("Join: https://zoom.example/j/1?pwd=abc def ghi", "REQUEST"),
        ("Need help?", "REQUEST"),
        ("Accepted: could we meet later?", "REPLY"),
    ],
)
def test_an_invitation_without_one_is_a_programs(words: str, method: str) -> None:
    assert invitation(words, method).kind is MailKind.CALENDAR
