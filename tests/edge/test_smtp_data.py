"""The body of a mail as it comes off the wire, in whatever pieces: dots, limits and shapes of large mail."""

from __future__ import annotations

import random
from collections.abc import Callable

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
    assert running.door.ledger.octets == 0


def test_hops_are_counted_where_they_stand_and_not_in_forty_megabytes() -> None:
    hop = b"Received: from a by b\r\n"
    assert hops(hop * 101 + b"Subject: x\r\n\r\n" + hop) == 101
    assert hops(b"X-Long: " + b"z" * 1_000_000 + b"\r\n" + hop) == 0
