"""The digest by which a mail that is delivered twice is known again, whatever hops it took."""

from __future__ import annotations

import hashlib
import re

# Fields that each hop puts on top: the same mail, sent again, differs in them alone (threats: Dedupe key).
_TRACE = re.compile(
    rb"(?:return-path|delivered-to|x-original-to|envelope-to|received[a-z-]*|authentication-results|arc-[a-z-]+"
    rb"|dkim-signature|x-gm-[a-z-]+|x-ms-exchange-[a-z-]+|x-spam[a-z-]*|x-rspamd-[a-z-]+|x-google-[a-z-]+)[ \t]*:",
    re.IGNORECASE,
)
_LINE = re.compile(rb"[^\n]*\n")


# Without a Message-ID, and without a Date that a clock has set, nothing tells today's alarm from yesterday's.
_NAMED = re.compile(
    rb"^(?:message-id:[ \t]*(?:\r?\n[ \t]+)?[^\s]|date:[^\n]{0,60}\b20[0-9]{2}\b)", re.IGNORECASE | re.MULTILINE
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_HEADER = 65_536  # octets in which a header is looked at
_TRACES = 262_144  # octets of trace fields: what has more was not put there by hops
_SOMETHING = re.compile(rb"[^ \t\r\n\v\f]")
_PIECE = 262_144


def is_named(raw: bytes) -> bool:
    """True when the header has a Message-ID or a believable Date: the same octets are then the same mail for ever."""
    end = _HEADER_END.search(raw, 0, _HEADER)
    return _NAMED.search(raw, 0, end.start() if end else _HEADER) is not None


def raw_digest(raw: bytes) -> str:
    """sha256 hex of a raw mail without its leading trace fields, line ends made CRLF; of an empty mail, with them.

    Piece by piece: while one is worked on, nobody else in this process can do anything.
    """
    at = 0 if empty(raw) else _trace_length(raw)
    digest = hashlib.sha256()
    while at < len(raw):
        end = at + _PIECE
        while raw[end - 1 : end] == b"\r":  # its line feed belongs to it
            end += 1
        piece = raw[at:end]
        if piece.count(b"\n") != piece.count(b"\r\n"):
            piece = piece.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        digest.update(piece)
        at = end
    return digest.hexdigest()


def empty(raw: bytes) -> bool:
    """True when nobody wrote anything: no field but those of the hops, and no words."""
    return _SOMETHING.search(raw, _trace_length(raw)) is None


def _trace_length(raw: bytes) -> int:
    """How many octets the leading trace fields take, folded lines included."""
    at, inside = 0, False
    while at < _TRACES and (line := _LINE.match(raw, at)) is not None:
        folded = raw[at : at + 1] in (b" ", b"\t")
        if not (folded and inside) and not _TRACE.match(raw, at):
            break
        inside = True
        at = line.end()
    return at
