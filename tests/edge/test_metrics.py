"""The listener for machines: the pages it has, in the text format of Prometheus, and no patience with nonsense."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from mailgate.edge import metrics
from mailgate.edge.metrics import TEXT, MetricsListener, Page
from mailgate.edge.out.heartbeat import beat
from mailgate.wire.prometheus import Family, by, exposition, one


@contextlib.contextmanager
def listening(**pages: Callable[[], Page]) -> Iterator[int]:
    """A listener on a free port in a loop of its own."""
    listener = MetricsListener([("127.0.0.1", 0)], {f"/{name}": page for name, page in pages.items()})
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        await listener.start()
        over = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), over))
        await over.wait()
        listener.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    loop, over = started.result(100)
    try:
        yield int(listener.bound[0].rpartition(":")[2])
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(100)


def ask(port: int, request: bytes) -> bytes:
    """Everything the listener answers until it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=100) as sock:
        sock.sendall(request)
        parts = []
        with contextlib.suppress(ConnectionResetError):
            while chunk := sock.recv(65536):
                parts.append(chunk)
        return b"".join(parts)


def broken() -> Page:
    raise RuntimeError("a secret path")


PAGES = {
    "metrics": lambda: Page(200, TEXT, "up 1\n"),
    "healthz": lambda: Page(503, "application/json", "{}\n"),
    "bad": broken,
}


@pytest.mark.parametrize(
    ("request_", "status", "body"),
    [
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"200 OK", b"up 1\n"),
        (b"GET /metrics?x=1 HTTP/1.0\r\n\r\n", b"200 OK", b"up 1\n"),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", b"200 OK", b""),
        (b"GET /healthz HTTP/1.1\r\n\r\n", b"503 Service Unavailable", b"{}\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"404 Not Found", b"there are: /metrics /healthz /bad\n"),
        (b"GET /../etc/passwd HTTP/1.1\r\n\r\n", b"404 Not Found", b"there are: /metrics /healthz /bad\n"),
        (b"POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n", b"405 Method Not Allowed", b"GET or HEAD\n"),
        (b"EHLO x\r\n\r\n", b"400 Bad Request", b"not HTTP\n"),
        (b"\x16\x03\x01\r\n\r\n", b"400 Bad Request", b"not HTTP\n"),
        (b"GET /metrics HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", b"400 Bad Request", b"the request is too long\n"),
        (b"GET /bad HTTP/1.1\r\n\r\n", b"500 Internal Server Error", b"see the log\n"),
    ],
)
def test_each_request_gets_its_answer(request_: bytes, status: bytes, body: bytes) -> None:
    with listening(**PAGES) as port:
        head, _, said = ask(port, request_).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert said == body


def test_who_says_nothing_keeps_nobody_from_asking() -> None:
    """Eight silent connections made /healthz answer 503, and a watchdog would have restarted a healthy gateway."""
    with listening(**PAGES) as port, contextlib.ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=100)) for _ in range(200)]
        for sock in silent[::2]:
            with contextlib.suppress(ConnectionError):
                sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: ")
        assert ask(port, b"GET /metrics HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\nup 1\n")
        hung_up = 0
        for sock in silent[: -metrics.AT_ONCE]:
            with contextlib.suppress(ConnectionError):
                assert sock.recv(1) == b""
            hung_up += 1
        assert hung_up == 200 - metrics.AT_ONCE


def test_many_who_ask_at_once_share_a_page_and_a_flood_of_questions_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    go, making = threading.Event(), threading.Event()

    def slow() -> Page:
        made.append(1)
        making.set()
        assert go.wait(100)
        return Page(200, TEXT, "up 1\n")

    with listening(slow=slow, other=PAGES["metrics"]) as port, contextlib.ExitStack() as stack:
        asking = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=100)) for _ in range(20)]
        for sock in asking:
            sock.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
        assert ask(port, b"GET /other HTTP/1.1\r\n\r\n").endswith(b"up 1\n")  # by now all of them have asked
        assert making.wait(100)
        monkeypatch.setattr(metrics, "AT_ONCE", 20)
        said = ask(port, b"GET /other HTTP/1.1\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 503") and said.endswith(b"too many questions at once\n")
        go.set()
        for sock in asking:
            assert sock.makefile("rb").read().endswith(b"up 1\n")
        assert made == [1]
        assert ask(port, b"GET /slow HTTP/1.1\r\n\r\n").endswith(b"up 1\n")
        assert made == [1, 1]


def test_a_page_that_is_not_made_in_time_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection was closed without a word."""
    monkeypatch.setattr(metrics, "PATIENCE", 0.1)
    go = threading.Event()
    with listening(stuck=lambda: Page(200, TEXT, str(go.wait(100)))) as port:
        assert ask(port, b"GET /stuck HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 503 Service Unavailable")
        go.set()


def test_figures_are_written_as_prometheus_reads_them() -> None:
    families = [
        one("a", "gauge", "One.", 1.0),
        by("state", "b", "gauge", "By.", {'quo"te\\': 2, "line\nend": 0.5}),
        Family("c", "counter", "None.", ()),
    ]
    assert exposition(families) == (
        '# HELP a One.\n# TYPE a gauge\na 1\n# HELP b By.\n# TYPE b gauge\nb{state="quo\\"te\\\\"} 2\n'
        'b{state="line\\nend"} 0.5\n# HELP c None.\n# TYPE c counter\n'
    )


@pytest.mark.parametrize(("code", "said"), [(200, ""), (302, ""), (404, "status 404"), (500, "status 500")])
def test_a_heartbeat_asks_once_and_goes_nowhere_else(code: int, said: str) -> None:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(code)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert beat(f"http://127.0.0.1:{server.server_port}/ping/uuid") == said
        thread.join(100)
    assert asked == ["/ping/uuid"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "nonsense", "http://127.0.0.1:1/", "http://[", "http://a b/"]
)
def test_a_heartbeat_that_cannot_be_heard_says_so_and_never_raises(url: str) -> None:
    assert beat(url)
