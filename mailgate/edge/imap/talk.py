"""An IMAP connection on which no server can talk without end, and the answers to FETCH one by one."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.response_parser import parse_fetch_response
from imapclient.tls import IMAP4_TLS

from mailgate.edge.imap.box import MailboxTrouble

TALK: Final = 32 * 2**20  # octets a server may say in answer to one command, literals apart
LINES: Final = 500_000  # lines: somebody marks a large folder as read, and we are told of each mail
IDLE_TALK: Final = 2**20  # octets between IDLE and DONE
IDLE_LINES: Final = 20_000
PATIENCE: Final = 5  # times the timeout of one read that any command may take
SLOWEST: Final = 8 * 1024  # octets of mail for which it may take a second more
LITERAL: Final = 2**20  # octets of a literal where no mail was asked for
PIECE: Final = 2**18
IMPOSSIBLE: Final = "the server announced an impossible size"
UIDS: Final = range(1, 2**32)  # RFC 9051 section 2.3.1.1


class TooLong(MailboxTrouble):
    """More was announced or said than was asked for; the connection is of no more use."""

    def __init__(self, text: str) -> None:
        super().__init__("protocol", text)


class _Metered:
    """What a server says in answer to one command is counted; mixed into imaplib's connection.

    It reads by a buffer of its own: that of imaplib is another with every version of Python.
    """

    sock: Any
    literals = LITERAL  # octets one literal may have
    read_timeout = 0.0  # seconds for one read; until it is known, that for connecting
    _timeout: float | None
    _buffer: Any = None
    _buffered: Any = None  # the socket that `_buffer` reads: another one after STARTTLS

    def begin(self, octets: int = TALK, lines: int = LINES) -> None:
        """A command begins that may bring so much; how long it may take follows from the timeout of one read."""
        self._octets, self._lines = octets, lines
        self.restart_clock()

    def restart_clock(self) -> None:
        """What the server says next it says after a silence that was meant."""
        self._began, self._read = time.monotonic(), 0

    @property
    def buffer(self) -> Any:
        """What has come and is not read yet."""
        if self._buffered is not self.sock:
            self._buffered, self._buffer = self.sock, self.sock.makefile("rb")
        return self._buffer

    def open(self, *args: Any, **keywords: Any) -> None:
        """Connect; the greeting is counted too."""
        self.begin()
        super().open(*args, **keywords)  # type: ignore[misc]

    def shutdown(self) -> None:
        """Let go of the connection."""
        if self._buffer is not None:
            self._buffer.close()
        super().shutdown()  # type: ignore[misc]

    def _new_tag(self) -> Any:
        self.begin()
        return super()._new_tag()  # type: ignore[misc]

    def readline(self) -> bytes:
        """One line of the server's, "" at the end. Raises TooLong, or MailboxTrouble when it takes too long."""
        pieces = []
        ended = False
        while not ended and (here := self.buffer.peek(1)):
            piece: bytes = self.buffer.read(here.find(b"\n") + 1 or len(here))
            pieces.append(piece)
            ended = piece.endswith(b"\n")
            self._octets -= len(piece)
            if self._octets < 0:
                raise TooLong("the server talks without end")
            self._hurry()
        self._lines -= 1
        if self._lines < 0:
            raise TooLong("the server talks without end")
        return b"".join(pieces)

    def read(self, size: int) -> bytes:
        """A literal of the server's, piece by piece: what is only announced takes no memory. Raises as `readline`."""
        if size > self.literals:
            raise TooLong(IMPOSSIBLE)
        pieces = []
        while size > 0 and (piece := self.buffer.read1(min(size, PIECE))):
            pieces.append(piece)
            size -= len(piece)
            self._read += len(piece)
            self._hurry()
        return b"".join(pieces)

    def _hurry(self) -> None:
        patience = PATIENCE * (self.read_timeout or self._timeout or 60.0)
        if time.monotonic() - self._began > patience + self._read / SLOWEST:
            raise MailboxTrouble("network", "the server never ends its answer")


class _Plain(_Metered, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _Tls(_Metered, IMAP4_TLS):  # type: ignore[misc]
    pass


class Client(IMAPClient):  # type: ignore[misc]
    """An IMAPClient whose answers are bounded; for times and options see there."""

    def _create_IMAP4(self) -> _Plain | _Tls:
        made: _Plain | _Tls
        if self.ssl:
            made = _Tls(self.host, self.port, self.ssl_context, self._timeout.connect)
        else:
            made = _Plain(self.host, self.port, self._timeout.connect)
        made.read_timeout = self._timeout.read
        return made

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the library sends a line in two pieces
        if not logging.getLogger("imapclient.imaplib").isEnabledFor(logging.DEBUG):
            self._imap.debug = 0  # else every line is put in words for a log that nobody keeps


def fetch(client: IMAPClient, uids: Sequence[int], items: str, literals: int = LITERAL) -> list[dict[bytes, Any]]:
    """Each answer of UID FETCH that names one of these UIDs, in the server's order; `b"UID"` is in each.

    One that names no UID is about a place in the folder, not about the mail we asked for. An answer that makes no sense
    is left out: it must not keep the others from us. A literal has at most so many octets. Raises what imapclient
    raises.
    """
    imap = client._imap
    imap.literals = literals
    try:
        typ, data = imap.uid("FETCH", ",".join(map(str, uids)), items)
    finally:
        imap.literals = LITERAL
    if typ != "OK":
        raise IMAPClientError(f"fetch failed: {data[0].decode('ascii', 'replace') if data and data[0] else typ}")
    wanted = set(uids)
    return [answer for answer in _answers(client, data) if answer.get(b"UID") in wanted]


def _answers(client: IMAPClient, data: list[Any]) -> Iterator[dict[bytes, Any]]:
    """The library would put all that a server says of one UID together, and the last of two mails would be all."""
    one: list[Any] = []
    for piece in data:
        if piece is None:
            continue
        one.append(piece)
        if isinstance(piece, bytes):  # its last line; those before it came with a literal
            try:
                yield from parse_fetch_response(one, client.normalise_times, False).values()
            except (IMAPClientAbortError, MemoryError):
                raise
            except (IMAPClientError, ValueError, TypeError, IndexError, KeyError, AttributeError, AssertionError):
                pass
            one = []


def search(client: IMAPClient, low: int, high: int | None = None) -> set[int]:
    """The UIDs from `low` on (to `high`) in the selected folder; numbers that are no UIDs are left out."""
    found = client.search(["UID", f"{low}:{'*' if high is None else high}"])
    return {uid for uid in found if uid in UIDS and uid >= low and (high is None or uid <= high)}
