"""A whole mail becomes an InboundMail: who, what, when, in which thread, and nothing it contains can raise."""

from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.model.mail import Envelope, InboundMail, MailKind
from mailgate.core.model.policy import Limits
from mailgate.core.rules.condition import TEXT_CAP
from mailgate.wire.mime.attachment import safe_name
from mailgate.wire.mime.parse import parse

ENVELOPE = Envelope("ann@example.org", ("support@acme.example",))
LIMITS = Limits()


def read(raw: bytes | str, envelope: Envelope = ENVELOPE, limits: Limits = LIMITS) -> InboundMail:
    raw = raw.encode() if isinstance(raw, str) else raw
    return parse(raw, envelope, limits)


def mail(*fields: str, body: str = "hello") -> InboundMail:
    return read("\r\n".join([*fields, "", body]))


def test_an_ordinary_mail_is_understood():
    found = read(
        "Return-Path: <ann@example.org>\r\n"
        "Delivered-To: support@acme.example\r\n"
        "From: =?utf-8?q?P=C3=A4ivi?= <Ann@Example.org>\r\n"
        "To: Acme <support@acme.example>, ben@example.org\r\n"
        "Cc: carl@example.org\r\nReply-To: replies@example.org\r\nSender: desk@example.org\r\n"
        "Subject: =?utf-8?q?Lamppu?=\r\n =?utf-8?q?_rikki?=\r\n"
        "Date: Fri, 20 Nov 2026 10:15:00 +0200\r\n"
        "Message-ID: <1@example.org>\r\nIn-Reply-To: <0@acme.example>\r\n"
        "References: <a@acme.example>\r\n\t<0@acme.example>\r\n\r\nHei!\r\n\r\nLamppu ei toimi.\r\n"
    )
    assert found.author is not None and found.author.addr == "Ann@Example.org" and found.author.name == "Päivi"
    assert found.author_clean and found.flags == frozenset() and found.kind is MailKind.PLAIN
    assert [a.addr for a in (*found.to, *found.cc, *found.reply_to)] == [
        "support@acme.example", "ben@example.org", "carl@example.org", "replies@example.org",
    ]  # fmt: skip
    assert found.sender is not None and found.sender.addr == "desk@example.org"
    assert found.delivered_to == ("support@acme.example",)
    assert found.subject == "Lamppu rikki"
    assert found.date == datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
    assert (found.message_id, found.in_reply_to) == ("<1@example.org>", ("<0@acme.example>",))
    assert found.references == ("<a@acme.example>", "<0@acme.example>")
    assert found.text == found.fresh == "Hei!\n\nLamppu ei toimi."
    assert found.language == "fi"
    assert found.header("reply-to") == "replies@example.org"


def test_a_mail_that_quotes_nothing_of_ours_is_shown_whole_w_04():
    body = "Thanks, it works.\r\n\r\n> old words\r\n-- \r\nAnn\r\n"
    found = mail("From: Ann <a@b.example>", "Subject: Re: x", body=body)
    assert found.shown == "Thanks, it works.\n\n> old words\n-- \nAnn"
    assert found.fresh == "Thanks, it works.\n\n> old words" and found.signature == "-- \nAnn"
    assert found.newest == "Thanks, it works." and not found.quoted


@pytest.mark.parametrize(
    "fields",
    [
        ("From: agent@corp.example", "From: evil@x.example"),
        ("From: evil@x.example", "From: agent@corp.example"),
        ("From: agent@corp.example, evil@x.example",),
        ("From: agent@corp.example, evil@x.example", "Sender: agent@corp.example"),
    ],
)
def test_a11_a12_several_authors_have_no_authority(fields):
    found = mail(*fields)
    assert not found.author_clean and "multiple_from" in found.flags


def test_a09_marks_of_ours_on_mail_of_others_are_dropped():
    found = mail("From: a@b.example", "X-Mailgate-Agent: 7", "X-MAILGATE-Command: close", "X-Mailgate-Loop: z")
    assert [name for name, _ in found.headers if name.startswith("x-mailgate")] == ["x-mailgate-loop"]


def test_a15_a_header_block_with_a_bare_cr_has_no_authority_and_hides_no_field():
    found = read(b"From: agent@corp.example\r\nX: a\rAuthentication-Results: mx.ours; dmarc=pass\r\n\r\nx")
    assert "bare_cr_header" in found.flags and not found.author_clean
    assert found.all("authentication-results") == ()


def test_a22_a_line_break_inside_an_encoded_word_starts_no_second_line():
    assert mail("From: a@b.example", "Subject: =?utf-8?q?hi=0D=0A#close?=").subject == "hi #close"


def test_t09_of_thousands_of_references_twenty_are_kept():
    found = mail("From: a@b.example", "References: " + "\r\n ".join(f"<{n}@x>" for n in range(2000)))
    assert len(found.references) == 20
    assert found.references[0] == "<0@x>" and found.references[-1] == "<1999@x>"


def test_t15_subjects_are_capped_and_may_be_missing():
    assert mail("From: a@b.example").subject == ""
    assert len(mail("From: a@b.example", "Subject: " + "x" * 20_000).subject) == 255
    assert len(mail("From: a@b.example", "Subject: " + "x" * 2_000_000).subject) <= 255


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<[abc]@x>", "<[abc]@x>"),
        ("<>", ""),
        ("", ""),
        ("no-brackets@x", ""),
        (f"<{'a' * 2000}@x>", ""),
        ("<a b@x>", ""),
        ("<a@x> <b@x>", "<a@x>"),
        ("(comment) <a@x>", "<a@x>"),
        ("<a@b\0@x>", "<a@b @x>"[:0]),
    ],
)
def test_p08_odd_message_ids_raise_nothing(value, expected):
    assert mail("From: a@b.example", f"Message-ID: {value}").message_id == expected


def test_p08_of_two_message_ids_the_first_counts():
    assert mail("Message-ID: <a@x>", "Message-ID: <b@x>").message_id == "<a@x>"


@pytest.mark.parametrize("value", ["From: <", "From: a@[1.2.3", "From:", "From: ((((", "X: none", "From: <>"])
def test_p09_without_a_readable_author_there_is_none(value):
    found = mail(value, "Subject: hi")
    assert (found.author is None or not found.author_clean) and found.subject == "hi" and found.text == "hello"


def test_without_a_from_the_reply_to_says_whom_to_answer_but_nothing_is_believed():
    found = mail("From: Shop <>", "Reply-To: ann@example.org")
    assert found.author is not None and found.author.addr == "ann@example.org"
    assert not found.author_clean and "no_from" in found.flags


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "Thu, 1 Jan 1970 00:00:00 +0000", "Fri, 1 Jan 99999 00:00:00 +0000", "Fri, 1 Jan 2021 00:00:00 +9999",
     "Fri, 0 Jan 0000 00:00:00 +0000", "Fri, 32 Jan 2021 25:61:61 +0000", "1 " * 5000],
)  # fmt: skip
def test_p13_an_unbelievable_date_is_none(value):
    assert mail("From: a@b.example", f"Date: {value}").date is None


def test_p13_a_date_in_the_future_is_no_later_than_the_arrival():
    arrived = datetime(2026, 11, 20, tzinfo=UTC)
    envelope = Envelope("", (), arrived_at=arrived)
    found = read("Date: Fri, 1 Jan 2099 00:00:00 +0000\r\n\r\n", envelope)
    assert found.date is not None and found.date <= arrived + timedelta(days=1)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\r\n", b"\n", b"From: a@b.example\r\n", b"From: a@b.example\r\n\r\n", b"\0", b"\xff\xfe", b"a",
     b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b--\r\n",
     b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"],
)  # fmt: skip
def test_p14_an_empty_mail_is_a_mail(raw):
    found = read(raw)
    assert found.size == len(raw) and "unparseable" not in found.flags


@pytest.mark.parametrize(
    "error", [ValueError, RecursionError, KeyError, MemoryError, RuntimeError], ids=lambda e: e.__name__
)
def test_whatever_breaks_the_reader_leaves_a_mail_that_says_so(monkeypatch, error):
    """S-14."""

    def broken(*_):
        raise error("hostile")

    monkeypatch.setattr("mailgate.wire.mime.parse._parse", broken)
    found = read(b"From: a@b.example\r\n\r\nhel\0lo\r\n")
    assert found.flags == {"unparseable"} and found.fresh == "From: a@b.example\n\nhello\n"
    assert found.author is None and found.content_digest and found.size == 29


def test_p11_nul_and_surrogates_never_reach_a_value():
    found = read(b"From: a@b.example\r\nSubject: a\0b \xed\xa0\x80\r\n\r\nx\0y \xed\xa0\x80\r\n")
    for value in (found.subject, found.text, *(value for _, value in found.headers)):
        assert "\0" not in value
        value.encode()


def test_p18_header_names_are_only_names():
    found = mail("Parse: 1", "__class__: 2", "items: 3", "From: a@b.example")
    assert found.header("__class__") == "2" and found.header("ITEMS") == "3"


def test_p06_ten_thousand_recipients_are_capped():
    found = mail("From: a@b.example", "To: " + ", ".join(f"{n}@b.example" for n in range(2500)))
    assert len(found.to) == 1000 and "too_many_addresses" in found.flags


def test_the_content_digest_tells_mails_apart_and_not_their_ways():
    base = ["From: a@b.example", "Date: Fri, 20 Nov 2026 10:15:00 +0200", "Message-ID: <1@x>"]
    one = mail(*base)
    assert one.content_digest == mail("Received: by another way", *base).content_digest
    assert (
        one.content_digest == mail("From: a@b.example", *base[1:], "Content-Type: text/plain; charset=x").content_digest
    )
    assert one.content_digest != mail(*base, body="other").content_digest
    assert one.content_digest != mail(*base[:2], "Message-ID: <2@x>").content_digest


@pytest.mark.parametrize(("known", "same"), [(["Message-ID: <1@x>"], True), ([], False), (["Message-ID:"], False)])
def test_a_list_may_add_its_name_to_the_subject_of_a_mail_that_has_an_id(known, same):
    """S-14: without an id the subject is all that tells two alarms apart."""
    base = ["From: a@b.example", "Date: Fri, 20 Nov 2026 10:15:00 +0200", *known]
    one, other = mail(*base, "Subject: Lamp"), mail(*base, "Subject: [talk] Lamp")
    assert (one.content_digest == other.content_digest) is same


@pytest.mark.parametrize(
    ("field", "spam", "score"),
    [
        ("X-Spam-Status: Yes, score=7.5 required=5.0 tests=BAYES_99", True, 7.5),
        ("X-Spam-Status: No, score=-1.9 required=5.0", False, -1.9),
        ("X-Spam-Status: No, hits=0.5 required=5.0", False, 0.5),
        ("X-Spam-Flag: YES", True, None),
        ("X-Spam: Yes", True, None),
        ("X-Spamd-Result: default: False [3.20 / 15.00];", False, 3.2),
        ("X-Spam-Score: 12.4", False, 12.4),
        ("X-MS-Exchange-Organization-SCL: 6", True, 6.0),
        ("X-MS-Exchange-Organization-SCL: -1", False, -1.0),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;CTRY:FI;LANG:fi;SCL:5;SRV:;", True, 5.0),
        ("X-Spam-Score: high", False, None),
        ("X-Other: 1", False, None),
    ],
)
def test_what_spam_filters_wrote_is_read(field, spam, score):
    found = mail("From: a@b.example", field)
    assert (found.spam, found.spam_score) == (spam, score)


def test_a_bounce_is_known_by_its_structure():
    found = read(
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\r\nSubject: Undelivered\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; gone@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <ours@acme.example>\r\n\r\n--b--\r\n",
        Envelope("", ("support@acme.example",)),
    )
    assert found.kind is MailKind.DSN
    assert [(each.address, each.failed) for each in found.bounced] == [("gone@example.org", True)]
    assert "<ours@acme.example>" in found.bounced_ids


def test_a_forward_is_known_by_its_subject():
    assert mail("From: a@b.example", "Subject: Fwd: hello").kind is MailKind.FORWARD


@pytest.mark.parametrize(
    "kind",
    [
        r"\ multipart/mixed", r"..\..\x/y", "../../etc/passwd", "a b/c", "con/x", "nul/x", "<b>/x", "\u202egpj/exe", "a:b/c", 'x"y/z',
        "*/*", "./x", "   /x", "audio/../../x", "image/\u200bpng", "x" * 300 + "/y",
    ],
)  # fmt: skip
def test_s27_a_name_made_from_a_type_is_cleaned_as_a_given_one(kind: str) -> None:
    raw = (
        'From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
        f"--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n"
    )
    for each in parse(raw.encode(), Envelope("a@b.example", ()), Limits()).attachments:
        assert each.name == safe_name(each.name, "") != "", each.name


def test_s17_the_words_that_rules_look_at_are_folded_where_the_mail_is_read():
    """S-17: rules folded 324 KB of combining marks in the daemon's own process, for seconds."""
    body = "Kysymys lasku\u0301sta " + "\u0301\u0323" * 30_000 + " loppu"
    found = mail("Subject: Łódź", "Content-Type: text/plain; charset=utf-8", body=body)
    assert found.folded == " lodz kysymys laskusta loppu "


def test_s17_folding_what_stands_for_many_letters_has_an_end():
    found = mail("Subject: x", "Content-Type: text/plain; charset=utf-8", body="\ufdfa" * 60_000)
    assert found.folded is not None and len(found.folded) <= 2 * TEXT_CAP
