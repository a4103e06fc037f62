"""One exchange of HTTP/1.1 by httpcore2, every step of it against one deadline; nothing else knows the library."""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpcore2

from mailgate.core.asking.http import Answer, Asked, Failure, Limits, Why
from mailgate.edge.http.allowed import refused
from mailgate.edge.http.lines import Lines

_LOOK = 0.25  # seconds between two looks whether somebody hung up, where no socket can be ended
_SHOWN = 200  # characters of what the other side says
_LONGEST_WAIT = 86_400.0  # seconds; what a Retry-After asks beyond is not believed
_DIGITS = re.compile(r"[0-9]{1,6}")


class _TroubleError(Exception):
    def __init__(self, why: Why, text: str) -> None:
        self.why, self.text = why, text
        super().__init__(text)


class _Line:
    """Where one exchange stands: its deadlines (seconds of the monotonic clock), and how much was sent."""

    def __init__(self, limits: Limits, lines: Lines) -> None:
        began = time.monotonic()
        self.lines = lines
        self.ends, self.connected_by = began + limits.total, began + min(limits.connect, limits.total)
        self.writes = 0

    def left(self, until: float, what: str) -> float:
        """Seconds that a step may take; raises when there are none, or when somebody hung up."""
        if self.lines.ended:
            raise _TroubleError(Why.STOPPED, "stopped")
        seconds = until - time.monotonic()
        if seconds <= 0:
            raise _TroubleError(Why.LATE, what)
        return seconds

    def stopped(self, why: Why, text: str) -> _TroubleError:
        return _TroubleError(Why.STOPPED, "stopped") if self.lines.ended else _TroubleError(why, text)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every read and write knows how long the whole may still take."""

    def __init__(self, sock: socket.socket, line: _Line) -> None:
        self._sock, self._line = sock, line
        line.lines.hold(sock)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._sock.settimeout(self._line.left(self._line.ends, "no answer in time"))
        try:
            found = self._sock.recv(max_bytes)
        except TimeoutError:
            raise self._line.stopped(Why.LATE, "no answer in time") from None
        except OSError as error:
            raise self._line.stopped(Why.BROKEN, f"connection lost: {_said_by(error)}") from None
        if not found and self._line.lines.ended:
            raise _TroubleError(Why.STOPPED, "stopped")
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            self._sock.settimeout(self._line.left(self._line.ends, "takes the question too slowly"))
            try:
                view = view[self._sock.send(view) :]
            except TimeoutError:
                raise self._line.stopped(Why.LATE, "takes the question too slowly") from None
            except OSError as error:
                if self._line.lines.ended:
                    raise _TroubleError(Why.STOPPED, "stopped") from None
                raise httpcore2.WriteError(_said_by(error)) from None  # it may have answered before it hung up
        self._line.writes += bool(buffer)

    def close(self) -> None:
        self._line.lines.release(self._sock)
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        self._sock.settimeout(self._line.left(self._line.connected_by, "no TLS in time"))
        try:
            secured = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError:
            raise self._given_up(Why.LATE, "no TLS in time") from None
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            detail = getattr(error, "verify_message", "") or getattr(error, "reason", "") or _said_by(error)
            raise self._given_up(Why.TLS, f"TLS failed: {detail}") from None
        self._line.lines.release(self._sock)
        return _Stream(secured, self._line)

    def _given_up(self, why: Why, text: str) -> _TroubleError:
        self.close()
        return self._line.stopped(why, text)

    def get_extra_info(self, info: str) -> Any:
        return None  # only for HTTP/2 and for connections that are kept


class _Backend(httpcore2.NetworkBackend):
    """Connects to the very address that was looked at: a second look into the DNS could find another."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        found = _resolved(host, port, self._line)
        for _, place in found:
            if refused(ipaddress.ip_address(place[0])):
                raise _TroubleError(Why.REFUSED, f"{place[0]} is not called: an address of the machine's own network")
        last = "no address"
        for at, (family, place) in enumerate(found):
            left = self._line.left(self._line.connected_by, "no connection in time")
            try:
                sock = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:  # no such family here, or no descriptor left
                last = _said_by(error)
                continue
            sock.settimeout(left / (len(found) - at))
            try:
                self._line.lines.hold(sock)
                sock.connect(place)
            except OSError as error:
                self._line.lines.release(sock)
                sock.close()
                last = _said_by(error)
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Stream(sock, self._line)
        self._line.left(self._line.connected_by, "no connection in time")
        raise _TroubleError(Why.UNREACHABLE, f"no connection: {last}")


def _resolved(host: str, port: int, line: _Line) -> list[tuple[int, tuple[Any, ...]]]:
    """Family and address of each way to `host`; the resolver has no time limit of its own, so it gets a thread."""
    found: queue.SimpleQueue[list[tuple[int, tuple[Any, ...]]] | OSError | UnicodeError] = queue.SimpleQueue()

    def look() -> None:
        try:
            ways = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([(family, place) for family, _, _, _, place in ways])
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=look, name="resolve", daemon=True).start()
    while True:
        left = line.left(line.connected_by, "the name was not found in time")
        try:
            answer = found.get(timeout=min(left, _LOOK))
        except queue.Empty:
            continue
        if isinstance(answer, list) and answer:
            return answer
        break
    raise _TroubleError(Why.UNREACHABLE, f"{host} has no address")


def talk(asked: Asked, limits: Limits, ca_file: str, lines: Lines) -> Answer | Failure:
    """One exchange; raises nothing that the other side, the network or the URL can cause."""
    line = _Line(limits, lines)

    def failed(why: Why, text: str) -> Failure:
        return Failure(why, _line(text), taken=line.writes > bool(asked.body))

    try:
        url = _url(asked.url)
        context = _context(ca_file) if url.scheme == b"https" else None
        given = {"User-Agent": "mailgate", "Accept-Encoding": "identity", **asked.headers}
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in given.items()]
        # A connection of its own each: none is kept that the other side has let go of meanwhile.
        with (
            httpcore2.ConnectionPool(ssl_context=context, network_backend=_Backend(line), retries=0) as pool,
            pool.stream(asked.method, url, headers=headers, content=asked.body or None) as answer,
        ):
            return _read(answer, limits, failed)
    except _TroubleError as trouble:
        return failed(trouble.why, trouble.text)
    except (httpcore2.LocalProtocolError, UnicodeError) as error:  # a header that none can be
        return failed(Why.REFUSED, f"cannot be asked: {error}")
    except (httpcore2.ProtocolError, httpcore2.NetworkError) as error:
        return failed(Why.BROKEN, f"connection lost: {error}")


def _read(answer: httpcore2.Response, limits: Limits, failed: Callable[[Why, str], Failure]) -> Answer | Failure:
    """The answer's body as far as it is wanted: not an octet more is asked of the other side."""
    headers = {name.decode("latin-1").lower(): _line(value.decode("latin-1"), 1000) for name, value in answer.headers}
    ok = 200 <= answer.status < 300
    body = bytearray()  # a recording comes in a thousand pieces
    for piece in answer.iter_stream():
        body += piece
        if len(body) > limits.octets:
            break
    cut = len(body) > limits.octets
    if not ok:
        return _status(answer.status, headers, bytes(body), failed)
    if cut and limits.whole:
        return failed(Why.TOO_LARGE, f"the answer is larger than {limits.octets} octets")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(answer.status, kind, bytes(body[: limits.octets]), headers, cut)


def _status(status: int, headers: Mapping[str, str], body: bytes, failed: Callable[[Why, str], Failure]) -> Failure:
    text = f"answers {status}"
    if 300 <= status < 400:
        text += ", and redirects are not followed"
    elif said := _line(body.decode("utf-8", "replace")):
        text += f": {said}"
    return replace(failed(Why.STATUS, text), status=status, retry_after=_seconds(headers.get("retry-after", "")))


def _seconds(text: str) -> float | None:
    """What a Retry-After asks for: seconds, or a date (RFC 9110 section 10.2.3)."""
    if _DIGITS.fullmatch(text):
        return min(float(text), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST_WAIT)


def _url(text: str) -> httpcore2.URL:
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").encode("idna" if not text.isascii() else "ascii")
    except ValueError:
        raise _TroubleError(Why.REFUSED, "no URL") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise _TroubleError(Why.REFUSED, "no http or https URL without a user in it")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
    return httpcore2.URL(scheme=parts.scheme, host=host, port=port, target=path + query)


def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # no such file, or no certificate in it
            raise _TroubleError(Why.TLS, f"{ca_file} cannot be used: {_said_by(error)}") from None
    return context


def _said_by(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error or type(error).__name__)


def _line(text: str, most: int = _SHOWN) -> str:
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:most]
