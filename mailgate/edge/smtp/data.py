"""Takes the body of a mail off the wire: bounded memory, only CRLF.CRLF ends it, no line is ever looked at alone."""

from __future__ import annotations

import asyncio

from mailgate import crash
from mailgate.edge.smtp import replies as reply
from mailgate.edge.smtp.line import Gone, SmtpConnection

STARVED = 0.05  # seconds until we read on after memory ran out
_END = b"\r\n.\r\n"
_HEADER = 524_288  # octets; a hundred hops leave a tenth of that


class Refused(Exception):
    """The body was read to its end and cannot be taken; carries the reply."""

    def __init__(self, line: bytes) -> None:
        self.line = line
        super().__init__(line)


async def collect(wire: SmtpConnection) -> bytes:
    """Read one mail up to its final dot, the transparency dots removed (RFC 5321 section 4.5.2).

    Its memory is counted in the door's ledger until the caller gives it back. Raises Gone when the peer leaves before
    the end, Refused (552, 452) after the end when the body was too big, or had to give way to others.
    """
    limit = wire.door.limits.max_size
    reader = wire._reader
    reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # so that a body of one dot looks like any other
    body = Body()
    wire.starved, wire.drop = False, body.clear
    size = 0
    refusal: bytes | None = None
    try:
        while True:
            try:
                piece, last = await _piece(reader)
                size += len(piece)
                if wire.starved:
                    refusal = refusal or reply.NO_SPACE
                elif refusal is None:
                    refusal = _take(wire, body, piece, last=last)
                if refusal:
                    body.clear()
                    wire.give_back()
            except MemoryError:
                wire.starve()
                await asyncio.sleep(STARVED)
                continue
            if last:
                break
    except (asyncio.IncompleteReadError, OSError):
        raise Gone from None
    finally:
        wire.drop = None
    if refusal is reply.NO_SPACE and size - 2 > limit + 3:
        refusal = reply.TOO_BIG
    if refusal:
        raise Refused(refusal)
    wire.door.ledger.memory.finish(wire)
    try:
        return body.whole()
    except MemoryError:
        body.clear()
        raise Refused(reply.NO_SPACE) from None


async def _piece(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """What has come of the mail, and whether it is the last of it."""
    try:
        return await reader.readuntil(_END), True
    except asyncio.LimitOverrunError as overrun:
        piece = await reader.readexactly(overrun.consumed)
        crash.point("mid-data")
        return piece, False


def _take(wire: SmtpConnection, body: Body, piece: bytes, *, last: bool) -> bytes | None:
    """Add a piece to the mail; the refusal when it does not fit."""
    body.add(piece[:-3] if last else piece, last=last)
    # Dots put in for transparency are not counted (RFC 1870 section 5).
    if body.size > wire.door.limits.max_size:
        return reply.TOO_BIG
    return None if wire.door.ledger.memory.grow(wire, body.size, wire.loop.time()) else reply.NO_SPACE


class Body:
    """The pieces of a mail, each without its transparency dots: a large mail is never worked on as a whole."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._kept = b""  # the end of the last piece, when a dot might follow that is not the sender's
        self._skip = 2  # the CRLF that was put before the first line
        self.size = 0  # octets of the mail so far

    def add(self, piece: bytes, *, last: bool) -> None:
        """One more piece; the `last` one without the final dot and its line end."""
        piece = self._kept + piece
        keep = 0 if last else 2 if piece.endswith(b"\r\n") else 1 if piece.endswith(b"\r") else 0
        self._kept, piece = piece[len(piece) - keep :], piece[: len(piece) - keep]
        if not piece:
            return
        self._parts.append(piece.replace(b"\r\n.", b"\r\n")[self._skip :])
        self.size += len(self._parts[-1])
        self._skip = 0

    def clear(self) -> None:
        """It is not wanted any more."""
        self._parts.clear()

    def whole(self) -> bytes:
        """All of it; what it was made of is let go."""
        raw = b"".join(self._parts)
        self._parts.clear()
        return raw


def hops(raw: bytes) -> int:
    """How many Received fields the header has (RFC 5321 section 6.3), as far as a header of people's mail goes."""
    end = raw.find(b"\r\n\r\n", 0, _HEADER)
    return (b"\n" + raw[: end if end >= 0 else _HEADER]).lower().count(b"\nreceived:")
