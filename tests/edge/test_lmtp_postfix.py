"""Behind a real Postfix: one delivery for each recipient, nothing twice, and what we cannot keep comes again."""

from __future__ import annotations

import smtplib
from collections import Counter
from collections.abc import Callable
from typing import Any

from mailgate.core.model.mail import Source
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.store.base import Kept

Open = Callable[..., Any]


def send(postfix: Any, subject: str, *recipients: str, size: int = 10) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.smtp, timeout=100) as client:
        client.sendmail("customer@b.example", recipients, f"Subject: {subject}\r\n\r\n{'x' * size}\r\n")


def test_s14_two_recipients_are_one_keep_and_two_deliveries(open_door: Open, postfix: Any) -> None:
    running = open_door(Listener(Source.LMTP, port=postfix.lmtp))
    running.script = lambda raw, envelope: Kept(4711)
    send(postfix, "two of you", "support@ours.example", "sales@ours.example")
    running.wait_kept(1)
    running.settle()
    raw, envelope = running.kept[0]
    assert len(running.kept) == 1
    assert Counter(envelope.recipients) == {"support@ours.example": 1, "sales@ours.example": 1}
    assert envelope.sender == "customer@b.example"
    assert b"Subject: two of you\r\n" in raw
    postfix.logged("status=sent (250 2.0.0 Ok: queued as 4711)", 2)


def test_s14_a_refused_recipient_bounces_alone(open_door: Open, postfix: Any) -> None:
    running = open_door(Listener(Source.LMTP, port=postfix.lmtp))
    send(postfix, "one of you", "support@ours.example", "nobody@ours.example")
    running.wait_kept(1)
    running.settle()
    assert [envelope.recipients for _, envelope in running.kept] == [("support@ours.example",)]
    postfix.logged("said: 550 5.1.1 No such address here")


def test_s13_what_cannot_be_kept_is_delivered_again(open_door: Open, postfix: Any) -> None:
    running = open_door(Listener(Source.LMTP, port=postfix.lmtp))
    tries: list[tuple[str, ...]] = []

    def fail_once(raw: bytes, envelope: Any) -> Kept:
        tries.append(envelope.recipients)
        if len(tries) == 1:
            raise RuntimeError("database is locked")
        return Kept(1)

    running.script = fail_once
    send(postfix, "patience", "support@ours.example", "sales@ours.example")
    running.wait_kept(1)
    running.settle()
    assert [sorted(recipients) for recipients in tries] == [["sales@ours.example", "support@ours.example"]] * 2
    postfix.logged("said: 451 4.3.0 Temporary local problem", 2)


def test_s08_a_mail_too_big_for_us_bounces_for_both_recipients(open_door: Open, postfix: Any) -> None:
    running = open_door(Listener(Source.LMTP, port=postfix.lmtp), limits=SmtpLimits(max_size=2000))
    send(postfix, "big", "support@ours.example", "sales@ours.example", size=5000)
    send(postfix, "small", "support@ours.example")
    running.wait_kept(1)
    running.settle()
    assert [b"Subject: small" in raw for raw, _ in running.kept] == [True]
    postfix.logged("status=bounced (message size", 2)
