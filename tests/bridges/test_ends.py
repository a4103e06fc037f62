"""The two ends of a bridge's wire: rough, slow and many peers at its door, and providers that do not answer."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import ends
import pytest
from fakes_http import Drip, FakeServer, Flood, Hang, Reply


def answer(asked: ends.Asked) -> object:
    if asked.path not in ("/webhook", "/healthz"):
        raise ends.Refusal(404, "there is nothing here")
    return "ok"


@contextlib.contextmanager
def listening() -> Iterator[ends.Door]:
    one = ends.Door(("127.0.0.1", 0), answer, lambda path: 1000 if path == "/webhook" else 0)
    threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield one
    one.shutdown()
    one.server_close()


@pytest.fixture
def door() -> Iterator[ends.Door]:
    with listening() as one:
        yield one


def got(door: ends.Door) -> int:
    return ends.call("GET", f"http://127.0.0.1:{door.server_address[1]}/healthz", {}).status


def raw(door: ends.Door, octets: bytes, wait: float = 60) -> bytes:
    with socket.create_connection(("127.0.0.1", door.server_address[1]), timeout=wait) as line:
        line.sendall(octets)
        told = b""
        while piece := line.recv(65536):
            told += piece
    return told


ROUGH = [
    (b"POST /webhook HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n", b" 413 "),
    (b"POST /else HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", b" 413 "),
    (b"POST /webhook HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n[]", b" 400 "),
    (b"POST /webhook HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n[]", b" 400 "),
    (b"POST /webhook HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b" 400 "),
    (b"POST /webhook HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", b" 400 "),
    (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b" 414 "),
    (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n", b" 431 "),
    (b"PUT /webhook HTTP/1.1\r\n\r\n", b" 501 "),
    (b"GET /nowhere HTTP/1.1\r\n\r\n", b" 404 "),
    (b"GET /webhook?" + b"a=1&" * 100 + b" HTTP/1.1\r\n\r\n", b" 400 "),
]


@pytest.mark.parametrize(("octets", "told"), ROUGH)
def test_rough_requests_are_answered_and_ended(door, octets, told):
    assert told in raw(door, octets).split(b"\r\n")[0]


def test_a_slow_peer_is_cut_off_and_holds_up_nobody(door):
    door.seconds = 0.3
    slow = [b"POST /webhook HTTP/1.1\r\nContent-Length: 9\r\n\r\nx", b"GET / HT", b""]
    lines = [socket.create_connection(("127.0.0.1", door.server_address[1]), timeout=60) for _ in slow]
    for line, octets in zip(lines, slow, strict=True):
        line.sendall(octets)
    for line in lines:
        while line.recv(65536):
            pass
        line.close()
    door.seconds = 60
    assert got(door) == 200


def test_more_than_are_served_at_once_are_closed(monkeypatch):
    monkeypatch.setattr(ends, "AT_ONCE", 2)
    with listening() as door:
        lines = [socket.create_connection(("127.0.0.1", door.server_address[1]), timeout=60) for _ in range(3)]
        assert lines[2].recv(1) == b""
        for line in lines:
            line.close()
        while door._free._value < 2:  # type: ignore[attr-defined]
            time.sleep(0.001)
        assert got(door) == 200


@pytest.mark.parametrize(
    "said",
    [
        Hang(),
        Drip(),
        Drip(b"HTTP/1.1 200 OK\r\n\r\n"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
        Reply(raw=b"x"),
    ],
)
def test_a_provider_that_does_not_answer_is_away(said):
    server = FakeServer([said])
    with pytest.raises(ends.Away):
        ends.call("GET", server.url, {}, seconds=0.3)
    server.close()


def test_an_answer_is_read_so_far_and_no_redirect_followed():
    server = FakeServer([Flood(50_000_000), Reply(302, headers={"Location": "http://127.0.0.1:1/"})])
    answer = ends.call("GET", server.url, {}, limit=1000)
    assert len(answer.body) == 1000 and not answer.whole
    assert ends.call("GET", server.url, {}).status == 302
    server.close()
    for url in ("ftp://127.0.0.1/", "file:///etc/passwd", "http:///x", "nonsense"):
        with pytest.raises(ends.Away):
            ends.call("GET", url, {})


def test_no_proxy_of_the_environment_is_asked(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server = FakeServer()
    assert ends.call("GET", server.url, {}).status == 200
    server.close()
