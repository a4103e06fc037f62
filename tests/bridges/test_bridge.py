"""What all bridges share: nothing is lost, nothing comes twice, nothing unsigned is sent, no peer can hold us up."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bridge as shared
import chat
import ends
import pytest
import settings
import spool
import whatsapp
from fakes_http import Drip, FakeServer, Flood, Hang, Reply, Request, as_json

BRIDGES = Path(__file__).parents[2] / "bridges"
KEY = b"0123456789abcdef0123456789abcdef"


class Plain:
    """A provider without any: what comes is a list of what was said, an answer is written down."""

    max_text = 100
    polls = False

    def __init__(self, own: Mapping[str, str]) -> None:
        self.sent: list[tuple[str, str]] = []
        self.held = threading.Event()
        self.holds = False
        self.fetched: list[str] = []

    def hello(self, query: Mapping[str, str]) -> str:
        return "hello"

    def heard(self, asked: ends.Asked) -> Sequence[chat.Heard]:
        return [chat.Said(**each) for each in json.loads(asked.body)]

    def poll(self, cursor: str) -> tuple[Sequence[chat.Heard], str]:
        return (), cursor

    def called(self, person: str) -> str:
        raise ends.Away("names are not told")

    def fetch(self, ref: chat.Ref, limit: int) -> chat.File:
        raise ends.Away("not now")

    def say(self, person: str, text: str) -> str:
        if self.holds:
            self.held.wait(60)
        self.sent.append((person, text))
        return f"p{len(self.sent)}"

    def show(self, person: str, file: chat.File) -> str:
        raise ends.Refusal(422, f"{file.name}: no files here")


def own(url: str) -> dict[str, str]:
    return {}


def said(*rows: tuple[str, str, str]) -> bytes:
    return json.dumps([{"id": id, "person": person, "text": text} for id, person, text in rows]).encode()


OWED = {"channel": "chat", "person": "p", "text": "hello", "id": "d1"}


def test_w36_nothing_unsigned_old_or_foreign_is_sent(start):
    running = start(Plain, own)
    assert running.send(OWED, key=b"another key, another key").status == 401
    assert running.send(OWED, at=time.time() - 400).status == 401
    assert running.send(OWED, at=time.time() + 400).status == 401
    assert ends.post(f"{running.url}/out", OWED, {}).status == 401
    assert running.send({**OWED, "channel": "another"}).status == 422
    assert running.send({**OWED, "person": ""}).status == 422
    assert running.send({**OWED, "text": " "}).status == 422
    assert running.send({**OWED, "files": [{"name": "a", "data": "no base64"}]}).status == 422
    assert running.bridge.provider.sent == []
    assert running.send(OWED).status == 200


def test_either_of_two_secrets_proves_while_one_is_changed():
    first, second = b"0" * 24, b"1" * 24
    for key in (first, second):
        stamp = str(int(time.time()))
        mac = base64.b64encode(shared.hmac.digest(key, f"a.{stamp}.x".encode(), "sha256")).decode()
        headers = {"webhook-id": "a", "webhook-timestamp": stamp, "webhook-signature": f"v1,zzz v1,{mac}"}
        shared.proved(ends.Asked("POST", "/out", {}, headers, b"x"), (first, second), time.time())


def test_an_answer_asked_for_twice_is_sent_once(start):
    running = start(Plain, own)
    first, second = running.send(OWED), running.send(OWED)
    assert first.body == second.body and running.bridge.provider.sent == [("p", "hello")]


def test_a_ping_is_answered_and_nothing_done(start):
    running = start(Plain, own)
    assert running.send({"type": "ping", "channel": "chat"}).status == 200 and running.bridge.provider.sent == []


def test_where_nobody_can_tell_it_is_not_sent_again_and_people_are_told(start, monkeypatch):
    """The provider took the request and did not answer; mailgate asks again, and the agent hears of the doubt once."""

    def silent(self: Plain, person: str, text: str) -> str:
        self.sent.append((person, text))
        raise ends.Away("no answer: timed out", unsure=True)

    monkeypatch.setattr(Plain, "say", silent)
    running = start(Plain, own)
    assert running.send(OWED).status == 200 and running.send(OWED).status == 200
    assert running.bridge.provider.sent == [("p", "hello")]
    (told,) = running.came(1)
    assert (told["id"], told["state"]) == ("d1", "failed") and "may have arrived" in told["error"]


def test_killed_while_the_provider_had_it_it_is_in_doubt_too(start):
    running = start(Plain, own)
    running.bridge.spool.note("d1", 0, "", "p")  # the last a bridge did before it was killed
    assert running.send(OWED).status == 200 and running.bridge.provider.sent == []
    assert running.came(1)[0]["state"] == "failed"


def test_what_is_being_sent_is_not_sent_beside_itself(start):
    running = start(Plain, own)
    running.bridge.provider.holds = True
    answers: list[ends.Answer] = []
    thread = threading.Thread(target=lambda: answers.append(running.send(OWED)))
    thread.start()
    while not running.bridge._sending:
        time.sleep(0.001)
    second = running.send(OWED)
    assert (second.status, second.after) == (503, 5)
    running.bridge.provider.held.set()
    thread.join(60)
    assert answers[0].status == 200 and running.bridge.provider.sent == [("p", "hello")]


def test_a_part_that_never_leaves_is_said_with_what_did(start):
    running = start(Plain, own)
    answer = running.send({**OWED, "files": [{"name": "a.pdf", "type": "application/pdf", "data": "aQ=="}]})
    assert answer.status == 422 and "a.pdf: no files here (part 2 of 2" in answer.document()["error"]
    assert running.bridge.provider.sent == [("p", "hello")]


def test_messages_wait_for_mailgate_and_come_in_order(start):
    answers = iter([503, 500, 201, 201, 201])
    running = start(Plain, own, mailgate=lambda _: Reply(next(answers), headers={"Retry-After": "0"}))
    assert running.hook(said(("1", "p", "a"), ("2", "p", "b"), ("1", "p", "again")), {}).status == 200
    assert [each["text"] for each in running.came(4)] == ["a", "a", "a", "b"]


def test_one_person_who_waits_holds_up_nobody_else(start):
    def desk(asked: Request) -> Reply:
        return Reply(503, headers={"Retry-After": "600"}) if asked.json["person"]["id"] == "p" else Reply(201)

    running = start(Plain, own, mailgate=desk)
    running.hook(said(("1", "p", "a"), ("2", "p", "b"), ("3", "q", "c")), {})
    assert [each["text"] for each in running.came(2)] == ["a", "c"]
    assert running.bridge.spool.counts() == {"waiting": 2} or running.bridge.spool.counts() == {"waiting": 3}


def test_what_mailgate_refuses_for_good_stays_for_a_person_and_holds_up_nobody(start):
    refused = [as_json({"title": "no", "detail": "no such thing"}, 422)]
    running = start(Plain, own, mailgate=lambda _: refused.pop() if refused else Reply(201))
    running.hook(said(("1", "p", "a"), ("2", "p", "b")), {})
    assert [each["text"] for each in running.came(2)] == ["a", "b"]
    assert '"text": "a"' in running.bridge.spool.shown()
    assert running.bridge.spool.again() == 1
    running.bridge.woken.set()
    assert running.came(1)[0]["text"] == "a"


def test_files_too_large_for_the_desk_are_named_instead(start, monkeypatch):
    monkeypatch.setattr(Plain, "fetch", lambda self, ref, limit: chat.File(ref.name, ref.type, b"x" * 100))
    running = start(Plain, own, mailgate=lambda asked: Reply(413 if asked.json["files"] else 201))
    body = json.dumps(
        [{"id": "1", "person": "p", "text": "see", "refs": [{"name": "a.mp4", "type": "video/mp4", "where": "x"}]}]
    )
    monkeypatch.setattr(
        Plain, "heard", lambda self, asked: [chat.Said("1", "p", "see", refs=(chat.Ref("a.mp4", "video/mp4", "x"),))]
    )
    running.hook(body.encode(), {})
    first, second = running.mailgate.next(), running.mailgate.next()
    assert second.json["text"] == "see\n[a.mp4: too large for the desk]" and second.json["files"] == []
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_a_file_that_cannot_be_had_is_asked_for_again_and_then_named(start, monkeypatch):
    monkeypatch.setattr("bridge.FETCHES", 1)
    monkeypatch.setattr(
        Plain, "heard", lambda self, asked: [chat.Said("1", "p", "", refs=(chat.Ref("a.mp4", "video/mp4", "x"),))]
    )
    running = start(Plain, own)
    running.hook(b"[]", {})
    assert running.came(1)[0]["text"] == "[a.mp4: could not be fetched: not now]"


def test_every_try_has_the_same_octets(start, monkeypatch):
    """Else the second would be another message under the same key."""
    names = iter(["Anna", "Berta"])
    monkeypatch.setattr(Plain, "called", lambda self, person: next(names))
    answers = iter([503, 201])
    running = start(Plain, own, mailgate=lambda _: Reply(next(answers)))
    running.hook(said(("1", "p", "a")), {})
    first, second = running.mailgate.next(), running.mailgate.next()
    assert first.body == second.body and first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_words_are_wiped_once_mailgate_has_them(start, tmp_path):
    running = start(Plain, own)
    running.hook(said(("1", "p", "a canary sang")), {})
    running.came(1)
    while running.bridge.spool.counts():
        time.sleep(0.001)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("spool.db*"))
    assert b"canary" not in kept
    assert running.bridge.spool.keep([("said 1", "p", {})]) == 0  # and it is still known


def test_nothing_is_answered_before_it_is_kept(start, monkeypatch):
    running = start(Plain, own)

    def full(came: Any) -> int:
        raise spool.sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(running.bridge.spool, "keep", full)
    assert running.hook(said(("1", "p", "a")), {}).status == 500


def test_the_spool_is_for_nobody_else(tmp_path):
    spool.Spool(tmp_path / "s.db").close()
    assert (tmp_path / "s.db").stat().st_mode & 0o077 == 0


# The server


def raw(running: Any, octets: bytes, wait: float = 60) -> bytes:
    with socket.create_connection(("127.0.0.1", running.door.server_address[1]), timeout=wait) as line:
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
def test_rough_requests_are_answered_and_ended(start, octets, told):
    assert told in raw(start(Plain, own), octets).split(b"\r\n")[0]


def test_a_slow_peer_is_cut_off_and_holds_up_nobody(start):
    running = start(Plain, own)
    running.door.seconds = 0.3
    slow = [b"POST /webhook HTTP/1.1\r\nContent-Length: 9\r\n\r\nx", b"GET / HT", b""]
    lines = [socket.create_connection(("127.0.0.1", running.door.server_address[1]), timeout=60) for _ in slow]
    for line, octets in zip(lines, slow, strict=True):
        line.sendall(octets)
    for line in lines:
        while line.recv(65536):
            pass
        line.close()
    running.door.seconds = 60
    assert running.get("/healthz").status == 200


def test_more_than_are_served_at_once_are_closed(start, monkeypatch):
    monkeypatch.setattr(ends, "AT_ONCE", 2)
    running = start(Plain, own)
    lines = [socket.create_connection(("127.0.0.1", running.door.server_address[1]), timeout=60) for _ in range(3)]
    assert lines[2].recv(1) == b""
    for line in lines:
        line.close()
    while running.door._free._value < 2:  # type: ignore[attr-defined]
        time.sleep(0.001)
    assert running.get("/healthz").status == 200


# The client


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


# Words


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 5, []),
        ("  a  ", 5, ["a"]),
        ("one two", 5, ["one", "two"]),
        ("one\n\ntwo three", 9, ["one\n\ntwo", "three"]),
        ("abcdefgh", 5, ["abcde", "fgh"]),
        ("😀😀😀", 5, ["😀😀", "😀"]),
        ("x" * 11, 5, ["xxxxx", "xxxxx", "x"]),
    ],
)
def test_long_texts_are_cut_where_it_hurts_least(text, limit, parts):
    assert chat.pieces(text, limit) == parts


# The program

CONFIG = """
[bridge]
listen = "127.0.0.1:{port}"
spool = "{folder}/telegram.db"
[mailgate]
url = "{mailgate}"
channel = "telegram"
token = "env:MAILGATE_TOKEN"
secret = ["file:{folder}/secret", "whsec_{key}"]
[telegram]
token = "123:abc"
api = "{api}"
webhook_secret = "s3cret"
"""


def config(folder: Path, **said: Any) -> Path:
    key = base64.b64encode(KEY).decode()
    (folder / "secret").write_text(key)
    file = folder / "telegram.toml"
    file.write_text(
        CONFIG.format(**{"port": 1, "folder": folder, "mailgate": "http://127.0.0.1:1", "api": "x", "key": key, **said})
    )
    return file


def test_secrets_stand_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("MAILGATE_TOKEN", "mg_1_x")
    read = settings.read(config(tmp_path), "telegram", ("token",), {"api": "", "webhook_secret": ""})
    assert read.token == "mg_1_x" and read.secrets == (KEY, KEY) and (read.host, read.port) == ("127.0.0.1", 1)
    assert "mg_1_x" not in repr(read) and "123:abc" not in repr(read)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('channel = "telegram"', "", "missing: mailgate.channel"),
        ("[bridge]", "[bridge]\nlisten_on = 1", r"\[bridge\] is not to have: listen_on"),
        ("[bridge]", "[bridges]\n[bridge]", "no section bridges"),
        ('token = "123:abc"', "", "missing: telegram.token"),
        ('"whsec_', '"whsec_short" #', "at least 16 octets"),
        ('"whsec_', '"whsec_!" #', "at least 16 octets"),
    ],
)
def test_a_wrong_configuration_is_named(tmp_path, monkeypatch, old, new, words):
    monkeypatch.setenv("MAILGATE_TOKEN", "mg_1_x")
    file = config(tmp_path)
    text = file.read_text()
    assert old in text
    line = next(each for each in text.splitlines() if old in each)
    file.write_text(
        text.replace(line, line.replace(old, new) if "#" not in new else f"secret = {new.replace(' #', '')}")
    )
    with pytest.raises(ValueError, match=words):
        settings.read(file, "telegram", ("token",), {"api": "", "webhook_secret": ""})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def begin(file: Path) -> subprocess.Popen[bytes]:
    program = [sys.executable, str(BRIDGES / "telegram.py"), str(file)]
    return subprocess.Popen(program, env={**os.environ, "MAILGATE_TOKEN": "mg_1_x"}, stderr=subprocess.PIPE)


def hook(port: int, id: int) -> int:
    message = {"message_id": id, "chat": {"id": 7, "type": "private"}, "date": 1790000000, "text": f"no {id}"}
    body = {"update_id": id, "message": message}
    for _ in range(600):  # until it listens
        try:
            return ends.post(
                f"http://127.0.0.1:{port}/webhook", body, {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
            ).status
        except ends.Away:
            time.sleep(0.1)
    raise AssertionError("it never listened")


def test_killed_between_it_has_lost_nothing_and_says_nothing_twice(tmp_path):
    """Mailgate is away, the bridge says 200 and is killed; started again it brings what it had, once."""
    port, down = free_port(), FakeServer([Reply(503)])
    file = config(tmp_path, port=port, mailgate=down.url)
    first = begin(file)
    assert hook(port, 1) == 200
    down.next()  # it tried
    first.send_signal(signal.SIGKILL)
    first.wait(60)
    assert first.stderr is not None
    first.stderr.close()
    up = FakeServer([as_json({"ticket": 1}, 201)])
    config(tmp_path, port=port, mailgate=up.url)
    second = begin(file)
    try:
        assert hook(port, 1) == 200 and hook(port, 2) == 200
        assert [up.next().json["text"] for _ in range(2)] == ["no 1", "no 2"]
        assert len(up.requests) == 2
    finally:
        second.terminate()
        assert second.wait(60) == 0
        assert second.stderr is not None
        assert b"123:abc" not in second.stderr.read()
        second.stderr.close()
        up.close()
        down.close()


def test_its_small_commands(tmp_path):
    file = config(tmp_path)
    env = {**os.environ, "MAILGATE_TOKEN": "x"}

    def told(*args: str) -> tuple[int, str]:
        program = [sys.executable, str(BRIDGES / "telegram.py"), str(file), *args]
        run = subprocess.run(program, env=env, capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    assert told("--check") == (0, "ok\n")
    assert told("--list") == (0, "nothing waits\n")
    file.write_text("[bridge]\n")
    status, words = told("--check")
    assert status == 2 and "missing: telegram.token" in words


def test_the_file_that_the_guide_shows_is_taken(tmp_path):
    shown = (BRIDGES / "README.md").read_text().split("```toml")[1].split("```")[0]
    file = tmp_path / "whatsapp.toml"
    file.write_text(shown.replace("whsec_...", base64.b64encode(KEY).decode()))
    read = settings.read(file, "whatsapp", whatsapp.NEEDS, whatsapp.MAY)
    assert (read.port, read.channel, read.own["verify_token"]) == (8090, "whatsapp", "any words of yours")
