"""The two ends of a bridge's wire: a server that bears hostile and slow peers, a client that never waits for ever.

Standard library alone. The server reads one request a connection, a head and a body within `SECONDS` and a size that is
known before reading, and serves so many at once. The client follows no redirect, knows no proxy of the environment,
proves TLS always, and reads no more than it is told to.
"""

import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECONDS = 20.0  # for one request to us, and for one of ours
AT_ONCE = 40  # requests that are served together; what comes beside them is closed, and tries again

log = logging.getLogger("bridge")


class Refusal(Exception):
    """An answer that is not 2xx: its status, a sentence, and after how many seconds to try again (0: not said)."""

    def __init__(self, status: int, sentence: str, after: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.after = status, sentence, after


class Away(Exception):
    """The other side did not answer, or said that it cannot for now; `after` are the seconds it asks for (0: none).

    `unsure`: it may have taken what it was asked all the same.
    """

    def __init__(self, sentence: str, after: int = 0, *, unsure: bool = False) -> None:
        super().__init__(sentence)
        self.after, self.unsure = after, unsure


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to us. Names of headers are in small letters; `body` is as it came."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said. `whole` is false when there was more than was to be read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True

    @property
    def after(self) -> int:
        """Retry-After in seconds; 0 when it is not there or a date."""
        said = self.headers.get("retry-after", "")
        return min(int(said), 86_400) if said.isascii() and said.isdigit() else 0

    def document(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            read = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return read if isinstance(read, dict) else {}


def _connection(url: str, seconds: float) -> tuple[HTTPConnection, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Away(f"no address to call: {parts.scheme}://{parts.netloc}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        secure = ssl.create_default_context()
        return HTTPSConnection(parts.hostname, parts.port, timeout=seconds, context=secure), path
    return HTTPConnection(parts.hostname, parts.port, timeout=seconds), path


def _end(sock: socket.socket | None) -> None:
    """Ends a connection from beside: whoever reads it sees its end."""
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except (OSError, ValueError):
            log.debug("a connection had ended by itself")


def call(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    limit: int = 1 << 20,
    seconds: float = SECONDS,
) -> Answer:
    """One request, and at most `limit` octets of its answer. Raises `Away` when there is none within `seconds`."""
    connection, path = _connection(url, seconds)
    # A limit for each read alone would let a peer drip for hours.
    late = threading.Event()

    def end() -> None:
        late.set()
        _end(sock)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    connected = False
    try:
        connection.connect()
        connected = True
        sock = connection.sock  # the connection itself forgets it once it has the head
        timer.start()
        connection.request(
            method, path, body or None, {"User-Agent": "mailgate-bridge", "Connection": "close", **headers}
        )
        response = connection.getresponse()
        read = response.read(limit + 1)
        told = {name.lower(): value for name, value in response.getheaders()}
        if len(read) <= limit and not response.isclosed() and response.length:
            raise Away("the answer was cut short", unsure=True)
        if late.is_set():
            raise Away("no whole answer in time", unsure=True)
    except (OSError, HTTPException, ValueError) as error:
        # Some errors name the URL, and a URL may hold a token.
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise Away(f"no answer: {why}", unsure=connected) from None
    finally:
        timer.cancel()
        connection.close()
    return Answer(response.status, told, read[:limit], len(read) <= limit)


def post(url: str, document: object, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answer:
    """POSTs a JSON document."""
    return call(
        "POST", url, {"Content-Type": "application/json", **headers}, json.dumps(document).encode(), seconds=seconds
    )


class Door(ThreadingHTTPServer):
    """Serves `answer(Asked) -> (status, document or text)`; bodies are read up to `limit(path)` octets, 0 refuses."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        address: tuple[str, int],
        answer: Callable[[Asked], object],
        limit: Callable[[str], int],
        seconds: float = SECONDS,
    ) -> None:
        self.answer, self.limit, self.seconds = answer, limit, seconds
        self._free = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, _Request)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread to be had
            self._free.release()
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.info("a connection ended before its request did")


class _Request(BaseHTTPRequestHandler):
    """One request. Nothing of a peer's words goes into the log."""

    server: Door
    server_version = "bridge"
    sys_version = ""

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(self.server.seconds)
        self._timer = threading.Timer(self.server.seconds, lambda: _end(self.connection))
        self._timer.daemon = True
        self._timer.start()

    def finish(self) -> None:
        self._timer.cancel()
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        log.debug("%s", self.command)

    def _body(self, limit: int) -> bytes:
        lengths = self.headers.get_all("Content-Length") or []
        if self.headers.get("Transfer-Encoding") is not None or len(lengths) > 1:
            raise Refusal(400, "one Content-Length, please, and no Transfer-Encoding")
        length = lengths[0] if lengths else "0"
        if not (length.isascii() and length.isdigit() and len(length) < 12):
            raise Refusal(400, "Content-Length is no number")
        if int(length) > limit:
            raise Refusal(413, f"at most {limit} octets")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise Refusal(400, "the body ended early")
        return body

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        try:
            body = self._body(self.server.limit(parts.path) if self.command == "POST" else 0)
            self._timer.cancel()
            query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = self.server.answer(Asked(self.command, parts.path, query, headers, body))
        except Refusal as no:
            self._tell(no.status, {"error": no.sentence}, no.after)
        except Away as away:
            self._tell(503, {"error": str(away)}, away.after or 30)
        except ValueError:
            self._tell(400, {"error": "this cannot be read"})
        except OSError:
            raise
        except Exception:
            log.exception("our own fault")
            self._tell(500, {"error": "our own fault: see the log"})
        else:
            self._tell(200, said)

    do_GET = do_POST = _serve

    def _tell(self, status: int, said: object, after: int = 0) -> None:
        text = isinstance(said, str)
        body = str(said).encode() if text else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8" if text else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if after:
            self.send_header("Retry-After", str(after))
        self.end_headers()
        self.wfile.write(body)
