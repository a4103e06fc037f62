"""A small HTTP server on loopback that answers as it is told and notes what it was asked; it can also misbehave."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 60.0  # seconds after which a test that waits for a request fails


@dataclass(frozen=True)
class Request:
    """What somebody asked; names of headers in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What is answered; `raw` takes the place of all else."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""

    def octets(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} Said", f"Content-Length: {len(self.body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return self.raw or "\r\n".join([*lines, "", ""]).encode() + self.body


def as_json(value: Any, status: int = 200) -> Reply:
    """A reply of JSON."""
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=utf-8"})


class Hang:
    """No answer, for as long as the server is there."""


@dataclass(frozen=True)
class Drip:
    """One octet at a time, for ever or until the other side hangs up: `head`, then `piece` again and again."""

    head: bytes = b"HTTP/1.1 200 OK\r\nX: "
    piece: bytes = b"x"
    pause: float = 0.02  # seconds


@dataclass(frozen=True)
class Flood:
    """An answer of `octets`, as fast as they are taken."""

    octets: int = 200_000_000
    head: str = "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n"


Said = Reply | Hang | Drip | Flood
Script = Callable[[Request], Said] | Sequence[Said]


class FakeServer:
    """Answers each request with the next of a list (its last one again and again), or with what a function says.

    `requests` are all that came, `next()` waits for one more; `sent` counts octets of floods. TLS with a context.
    """

    def __init__(self, script: Script = (Reply(),), tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.requests: list[Request] = []
        self.sent = 0
        self._tls = tls
        self._came: queue.Queue[Request] = queue.Queue()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._peers: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def next(self) -> Request:
        """The next request that nobody has been given yet; waits for it."""
        return self._came.get(timeout=PATIENCE)

    def close(self) -> None:
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # whoever accepts would keep it open
        self._listener.close()
        for peer in self._peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                self._peers.append(peer)
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer:
            line = self._tls.wrap_socket(peer, server_side=True) if self._tls else peer
            with line:
                asked = _read(line)
                if asked is not None:
                    self._answer(line, self._noted(asked))

    def _noted(self, asked: Request) -> Said:
        with self._lock:
            self.requests.append(asked)
            count = len(self.requests)
        said = self.script(asked) if callable(self.script) else self.script[min(count, len(self.script)) - 1]
        self._came.put(asked)
        return said

    def _answer(self, line: socket.socket, said: Said) -> None:
        match said:
            case Reply():
                line.sendall(said.octets())
            case Hang():
                self._closed.wait()
            case Drip():
                line.sendall(said.head)
                while not self._closed.wait(said.pause):
                    line.sendall(said.piece)
            case Flood():
                line.sendall(said.head.format(said.octets).encode())
                while self.sent < said.octets:
                    line.sendall(b"x" * 65536)
                    self.sent += 65536


def _read(line: socket.socket) -> Request | None:
    stream = line.makefile("rb")
    first = stream.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while row := stream.readline().strip():
        name, _, value = row.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(first[0], first[1], headers, stream.read(int(headers.get("content-length", "0"))))


@contextlib.contextmanager
def serving(script: Script = (Reply(),), tls: ssl.SSLContext | None = None) -> Iterator[FakeServer]:
    """A server for as long as a test needs one."""
    server = FakeServer(script, tls)
    try:
        yield server
    finally:
        server.close()
