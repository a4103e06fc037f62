"""HTTP as attackers and old cables speak it, over raw sockets: slow, broken, much too much (W-28 to W-31)."""

import asyncio
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from mailgate.errors import Permanent
from mailgate.window.app import create_app
from mailgate.window.http import forms
from mailgate.window.http.line import Doors, Patience
from mailgate.window.http.peers import Crowd
from mailgate.window.serve import check_packages, server

MiB = 2**20
HEAD = b"Host: localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n"
LAST = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
SHORT = 0.2  # seconds of patience, where a test waits for its end
ENDED = threading.Event()


async def take(request: Request) -> Response:
    form = await forms.read(request, files=2, size=MiB)
    return PlainTextResponse(f"taken {len(form.files)}")


async def events(request: Request) -> Response:
    async def stream() -> AsyncIterator[str]:
        try:
            yield "data: 1\n\n"
            await asyncio.sleep(3600)
        finally:
            ENDED.set()

    return StreamingResponse(stream(), media_type="text/event-stream")


async def endless(request: Request) -> Response:
    async def stream() -> AsyncIterator[bytes]:
        try:
            while True:
                await asyncio.sleep(0)
                yield b"x" * 65536
        finally:
            ENDED.set()

    return StreamingResponse(stream(), media_type="text/plain")


ROUTES = [
    Route("/take", take, methods=["POST"]),
    Route("/stream", events),
    Route("/endless", endless),
]


class Standing:
    """A server on loopback, and raw lines to it."""

    def __init__(self, port: int, stop: Callable[[], None]) -> None:
        self.port, self.stop = port, stop

    def line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def said(self, sent: bytes) -> bytes:
        """All that is answered until the server hangs up."""
        with self.line() as line:
            line.sendall(sent)
            return rest(line)


def rest(line: socket.socket) -> bytes:
    """Everything until the other side is gone; a reset is an end like another."""
    found = bytearray()
    try:
        while chunk := line.recv(65536):
            found += chunk
    except ConnectionError:
        pass
    return bytes(found)


def answer(line: socket.socket) -> bytes:
    """One answer with a length, and nothing behind it."""
    found = bytearray()
    while b"\r\n\r\n" not in found:
        chunk = line.recv(65536)
        if not chunk:
            return bytes(found)
        found += chunk
    head = found.partition(b"\r\n\r\n")[0]
    length = re.search(rb"content-length: (\d+)", head)
    assert length, head
    while len(found) < len(head) + 4 + int(length[1]):
        chunk = line.recv(65536)
        assert chunk, "the answer is cut"
        found += chunk
    return bytes(found)


@pytest.fixture
def standing(told: Any) -> Callable[..., Any]:
    @contextmanager
    def stand(**parts: Any) -> Iterator[Standing]:
        ENDED.clear()
        app = create_app(told)
        app.router.routes.extend(ROUTES)
        serving = server(app, Doors(app.state.window.proxies, **parts))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            thread = threading.Thread(target=serving.run, args=([listener],), daemon=True)
            thread.start()

            def stop() -> None:
                serving.should_exit = True
                thread.join(PATIENCE)
                assert not thread.is_alive()

            try:
                yield Standing(port, stop)
            finally:
                stop()

    return stand


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(
            b"POST /take HTTP/1.1\r\n" + HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="length and coding",
        ),
        pytest.param(
            b"POST /take HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
            id="coding and length",
        ),
        pytest.param(
            b"POST /take HTTP/1.1\r\n" + HEAD + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", id="two lengths"
        ),
        pytest.param(b"POST /take HTTP/1.1\r\n" + HEAD + b"Content-Length: 4, 5\r\n\r\nabcd", id="lengths in one"),
        pytest.param(b"POST /take HTTP/1.1\r\n" + HEAD + b"Content-Length: +4\r\n\r\nabcd", id="plus"),
        pytest.param(b"POST /take HTTP/1.1\r\n" + HEAD + b"Content-Length: -4\r\n\r\nabcd", id="minus"),
        pytest.param(
            b"POST /take HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", id="gzip"
        ),
        pytest.param(
            b"POST /take HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
            id="two codings",
        ),
        pytest.param(
            b"POST /take HTTP/1.0\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="coding in 1.0"
        ),
        pytest.param(b"POST /take HTTP/1.1\r\n" + HEAD + b"Content-Length : 4\r\n\r\nabcd", id="space before colon"),
        pytest.param(b"GET /healthz HTTP/1.1\n" + HEAD + b"\r\n", id="bare feed"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: localhost\n\r\n", id="bare feed in a header"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\rY: b\r\n\r\n", id="bare return"),
        pytest.param(b"GET /healthz HTTP/1.1\r\n" + HEAD + b"X: a\r\n b\r\n\r\n", id="folded"),
        pytest.param(b"GET /healthz HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET /healthz HTTP/1.1\r\n" + HEAD + HEAD + b"\r\n", id="two hosts"),
        pytest.param(b"GET http://localhost/healthz HTTP/1.1\r\n" + HEAD + b"\r\n", id="absolute"),
        pytest.param(b"GET //evil.example/healthz HTTP/1.1\r\n" + HEAD + b"\r\n", id="two slashes"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n", id="asterisk"),
        pytest.param(b"CONNECT evil.example:443 HTTP/1.1\r\n" + HEAD + b"\r\n", id="connect"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", id="another host"),
        pytest.param(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n", id="long"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HEAD + b"X: y\r\n" * 200 + b"\r\n", id="many lines"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="tls"),
        pytest.param(b"GET /healthz HTTP/9.9.9\r\n" + HEAD + b"\r\n", id="version"),
        pytest.param(b"\x00" * 100 + b"\r\n\r\n", id="nothing"),
    ],
)
def test_w31_what_can_be_read_in_two_ways_is_refused_and_closed(standing: Any, sent: bytes) -> None:
    with standing() as one:
        said = one.said(sent)
        assert said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431", b"HTTP/1.1 501")), said[:200]
        assert b"connection: close" in said.lower() and said.count(b"HTTP/1.1") == 1
        assert b"200 OK" in one.said(LAST)


def test_questions_one_behind_the_other_and_head_are_answered(standing: Any) -> None:
    with standing() as one, one.line() as line:
        line.sendall(GET + GET + LAST.replace(b"GET", b"HEAD"))
        said = rest(line)
        assert said.count(b"200 OK") == said.count(b"content-length: 3\r\n") == 3
        assert said.count(b"\r\n\r\nok\n") == 2 and said.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "sent",
    [
        b"",  # says nothing at all
        b"GET /healthz HT",
        b"GET /healthz HTTP/1.1\r\nHost: loc",
        GET + b"GET /hea",  # behind a good one
        b"POST /take HTTP/1.1\r\n" + HEAD + b"Content-Length: 100\r\n\r\nabc",
        b"POST /take HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_w30_who_is_slow_is_hung_up_on(standing: Any, sent: bytes) -> None:
    with standing(patience=Patience(head=SHORT, body=SHORT)) as one, one.line() as line:
        line.sendall(sent)
        rest(line)  # ends


def test_w30_a_head_that_comes_on_octet_by_octet_has_no_more_time(standing: Any) -> None:
    with standing(patience=Patience(head=SHORT)) as one, one.line() as line, pytest.raises(ConnectionError):
        while True:
            line.sendall(b"X")
            time.sleep(0.01)


def test_w30_who_takes_no_answer_is_hung_up_on(standing: Any) -> None:
    with standing(patience=Patience(answer=SHORT)) as one, one.line() as line:
        line.sendall(b"GET /endless HTTP/1.1\r\n" + HEAD + b"\r\n")
        assert ENDED.wait(PATIENCE)


def test_w30_so_many_of_one_peer_and_others_are_served(standing: Any) -> None:
    crowd = Crowd(3, 100)
    with standing(crowd=crowd) as one:
        lines = [one.line() for _ in range(3)]
        for line in lines:
            line.sendall(GET)
            assert b"200 OK" in answer(line)
        assert one.said(GET) == b""
        lines.pop().close()
        ends = time.monotonic() + PATIENCE
        while not (said := one.said(LAST)):
            assert time.monotonic() < ends, "a line that was closed is still counted"
        assert b"200 OK" in said
        for line in lines:
            line.sendall(GET)
            assert b"200 OK" in answer(line)
            line.close()


def test_w30_a_proxy_of_ours_may_have_more_but_all_together_have_a_bound(standing: Any, told: Any) -> None:
    told.answers["settings"] = replace(told.answers["settings"], trusted_proxies=("127.0.0.0/8",))
    with standing(crowd=Crowd(1, 3)) as one:
        assert b"200 OK" in one.said(LAST)  # now it is known who is a proxy
        lines = [one.line() for _ in range(3)]
        for line in lines:
            line.sendall(GET)
            assert b"200 OK" in answer(line)
        assert one.said(GET) == b""
        for line in lines:
            line.close()


def upload(size: int) -> bytes:
    """The head and the beginning of a form with words and a file of that size."""
    text = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nThe lamp is dark\r\n'
    file = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    length = len(text) + len(file) + size + len(b"\r\n--b--\r\n")
    kind = b"Content-Type: multipart/form-data; boundary=b\r\n"
    return b"POST /take HTTP/1.1\r\n" + HEAD + kind + b"Content-Length: %d\r\n\r\n" % length + text + file


def test_w28_too_large_is_said_while_it_comes_and_the_words_are_kept(standing: Any) -> None:
    with standing() as one, one.line() as line:
        line.sendall(upload(8 * MiB))
        for _ in range(8 * 16):
            line.sendall(b"x" * 65536)
        line.sendall(b"\r\n--b--\r\n")
        said = answer(line)
        assert said.startswith(b"HTTP/1.1 413") and b"The lamp is dark</textarea>" in said
        line.sendall(GET)  # what was too much is thrown away, and the line goes on
        assert b"200 OK" in answer(line)


def test_w28_what_never_ends_is_cut(standing: Any) -> None:
    with standing(patience=Patience(linger=MiB)) as one, one.line() as line:
        line.sendall(upload(2**40))
        with pytest.raises(ConnectionError):
            while True:
                line.sendall(b"x" * 65536)


def test_w30_a_stop_does_not_wait_for_streams(standing: Any) -> None:
    with standing() as one, one.line() as line:
        line.sendall(b"GET /stream HTTP/1.1\r\n" + HEAD + b"\r\n")
        found = b""
        while b"data: 1" not in found:
            chunk = line.recv(65536)
            assert chunk, found
            found += chunk
        one.stop()
        assert ENDED.is_set() and rest(line) == b""


SCRIPT = """
import asyncio, socket, sys
sys.path.insert(0, sys.argv[1])
from mailgate.core.pages.window import WindowSettings
from mailgate.errors import Permanent
from mailgate.window.app import create_app
from mailgate.window.http import forms
from mailgate.window.serve import check_packages, server
from starlette.responses import PlainTextResponse
from starlette.routing import Route

class Desk:
    async def ask(self, verb, asked):
        return WindowSettings("Acme", "en", ("en",), "UTC")

async def take(request):
    form = await forms.read(request, files=5, size=10 * 2**20)
    return PlainTextResponse("taken")

app = create_app(Desk())
app.router.routes.append(Route("/take", take, methods=["POST"]))
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
server(app).run(sockets=[listener])
"""


def most(pid: int) -> int:
    """The most memory that a process ever held, in octets."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


def test_w28_w29_w30_memory_stays_within_its_bound() -> None:
    root = Path(__file__).parents[2]
    started = [sys.executable, "-P", "-c", SCRIPT, str(root)]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            one = Standing(int(process.stdout.readline()), lambda: None)
            for sent in (GET, upload(10)):  # all that is loaded late is loaded
                with one.line() as line:
                    line.sendall(sent + (b"x" * 10 + b"\r\n--b--\r\n" if b"POST" in sent else b""))
                    answer(line)
            before = most(process.pid)
            multipart = b"Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
            post = b"POST /take HTTP/1.1\r\n" + HEAD
            part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
            head = b'--b\r\nContent-Disposition: form-data; name="'
            encoded = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000000\r\n\r\n"
            lines = [one.line() for _ in range(30)]
            for line in lines:
                line.sendall(b"POST /take HTTP/1.1\r\n" + b"X" * 16_000)
            for begin, chunk in (
                (upload(80 * MiB), b"x" * 65536),
                (post + multipart, chunked(part * 1000)),
                (post + multipart + chunked(head), chunked(b"y" * 65536)),
                (post + encoded, b"text=" + b"a" * 65531),
                (post + encoded, b"a&" * 32768),
            ):
                with one.line() as line, suppress(OSError):  # it is cut somewhere
                    line.sendall(begin)
                    for _ in range(80 * 16):
                        line.sendall(chunk)
            for line in lines:
                line.close()
            assert one.said(LAST).startswith(b"HTTP/1.1 200")
            assert most(process.pid) - before <= 20 * MiB
        finally:
            process.kill()


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_w29_packages_that_are_too_old_are_not_put_before_strangers() -> None:
    check_packages()
    with pytest.raises(Permanent, match=r"starlette 1\.3\.0 is too old"):
        check_packages({"starlette": "1.3.0", "python-multipart": "0.0.34", "h11": "0.16.0"}.__getitem__)
    with pytest.raises(Permanent, match=r"python-multipart 0\.0\.9 is too old"):
        check_packages({"starlette": "2.0", "python-multipart": "0.0.9", "h11": "1"}.__getitem__)
