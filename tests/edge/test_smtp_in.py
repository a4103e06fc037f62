"""The door takes mail by SMTP: what is kept, what is refused, and with which words."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from mailgate.core.model.mail import Source
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.edge.smtp.listener import PASSING
from mailgate.edge.smtp.sockets import QUEUE

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


@pytest.mark.parametrize("unix", [False, True])
def test_a_flood_of_clients_takes_few_descriptors_beyond_those_let_in(
    open_door: Open, tmp_path: Any, unix: bool
) -> None:
    """A hundred at a time were let in before the first of them was sent away: nothing was left for the database."""
    place = str(tmp_path / "lmtp") if unix else ""
    kind = Source.LMTP if unix else Source.SMTP
    running = open_door(Listener(kind, path=place), limits=SmtpLimits(max_connections=5))
    free, stopped = threading.Event(), threading.Event()
    seen: list[int] = []
    enter = running.door.enter

    def counted(*words: Any) -> bool:
        seen.append(len(os.listdir("/proc/self/fd")))
        return bool(enter(*words))

    running.door.enter = counted
    running.loop.call_soon_threadsafe(lambda: (stopped.set(), free.wait(100)))
    assert stopped.wait(100)
    clients = [running.peer(kind, greeting=False) for _ in range(QUEUE)]
    before = len(os.listdir("/proc/self/fd"))
    free.set()
    said = sorted(client.reply()[:9] for client in clients)
    assert said == ["220 mx.ou"] * 5 + ["421 4.7.0"] * (QUEUE - 5)
    assert len(seen) == QUEUE
    assert max(seen) - before <= 5 + PASSING
