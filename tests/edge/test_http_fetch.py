"""The one HTTP client: what it takes, what it refuses, and that no other side can hold it up or fill it."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from fakes_http import Drip, FakeServer, Flood, Hang, Reply, Request, as_json, serving

from mailgate.core.asking.http import Answer, Asked, Failure, Limits, Why
from mailgate.edge.http import engine, fetch
from mailgate.edge.http.allowed import refused
from mailgate.edge.http.fetch import HttpClient

CALM = Limits(connect=60, total=60)  # whatever else the machine has to do
SOON = Limits(connect=60, total=0.3)  # what is late in these tests


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving() as found:
        yield found


def get(url: str, limits: Limits | None = None) -> Answer | Failure:
    return HttpClient(limits or CALM).fetch(Asked("GET", url))


def test_a_question_arrives_whole_and_its_answer_comes_back(server: FakeServer) -> None:
    server.script = [as_json({"tier": "gold"})]
    asked = Asked("POST", f"{server.url}/a%20b/ü?q=Jürgen&x=1", {"Authorization": "Bearer s"}, b'{"a":1}')
    found = HttpClient(CALM).fetch(asked)
    assert isinstance(found, Answer)
    assert (found.status, found.type, found.body, found.cut) == (200, "application/json", b'{"tier": "gold"}', False)
    came = server.next()
    assert (came.method, came.target) == ("POST", "/a%20b/%C3%BC?q=J%C3%BCrgen&x=1")
    assert came.headers["host"] == f"127.0.0.1:{server.port}" and came.headers["authorization"] == "Bearer s"
    assert came.headers["accept-encoding"] == "identity" and came.body == b'{"a":1}'


STATUS = {
    "a redirect to a cloud's keys": (
        Reply(301, headers={"Location": "http://169.254.169.254/latest"}), 301, None, "answers 301, and redirects are not followed",
    ),
    "gone": (Reply(410), 410, None, "answers 410"),
    "too many": (Reply(429, headers={"Retry-After": "120"}), 429, 120.0, "answers 429"),
    "away for an age": (Reply(503, headers={"Retry-After": "999999"}), 503, 86400.0, "answers 503"),
    "a date that is past": (Reply(503, headers={"Retry-After": "Fri, 06 Nov 2026 10:00:00 GMT"}), 503, 0.0, "answers 503"),
    "no time at all": (Reply(503, headers={"Retry-After": "soon"}), 503, None, "answers 503"),
    "with a reason": (Reply(400, b"no\r\nsuch \x1b[31mfield"), 400, None, "answers 400: no such [31mfield"),
}  # fmt: skip


@pytest.mark.parametrize("case", STATUS)
def test_what_is_no_2xx_is_a_failure_that_says_so(case: str, server: FakeServer) -> None:
    reply, status, retry_after, text = STATUS[case]
    server.script = [reply]
    assert get(server.url) == Failure(Why.STATUS, text, status, retry_after, taken=True)
    assert len(server.requests) == 1


BROKEN = {
    "nothing": (Reply(raw=b"\r\n"), Why.BROKEN),
    "no HTTP": (Reply(raw=b"220 mail.example ESMTP\r\n"), Why.BROKEN),
    "half a body": (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), Why.BROKEN),
    "a header without end": (Flood(head="HTTP/1.1 200 OK\r\nX: "), Why.BROKEN),
    "no answer": (Hang(), Why.LATE),
    "a head that drips": (Drip(), Why.LATE),
    "a body that drips": (Drip(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"), Why.LATE),
    "chunks that drip": (Drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), Why.LATE),
}


@pytest.mark.parametrize("case", BROKEN)
def test_w39_an_answer_that_never_ends_or_never_was_one_is_given_up_in_time(case: str, server: FakeServer) -> None:
    said, why = BROKEN[case]
    server.script = [said]
    began = time.monotonic()
    found = get(server.url, SOON if why is Why.LATE else None)
    assert isinstance(found, Failure) and found.why is why
    assert found.taken or why is Why.LATE  # a slow machine may not have come so far
    assert time.monotonic() - began < 30


def test_w39_of_an_answer_of_200_megabytes_only_what_is_wanted_is_taken(server: FakeServer) -> None:
    server.script = [Flood()]
    found = get(server.url, Limits(connect=60, total=60, octets=4096))
    assert isinstance(found, Answer) and len(found.body) == 4096 and found.cut
    whole = get(server.url, Limits(connect=60, total=60, octets=4096, whole=True))
    assert whole == Failure(Why.TOO_LARGE, "the answer is larger than 4096 octets", taken=True)
    assert server.sent < 50_000_000  # what the kernel's buffers took, and no more


def test_a_large_answer_costs_as_much_as_it_is_long(server: FakeServer) -> None:
    server.script = [Flood(33_554_432)]
    began = time.process_time()
    found = get(server.url, Limits(connect=60, total=60, octets=40_000_000, whole=True))
    assert isinstance(found, Answer) and len(found.body) == 33_554_432
    assert time.process_time() - began < 2  # of processor time, the server's among it


def test_an_answer_as_large_as_is_allowed_is_whole(server: FakeServer) -> None:
    server.script = [Reply(200, b"x" * 4096)]
    found = get(server.url, Limits(connect=60, total=60, octets=4096, whole=True))
    assert isinstance(found, Answer) and not found.cut and len(found.body) == 4096


def test_a_program_that_does_not_take_the_question_is_late(server: FakeServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # it never reads
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        found = HttpClient(SOON).fetch(Asked("POST", url, {}, b"x" * 30_000_000))
    assert isinstance(found, Failure) and found.why is Why.LATE and not found.taken


def test_where_nobody_listens_and_what_has_no_address_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    nobody = get(f"http://127.0.0.1:{port}")
    assert nobody == Failure(Why.UNREACHABLE, "no connection: Connection refused")
    nowhere = get("http://no-such-host.invalid", Limits(connect=60, total=60))
    assert nowhere == Failure(Why.UNREACHABLE, "no-such-host.invalid has no address")


REFUSED = [
    "169.254.169.254", "169.254.0.1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "100.100.100.200", "168.63.129.16", "0.0.0.0", "::", "224.0.0.1", "ff02::1",
]  # fmt: skip
CALLED = [
    "127.0.0.1",
    "::1",
    "10.0.0.8",
    "192.168.1.9",
    "172.16.0.1",
    "fd12::1",
    "100.64.0.1",
    "93.184.216.34",
    "2606:2800::1",
    "64:ff9b::a00:8",
]


@pytest.mark.parametrize("text", REFUSED)
def test_w39_metadata_and_link_local_addresses_are_never_called(text: str) -> None:
    assert refused(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", CALLED)
def test_one_s_own_network_is_called_for_the_url_is_the_admins(text: str) -> None:
    assert not refused(ipaddress.ip_address(text))


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:a9fe:a9fe]", "2852039166", "0xa9.0xfe.0xa9.0xfe"])
def test_w39_however_the_address_is_written(host: str) -> None:
    found = get(f"http://{host}/latest/meta-data/")
    assert isinstance(found, Failure) and found.why is Why.REFUSED and not found.taken


def test_w39_a_name_that_has_such_an_address_among_others_is_not_called(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = [(socket.AF_INET, 1, 6, "", ("127.0.0.1", server.port)), (socket.AF_INET, 1, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr(engine.socket, "getaddrinfo", lambda *_, **__: ways)
    found = get("http://two-faced.example")
    assert isinstance(found, Failure) and found.why is Why.REFUSED
    assert server.requests == []


def test_w39_the_address_that_was_looked_at_is_the_one_that_is_called(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its mind after the first look leads nowhere else: nobody looks again."""
    looks: list[str] = []

    def look(host: str, *_: Any, **__: Any) -> list[Any]:
        looks.append(host)
        place = ("127.0.0.1", server.port) if len(looks) == 1 else ("169.254.169.254", 80)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place)]

    monkeypatch.setattr(engine.socket, "getaddrinfo", look)
    assert isinstance(get("http://rebinding.example"), Answer)
    assert looks == ["rebinding.example"] and server.next().headers["host"] == "rebinding.example"


def test_a_resolver_that_does_not_answer_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(engine.socket, "getaddrinfo", lambda *_, **__: [let_go.wait(60)][1:])
    found = get("http://slow.example", SOON)
    let_go.set()
    assert found == Failure(Why.LATE, "the name was not found in time")


def test_what_is_no_url_is_refused() -> None:
    bad = "- ftp://a.example file:///etc/passwd http:// http://u:p@a.example http://a.example:99999 http://[::1 //x"
    for url in bad.split():
        found = get(url)
        assert isinstance(found, Failure) and found.why is Why.REFUSED, url


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "ü\n"])
def test_a_header_of_two_lines_is_refused(value: str, server: FakeServer) -> None:
    found = HttpClient(CALM).fetch(Asked("GET", server.url, {"Authorization": value}))
    assert isinstance(found, Failure) and found.why is Why.REFUSED
    assert server.requests == []


def test_no_proxy_of_the_environment_is_used(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert isinstance(get(server.url), Answer)


def test_whoever_waits_is_let_go_when_the_program_stops(server: FakeServer) -> None:
    server.script = [Hang()]
    client = HttpClient(Limits(total=120))
    found: list[Answer | Failure] = []
    waiting = threading.Thread(target=lambda: found.append(client.fetch(Asked("GET", server.url))))
    waiting.start()
    server.next()
    client.hang_up()
    waiting.join(60)
    assert [each.why for each in found if isinstance(each, Failure)] == [Why.STOPPED]
    assert client.fetch(Asked("GET", server.url)) == Failure(Why.STOPPED, "stopped")


def test_nobody_waits_for_a_resolver_when_the_program_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, asked = threading.Event(), threading.Event()

    def look(*_: Any, **__: Any) -> list[Any]:
        asked.set()
        let_go.wait(60)
        return []

    monkeypatch.setattr(engine.socket, "getaddrinfo", look)
    client, found = HttpClient(Limits(connect=120, total=120)), []
    waiting = threading.Thread(target=lambda: found.append(client.fetch(Asked("GET", "http://slow.example"))))
    waiting.start()
    assert asked.wait(60)
    client.hang_up()
    waiting.join(60)
    let_go.set()
    assert found == [Failure(Why.STOPPED, "stopped")]


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(found)
    return found


def test_a_certificate_of_the_named_authority_is_taken(authority: trustme.CA, tmp_path: Path) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serving([Reply(200, b"in secret")], context(authority, "127.0.0.1")) as server:
        found = HttpClient(CALM, ca_file=str(tmp_path / "ca.pem")).fetch(Asked("GET", server.url))
    assert isinstance(found, Answer) and found.body == b"in secret"


def test_w39_bad_tls_gets_nothing(authority: trustme.CA, tmp_path: Path) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with (
        serving(tls=context(authority, "127.0.0.1")) as unknown,
        serving(tls=context(authority, "other.example")) as other,
    ):
        assert tls(HttpClient(CALM), unknown.url) == "TLS failed: unable to get local issuer certificate"
        assert "not valid for '127.0.0.1'" in tls(HttpClient(CALM, ca_file=str(tmp_path / "ca.pem")), other.url)
        assert "cannot be used" in tls(HttpClient(CALM, ca_file=str(tmp_path / "none.pem")), other.url)
        assert unknown.requests == other.requests == []
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=greet, args=(plain,), daemon=True).start()
        assert tls(HttpClient(CALM), f"https://127.0.0.1:{plain.getsockname()[1]}").startswith("TLS failed: ")


def greet(listener: socket.socket) -> None:
    """Speaks first, and no TLS."""
    peer, _ = listener.accept()
    with peer:
        peer.sendall(b"220 mail.example ESMTP\r\n")
        peer.recv(65536)


def tls(client: HttpClient, url: str) -> str:
    found = client.fetch(Asked("POST", url, {}, b"words"))
    assert isinstance(found, Failure) and found.why is Why.TLS and not found.taken
    return found.text


def test_a_peer_that_is_silent_at_the_handshake_is_late() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = get(f"https://127.0.0.1:{silent.getsockname()[1]}", SOON)
    assert isinstance(found, Failure) and found.why is Why.LATE and not found.taken


def test_without_the_package_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, server: FakeServer
) -> None:
    monkeypatch.setattr(fetch, "PACKAGE", "no_such_package")
    found = get(server.url)
    assert found == Failure(Why.REFUSED, "no_such_package is not installed: pip install 'mailgate[connect]'")


def test_the_script_may_be_a_function() -> None:
    def echo(asked: Request) -> Reply:
        return Reply(200, asked.target.encode())

    with serving(echo) as server:
        found = get(f"{server.url}/x")
    assert isinstance(found, Answer) and found.body == b"/x"


def test_a_process_without_descriptors_says_so_and_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any) -> socket.socket:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(engine.socket, "socket", none)
    assert get("http://127.0.0.1:9/") == Failure(Why.UNREACHABLE, "no connection: Too many open files")
