"""Recordings of calls, fetched over real HTTP from where the admin allows it, once, and kept beside their memo."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import trustme
from fakes_http import FakeServer, Reply, serving
from window.conftest import pages_at
from window.exchange import Exchange
from window.sessions import token_of

from mailgate.app.calls import recordings
from mailgate.app.jobs.schedule import run_job
from mailgate.core.asking.http import Asked, Failure, Limits, Why
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.programs.program import CALLS
from mailgate.edge.http.fetch import HttpClient

AUDIO = Reply(200, b"ID3 a voice", {"Content-Type": "audio/mpeg; charset=binary"})
BUSY = Reply(503)


@pytest.fixture(scope="module")
def pbx() -> Iterator[tuple[FakeServer, trustme.CA]]:
    """The exchange's own web server, which has the recordings."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with serving([AUDIO], tls) as server:
        yield server, authority


@pytest.fixture(scope="module")
def exchange(pbx: tuple[FakeServer, trustme.CA], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A desk that may fetch from there, and nowhere else."""
    server, authority = pbx
    folder = tmp_path_factory.mktemp("recordings")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    more = f'[web.calls]\nrecording_max = "1kB"\nrecordings = [{{ url = "{server.url}/r/", secret = "hush" }}]\n'
    with pages_at(folder / "desk", more) as here:
        here.desk.gateway.http = HttpClient(ca_file=str(folder / "ca.pem"))
        yield Exchange(here, token_of(here.desk, "pbx", CALLS))


@pytest.fixture
def server(pbx: tuple[FakeServer, trustme.CA]) -> FakeServer:
    """It has what a test says, and has been asked nothing yet."""
    pbx[0].requests.clear()
    pbx[0].script = [AUDIO]
    return pbx[0]


def missed(exchange: Exchange, number: str, url: str) -> Ticket:
    exchange.tells("missed", f"call of {number}", **{"from": number, "recording": {"url": url}})
    [ticket] = exchange.tickets(number)
    return ticket


def later(exchange: Exchange, **ahead: float) -> int:
    exchange.desk.clock.ahead += timedelta(**ahead)
    done = run_job(exchange.desk.gateway, "recordings", exchange.desk.clock())
    exchange.desk.settle()
    return done


def entries(exchange: Exchange, ticket: Ticket) -> list[Any]:
    return [one for one in exchange.desk.ticket(ticket.number).entries if one.kind is EntryKind.CALL]


def test_a_recording_is_fetched_once_and_kept_beside_its_memo(exchange: Exchange, server: FakeServer) -> None:
    ticket = missed(exchange, "+37120000011", f"{server.url}/r/1.mp3")
    assert server.requests == []  # nobody waits for it
    assert later(exchange, seconds=10) == 1
    [asked] = server.requests
    assert (asked.target, asked.headers["authorization"]) == ("/r/1.mp3", "Bearer hush")
    memo, recording = entries(exchange, ticket)
    [file] = recording.attachments
    assert (file.name.endswith(".mp3"), file.type, file.size) == (True, "audio/mpeg", len(AUDIO.body))
    assert memo.attachments == () and exchange.desk.ticket(ticket.number).status == "new"
    exchange.tells("ended", "call of +37120000011", **{"recording": {"url": f"{server.url}/r/1.mp3"}})
    assert later(exchange, hours=1) == 0 and len(server.requests) == 1


class Stopped:
    """We stop while it is asked."""

    def fetch(self, asked: Asked, limits: Limits | None = None) -> Failure:
        return Failure(Why.STOPPED, "stopped", taken=True)


def test_one_that_was_fetched_whenever_we_stopped_is_fetched_after_the_start(
    exchange: Exchange, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = missed(exchange, "+37120000014", f"{server.url}/r/6.mp3")
    with monkeypatch.context() as stopping:
        stopping.setattr(exchange.desk.gateway, "http", Stopped())
        assert sum(later(exchange, hours=5) for _ in range(len(recordings.PAUSES) + 2)) == 0
    assert later(exchange, hours=5) == 1 and entries(exchange, ticket)[-1].attachments


def test_one_that_comes_after_its_memo_is_fetched_too(exchange: Exchange, server: FakeServer) -> None:
    exchange.tells("missed", "late", **{"from": "+37120000012"})
    exchange.tells("ended", "late", recording={"url": f"{server.url}/r/2.mp3"})
    [ticket] = exchange.tickets("+37120000012")
    assert later(exchange, seconds=10) == 1 and len(entries(exchange, ticket)) == 2


def test_a_server_in_trouble_is_asked_again(exchange: Exchange, server: FakeServer) -> None:
    server.script = [BUSY, BUSY, AUDIO]
    ticket = missed(exchange, "+37120000013", f"{server.url}/r/3.mp3")
    assert [later(exchange, seconds=10), later(exchange, minutes=2), later(exchange, minutes=6)] == [0, 0, 1]
    assert len(server.requests) == 3 and entries(exchange, ticket)[-1].attachments


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (Reply(200, b"x" * 2000, {"Content-Type": "audio/mpeg"}), 1),  # too large
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), 1),
        (Reply(200, b"", {"Content-Type": "audio/mpeg"}), 1),
        (Reply(410), 1),
        (Reply(302, b"", {"Location": "https://169.254.169.254/"}), 6),  # not followed
        (BUSY, 6),
    ],
    ids=["large", "page", "empty", "gone", "elsewhere", "busy"],
)
def test_what_cannot_be_had_is_said_once_with_its_address(
    exchange: Exchange, server: FakeServer, answer: Reply, asked: int, request: pytest.FixtureRequest
) -> None:
    server.script = [answer]
    number = f"+3713000{(sum(map(ord, request.node.name))) % 10000:04}"
    ticket = missed(exchange, number, f"{server.url}/r/4.mp3")
    assert sum(later(exchange, hours=5) for _ in range(7)) == 1
    assert len(server.requests) == asked
    said = entries(exchange, ticket)[-1]
    assert f"{server.url}/r/4.mp3" in said.text and not said.attachments and len(entries(exchange, ticket)) == 2


@pytest.mark.parametrize("way", ["../secret", "a/../../secret", "%2e%2e/secret", "a/..%2fsecret", "..", "..\\secret"])
def test_w39_nothing_is_asked_above_the_place_that_is_listed(exchange: Exchange, server: FakeServer, way: str) -> None:
    url = f"{server.url}/r/{way}"
    ticket = missed(exchange, f"+37150{sum(map(ord, way)):06}", url)
    assert later(exchange, seconds=10) == 1
    assert server.requests == [] and url in entries(exchange, ticket)[-1].text


@pytest.mark.parametrize("url", ["https://169.254.169.254/r/1.mp3", "http://127.0.0.1:1/r/1.mp3", "file:///etc/passwd"])
def test_w39_nothing_is_asked_of_a_host_that_is_not_listed(exchange: Exchange, server: FakeServer, url: str) -> None:
    number = f"+37140{len(url):06}"
    ticket = missed(exchange, number, url)
    assert later(exchange, seconds=10) == 1
    assert server.requests == [] and url in entries(exchange, ticket)[-1].text


def test_a_call_without_a_memo_has_no_recording_and_goes_after_a_month(exchange: Exchange, server: FakeServer) -> None:
    exchange.tells("answered", "talk")
    exchange.tells("ended", "talk", seconds=9, recording={"url": f"{server.url}/r/5.mp3"})
    assert later(exchange, minutes=1) == 0 and server.requests == []
    desk = exchange.desk
    assert desk.gateway.store.read(lambda read: read.calls.get("pbx", "talk")) is not None
    desk.clock.ahead += timedelta(days=31)
    run_job(desk.gateway, "sweep", desk.clock())
    assert desk.gateway.store.read(lambda read: read.calls.get("pbx", "talk")) is None


def test_pauses_grow_and_end() -> None:
    assert list(recordings.PAUSES) == sorted(recordings.PAUSES) and len(recordings.PAUSES) == 5
