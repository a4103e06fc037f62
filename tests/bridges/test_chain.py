"""A whole chain each: the messenger, its bridge, the API, a ticket, an agent's mail, the bridge, the messenger."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bridge as shared
import ends
import pytest
import settings
import spool
from bridges.conftest import KEY, SECRET, signed
from conftest import from_agent, notice_to
from fakes_http import FakeServer, Reply, Request, as_json
from mailclients import plain_of
from messenger import Messenger
from telegram import Telegram
from whatsapp import WhatsApp
from window.conftest import pages_at
from window.sessions import token_of

NOW = int(time.time())
TEXT = "The lamp flickers, #close [#1]"
META = {"access_token": "EAAtoken", "app_secret": SECRET, "verify_token": "v"}


def wrapped(**value: Any) -> Any:
    """What WhatsApp sends around it."""
    value |= {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1"}}
    value["contacts"] = [{"profile": {"name": "Maija Virtanen"}, "wa_id": "358401234567"}]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "2", "changes": [{"field": "messages", "value": value}]}],
    }


@dataclass(frozen=True)
class Chat:
    """One messenger: how it says what came and what was read, and how an answer of ours reaches it."""

    make: Callable[[Mapping[str, str]], Any]
    own: Mapping[str, str]
    said: Any
    person: str
    took: Any  # its answer to our message
    sent: Callable[[Any], tuple[str, str]]  # to whom, and the words, of our request
    receipt: Any = None


CHATS = {
    "whatsapp": Chat(
        WhatsApp,
        {"phone_number_id": "1", **META},
        wrapped(messages=[{"from": "358401234567", "id": "wamid.1", "timestamp": str(NOW), "type": "text", "text": {"body": TEXT}}]),
        "358401234567",
        {"messages": [{"id": "wamid.out"}]},
        lambda body: (body["to"], body["text"]["body"]),
        wrapped(statuses=[{"id": "wamid.out", "status": "failed", "recipient_id": "358401234567",
                           "errors": [{"code": 131026, "title": "Message undeliverable"}]}]),
    ),
    "messenger": Chat(
        Messenger,
        {"page_id": "9", **META},
        {"object": "page", "entry": [{"id": "9", "messaging": [
            {"sender": {"id": "7242"}, "recipient": {"id": "9"}, "timestamp": NOW * 1000, "message": {"mid": "m_1", "text": TEXT}}]}]},
        "7242",
        {"recipient_id": "7242", "message_id": "m_out", "first_name": "Maija", "last_name": "Virtanen"},
        lambda body: (body["recipient"]["id"], body["message"]["text"]),
    ),
    "telegram": Chat(
        Telegram,
        {"token": "123:abc", "webhook_secret": "s3cret"},
        {"update_id": 1, "message": {"message_id": 5, "date": NOW, "text": TEXT, "chat": {"id": 77, "type": "private"},
                                     "from": {"id": 77, "first_name": "Maija", "last_name": "Virtanen"}}},
        "77",
        {"ok": True, "result": {"message_id": 6}},
        lambda body: (body["chat_id"], body["text"]),
    ),
}  # fmt: skip


@dataclass
class Whole:
    """A desk with one channel, its bridge, and the messenger behind it."""

    desk: Any
    bridge: shared.Bridge
    url: str
    provider: FakeServer
    chat: Chat

    def hook(self, document: Any) -> None:
        body = json.dumps(document).encode()
        proofs = {**signed(body), "X-Telegram-Bot-Api-Secret-Token": "s3cret"}
        assert ends.call("POST", f"{self.url}/webhook", proofs, body).status == 200

    def brought(self) -> None:
        """Waits until mailgate has all that came, and has decided what becomes of it."""
        while self.bridge.spool.counts():
            time.sleep(0.005)
        self.desk.settle()

    def words(self) -> list[tuple[str, str]]:
        """What the messenger was given for people."""
        posted = [each for each in self.provider.requests if each.method == "POST"]
        return [self.chat.sent(each.json) for each in posted if "text" in each.body.decode()]


@pytest.fixture(params=CHATS)
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Whole]:
    chat, name = CHATS[request.param], request.param
    client: list[Any] = []

    def forward(asked: Request) -> Reply:
        """The real application; here, since the window's own server is a process of its own."""
        headers = {name: value for name, value in asked.headers.items() if name != "host"}
        told = client[0].request(asked.method, asked.target, headers=headers, content=asked.body)
        return Reply(told.status_code, told.content, {"Content-Type": told.headers["content-type"]})

    provider, api = FakeServer(lambda _: as_json(chat.took)), FakeServer(forward)
    kept = spool.Spool(tmp_path / "spool.db")
    base = {"graph": provider.url, "api": provider.url}
    told = settings.Settings("127.0.0.1", 0, tmp_path / "spool.db", api.url, "", name, "", (KEY,), {**base, **chat.own})
    one = shared.Bridge(told, chat.make(told.own), kept)
    one.pause = 0.01
    door = ends.Door(("127.0.0.1", 0), one.answer, one.limit)
    url = f"http://127.0.0.1:{door.server_address[1]}"
    secret = "whsec_" + base64.b64encode(KEY).decode()
    channel = f'[[channel]]\nname = "{name}"\nurl = "{url}/out"\nsecret = "{secret}"\ndepartment = "support"\nwindow = "24h"\n'
    with pages_at(tmp_path / "desk", channel) as here:
        client.append(here.client)
        token = token_of(here.desk, "bridge", f"chats:write:{name}")
        one.settings = replace(told, token=token)
        worker = threading.Thread(target=one.work)
        worker.start()
        threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield Whole(here.desk, one, url, provider, chat)
        one.ended.set()
        one.woken.set()
        worker.join(60)
    for each in (door.shutdown, door.server_close, provider.close, api.close, kept.close):
        each()


def test_from_the_messenger_to_an_agent_and_back(whole: Whole) -> None:
    """And what stands in the message is words: nothing is closed, and no ticket of a number is found."""
    whole.hook(whole.chat.said)
    whole.hook(whole.chat.said)
    whole.brought()
    (ticket,) = whole.desk.tickets()
    assert str(ticket.status) == "new" and ticket.requester.name.startswith("Maija Virtanen")
    notice = notice_to(whole.desk, "anna", ticket.number)
    assert "The lamp flickers" in plain_of(notice)
    from_agent(whole.desk, "#take\nA new one is on its way.\n", notice)
    whole.desk.letters()
    assert whole.words() == [(whole.chat.person, "A new one is on its way.")]
    if whole.chat.receipt:
        whole.hook(whole.chat.receipt)
        whole.brought()
        assert "131026" in str(whole.desk.ticket(ticket.number).entries)
