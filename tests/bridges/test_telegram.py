"""The bridge to Telegram, by webhook and by asking: private chats, files, limits, and a token that no word leaks."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from fakes_http import Hang, Reply, Request, as_json
from telegram import Telegram, _said

TOKEN = "123456:ABC-DEF"


def own(api: str, secret: str = "s3cret") -> Mapping[str, str]:
    return {"token": TOKEN, "api": api, "webhook_secret": secret}


def update(id: int = 1, key: str = "message", chat: str = "private", **what: Any) -> dict[str, Any]:
    sender = {"id": 77, "is_bot": False, "first_name": "Ilze", "last_name": "Bērziņa", "language_code": "lv"}
    return {
        "update_id": 9000 + id,
        key: {"message_id": id, "from": sender, "chat": {"id": 77, "type": chat}, "date": 1790000000, **what},
    }


def bot(asked: Request) -> Reply:
    if asked.target.startswith("/file/"):
        return Reply(200, b"octets")
    method = asked.target.rpartition("/")[2]
    return as_json(
        {
            "ok": True,
            "result": {"file_id": "f", "file_path": "photos/1.jpg"}
            if method == "getFile"
            else {"message_id": len(asked.body)},
        }
    )


KINDS = [
    ("a text", {"text": "Labdien"}, "Labdien", ()),
    ("a photo", {"caption": "See", "photo": [{"file_id": "small"}, {"file_id": "large"}]}, "See", ("photo.jpg", "image/jpeg", "large")),
    ("a document", {"document": {"file_id": "d", "file_name": "a.pdf", "mime_type": "application/pdf"}}, "", ("a.pdf", "application/pdf", "d")),
    ("a voice", {"voice": {"file_id": "v", "duration": 3, "mime_type": "audio/ogg"}}, "", ("voice.oga", "audio/ogg", "v")),
    ("a place", {"location": {"latitude": 56.9, "longitude": 24.1}, "venue": {"title": "HQ", "address": "Brīvības 1"}},
     "[location: 56.9, 24.1, HQ, Brīvības 1]", ()),
    ("a card", {"contact": {"phone_number": "+37120000000", "first_name": "Jānis", "last_name": "", "user_id": 5}}, "[contact: Jānis  +37120000000]", ()),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "text", "file"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_each_kind_becomes_words_or_a_file(sent, text, file):
    said = _said(update(**sent))
    assert said is not None and (said.text, said.person, said.name, said.phone) == (text, "77", "Ilze Bērziņa", "")
    assert tuple((ref.name, ref.type, ref.where) for ref in said.refs) == ((file,) if file else ())


def test_a_person_who_shares_their_own_card_gives_their_number():
    said = _said(update(contact={"phone_number": "+37120000000", "first_name": "Ilze", "user_id": 77}))
    assert said is not None and said.phone == "+37120000000"


def test_a_change_is_said_and_names_what_it_changes():
    said = _said(update(5, "edited_message", text="Labrīt", edit_date=1790000060))
    assert said is not None and (said.text, said.id, said.reply_to) == (
        "[changed to:] Labrīt",
        "77.5.1790000060",
        "77.5",
    )


@pytest.mark.parametrize("sent", [{"poll": {"id": "1"}}, {"photo": []}, {"document": None}, {"voice": {"duration": 1}}])
def test_what_nobody_told_us_of_is_shown_as_it_came(sent):
    said = _said(update(**sent))
    assert said is not None and said.text.startswith("[a message of a kind")


def test_groups_and_what_is_no_message_are_left_alone():
    assert _said(update(text="x", chat="supergroup")) is None
    assert _said({"update_id": 1, "my_chat_member": {"chat": {"id": 77, "type": "private"}}}) is None


def test_a_webhook_needs_the_secret_token(start):
    running = start(Telegram, own, bot)
    body = json.dumps(update(text="Labdien")).encode()
    for token in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
        assert running.hook(body, token).status == 401
    assert running.hook(body, {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}).status == 200
    (came,) = running.came(1)
    assert (
        came["id"] == "77.1"
        and came["person"] == {"id": "77", "name": "Ilze Bērziņa"}
        and came["at"] == "2026-09-21T14:13:20Z"
    )


def test_a_bridge_without_a_secret_takes_no_webhook(start):
    running = start(Telegram, lambda api: own(api, ""), bot)
    assert running.hook(b"{}", {"X-Telegram-Bot-Api-Secret-Token": ""}).status == 401


def test_asking_moves_on_only_past_what_is_on_the_disk(start):
    """Told again after a crash before the cursor was written: nothing twice; after it: nothing lost."""
    offsets: list[int] = []

    def api(asked: Request) -> Reply | Hang:
        if not asked.target.endswith("/getUpdates"):
            return bot(asked)
        offsets.append(asked.json["offset"])
        pages = [[update(1, text="a"), update(2, text="b")], [update(2, text="b"), update(3, text="c")]]
        return as_json({"ok": True, "result": pages[len(offsets) - 1]}) if len(offsets) <= len(pages) else Hang()

    running = start(Telegram, lambda url: own(url, ""), api)
    assert running.bridge.provider.polls
    threading.Thread(target=running.bridge.listen, daemon=True).start()
    assert [each["text"] for each in running.came(3)] == ["a", "b", "c"]
    assert offsets[:2] == [0, 9003]


def test_a_file_is_fetched_in_two_steps(start):
    running = start(Telegram, own, bot)
    body = json.dumps(update(photo=[{"file_id": "large"}])).encode()
    running.hook(body, {"X-Telegram-Bot-Api-Secret-Token": "s3cret"})
    assert running.came(1)[0]["files"] == [{"name": "photo.jpg", "type": "image/jpeg", "data": "b2N0ZXRz"}]
    assert [each.target for each in running.provider.requests] == [
        f"/bot{TOKEN}/getFile",
        f"/file/bot{TOKEN}/photos/1.jpg",
    ]


def test_an_answer_and_its_file_leave(start):
    running = start(Telegram, own, bot)
    told = running.send(
        {
            "channel": "chat",
            "person": "77",
            "text": "Labdien!",
            "files": [{"name": "a.pdf", "type": "application/pdf", "data": "aQ=="}],
            "id": "d1",
        }
    )
    assert told.status == 200 and told.document()["id"].startswith("77.")
    text, file = running.provider.requests
    assert text.target == f"/bot{TOKEN}/sendMessage" and text.json["chat_id"] == "77" and "parse_mode" not in text.json
    assert file.target == f"/bot{TOKEN}/sendDocument" and b'name="document"; filename="a.pdf"' in file.body


ERRORS: list[tuple[Callable[[Request], Any], int]] = [
    (lambda _: as_json({"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 7}}, 429), 429),
    (lambda _: as_json({"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}, 403), 422),
    (lambda _: as_json({"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, 400), 422),
    (lambda _: as_json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401), 503),
    (lambda _: Reply(502, b"<html>bad gateway"), 503),
    (lambda _: Reply(raw=b"nonsense"), 200),  # in doubt: see test_bridge.py
    (lambda _: Reply(200), 200),
]  # fmt: skip


@pytest.mark.parametrize(("api", "status"), ERRORS)
def test_errors_of_the_provider_as_mailgate_hears_them(start, caplog, api, status):
    running = start(Telegram, own, api)
    answer = running.send({"channel": "chat", "person": "77", "text": "x", "id": "d1"})
    assert answer.status == status and (status != 429 or answer.after == 7)
    assert TOKEN not in answer.body.decode() and TOKEN not in caplog.text


def test_a_path_that_is_none_gives_the_token_away_to_nobody(start, caplog, monkeypatch):
    monkeypatch.setattr("bridge.FETCHES", 0)
    running = start(Telegram, own, lambda _: as_json({"ok": True, "result": {"file_path": "a\r\nb c"}}))
    body = json.dumps(update(photo=[{"file_id": "large"}])).encode()
    running.hook(body, {"X-Telegram-Bot-Api-Secret-Token": "s3cret"})
    (came,) = running.came(1)
    assert came["text"].startswith("[photo.jpg: could not be fetched") and TOKEN not in came["text"] + caplog.text
