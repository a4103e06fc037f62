"""The bridge to WhatsApp against a fake Graph API: each documented kind of message, and what else can come."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
import whatsapp
from bridges.conftest import SECRET, signed
from fakes_http import Reply, Request, as_json
from whatsapp import WhatsApp

NUMBER = "106540352242922"
LATELY = str(int(time.time()))


def own(graph: str) -> Mapping[str, str]:
    return {
        "phone_number_id": NUMBER,
        "access_token": "EAAtoken",
        "app_secret": SECRET,
        "verify_token": "tell me",
        "graph": graph,
    }


def hook(*messages: Mapping[str, Any], statuses: Any = (), number: str = NUMBER, name: str = "Sheena Nelson") -> bytes:
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": number},
        "contacts": [{"profile": {"name": name}, "wa_id": "16505551234"}],
    }
    value |= {"messages": list(messages)} if messages else {}
    value |= {"statuses": list(statuses)} if statuses else {}
    change = {"value": value, "field": "messages"}
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}
    ).encode()


def message(kind: str, what: Any, id: str = "wamid.1", **more: Any) -> dict[str, Any]:
    return {"from": "16505551234", "id": id, "timestamp": LATELY, "type": kind, kind: what, **more}


def graph(asked: Request) -> Reply:
    """A Graph API that has every file and takes every message."""
    if asked.target.startswith("/download"):
        return Reply(200, b"\x89PNG-octets", {"Content-Type": "image/png"})
    if asked.method == "GET":
        where = f"http://{asked.headers['host']}/download/{asked.target[1:].split('?')[0]}"
        return as_json(
            {"messaging_product": "whatsapp", "url": where, "mime_type": "image/png", "file_size": 11, "id": "1"}
        )
    if asked.target.endswith("/media"):
        return as_json({"id": "4490709327384033"})
    return as_json(
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": "1", "wa_id": "1"}],
            "messages": [{"id": f"wamid.out{len(asked.body)}"}],
        }
    )


KINDS = [
    ("a text", message("text", {"body": "Does it come in another color?"}), "Does it come in another color?"),
    ("a button of a template", message("button", {"payload": "No-Thanks", "text": "No thanks"}), "No thanks"),
    ("a place", message("location", {"latitude": 37.4, "longitude": -122.1, "name": "HQ", "address": "1 Hacker Way"}),
     "[location: 37.4, -122.1, HQ, 1 Hacker Way]"),
    ("a place without a name", message("location", {"latitude": 0, "longitude": 0}), "[location: 0, 0]"),
    ("a card", message("contacts", [{"name": {"formatted_name": "Barbara Johnson", "first_name": "Barbara"}, "org": {"company": "Lucky Shrub"},
     "phones": [{"phone": "+1 (415) 555-0829", "wa_id": "14155550829", "type": "MOBILE"}], "emails": [{"email": "b@luckyshrub.example"}],
     "addresses": [{"street": "1 Way", "city": "Menlo Park", "zip": "94025", "country": "US"}], "urls": [{"url": "https://x.example"}]}]),
     "[contact: Barbara Johnson, Lucky Shrub, +1 (415) 555-0829, b@luckyshrub.example, https://x.example, 1 Way 94025 Menlo Park US]"),
    ("a chosen button", message("interactive", {"type": "button_reply", "button_reply": {"id": "cancel", "title": "Cancel"}}), "Cancel"),
    ("a chosen row", message("interactive", {"type": "list_reply", "list_reply": {"id": "p", "title": "Priority", "description": "Next Day"}}),
     "Priority\nNext Day"),
    ("a filled form", message("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"a": 1}'}}),
     'Sent\n{"a": 1}'),
    ("an order", message("order", {"catalog_id": "1", "text": "Love these!", "product_items":
     [{"product_retailer_id": "di9ozbzfi4", "quantity": 2, "item_price": 30, "currency": "USD"}]}), "Love these!\n[ordered: 2 × di9ozbzfi4, 30 USD]"),
    ("a reaction", message("reaction", {"message_id": "wamid.x", "emoji": "👍"}), "[reaction: 👍]"),
    ("a reaction taken back", message("reaction", {"message_id": "wamid.x"}), "[a reaction was taken back]"),
    ("a number that changed", message("system", {"body": "Sheena changed from 1650 to 1651", "type": "user_changed_number"}),
     "[WhatsApp: Sheena changed from 1650 to 1651]"),
    ("what WhatsApp withholds", message("unsupported", {"type": "video_note"}, errors=[{"code": 131051, "title": "Message type unknown",
     "error_data": {"details": "Message type is currently not supported."}}]),
     "[WhatsApp does not hand over this message (video_note): Message type is currently not supported. (131051)]"),
    ("an advertisement's", message("text", {"body": "More?"}, referral={"source_url": "https://fb.me/3", "headline": "Chat with us"}),
     "More?\n[came by an advertisement: Chat with us]"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "text"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_each_kind_becomes_words(sent, text):
    (said,) = WhatsApp(own("http://x"))._heard(json.loads(hook(sent)))
    assert (said.text, said.person, said.name, said.phone) == (text, "16505551234", "Sheena Nelson", "+16505551234")
    assert said.refs == () and said.at == int(LATELY)


STRANGE = [
    message("poll", {"question": "Which?"}),
    message("text", None),
    message("text", {"body": ""}),
    message("contacts", "no list"),
    message("interactive", {"type": "flow"}),
    message("image", {"caption": "no id"}),
    message("order", []),
]


@pytest.mark.parametrize("sent", STRANGE)
def test_what_nobody_told_us_of_is_shown_as_it_came(sent):
    (said,) = WhatsApp(own("http://x"))._heard(json.loads(hook(sent)))
    assert said.text.startswith("[a message of a kind this bridge does not know: {") and said.id == "wamid.1"


def test_files_are_named_typed_and_referred_to_by_their_id():
    sent = [
        message("image", {"caption": "Taj Mahal", "mime_type": "image/jpeg", "sha256": "x", "id": "10035"}, "a"),
        message("document", {"filename": "lease.pdf", "mime_type": "application/pdf", "id": "77"}, "b"),
        message("audio", {"mime_type": "audio/ogg; codecs=opus", "id": "78", "voice": True}, "c"),
        message("sticker", {"mime_type": "image/webp", "animated": False, "id": "79"}, "d"),
        message("video", {"mime_type": "video/mp4", "id": "80"}, "e"),
    ]
    said = list(WhatsApp(own("http://x"))._heard(json.loads(hook(*sent))))
    assert [(each.refs[0].name, each.refs[0].type, each.refs[0].where) for each in said] == [
        ("image.jpg", "image/jpeg", "10035"),
        ("lease.pdf", "application/pdf", "77"),
        ("voice.oga", "audio/ogg", "78"),
        ("sticker.webp", "image/webp", "79"),
        ("video.mp4", "video/mp4", "80"),
    ]
    assert said[0].text == "Taj Mahal"


def test_a_message_reaches_mailgate_with_its_file_and_under_its_id(start):
    running = start(WhatsApp, own, graph)
    body = hook(
        message(
            "image",
            {"caption": "Broken", "mime_type": "image/png", "id": "10035"},
            context={"from": "1", "id": "wamid.0"},
        )
    )
    assert running.hook(body, signed(body)).status == 200
    came = running.mailgate.next()
    assert came.target == "/api/v1/chats/chat/messages" and came.headers["host"] == "help.acme.example"
    assert came.headers["authorization"] == "Bearer mg_1_secret" and came.headers["idempotency-key"] == "wamid.1"
    assert came.json["person"] == {"id": "16505551234", "name": "Sheena Nelson", "phone": "+16505551234"}
    octets = base64.b64encode(b"\x89PNG-octets").decode()
    assert came.json["files"] == [{"name": "image.png", "type": "image/png", "data": octets}]
    assert came.json["text"] == "Broken" and came.json["reply_to"] == "wamid.0" and came.json["id"] == "wamid.1"
    media, download = running.provider.requests
    assert media.target == f"/10035?phone_number_id={NUMBER}" and media.headers["authorization"] == "Bearer EAAtoken"
    assert download.headers["authorization"] == "Bearer EAAtoken"


def test_the_webhook_is_verified_by_its_token(start):
    running = start(WhatsApp, own)
    right = running.get("/webhook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=tell%20me")
    assert (right.status, right.body) == (200, b"1158201444") and right.headers["content-type"].startswith("text/plain")
    assert running.get("/webhook?hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess").status == 403
    assert running.get("/webhook").status == 403


def test_what_is_not_signed_by_the_app_is_not_heard(start):
    running = start(WhatsApp, own)
    body = hook(message("text", {"body": "hi"}))
    for headers in ({}, signed(body, "guess"), signed(body + b" "), {"X-Hub-Signature-256": "sha256="}):
        assert running.hook(body, headers).status == 401
    odd = b'{"object": '
    assert running.hook(odd, signed(odd)).status == 400
    deep = b"[" * 200_000
    assert running.hook(deep, signed(deep)).status == 400
    assert running.bridge.spool.counts() == {} and running.mailgate.requests == []


def test_a_replay_and_another_number_bring_nothing(start):
    running = start(WhatsApp, own)
    body, other = hook(message("text", {"body": "hi"})), hook(message("text", {"body": "no"}, "wamid.2"), number="1")
    for each in (body, body, other):
        assert running.hook(each, signed(each)).status == 200
    assert [each["text"] for each in running.came(1)] == ["hi"]
    last = hook(message("text", {"body": "last"}, "wamid.3"))
    running.hook(last, signed(last))
    assert [each["text"] for each in running.came(1)] == ["last"]


def test_somebody_who_withholds_their_number_is_known_and_answered_by_their_other_id(start):
    """A "business-scoped user ID", for people with a username (2026)."""
    running = start(WhatsApp, own, graph)
    sent = {
        "from_user_id": "US.13491208655302741918",
        "id": "w1",
        "timestamp": LATELY,
        "type": "text",
        "text": {"body": "hi"},
    }
    body = json.loads(hook(sent))
    body["entry"][0]["changes"][0]["value"]["contacts"] = [
        {"profile": {"username": "@jane"}, "user_id": "US.13491208655302741918"}
    ]
    octets = json.dumps(body).encode()
    assert running.hook(octets, signed(octets)).status == 200
    assert running.came(1)[0]["person"] == {"id": "US.13491208655302741918", "name": "@jane"}
    running.send({"channel": "chat", "person": {"id": "US.13491208655302741918"}, "text": "Yes", "id": "d1"})
    answer = running.provider.next().json
    assert answer["recipient"] == "US.13491208655302741918" and "to" not in answer


def test_one_of_a_batch_that_names_nobody_waits_for_a_person(start):
    running = start(WhatsApp, own)
    body = hook({"type": "text", "text": {"body": "who?"}}, message("text", {"body": "me"}))
    assert running.hook(body, signed(body)).status == 200
    assert [each["text"] for each in running.came(1)] == ["me"]
    assert "who?" in running.bridge.spool.shown()


def test_receipts_carry_the_id_mailgate_gave(start):
    running = start(WhatsApp, own, graph)
    told = running.send({"channel": "chat", "person": "16505551234", "text": "Yes", "id": "d7"})
    theirs = told.document()["id"]
    states = [
        {"id": theirs, "status": state, "timestamp": LATELY, "recipient_id": "16505551234"}
        for state in ("delivered", "read")
    ]
    failed = {"id": theirs, "status": "failed", "recipient_id": "16505551234", "errors": [
        {"code": 131026, "title": "Message undeliverable", "error_data": {"details": "Message Undeliverable."}}]}  # fmt: skip
    body = hook(statuses=[*states, failed, {"id": theirs, "status": "played", "recipient_id": "1"}])
    assert running.hook(body, signed(body)).status == 200
    assert [(each["id"], each["state"], each["error"]) for each in running.came(3)] == [
        ("d7", "delivered", ""),
        ("d7", "read", ""),
        ("d7", "failed", "Message Undeliverable. (131026)"),
    ]
    assert running.mailgate.requests[0].target == "/api/v1/chats/chat/receipts"


def test_an_answer_leaves_in_parts_with_its_files(start):
    running = start(WhatsApp, own, graph)
    long = "word " * 1000
    files = [
        {"name": "a.png", "type": "image/png", "data": "aGVsbG8="},
        {"name": 'b"\r\n.pdf', "type": "application/pdf", "data": "aGVsbG8="},
    ]
    told = running.send({"channel": "chat", "person": {"id": "16505551234"}, "text": long, "files": files, "id": "d1"})
    assert told.status == 200 and len(told.document()["ids"]) == 4
    texts = [each.json for each in running.provider.requests if each.target.endswith("/messages")]
    assert [each["type"] for each in texts] == ["text", "text", "image", "document"]
    assert all(len(each["text"]["body"]) <= 4096 for each in texts[:2])
    assert " ".join(each["text"]["body"] for each in texts[:2]) == long.strip()
    assert texts[0]["messaging_product"] == "whatsapp" and texts[0]["to"] == "16505551234"
    assert texts[3]["document"]["filename"] == 'b"\r\n.pdf'
    media = [each for each in running.provider.requests if each.target == f"/{NUMBER}/media"]
    assert b'name="file"; filename="b.pdf"' in media[1].body and b"hello" in media[1].body


ERRORS = [
    (131047, 400, 422, "the time in which an answer is allowed is over"),
    (131026, 400, 422, "undeliverable"),
    (130429, 429, 429, "rate"),
    (131056, 400, 429, "rate"),
    (100, 400, 422, "rate"),
    (190, 401, 503, "does not accept this bridge"),
    (131031, 403, 503, "does not accept this bridge"),
    (131000, 500, 503, ""),
    (2, 503, 503, ""),
]


@pytest.mark.parametrize(("code", "status", "told", "words"), ERRORS)
def test_errors_of_the_provider_as_mailgate_hears_them(start, code, status, told, words):
    error = {
        "error": {"message": f"(#{code}) x", "type": "OAuthException", "code": code, "error_data": {"details": words}}
    }
    running = start(WhatsApp, own, lambda _: as_json(error, status))
    answer = running.send({"channel": "chat", "person": "1", "text": "x", "id": "d1"})
    assert answer.status == told and words in answer.document()["error"]
    assert (answer.after > 0) is (told in (429, 503))


def test_a_part_that_was_taken_is_not_sent_again(start):
    refuse = [True]

    def moody(asked: Request) -> Reply:
        if asked.target.endswith("/media") and refuse.pop(0):
            return as_json({"error": {"message": "later", "code": 131016}}, 500)
        return graph(asked)

    refuse += [False]
    running = start(WhatsApp, own, moody)
    owed = {
        "channel": "chat",
        "person": "1",
        "text": "hi",
        "files": [{"name": "a", "type": "text/plain", "data": "aQ=="}],
        "id": "d1",
    }
    assert running.send(owed).status == 503
    assert running.send(owed).status == 200
    assert running.send(owed).status == 200
    kinds = [each.json["type"] for each in running.provider.requests if each.target.endswith("/messages")]
    assert kinds == ["text", "document"]


def test_the_token_goes_to_no_host_but_metas(start):
    where = [
        "http://169.254.169.254/x",
        "https://evil.example/x",
        "https://facebook.com.evil.example/x",
        "https://fbsbx.com:8443/x",
        "file:///etc/passwd",
    ]

    def graph(asked: Request) -> Reply:
        return as_json({"url": where.pop(0), "mime_type": "image/png", "file_size": 3})

    running = start(WhatsApp, own, graph)
    for number in range(5):
        body = hook(message("image", {"mime_type": "image/png", "id": "1"}, f"w{number}"))
        assert running.hook(body, signed(body)).status == 200
    for came in running.came(5):
        assert (
            came["text"] == "[image.png: lies on a host that is none of Meta's, and was not fetched]"
            and came["files"] == []
        )


def test_a_file_that_is_too_large_or_gone_is_said_to_be(start, monkeypatch):
    monkeypatch.setattr("bridge.FILE", 1 << 20)
    sizes = [2 << 20, 0]

    def graph(asked: Request) -> Reply:
        if asked.target.startswith("/download"):
            return Reply(200, b"x" * ((1 << 20) + 1))
        return as_json({"url": f"http://{asked.headers['host']}/download", "file_size": sizes.pop(0)}) if sizes else as_json(
            {"error": {"message": "Unsupported get request", "code": 100, "error_subcode": 33}}, 400)  # fmt: skip

    running = start(WhatsApp, own, graph)
    for number in range(3):
        body = hook(message("document", {"filename": "f.pdf", "mime_type": "application/pdf", "id": "1"}, f"w{number}"))
        running.hook(body, signed(body))
    assert [each["text"] for each in running.came(3)] == [
        "[f.pdf: 2 MB, larger than 1 MB, and was not fetched]",
        "[f.pdf: larger than 1 MB, and was not fetched]",
        "[f.pdf: Unsupported get request (100/33)]",
    ]


def test_the_kinds_that_have_words_are_those_that_are_told_of():
    assert set(whatsapp.WORDS) == {
        "text",
        "button",
        "location",
        "contacts",
        "order",
        "interactive",
        "reaction",
        "unsupported",
        "system",
    }
