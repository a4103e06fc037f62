"""The body of a mail as it comes off the wire, in whatever pieces: dots, limits and shapes of large mail."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from edge.conftest import Running

from mailgate.core.model.mail import Source
from mailgate.edge.smtp.data import Body, hops
from mailgate.edge.smtp.limits import Listener, SmtpLimits

Open = Callable[..., Running]
END = b"\r\n.\r\n"
MAX = 200_000
HEAD = b"Subject: big\r\n"
MANY = b"--b\r\nContent-Type: text/plain\r\n\r\nw\r\n"


def test_dots_are_taken_out_however_the_mail_is_cut() -> None:
    chance = random.Random(3)
    seen = 0
    while seen < 3000:
        wire = b"\r\n" + bytes(chance.choice(b"\r\n...a") for _ in range(chance.randrange(14))) + END
        if wire.find(END) != len(wire) - len(END):
            continue
        seen += 1
        cuts = sorted(chance.randrange(len(wire) - len(END) + 1) for _ in range(chance.randrange(5)))
        pieces = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
        body = Body()
        for piece in pieces[:-1]:
            body.add(piece, last=False)
        body.add(pieces[-1][:-3], last=True)
        whole = wire[:-3].replace(b"\r\n.", b"\r\n")[2:]
        assert (body.size, body.whole()) == (len(whole), whole), pieces


def shaped(shape: str, size: int) -> bytes:
    """A mail of so many octets."""
    if shape == "one header line":
        begin, end = HEAD + b"X-Long: ", b"\r\n\r\nhello\r\n"
    elif shape == "one body line":
        begin, end = HEAD + b"\r\n", b"\r\n"
    elif shape == "nothing but dots":
        begin, end = HEAD + b"\r\n" + b".\r\n" * ((size - 100) // 3), b"\r\n"
    else:
        begin = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + MANY * ((size - 500) // len(MANY))
        end = b"\r\n--b--\r\n"
    return begin + b"z" * (size - len(begin) - len(end)) + end


@pytest.mark.parametrize("kind", [Source.SMTP, Source.LMTP])
@pytest.mark.parametrize("shape", ["one header line", "one body line", "nothing but dots", "many parts"])
def test_a_large_mail_of_any_shape_is_taken_up_to_the_limit_and_no_further(
    open_door: Open, kind: Source, shape: str
) -> None:
    """Dots put in for transparency counted, so that a mail below the announced SIZE was refused (RFC 1870)."""
    running = open_door(Listener(kind), limits=SmtpLimits(max_size=MAX))
    peer = running.peer(kind)
    for over in (-1, 0, 1):
        raw = shaped(shape, MAX + over)
        assert len(raw) == MAX + over
        assert peer.begin(hello="EHLO" if kind is Source.SMTP else "LHLO").startswith("354")
        peer.send((b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
        reply = peer.reply()
        assert reply.startswith("250" if over <= 0 else "552 5.3.4"), (over, reply)
    assert [len(raw) for raw, _ in running.kept] == [MAX - 1, MAX]
    assert running.kept[1][0] == shaped(shape, MAX)
    assert running.door.ledger.memory.octets == 0


def test_hops_are_counted_where_they_stand_and_not_in_forty_megabytes() -> None:
    hop = b"Received: from a by b\r\n"
    assert hops(hop * 101 + b"Subject: x\r\n\r\n" + hop) == 101
    assert hops(b"X-Long: " + b"z" * 1_000_000 + b"\r\n" + hop) == 0


# --- memory runs out --------------------------------------------------------------------------------------------------


def once(what: Callable[..., Any], error: Exception, after: int) -> Callable[..., Any]:
    """Does its work so many times, raises once, and does its work again."""
    left = [after]

    def play(*args: Any, **keywords: Any) -> Any:
        left[0] -= 1
        if left[0] == -1:
            raise error
        return what(*args, **keywords)

    return play


PLACES = {
    "what comes is not held": (asyncio.StreamReader, "feed_data"),
    "a piece is not read": (asyncio.StreamReader, "readexactly"),
    "a piece is not kept": (Body, "add"),
    "the pieces are not joined": (Body, "whole"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_mail_for_which_there_is_no_memory_is_452_and_none_of_its_lines_is_a_command(
    open_door: Open, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """It was a reset; or 451 in the middle of the mail, and what was left of it was obeyed."""
    running = open_door(limits=SmtpLimits(max_size=2_000_000))
    peer = running.peer()
    assert peer.begin().startswith("354")
    smuggled = b"RSET\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<support@ours.example>\r\nDATA\r\n"
    owner, name = PLACES[place]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, once(getattr(owner, name), MemoryError(), 0 if name == "whole" else 1))
        peer.send(b"Subject: x\r\n\r\n" + smuggled * 10_000 + b".\r\n")
        assert peer.reply() == "452 4.3.1 Insufficient system storage"
    assert running.kept == []
    assert running.door.ledger.memory.octets == 0
    assert peer.mail("Subject: again\r\n").startswith("250")
    assert len(running.kept) == 1


def test_a_mail_that_breaks_off_for_a_fault_of_ours_is_451_and_the_end(
    open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = open_door()
    peer = running.peer()
    assert peer.begin().startswith("354")
    monkeypatch.setattr(Body, "add", once(Body.add, KeyError("secret"), 0))
    peer.send(b"Subject: x\r\n\r\n.\r\n")
    assert peer.rest() == ["451 4.3.0 Temporary local problem"]
    assert running.kept == []
    running.settle()
    assert running.door.ledger.memory.octets == 0
