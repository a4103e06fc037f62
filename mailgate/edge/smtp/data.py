"""Takes the body of a mail off the wire: bounded memory, only CRLF.CRLF ends it, no line is ever looked at alone."""

from __future__ import annotations

import asyncio

from mailgate import crash
from mailgate.edge.smtp import replies as reply
from mailgate.edge.smtp.line import Gone, SmtpConnection

_END = b"\r\n.\r\n"


class Refused(Exception):
    """The body was read to its end and cannot be taken; carries the reply."""

    def __init__(self, line: bytes) -> None:
        self.line = line
        super().__init__(line)


async def collect(wire: SmtpConnection) -> bytes:
    """Read one mail up to its final dot, the transparency dots removed (RFC 5321 section 4.5.2).

    Memory is counted in the door's ledger until `wire.door.ledger.octets` is given back by the caller. Raises Gone
    when the peer leaves before the end, Refused (552, 452) after the end when the body was too big.
    """
    ledger, limit = wire.door.ledger, wire.door.limits.max_size
    reader = wire._reader
    reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # so that a body of one dot looks like any other
    parts: list[bytes] = []
    size = 0
    refusal: bytes | None = None
    try:
        while True:
            try:
                piece: bytes = await reader.readuntil(_END)
                last = True
            except asyncio.LimitOverrunError as overrun:
                piece = await reader.readexactly(overrun.consumed)
                last = False
                crash.point("mid-data")
            size += len(piece)
            if refusal is None:
                if size - 2 > limit + 3:
                    refusal = reply.TOO_BIG
                elif not ledger.fits(len(piece)):
                    refusal = reply.NO_SPACE
                else:
                    ledger.octets += len(piece)
                    wire.held += len(piece)
                    parts.append(piece)
                if refusal:
                    parts.clear()
                    wire.give_back()
            elif refusal is reply.NO_SPACE and size - 2 > limit + 3:
                refusal = reply.TOO_BIG
            if last:
                break
    except (asyncio.IncompleteReadError, OSError):
        raise Gone from None
    if refusal:
        raise Refused(refusal)
    return _unstuff(parts)


def _unstuff(parts: list[bytes]) -> bytes:
    """Join the pieces, drop the CRLF put before them and the final dot, and one leading dot of each line."""
    parts[-1] = parts[-1][:-3]
    raw = b"".join(parts)
    parts.clear()
    if b"\r\n." in raw:
        raw = raw.replace(b"\r\n.", b"\r\n")
    return raw[2:]


def hops(raw: bytes) -> int:
    """How many Received fields the header has (RFC 5321 section 6.3)."""
    end = raw.find(b"\r\n\r\n")
    return (b"\n" + (raw if end < 0 else raw[:end])).lower().count(b"\nreceived:")
