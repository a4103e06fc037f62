"""Takes the body of a mail off the wire: bounded memory, only CRLF.CRLF ends it, no line is ever looked at alone."""

from __future__ import annotations

import asyncio

from mailgate import crash
from mailgate.edge.smtp import replies as reply
from mailgate.edge.smtp.line import Gone, SmtpConnection

_END = b"\r\n.\r\n"
_HEADER = 524_288  # octets; a hundred hops leave a tenth of that


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
    body = Body()
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
                if not ledger.fits(len(piece)):
                    refusal = reply.NO_SPACE if size - 2 <= limit + 3 else reply.TOO_BIG
                else:
                    ledger.octets += len(piece)
                    wire.held += len(piece)
                    body.add(piece[:-3] if last else piece, last=last)
                    if body.size > limit:  # dots put in for transparency are not counted (RFC 1870 section 5)
                        refusal = reply.TOO_BIG
                if refusal:
                    body.clear()
                    wire.give_back()
            elif refusal is reply.NO_SPACE and size - 2 > limit + 3:
                refusal = reply.TOO_BIG
            if last:
                break
    except (asyncio.IncompleteReadError, OSError):
        raise Gone from None
    if refusal:
        raise Refused(refusal)
    return body.whole()


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
