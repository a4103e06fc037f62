"""The digest by which a mail is known again: whatever hops it took, however its lines end, at a bounded price."""

from __future__ import annotations

import hashlib
import random

import pytest

from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Limits
from mailgate.wire.mime import content_digest
from mailgate.wire.mime.content_digest import raw_digest
from mailgate.wire.mime.parse import parse

BODY = b"From: a@b.example\r\nSubject: lamp\r\n\r\nbroken\r\n"


def test_a_digest_made_piece_by_piece_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_digest, "_PIECE", 3)
    chance = random.Random(7)
    for _ in range(3000):
        raw = b"a" + bytes(chance.choice(b"\r\n\r\n a") for _ in range(chance.randrange(30)))
        whole = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        # A mail without one bare line feed is as it is.
        assert raw_digest(raw) == hashlib.sha256(whole).hexdigest(), raw


def test_the_fields_of_hops_do_not_count_and_line_ends_are_one() -> None:
    hops = b"Received: from a by b;\r\n\tMon, 1 Jan 2026\r\nX-Spam-Score: 1\r\n"
    assert raw_digest(hops * 100 + BODY) == raw_digest(BODY) == raw_digest(BODY.replace(b"\r\n", b"\n"))


def test_fields_of_more_hops_than_there_are_in_the_world_are_the_senders_words() -> None:
    """Forty megabytes of them were read line by line, twice, in the daemon: six seconds a mail."""
    flood = b"X-Spam: x\r\n" * 100_000
    assert content_digest._trace_length(flood) < 300_000
    assert raw_digest(flood + BODY) != raw_digest(BODY)
    assert not content_digest.empty(flood)


FORM = (
    b"From: form@web.example\r\nTo: support@acme.example\r\nSubject: Contact form\r\nReply-To: %s\r\n%s\r\n"
    b"Please call me back.\r\n"
)


def test_two_who_say_the_same_in_a_form_are_two_mails() -> None:
    """S-07: without a Message-ID the second one's was a duplicate of the first one's, and nobody called them back."""

    def digest(who: bytes, more: bytes = b"") -> str:
        return parse(
            FORM % (who, more), Envelope("www@web.example", ("support@acme.example",)), Limits()
        ).content_digest

    assert digest(b"a@home.example") != digest(b"b@home.example")
    assert digest(b"A <a@home.example>") == digest(b"A <a@home.example>", b"Received: from a by b; x\r\n")
    known = b"Message-ID: <1@web.example>\r\n"
    assert digest(b"a@home.example", known) == digest(b"list@lists.example", known), "a list writes its own"


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"Received: x\r\n\r\n \t\r\n\x0b\x0c"])
def test_a_mail_in_which_nobody_wrote_anything_is_empty(raw: bytes) -> None:
    assert content_digest.empty(raw)
    assert raw_digest(raw) == hashlib.sha256(raw).hexdigest()
