"""The wire under an SMTP dialogue: lines in, replies out, timers, TLS; aiosmtpd's protocol without its costs."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP

from mailgate.edge.smtp import replies as reply
from mailgate.edge.smtp.house import SmtpHouse
from mailgate.edge.smtp.limits import Listener

log = logging.getLogger(__name__)

CHUNK = 65_536  # the most a line, or one piece of DATA, may hold in the reader
TURN = 50  # lines that a peer may say before others have their turn


class Gone(Exception):
    """The peer has left, or was shown the door: nothing more to read."""


class LineTooLong(Exception):
    """A command line longer than the reader holds."""


class SmtpConnection(SMTP):
    """One connection. A peer that leaves never cancels the dialogue's task, so a commit always ends (threats F7).

    Why so little of aiosmtpd's own dialogue is left: docs/decisions/0009-our-own-smtp-dialogue.md.
    """

    def __init__(self, door: SmtpHouse, listener: Listener) -> None:
        # SMTP.__init__ inspects every attribute of itself and its handler for each connection (172 µs); what this
        # class uses of it is set here instead.
        self.loop = door.loop
        reader = asyncio.StreamReader(limit=CHUNK, loop=door.loop)
        asyncio.StreamReaderProtocol.__init__(self, reader, self._cb_client_connected, loop=door.loop)
        self.door = door
        self.listener = listener
        self.transport: Any = None
        self.address = ""  # of the peer, after PROXY
        self.secure = False
        self.ended = False  # we have said our last word: nothing more is read
        self.starved = False  # memory ran out under the mail in hand
        self.drop: Callable[[], None] | None = None  # lets go of what has come of it
        self.busy = False  # between the final dot and the reply
        self.counted = ""
        self.last = b""  # the reply line said last
        self._out = bytearray()
        self._lines = 0
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._data_end = 0.0
        self._born = 0.0
        self._task: asyncio.Task[None] | None = None

    # -- what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the peer in, or refuse it before anything is spent on it."""
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]).removeprefix("::ffff:") if isinstance(peer, tuple) else "unix"
        if not self.door.enter(self, self.address):
            transport.write(reply.TOO_BUSY + b"\r\n")  # type: ignore[attr-defined]
            transport.close()
            return
        self.counted = self.address
        asyncio.StreamReaderProtocol.connection_made(self, transport)
        self.transport = transport
        self._born = self.loop.time()
        self._deadline = self._born + self.door.limits.timeout
        self._timer = self.loop.call_at(self._deadline, self._tick)
        self._task = self.loop.create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        """Hand octets to the reader; while DATA runs, they also prove that the peer is alive."""
        if self.transport is None or self.ended:
            return
        if self._data_end:
            self._deadline = min(self.loop.time() + self.door.limits.timeout, self._data_end)
        try:
            self._reader.feed_data(data)
        except MemoryError:  # the mail in hand goes, and its end is waited for, so that the peer gets an answer
            self.starve()
            self._reader.feed_data(data)

    def eof_received(self) -> bool:
        """Keep our half open: what was committed still gets its reply."""
        if self.transport is not None:
            self._reader.feed_eof()
        return self.transport is not None and not self.secure

    def connection_lost(self, error: Exception | None) -> None:
        """Wake the dialogue, which ends by itself once its commit has ended."""
        if self.counted:
            asyncio.StreamReaderProtocol.connection_lost(self, error)
            self.transport = None

    def starve(self) -> None:
        """No memory is left: whatever is held of the mail in hand is let go, and the mail will be refused."""
        if not self.starved:
            log.info("no memory for a mail, put off", extra={"peer": self.address})
        self.starved = True
        if self.drop is not None:
            self.drop()
        self.give_back()

    def give_back(self) -> None:
        """Return the memory of the mail in hand to the ledger."""
        self.door.ledger.memory.end(self)

    # -- timers: one handle a connection, moved on lazily

    def _tick(self) -> None:
        now = self.loop.time()
        if self.busy or now < self._deadline:
            wait = self.door.limits.timeout if self.busy else self._deadline - now
            self._timer = self.loop.call_later(wait, self._tick)
        elif self.transport is not None:
            self.hang_up(reply.IDLE)

    def wait_for_command(self) -> None:
        """Start the clock of one command; bytes trickling in do not move it (threats S-11)."""
        limits = self.door.limits
        self._data_end = 0.0
        self._expire_at(min(self.loop.time() + limits.timeout, self._born + limits.session))

    def wait_for_data(self) -> None:
        """Start the clocks of DATA: one for silence, one for the whole."""
        now = self.loop.time()
        self._data_end = now + self.door.limits.data_timeout
        self._expire_at(min(now + self.door.limits.timeout, self._data_end))

    def _expire_at(self, when: float) -> None:
        self._deadline = when
        if self._timer is not None and when < self._timer.when():
            self._timer.cancel()
            self._timer = self.loop.call_at(when, self._tick)

    # -- lines and replies

    async def read_line(self) -> bytes:
        """The next command line without its ending. Raises Gone, LineTooLong."""
        self._lines += 1
        if self._lines % TURN == 0:  # lines that are there already are read without a pause
            await asyncio.sleep(0)
        if self._out and self._reader._buffer.find(b"\n") < 0:  # type: ignore[attr-defined]
            await self.flush()
        try:
            line: bytes = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise LineTooLong from None
        except (asyncio.IncompleteReadError, OSError):
            raise Gone from None
        return line.rstrip(b"\r\n")

    def say(self, line: bytes) -> None:
        """Add one reply line; pipelined commands share a packet (RFC 2920)."""
        self.last = line
        self._out += line
        self._out += b"\r\n"

    async def flush(self) -> None:
        """Put the replies on the wire, and wait while the peer does not read them. Raises Gone."""
        if self.transport is None:
            raise Gone
        if self._out:
            self.transport.write(bytes(self._out))
            self._out.clear()
        if self._paused:  # type: ignore[attr-defined]
            try:
                await self._drain_helper()  # type: ignore[attr-defined]
            except OSError:
                raise Gone from None

    def hang_up(self, line: bytes = b"") -> None:
        """Say a last word and close; what the peer has sent behind it is not looked at."""
        if self.transport is None or self.ended:
            return
        self.ended = True
        if line:
            self.say(line)
        if self._out:
            self.transport.write(bytes(self._out))
            self._out.clear()
        self.transport.close()
        self._reader._buffer.clear()  # type: ignore[attr-defined]
        self._reader.feed_eof()

    def dismiss(self) -> None:
        """We are closing: the peer hears it now, or when the mail it is sending has been answered."""
        if not self.busy and not self._data_end:
            self.hang_up(reply.SHUTTING_DOWN)

    # -- TLS

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Wrap the connection; octets that came before the handshake are thrown away (RFC 3207 section 4.2, S-02).

        Raises Gone when the handshake fails.
        """
        self._reader._buffer.clear()  # type: ignore[attr-defined]
        try:
            secured = await self.loop.start_tls(self.transport, self, context, server_side=True)
        except (OSError, EOFError) as error:
            log.info("tls handshake failed", extra={"peer": self.address, "error": type(error).__name__})
            if self.transport is not None:
                self.transport.abort()
            raise Gone from None
        if secured is None:
            raise Gone
        self.transport = secured
        self._transport = self._reader._transport = secured  # type: ignore[attr-defined]
        self._over_ssl = self.secure = True

    async def _serve(self) -> None:
        try:
            await self.converse()
        except Gone:
            pass
        except Exception:
            log.exception("smtp session failed", extra={"peer": self.address})
        finally:
            if self._timer is not None:
                self._timer.cancel()
            if self.transport is not None:
                self.transport.close()
            self.give_back()
            self.door.leave(self)

    async def converse(self) -> None:
        """The dialogue itself."""
        raise NotImplementedError
