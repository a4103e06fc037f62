"""Chat from end to end: what a bridge hands over is a ticket, an agent answers by mail, and the bridge gets the answer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, cast

import pytest
from conftest import mail, notice_to, opened, reply, whole
from fakes_http import FakeServer, Reply, as_json, serving
from mailclients import plain_of
from window.sessions import token_of
from window.test_api import PROBLEM, of

from mailgate.app.admin import control, rights
from mailgate.core.asking.signing import verified
from mailgate.core.channels import source, whereabouts
from mailgate.core.pages.window import WindowSettings
from mailgate.core.programs.program import CHATS
from mailgate.window import pages
from mailgate.window.api import operation, routes
from mailgate.wiring import try_ends

SECRET = "whsec_c2VjcmV0"
CHANNEL = """
[[channel]]
name = "Lines"
url = "{url}/out"
secret = "{secret}"
department = "support"
window = "24h"
{more}
"""


@dataclass
class Chat:
    """A desk with a channel, its bridge, and what the bridge does."""

    here: Any
    bridge: FakeServer
    token: str

    @property
    def desk(self) -> Any:
        return self.here.desk

    def say(
        self, text: str, ident: str, person: str = "77", token: str = "", channel: str = "lines", **more: Any
    ) -> Any:
        said = {"id": ident, "person": {"id": person, "name": "Maija"}, "text": text, **more}
        return self.post("messages", said, token, channel)

    def post(self, what: str, said: Any, token: str = "", channel: str = "lines") -> Any:
        raw = said if isinstance(said, bytes) else json.dumps(said).encode()
        heads = {"content-type": "application/json", **of(token or self.token)}
        return self.here.client.post(f"/api/v1/chats/{channel}/{what}", content=raw, headers=heads)

    def ticket(self, answer: Any) -> Any:
        assert answer.status_code == 201, answer.text
        self.desk.settle()
        return self.desk.of_mail(answer.json()["mail"])

    def out(self) -> list[dict[str, Any]]:
        """What the bridge was sent, by now."""
        self.desk.letters()
        for one in self.bridge.requests:
            assert verified([SECRET], one.headers, one.body, float(one.headers["webhook-timestamp"])) == one.json["id"]
        return [one.json for one in self.bridge.requests]

    def notice(self, ticket: Any) -> EmailMessage:
        return notice_to(self.desk, "anna", ticket.number)


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory, pages_at: Callable[..., Any]) -> Iterator[Chat]:
    with serving([as_json({"id": "remote.1"})]) as bridge:
        more = CHANNEL.format(url=bridge.url, secret=SECRET, more="ack = true")
        with pages_at(tmp_path_factory.mktemp("chats"), more=more) as here:
            yield Chat(here, bridge, token_of(here.desk, "bridge", f"{CHATS}Lines"))


def test_a_message_is_a_ticket_an_agent_answers_by_mail_and_the_answer_is_a_message(chat: Chat) -> None:
    first = chat.say("The lamp is broken\n#close\n[#1] https://x.example", "m.1")
    ticket = chat.ticket(first)
    assert first.json()["ticket"] in (ticket.number, None)
    assert (ticket.requester.addr, ticket.requester.name) == ("lines.77@chat.invalid", "Maija (Lines)")
    assert (ticket.subject, ticket.status, ticket.department) == ("The lamp is broken", "new", "support")
    (ack,) = chat.out()
    assert ack["text"].startswith(f"Thank you, we have your message ([#{ticket.number}]).")
    notice = chat.notice(ticket)
    shown = plain_of(notice)
    assert "Maija (Lines)" in shown and "chat.invalid" not in notice.as_string()
    chat.desk.send(reply(notice, "Anna <anna@staff.example>", "A new one is on its way.\n\nIt arrives on Monday."))
    said = chat.out()[-1]
    assert (said["text"], said["person"], said["ticket"], said["in_reply_to"]) == (
        "A new one is on its way.\n\nIt arrives on Monday.", {"id": "77"}, ticket.number, "m.1",
    )  # fmt: skip
    again = chat.ticket(chat.say("Thanks, and the bulb?", "m.2"))
    assert again.number == ticket.number and again.status == "open"
    assert not [one for one in chat.desk.letters() if "chat.invalid" in str(one["To"]) and not one["X-Mailgate-Reason"]]


def test_the_same_id_is_one_message_for_ever(chat: Chat) -> None:
    first = chat.say("Once", "same.1", person="80")
    ticket = chat.ticket(first)
    for text in ("Once", "Something else"):
        assert chat.say(text, "same.1", person="80").json() == first.json()
    chat.desk.settle()
    assert len(chat.desk.ticket(ticket.number).entries) == 1
    other = chat.say("Once", "same.2", person="80")
    assert other.json()["mail"] != first.json()["mail"]


def test_what_somebody_says_before_their_first_message_is_decided_is_of_its_ticket(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy desk: they are one person with one matter, and are answered once."""
    intake = chat.desk.gateway.intake
    with monkeypatch.context() as busy:
        busy.setattr(intake, "drain", lambda: 0)  # nothing is decided meanwhile
        busy.setattr("mailgate.app.programs.chats.DECIDED", 0.0)
        said = [chat.say(f"Line {count}", f"burst.{count}", person="81") for count in range(3)]
        other = chat.say("Line of somebody else", "burst.other", person="82")
        assert chat.say("Line of somebody else", "burst.other", person="82").json() == other.json()
    intake.wake()
    chat.desk.settle()
    assert [one.json()["ticket"] for one in (*said, other)] == [None] * 4
    (number,) = {chat.ticket(one).number for one in said}
    assert [one.text for one in chat.desk.ticket(number).entries] == ["Line 0", "Line 1", "Line 2"]
    assert chat.ticket(other).number != number


def test_two_people_never_meet(chat: Chat) -> None:
    mine, theirs = (chat.ticket(chat.say("Hello there", f"two.{one}", person=one)) for one in ("Ab", "ab"))
    assert mine.number != theirs.number and mine.requester.key != theirs.requester.key
    stolen = chat.say("I take it over", "two.3", person="ab", reply_to="x")
    assert chat.ticket(stolen).number == theirs.number


def test_who_answers_a_message_of_ours_answers_its_ticket(chat: Chat) -> None:
    ticket = chat.ticket(chat.say("First thing", "ours.1", person="91"))
    chat.out()
    ours = next(one["id"] for one in reversed(chat.out()) if one["person"] == {"id": "91"})
    assert chat.ticket(chat.say("Yes", "ours.2", person="91", reply_to=ours)).number == ticket.number
    assert chat.ticket(chat.say("Mine!", "ours.3", person="92", reply_to=ours)).number != ticket.number


def test_what_failed_later_comes_back_to_the_agent_once(chat: Chat) -> None:
    ticket = chat.ticket(chat.say("Are you there?", "fail.1", person="95"))
    chat.desk.send(reply(chat.notice(ticket), "Anna <anna@staff.example>", "We are."))
    ours = chat.out()[-1]["id"]
    before = len(chat.desk.letters("anna@staff.example"))
    for state in ("delivered", "read", "delivered", "failed", "failed", "delivered"):
        told = chat.post("receipts", {"id": ours, "state": state, "error": "Number\r\nunknown"})
        assert (told.status_code, told.json()) == (202, {"known": True})
    notes = [one for one in chat.desk.ticket(ticket.number).entries if one.kind == "bounce"]
    assert len(notes) == 1 and "Number unknown" in notes[0].text
    letters = chat.desk.letters("anna@staff.example")
    assert len(letters) == before + 1
    assert "chat.invalid" not in letters[-1].as_string()
    assert chat.post("receipts", {"id": "nobody's", "state": "read"}).json() == {"known": False}


def test_files_come_in_and_go_out(chat: Chat) -> None:
    files = [{"name": "../../lamp\u202egpj.jpg", "type": "image/jpeg", "data": base64.b64encode(b"\xff\xd8x").decode()}]
    ticket = chat.ticket(chat.say("", "file.1", person="96", files=files))
    (entry,) = ticket.entries
    assert len(entry.attachments) == 1 and "/" not in entry.attachments[0].name
    written = reply(chat.notice(ticket), "Anna <anna@staff.example>", "See the file.")
    written.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="offer.pdf")
    chat.desk.send(written)
    said = chat.out()[-1]
    assert said["files"] == [
        {"name": "offer.pdf", "type": "application/pdf", "data": base64.b64encode(b"%PDF-1.7").decode()}
    ]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"{", 400),
        ({"id": "x", "person": {"id": "1"}}, 422),
        ({"id": "", "person": {"id": "1"}, "text": "x"}, 422),
        ({"id": "x", "person": {"id": ""}, "text": "x"}, 422),
        ({"id": "x", "person": {"id": "É" * 30}, "text": "x"}, 422),
        ({"id": "x", "person": {"id": "1"}, "text": "x", "at": "yesterday"}, 422),
        ({"id": "x", "person": {"id": "1"}, "text": "x", "at": "2026-11-28T12:00:00"}, 422),
        ({"id": "x", "person": {"id": "1"}, "text": "x", "at": "9999-12-31T23:59:59-14:00"}, 422),
        ({"id": "x", "person": {"id": "1"}, "text": "x", "at": 1e400}, 422),
        ({"id": 2**70, "person": {"id": "1"}, "text": "x"}, 422),
        ({"id": "x", "person": {"id": "1"}, "text": "x", "extra": 1}, 422),
        ({"id": "x", "person": {"id": "1"}, "text": "\ud800"}, 400),
        ({"id": "x", "person": {"id": "1"}, "files": [{"name": "a", "data": "!"}]}, 422),
        ({"id": "x\r\nBcc: y", "person": {"id": "1"}, "text": "x"}, 422),
    ],
)  # fmt: skip
def test_w37_what_does_not_fit_is_refused_with_a_sentence_and_nothing_is_kept(
    chat: Chat, said: Any, status: int
) -> None:
    before = chat.desk.gateway.store.read(lambda read: read.report.audit())
    answer = chat.post("messages", said)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert chat.desk.gateway.store.read(lambda read: read.report.audit()) == before


def test_w36_another_channels_token_writes_nothing_here(chat: Chat) -> None:
    other = token_of(chat.desk, "other", f"{CHATS}other")
    assert chat.say("x", "w36.1", token=other).status_code == 403
    assert chat.say("x", "w36.2", channel="other", token=other).status_code == 404
    assert chat.say("x", "w36.3", token="mg_no_no").status_code == 401
    assert chat.post("receipts", {"id": "x", "state": "failed"}, token=other).status_code == 403


def test_an_answer_that_is_refused_is_a_bounce_and_no_mail(chat: Chat) -> None:
    ticket = chat.ticket(chat.say("Hello?", "refused.1", person="97"))
    notice = chat.notice(ticket)
    chat.out()
    chat.bridge.script = [Reply(400, b"no such person")]
    try:
        chat.desk.send(reply(notice, "Anna <anna@staff.example>", "Yes?"))
        chat.out()
    finally:
        chat.bridge.script = [as_json({"id": "remote.1"})]
    (note,) = [one for one in chat.desk.ticket(ticket.number).entries if one.kind == "bounce"]
    assert "400" in note.text


# --- for how long, and by which way -----------------------------------------------------------------------------------


@pytest.fixture
def later(chat: Chat) -> Iterator[Callable[..., None]]:
    """Puts the clock forward, until the end of the test."""

    def forward(**time: float) -> None:
        chat.desk.clock.ahead += timedelta(**time)

    before = chat.desk.clock.ahead
    yield forward
    chat.desk.clock.ahead = before


def joined(chat: Chat, address: str, person: str) -> None:
    """An admin knows that both are one person."""
    mail_of_theirs = opened(chat.desk, "By mail", sender=f"Maija <{address}>")
    assert mail_of_theirs.requester.addr == address
    assert rights.link_contacts(chat.desk.gateway, f"lines.{person}@chat.invalid", address)


def test_the_notice_and_the_promise_say_until_when(chat: Chat) -> None:
    ticket = chat.ticket(chat.say("Quickly?", "until.1", person="101"))
    assert ticket.due.first_response is not None
    assert ticket.last_customer_at is not None
    assert ticket.due.first_response <= ticket.last_customer_at + timedelta(hours=23)
    shown = plain_of(chat.notice(ticket))
    assert "Can be answered there until" in shown


def test_a_late_answer_waits_and_its_agent_is_told(chat: Chat, later: Callable[..., None]) -> None:
    ticket = chat.ticket(chat.say("Hello?", "late.1", person="102"))
    notice = chat.notice(ticket)
    later(hours=25)
    number = chat.desk.send(reply(notice, "Anna <anna@staff.example>", "Here we are."))
    assert chat.desk.fate(number) == "parked"
    told = chat.desk.letters("anna@staff.example", "receipt")[-1]
    assert "lets nobody answer so long after" in whole(told)
    assert not [one for one in chat.out() if one["person"] == {"id": "102"} and "Here we are" in one["text"]]


def test_a_late_answer_goes_by_mail_where_an_address_is_known(chat: Chat, later: Callable[..., None]) -> None:
    ticket = chat.ticket(chat.say("Hello?", "late.2", person="103"))
    joined(chat, "m103@customer.example", "103")
    notice = chat.notice(ticket)
    later(hours=25)
    chat.desk.send(reply(notice, "Anna <anna@staff.example>", "Here we are."))
    letter = chat.desk.letters("m103@customer.example", "answer")[-1]
    assert "Here we are." in whole(letter) and "chat.invalid" not in letter.as_string()
    assert letter["To"] == "Maija <m103@customer.example>"


def test_via_says_which_way_and_only_to_the_customers_own(chat: Chat) -> None:
    ticket = chat.ticket(chat.say("Hello?", "via.1", person="104"))
    asked = chat.desk.send(reply(chat.notice(ticket), "Anna <anna@staff.example>", "#via mail\n\nBy mail."))
    assert chat.desk.fate(asked) == "parked", "nobody knows an address of theirs"
    joined(chat, "m104@customer.example", "104")
    chat.desk.send(reply(chat.notice(ticket), "Anna <anna@staff.example>", "#via mail\n\nBy mail."))
    assert "By mail." in whole(chat.desk.letters("m104@customer.example", "answer")[-1])
    assert [one.addr for one in chat.desk.ticket(ticket.number).participants] == ["m104@customer.example"]
    chat.desk.send(reply(chat.notice(ticket), "Anna <anna@staff.example>", "#via lines\n\nAnd here."))
    said = chat.out()[-1]
    assert (said["text"], said["person"]) == ("And here.", {"id": "104"})
    back = opened(chat.desk, "Mine", sender="Maija <m104@customer.example>")
    chat.desk.send(reply(chat.notice(back), "Anna <anna@staff.example>", "#via lines\n\nOn the phone."))
    assert chat.out()[-1]["text"] == "On the phone."
    gone = chat.desk.send(reply(chat.notice(back), "Anna <anna@staff.example>", "#via nowhere\n\nLost."))
    assert chat.desk.fate(gone) == "parked"


def test_a_file_that_is_too_large_stays_behind_and_both_are_told(chat: Chat) -> None:
    ticket = chat.ticket(chat.say("The offer?", "large.1", person="105"))
    written = reply(chat.notice(ticket), "Anna <anna@staff.example>", "See the file.")
    written.add_attachment(bytes(11 * 1024**2), maintype="application", subtype="pdf", filename="offer.pdf")
    chat.desk.send(written)
    said = chat.out()[-1]
    assert said["text"] == "See the file.\n\nNot sent here, too large or too many: offer.pdf" and said["files"] == []
    assert "offer.pdf" in whole(chat.desk.letters("anna@staff.example", "receipt")[-1])


def test_a_person_is_exported_and_forgotten_with_what_is_kept_of_their_messages(chat: Chat) -> None:
    ticket = chat.ticket(chat.say("Secret words", "forget.1", person="106"))
    chat.desk.send(reply(chat.notice(ticket), "Anna <anna@staff.example>", "Dear secret."))
    ours = chat.out()[-1]["id"]
    store, now = chat.desk.gateway.store, chat.desk.clock()
    data = store.read(lambda read: read.people.data_of("lines.106@chat.invalid"))
    assert data is not None and "lines.106@chat.invalid" in data.keys
    assert store.write(lambda tx: tx.people.forget("lines.106@chat.invalid", now, "admin")).result() is not None
    found = store.read(lambda read: read.chats.message("lines", ours))
    assert found is not None and "106" not in found.recipient
    rows = store.read(lambda read: read.chats.message("lines", "remote.1"))
    assert rows is None or rows.recipient != "lines.106@chat.invalid"


def test_one_ticket_of_somebody_who_chats_and_somebody_who_writes_mail(chat: Chat) -> None:
    """Each gets their own, and neither reads where the other is."""
    ticket = chat.ticket(chat.say("For both of us", "both.1", person="107"))
    chat.desk.send(reply(chat.notice(ticket), "Anna <anna@staff.example>", "#cc +ben@customer.example\n\nHello both."))
    assert chat.out()[-1]["text"] == "Hello both." and chat.out()[-1]["person"] == {"id": "107"}
    letter = chat.desk.letters("ben@customer.example", "answer")[-1]
    assert "Hello both." in whole(letter) and "chat.invalid" not in letter.as_string()
    chat.desk.send(reply(letter, "Ben <ben@customer.example>", "And I say this."))
    assert chat.out()[-1]["text"] == "Hello both.", "what one says goes to nobody else by itself"
    notice = chat.notice(ticket)
    assert "chat.invalid" not in notice.as_string()


def test_two_on_a_channel_in_one_ticket_are_each_answered_to_what_they_said_themselves(chat: Chat) -> None:
    ticket = chat.ticket(chat.say("From one", "two-in.1", person="117"))
    chat.ticket(chat.say("From another", "two-in.2", person="118"))
    notice = chat.notice(ticket)
    chat.desk.send(reply(notice, "Anna <anna@staff.example>", "#cc +lines.118@chat.invalid\n\nHello to both."))
    said = {one["person"]["id"]: one["in_reply_to"] for one in chat.out() if one["text"] == "Hello to both."}
    assert said == {"117": "two-in.1", "118": ""}


def test_check_asks_the_bridge_whether_it_is_there(chat: Chat) -> None:
    before = len(chat.bridge.requests)
    (end,) = [one for one in try_ends(chat.desk.gateway.config) if one.key == "channel.Lines"]
    assert (end.said, end.problem) == (f"{chat.bridge.url}/out answers", "")
    asked = chat.bridge.requests.pop()
    assert len(chat.bridge.requests) == before and asked.json == {"type": "ping", "channel": "lines"}
    assert verified([SECRET], asked.headers, asked.body, float(asked.headers["webhook-timestamp"]))


def test_whoever_is_banned_opens_nothing(chat: Chat) -> None:
    assert control.ban(chat.desk.gateway, "lines.108@chat.invalid")
    answer = chat.say("Buy this", "ban.1", person="108")
    assert answer.status_code == 201
    chat.desk.settle()
    assert chat.desk.fate(answer.json()["mail"]) == "dropped"
    assert chat.say("Buy this", "ban.1", person="108").json() == {"mail": answer.json()["mail"], "ticket": None}


def test_the_form_may_take_less_than_a_channel_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    async def small(_: Any) -> WindowSettings:
        return WindowSettings("Acme", "en", ("en",), "UTC", size=1_000_000)

    monkeypatch.setattr(pages, "settings", small)
    most = {one.id: asyncio.run(operation._most(one, cast(Any, None))) for one in routes.OPERATIONS}
    assert most["bringChatMessage"] > 13_000_000 and most["sendMessage"] < 3_000_000


def test_w36_a_mail_that_is_named_as_a_message_to_come_takes_no_ones_place(chat: Chat) -> None:
    named = source.message_id("Lines", "forged.1", chat.desk.gateway.in_force.policy.domain)
    address = f"Maija (Lines) <{whereabouts.address_of('lines', '901')}>"
    for sender in ("Eve <eve@elsewhere.example>", address):
        chat.desk.send(mail("Hello", "The same words\n", sender=sender, message_id=named))
    said = chat.say("The same words", "forged.1", person="901")
    ticket = chat.ticket(said)
    assert ticket.requester.addr == whereabouts.address_of("lines", "901")
    assert [one.text for one in ticket.entries] == ["The same words"]
    assert chat.say("The same words", "forged.1", person="901").json() == said.json()
