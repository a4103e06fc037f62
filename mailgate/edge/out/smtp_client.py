"""smtplib with patience limits: a reply is bounded in time, lines and octets, whatever the other side sends."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import time
from typing import Any

LONGEST_LINE = 8192
LONGEST_REPLY = 65536


_REPLY = re.compile(rb"[2-5][0-9][0-9]([ -]|\Z)")


class Disconnected(Exception):
    """The connection is gone: closed, reset or silent for too long."""


class Garbled(Disconnected):
    """What came is no SMTP reply; the connection cannot be trusted any more and is closed."""


class Client(smtplib.SMTP):
    """One connection; every wait for a reply lasts at most `patience` seconds in all, not for each packet.

    Commands and replies raise Disconnected, with the socket already closed.
    """

    def __init__(self, host: str, port: int, helo: str, *, timeout: float, patience: float, **tls: Any) -> None:
        """Connect within `timeout` seconds, to hear the `greeting` next. Raises OSError."""
        self.patience = patience
        self._received = b""
        super().__init__(local_hostname=helo, timeout=timeout, **tls)
        self._host = host  # the name TLS asks for; given to the constructor, it would wait for the greeting there
        self.sock = self._get_socket(host, port, timeout)  # type: ignore[attr-defined]
        # The dot travels in a packet of its own, which must not wait for a delayed acknowledgement: 40 ms a letter.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def greeting(self) -> tuple[int, bytes]:
        """The first reply (RFC 5321 section 4.3.1)."""
        return self.getreply()

    def abort(self) -> None:
        """Break the connection, from any thread: whoever waits for it is told at once."""
        sock = self.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # that of TLS is not made for a second thread

    def getreply(self) -> tuple[int, bytes]:
        """The next reply: its code (200-599) and its text, lines joined by LF."""
        deadline = time.monotonic() + self.patience
        lines: list[bytes] = []
        octets = 0
        try:
            while True:
                line = self._line(deadline)
                octets += len(line)
                if not _REPLY.match(line):
                    raise Garbled(f"not an SMTP reply: {line[:40]!r}")
                if octets > LONGEST_REPLY:
                    raise Garbled("endless reply")
                lines.append(line[4:].strip())
                if line[3:4] != b"-":
                    return int(line[:3]), b"\n".join(lines)
        except TimeoutError:
            self.close()
            raise Disconnected("no reply in time") from None
        except OSError as error:
            self.close()
            raise Disconnected(_reason(error)) from None
        except Disconnected:
            self.close()
            raise

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._received:
            if len(self._received) > LONGEST_LINE:
                raise Garbled("endless line")
            left = deadline - time.monotonic()
            if self.sock is None or left <= 0:
                raise TimeoutError
            self.sock.settimeout(left)
            chunk = self.sock.recv(4096)
            if not chunk:
                raise Disconnected("closed by the other side")
            self._received += chunk
        line, _, self._received = self._received.partition(b"\n")
        return line.rstrip(b"\r")

    def send(self, data: str | bytes) -> None:  # type: ignore[override]
        """Hand all of `data` to the kernel within `patience` seconds."""
        if self.sock is None:
            raise Disconnected("not connected")
        payload = data.encode(self.command_encoding) if isinstance(data, str) else data
        try:
            self.sock.settimeout(self.patience)
            self.sock.sendall(payload)
        except OSError as error:
            self.close()
            raise Disconnected(_reason(error)) from None

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """STARTTLS (RFC 3207); whatever came in plain text after its reply was not said by the relay (injection)."""
        code, text = self.docmd("STARTTLS")
        if code != 220:
            raise Garbled(f"STARTTLS refused: {code} {text.decode('latin-1')}")
        if self._received:
            self.close()
            raise Garbled("plain text after STARTTLS")
        assert self.sock is not None
        self.sock.settimeout(self.timeout)
        self.sock = context.wrap_socket(self.sock, server_hostname=host)
        self.ehlo()


class TlsClient(Client, smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    return error.strerror or str(error) or type(error).__name__
