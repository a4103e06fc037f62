"""What all bridges share: nothing is lost, nothing comes twice, nothing unsigned is sent, no peer can hold us up."""

import base64
import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import bridge as shared
import chat
import ends
import pytest
import spool
from fakes_http import Reply, Request, as_json


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
        return Reply(503, headers={"Retry-After": "86400"}) if asked.json["person"]["id"] == "p" else Reply(201)

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


def test_what_is_odd_is_made_fit_for_the_desk(start, monkeypatch):
    """Halves of letters, controls, an endless name, id and text, thirty files: never a refusal, and no word is lost."""
    refs = tuple(chat.Ref(f"{n}.jpg", "image/jpeg", "x") for n in range(30))
    odd = chat.Said("i" * 300, "p", "a\ud800\x00b\n" + "c" * 70_000, "N\x1b" * 200, "1" * 90, refs, reply_to="\x7f")
    monkeypatch.setattr(Plain, "heard", lambda self, asked: [odd])
    monkeypatch.setattr(Plain, "fetch", lambda self, ref, limit: chat.File(ref.name, ref.type, b"x"))
    running = start(Plain, own)
    assert running.hook(b"[]", {}).status == 200
    (came,) = running.came(1)
    assert (len(came["id"]), len(came["person"]["name"]), len(came["person"]["phone"])) == (64, 100, 40)
    assert came["text"].startswith("a\ufffdb\nccc") and len(came["text"]) == 60_000 and len(came["reply_to"]) == 64
    whole = base64.b64decode(came["files"][0]["data"]).decode()
    assert len(came["files"]) == 20 and whole.count("c" * 70_000) == 1 and "[29.jpg: not fetched" in whole


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


def test_what_is_due_is_found_without_reading_all_that_ever_came(tmp_path):
    kept = spool.Spool(tmp_path / "s.db")
    plan = [row[3] for row in kept._do(f"EXPLAIN QUERY PLAN {spool.NEXT}", time.time())]
    kept.close()
    assert any("USING INDEX heard_order" in step for step in plan), plan
    assert any("USING INDEX heard_waiting" in step for step in plan), plan


def test_the_spool_is_for_nobody_else(tmp_path):
    spool.Spool(tmp_path / "s.db").close()
    assert (tmp_path / "s.db").stat().st_mode & 0o077 == 0


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
