"""Whatever is said to the door, it answers from its table and takes the next mail."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from mailgate.core.model.mail import Source
from mailgate.edge.smtp import replies
from mailgate.edge.smtp.address import parse
from mailgate.edge.smtp.limits import Listener, SmtpLimits

Open = Callable[..., Any]

TABLE = {line.decode() for line in replies.FIXED}
SPOKEN = re.compile(
    r"220 mx\.ours\.example (ESMTP|LMTP) mailgate|250[ -]mx\.ours\.example|"
    r"250[ -](PIPELINING|SIZE \d+|8BITMIME|SMTPUTF8|ENHANCEDSTATUSCODES)|"
    r"250 2\.0\.0 Ok: (queued as|duplicate of) \d+|334 [A-Za-z0-9+/=]*"
)
WORDS = [
    *(b"HELO EHLO LHLO MAIL RCPT DATA RSET NOOP QUIT STARTTLS AUTH HELP VRFY EXPN BDAT XCLIENT".split()),
    *(b"FROM: TO: <> <a@b.example> <support@ours.example> SIZE=10 SIZE= BODY=8BITMIME SMTPUTF8 PLAIN LOGIN".split()),
    *(b'\0 \r \t \xff \xc3\xa9 <" \\ \r\n.\r\n = ==== < > @ " . ..'.split(b" ")),
]


def saying(chance: random.Random) -> bytes:
    """A few commands, most of them nearly right."""
    lines = []
    for _ in range(chance.randrange(1, 12)):
        match chance.randrange(5):
            case 0:
                lines.append(b" ".join(chance.choices(WORDS, k=chance.randrange(1, 6))))
            case 1:
                lines.append(chance.randbytes(chance.randrange(0, 60)))
            case _:
                lines += [
                    b"EHLO x",
                    b"MAIL FROM:<a@b>",
                    b"RCPT TO:<support@ours.example>",
                    b"DATA",
                    b"S: x\r\n\r\nb",
                    b".",
                ]
                del lines[chance.randrange(len(lines))]
    text = bytearray(b"\r\n".join(lines) + b"\r\n")
    for _ in range(chance.randrange(3)):
        text[chance.randrange(len(text))] = chance.randrange(256)
    return bytes(text)


@pytest.mark.parametrize("kind", [Source.SMTP, Source.LMTP])
def test_every_reply_is_in_the_table(open_door: Open, kind: Source) -> None:
    running = open_door(Listener(kind), limits=SmtpLimits(per_address=1000, error_delay=0))
    chance = random.Random(20261122)
    for _ in range(150):
        peer = running.peer(kind, greeting=False)
        said = saying(chance)
        peer.send(said)
        peer.socket.shutdown(1)
        for line in peer.rest():
            assert line in TABLE or SPOKEN.fullmatch(line), (said, line)
        peer.close()
    running.settle()
    assert running.door.ledger.memory.octets == 0
    assert running.door.ledger.by_address == {}
    assert running.peer(kind).mail("S: x\r\n", hello="LHLO" if kind is Source.LMTP else "EHLO").startswith("250")


def test_no_path_breaks_the_parser() -> None:
    chance = random.Random(5321)
    for _ in range(5_000):
        text = "".join(chance.choices('<>"\\@a.b :\r\n\0é=ABC', k=chance.randrange(30)))
        found = parse(text)
        assert found is None or found.address in text


def test_a_long_hostile_path_is_read_in_no_time() -> None:
    for text in ('<"' + "\\" * 4000, "<" + '""' * 2000, "<" * 4000, '<"' + 'a"' * 2000):
        assert parse(text) is None
