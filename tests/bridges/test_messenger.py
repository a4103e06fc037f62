"""The bridge to Messenger against a fake Graph API: the documented events, echoes, and answers that come too late."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from bridges.conftest import SECRET, signed
from fakes_http import Reply, Request, as_json
from messenger import Messenger

PAGE, PSID = "682498302938465", "7242"
NOW = int(time.time() * 1000)


def own(graph: str) -> Mapping[str, str]:
    return {
        "page_id": PAGE,
        "access_token": "EAAtoken",
        "app_secret": SECRET,
        "verify_token": "tell me",
        "graph": graph,
    }


def hook(*events: Mapping[str, Any], page: str = PAGE, kind: str = "page") -> bytes:
    return json.dumps({"object": kind, "entry": [{"id": page, "time": NOW, "messaging": list(events)}]}).encode()


def event(sender: str = PSID, **what: Any) -> dict[str, Any]:
    return {"sender": {"id": sender}, "recipient": {"id": PAGE}, "timestamp": NOW, **what}


def graph(asked: Request) -> Reply:
    if asked.target.startswith("/cdn"):
        return Reply(200, b"octets")
    if "fields=first_name" in asked.target:
        return as_json({"first_name": "Peter", "last_name": "Chang", "id": PSID})
    return as_json({"recipient_id": PSID, "message_id": f"m_out{len(asked.body)}"})


def attached(kind: str, **more: Any) -> dict[str, Any]:
    return {"mid": "m_1", "attachments": [{"type": kind, **more}]}


KINDS = [
    ("a text", {"message": {"mid": "m_1", "text": "hello, world!"}}, "hello, world!"),
    ("a quick reply", {"message": {"mid": "m_1", "text": "Red", "quick_reply": {"payload": "RED-7"}}}, "Red\n[quick reply: RED-7]"),
    ("a shared link", {"message": attached("fallback", title="A page", url="https://x.example/1", payload=None)}, "[fallback: A page https://x.example/1]"),
    ("a shared post", {"message": attached("post", payload={"title": "Sale", "url": "https://fb.example/p"})}, "[post: Sale https://fb.example/p]"),
    ("a place", {"message": attached("location", payload={"coordinates": {"lat": 56.9, "long": 24.1}})}, "[location: 56.9, 24.1]"),
    ("a button", {"postback": {"mid": "m_1", "title": "Get Started", "payload": "START"}}, "Get Started\n[button: START]"),
    ("a reaction", {"reaction": {"reaction": "love", "emoji": "\u2764\ufe0f", "action": "react", "mid": "m_0"}}, "[reaction: \u2764\ufe0f]"),
    ("a reaction taken back", {"reaction": {"action": "unreact", "mid": "m_0"}}, "[a reaction was taken back]"),
    ("a change", {"message_edit": {"mid": "m_1", "text": "hello!", "num_edit": 2}}, "[changed to:] hello!"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "text"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_each_kind_becomes_words(sent, text):
    (said,) = Messenger(own("http://x"))._entry(json.loads(hook(event(**sent)))["entry"][0])
    assert (said.text, said.person, said.at) == (text, PSID, NOW / 1000)


STRANGE = [
    {"message": attached("fallback", payload=None)},
    {"message": {"mid": "m_1"}},
    {"message": None},
    {"optin": {"type": "one_time"}},
    {},
]


@pytest.mark.parametrize("sent", STRANGE)
def test_what_nobody_told_us_of_is_shown_as_it_came(sent):
    (said,) = Messenger(own("http://x"))._entry(json.loads(hook(event(**sent)))["entry"][0])
    assert "of a kind this bridge does not know" in said.text and said.person == PSID and said.id


def test_events_without_an_id_of_their_own_are_told_apart():
    events = [
        event(reaction={"mid": "m_0", "emoji": "x", "action": act}, timestamp=NOW + n)
        for n, act in enumerate(("react", "unreact"))
    ]
    entry = json.loads(
        hook(
            *events,
            event(message_edit={"mid": "m_0", "text": "a", "num_edit": 1}),
            event(message={"mid": "m_0", "text": "b"}),
        )
    )
    assert len({said.id for said in Messenger(own("http://x"))._entry(entry["entry"][0])}) == 4


def test_a_sticker_that_comes_twice_is_one_file():
    url = "https://scontent.xx.fbcdn.net/v/t39/cat%20one.png?oh=1"
    both = {
        "mid": "m_1",
        "attachments": [{"type": kind, "payload": {"url": url, "sticker_id": 1}} for kind in ("sticker", "image")],
    }
    (said,) = Messenger(own("http://x"))._entry(json.loads(hook(event(message=both)))["entry"][0])
    assert [(ref.name, ref.type, ref.where) for ref in said.refs] == [
        ("cat one.png", "image/png", url)
    ] and said.text == ""


def test_a_message_reaches_mailgate_with_a_name_and_a_file(start):
    running = start(Messenger, own, graph)
    url = f"{running.provider.url}/cdn/photo.jpg?token=1"
    body = hook(
        event(message={"mid": "m_1", "text": "See", "attachments": [{"type": "image", "payload": {"url": url}}]})
    )
    assert running.hook(body, signed(body)).status == 200
    (came,) = running.came(1)
    assert came["person"] == {"id": PSID, "name": "Peter Chang"} and came["text"] == "See"
    assert came["files"] == [{"name": "photo.jpg", "type": "image/jpeg", "data": "b2N0ZXRz"}]
    fetched = next(each for each in running.provider.requests if each.target.startswith("/cdn"))
    assert "authorization" not in fetched.headers  # the CDN needs none


def test_echoes_other_pages_and_other_objects_bring_nothing(start):
    running = start(Messenger, own, graph)
    echo = event(PAGE, message={"mid": "m_2", "is_echo": True, "text": "ours", "app_id": 1})
    bodies = [
        hook(echo),
        hook(event(message={"mid": "m_3", "text": "x", "is_echo": True})),
        hook(event(message={"mid": "m_4", "text": "x"}), page="1"),
    ]
    assert [running.hook(each, signed(each)).status for each in bodies] == [200, 200, 200]
    other = hook(event(message={"mid": "m_5", "text": "x"}), kind="instagram")
    assert running.hook(other, signed(other)).status == 404
    assert running.hook(bodies[0], signed(bodies[0], "guess")).status == 401
    last = hook(event(message={"mid": "m_6", "text": "last"}))
    running.hook(last, signed(last))
    assert running.came(1)[0]["text"] == "last"


def test_delivered_and_read_go_to_what_was_sent_until_then(start):
    running = start(Messenger, own, graph)
    told = running.send({"channel": "chat", "person": PSID, "text": "Yes", "id": "d1"})
    assert told.status == 200
    running.send({"channel": "chat", "person": "another", "text": "No", "id": "d2"})
    mid = told.document()["id"]
    body = hook(event(delivery={"mids": [mid], "watermark": NOW}), event(read={"watermark": NOW + 3_600_000}))
    running.hook(body, signed(body))
    assert [(each["id"], each["state"]) for each in running.came(2)] == [("d1", "delivered"), ("d1", "read")]


def test_an_answer_leaves_as_a_response(start):
    running = start(Messenger, own, graph)
    files = [
        {"name": "a.mp3", "type": "audio/mpeg", "data": "aGVsbG8="},
        {"name": "b.pdf", "type": "application/pdf", "data": "aGVsbG8="},
    ]
    assert (
        running.send({"channel": "chat", "person": PSID, "text": "ä" * 2500, "files": files, "id": "d1"}).status == 200
    )
    sent = running.provider.requests
    assert all(each.target == "/me/messages" for each in sent)
    assert sent[0].json == {"recipient": {"id": PSID}, "messaging_type": "RESPONSE", "message": {"text": "ä" * 2000}}
    assert b'"type": "audio"' in sent[2].body and b'name="filedata"; filename="a.mp3"' in sent[2].body
    assert b'"type": "file"' in sent[3].body and sent[3].headers["authorization"] == "Bearer EAAtoken"


ERRORS = [
    (10, 2018278, 400, 422, "the time in which an answer is allowed is over"),
    (551, 1545041, 400, 422, "isn't available"),
    (100, 2018001, 400, 422, "No matching user"),
    (613, None, 400, 429, ""),
    (4, None, 400, 429, ""),
    (190, 460, 400, 503, "does not accept this bridge"),
    (230, None, 403, 503, "does not accept this bridge"),
    (2, None, 500, 503, ""),
]


@pytest.mark.parametrize(("code", "subcode", "status", "told", "words"), ERRORS)
def test_errors_of_the_provider_as_mailgate_hears_them(start, code, subcode, status, told, words):
    error = {"error": {"message": words, "type": "OAuthException", "code": code, "error_subcode": subcode}}
    running = start(Messenger, own, lambda _: as_json(error, status))
    answer = running.send({"channel": "chat", "person": PSID, "text": "x", "id": "d1"})
    assert answer.status == told and words in answer.document()["error"]
