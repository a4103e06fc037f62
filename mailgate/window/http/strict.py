"""HTTP/1.1 without its two meanings: what one program takes for one request, another may take for two (W-31).

A proxy before us and we ourselves have to agree on where a request ends. So whatever could be read in two ways is
refused: bare line feeds, folded lines, two lengths, a length beside a transfer coding, an address that names a host.
"""

from __future__ import annotations

import re
from typing import Final

import h11
from h11._receivebuffer import ReceiveBuffer

HEAD: Final = 16 * 1024  # octets of a head
LINES: Final = 100  # of a head
_BARE: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_FRAMES: Final = (b"content-length", b"transfer-encoding")


class _Lines(ReceiveBuffer):
    """What was received and not read yet; whole heads leave it, if they can be read in one way only."""

    def maybe_extract_lines(self) -> list[bytearray] | None:
        """The lines up to an empty one, None while that has not come. Raises h11.LocalProtocolError."""
        before = bytes(self)
        found = super().maybe_extract_lines()
        if found is not None:
            _refuse_two_meanings(before[: len(before) - len(self)], found)
        return found

    def maybe_extract_next_line(self) -> bytearray | None:
        """A line, None while it has not come. Raises h11.LocalProtocolError."""
        found = super().maybe_extract_next_line()
        if found is not None and _BARE.search(found):
            raise h11.LocalProtocolError("a line that does not end as it should")
        return found


def _refuse_two_meanings(head: bytes, lines: list[bytearray]) -> None:
    if len(head) > HEAD:
        raise h11.LocalProtocolError("too long", error_status_hint=431)
    if _BARE.search(head):
        raise h11.LocalProtocolError("a line that does not end as it should")
    if len(lines) > LINES:
        raise h11.LocalProtocolError("too many lines")
    if any(line.startswith((b" ", b"\t")) for line in lines):
        raise h11.LocalProtocolError("a folded line")
    names = [bytes(line.partition(b":")[0]).strip().lower() for line in lines]
    if sum(name in _FRAMES for name in names) > 1:
        raise h11.LocalProtocolError("more than one length")


class Strict(h11.Connection):
    """The server's side of a connection."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, HEAD)
        self._receive_buffer = _Lines()

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """As h11 says. Raises h11.RemoteProtocolError for a request to somewhere else as well."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            if not event.target.startswith(b"/") or event.target.startswith(b"//"):
                raise h11.RemoteProtocolError("an address that is no path")
            if event.http_version != b"1.1" and any(name == _FRAMES[1] for name, _ in event.headers):
                raise h11.RemoteProtocolError("a transfer coding in a version without")
        return event
