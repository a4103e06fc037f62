"""The door takes mail by SMTP: what is kept, what is refused, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mailgate.core.model.mail import Source

Open = Callable[..., Any]


def test_a_mail_is_kept_with_its_envelope_and_byte_for_byte(open_door: Open) -> None:
    running = open_door()
    peer = running.peer()
    assert peer.greeting == "220 mx.ours.example ESMTP mailgate"
    answer = peer.mail("Subject: x\r\n\r\n..a\r\n.b\r\nb\ac\r\n", "support@ours.example", "Sales+7@Ours.Example.")
    assert answer == "250 2.0.0 Ok: queued as 1"
    raw, envelope = running.kept[0]
    assert raw == b"Subject: x\r\n\r\n.a\r\nb\r\nb\ac\r\n\r\n"
    assert envelope.sender == "a@b.example"
    assert envelope.recipients == ("support@ours.example", "Sales+7@Ours.Example.")
    assert (envelope.source, envelope.peer) == (Source.SMTP, "127.0.0.1")
    assert peer.ask("QUIT") == "221 2.0.0 Bye"
    assert peer.rest() == []


def test_an_empty_mail_is_a_mail(open_door: Open) -> None:
    running = open_door()
    peer = running.peer()
    peer.begin(sender="")
    assert peer.ask(".") == "250 2.0.0 Ok: queued as 1"
    assert running.kept[0][0] == b""
    assert running.kept[0][1].sender == ""
