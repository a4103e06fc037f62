"""Telephone exchanges before the real application: who calls, what becomes of it, and what is refused (W-36 to W-38)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes_http import Reply, serving
from window.conftest import pages_at
from window.exchange import Exchange
from window.sessions import token_of

from mailgate.app.jobs.schedule import run_job
from mailgate.core.customers.answer import Answer, Outcome
from mailgate.core.customers.customer import Customer, phone_found_by
from mailgate.core.model.change import OpenTicket, SetField, SetStatus
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.core.programs.program import CALLS, READ
from mailgate.errors import OutOfSpace

SETTINGS = """
[web.calls]
numbers = { "+371 67 000 001" = "support", "80" = "sales" }
agents = { "12" = "anna" }
"""


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A desk whose exchange has a token, and a browser before its window."""
    with pages_at(tmp_path_factory.mktemp("calls"), SETTINGS) as here:
        yield Exchange(here, token_of(here.desk, "pbx", CALLS))


def test_a_missed_call_is_a_memo_with_a_promise_in_the_department_that_was_called(exchange: Exchange) -> None:
    told = exchange.tells("missed", **{"from": "0371 20 000 001", "to": "80"})
    [ticket] = exchange.tickets("037120000001")
    assert (told["callers"], told["ambiguous"]) == ([], False)
    assert told["memo"] in (None, ticket.number)  # decided by then, or not
    assert (ticket.department, ticket.status, ticket.subject) == ("sales", Status.NEW, "Missed call: 037120000001")
    assert [(one.kind, one.author) for one in ticket.entries] == [(EntryKind.CALL, "037120000001@call.invalid")]
    assert "Called: 80" in ticket.entries[0].text
    assert [one["To"] for one in exchange.desk.letters() if "037120000001" in one["Subject"]] == [
        "Bo Ek <bo@staff.example>"
    ]


def test_w38_ringing_twice_is_one_event_and_mails_nobody(exchange: Exchange) -> None:
    before = len(exchange.desk.letters())
    first = exchange.tells("ringing", "twice")
    assert exchange.tells("ringing", "twice") == first
    exchange.tells("missed", "twice", **{"from": "+37120000002"})
    again = exchange.tells("missed", "twice", **{"from": "+37120000002"})
    exchange.tells("ended", "twice")
    [ticket] = exchange.tickets("+37126123456")  # the number it rang with stands
    assert again["memo"] == ticket.number
    assert len(ticket.entries) == 1 and before <= len(exchange.desk.letters())
    exchange.apply(ticket.number, SetStatus(Status.SOLVED))


def test_the_same_caller_within_a_day_joins_the_ticket_and_after_it_is_solved_does_not(exchange: Exchange) -> None:
    number = "+37120000003"
    for _ in range(2):
        exchange.tells("missed", **{"from": number})
    [ticket] = exchange.tickets(number)
    assert [one.kind for one in ticket.entries] == [EntryKind.CALL] * 2
    exchange.tells("missed", **{"from": number, "to": "80"})  # others were called
    assert len(exchange.tickets(number)) == 2
    exchange.apply(ticket.number, SetStatus(Status.SOLVED))
    exchange.tells("missed", **{"from": number})
    assert len(exchange.tickets(number)) == 3


def test_w38_a_hidden_number_is_nobodys_and_joins_nothing(exchange: Exchange) -> None:
    before = {one.number for one in exchange.desk.tickets()}
    for hidden in ("anonymous", "Restricted", "sip:anonymous@anonymous.invalid"):
        assert exchange.tells("missed", **{"from": hidden})["callers"] == []
    fresh = [exchange.desk.ticket(one.number) for one in exchange.desk.tickets() if one.number not in before]
    assert [one.subject for one in fresh] == ["Missed call: hidden number"] * 3
    assert {one.requester.addr for one in fresh} == {"nobody@invalid.invalid"}


def test_w38_two_people_with_one_number_are_both_named_and_none_is_chosen(exchange: Exchange) -> None:
    number = "+371 20 000 004"
    first = exchange.person("Maija <maija@two.example>", number)
    second = exchange.person("Valdis <valdis@two.example>", "+37120000004")
    told = exchange.tells("ringing", "both", **{"from": "00371 20/000 004"})
    assert told["ambiguous"] and told["memo"] is None
    assert {(one["name"], one["addresses"][0]) for one in told["callers"]} == {
        ("Maija", "maija@two.example"), ("Valdis", "valdis@two.example"),
    }  # fmt: skip
    assert {one["open"][0]["number"] for one in told["callers"]} == {first, second}
    exchange.tells("missed", "both")
    [memo] = [one for one in exchange.tickets("+37120000004") if one.number != second]
    assert (memo.requester.addr, memo.requester.name) == ("nobody@invalid.invalid", "+37120000004")
    assert "More than one person" in memo.entries[0].text
    assert "maija@two.example" in memo.entries[0].text and "valdis@two.example" in memo.entries[0].text


def test_the_one_person_with_a_number_has_the_memo_and_their_tickets_are_told(exchange: Exchange) -> None:
    ticket = exchange.person("Ilze <ilze@one.example>", "+37120000005")
    [who] = exchange.tells("ringing", "hers", **{"from": "+37120000005"})["callers"]
    exchange.tells("missed", "hers", **{"from": "+37120000005"})
    assert (who["name"], who["addresses"], [one["number"] for one in who["open"]]) == (
        "Ilze",
        ["ilze@one.example"],
        [ticket],
    )
    [memo] = [one for one in exchange.tickets("+37120000005") if one.number != ticket]
    assert memo.requester.addr == "ilze@one.example"


def test_w33_a_call_that_could_not_be_filed_is_filed_when_it_is_told_again(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OutOfSpace("no room on the disk")

    with monkeypatch.context() as broken:
        broken.setattr(exchange.desk.gateway.intake, "receive", full)
        exchange.tells("missed", "full", **{"from": "+37120000051"}, status=503)
    assert exchange.tickets("+37120000051") == []
    exchange.tells("missed", "full", **{"from": "+37120000051"})
    [ticket] = exchange.tickets("+37120000051")
    assert len(ticket.entries) == 1


def test_w33_a_missed_call_that_could_not_be_kept_is_filed_later_though_nobody_tells_of_it_again(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OutOfSpace("no room on the disk")

    desk = exchange.desk
    with monkeypatch.context() as broken:
        broken.setattr(desk.gateway.intake, "receive", full)
        exchange.tells("missed", "once", **{"from": "+37120000055", "to": "80"}, status=503)
    assert run_job(desk.gateway, "recordings", desk.clock()) == 0
    assert [run_job(desk.gateway, "recordings", desk.clock() + timedelta(minutes=2)) for _ in range(2)] == [1, 0]
    desk.settle()
    [ticket] = exchange.tickets("+37120000055")
    assert (ticket.department, len(ticket.entries)) == ("sales", 1)


def test_w33_killed_between_memo_and_its_note_a_call_is_filed_once(exchange: Exchange) -> None:
    exchange.person("Ruta <ruta@killed.example>", "+37120000052")
    exchange.tells("missed", "killed", **{"from": "+37120000052"})
    exchange.desk.gateway.store.write(lambda tx: tx.calls.filed("pbx", "killed", "", None)).result()
    exchange.tells("missed", "killed", **{"from": "+37120000052"})
    assert [len(one.entries) for one in exchange.tickets("+37120000052")] == [1, 1]


def test_w37_the_same_key_with_another_body_is_a_conflict(exchange: Exchange) -> None:
    heads = {"authorization": f"Bearer {exchange.token}", "idempotency-key": "k1"}
    event = {"id": "key", "event": "missed", "from": "+37120000009"}
    first, again = (exchange.client.post("/api/v1/calls", json=event, headers=heads) for _ in range(2))
    other = exchange.client.post("/api/v1/calls", json={**event, "event": "ended"}, headers=heads)
    exchange.desk.settle()
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 409)
    assert len(exchange.tickets("+37120000009")) == 1


def test_w36_a_call_from_one_of_our_own_telephones_is_nobodys(exchange: Exchange) -> None:
    opened = OpenTicket("A test", "support", Address("bo@staff.example", "Bo Ek"))
    exchange.apply(None, opened, SetField("phone", "+37120000061"))
    exchange.tells("missed", **{"from": "+37120000061"})
    assert exchange.tickets("+37120000061")[-1].requester.addr == "nobody@invalid.invalid"


def test_sipgate_is_told_what_else_to_send_and_its_events_are_one_call(exchange: Exchange) -> None:
    call = {"from": "492111234567", "to": "37167000001", "direction": "in", "callId": "123456"}
    answer = exchange.pushes("sipgate", {"event": "newCall", **call, "user[]": ["Alice", "Bob"]})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    path = f"/api/v1/calls/sipgate/{exchange.token}"
    assert answer.text.count(path) == 2 and "onAnswer=" in answer.text and "onHangup=" in answer.text
    assert exchange.tickets("+492111234567") == []
    for _ in range(2):
        exchange.pushes("sipgate", {"event": "hangup", "cause": "noAnswer", **call})
    [ticket] = exchange.tickets("+492111234567")
    assert len(ticket.entries) == 1 and ticket.department == "support"


def test_placetel_is_believed_by_its_address_and_a_call_to_outside_is_none(exchange: Exchange) -> None:
    call = {"from": "022129191999", "to": "0221987654321", "call_id": "f459", "direction": "in"}
    assert (
        exchange.pushes("placetel", {"event": "HungUp", "type": "missed", "duration": "0", **call}).status_code == 202
    )
    assert exchange.pushes("placetel", {"event": "OutgoingCall", **call, "direction": "out"}).status_code == 202
    assert len(exchange.tickets("022129191999")) == 1


def test_3cx_reports_as_json(exchange: Exchange) -> None:
    report = {"CallType": "Missed", "Number": "+37120000006", "Agent": "12", "Duration": "00:00:09",
              "CallStartTimeUTC": exchange.desk.clock().isoformat(), "RecordingUrl": "[RecordingUrl]"}  # fmt: skip
    for _ in range(2):
        assert exchange.pushes("3cx", None, json=report).status_code == 202
    [ticket] = exchange.tickets("+37120000006")
    assert len(ticket.entries) == 1


@pytest.mark.parametrize(
    ("kind", "about", "status"),
    [
        ("sipgate", {"data": {"event": "newCall", "direction": "in"}}, 422),  # no callId
        ("3cx", {"json": {"CallType": "Strange"}}, 422),
        ("3cx", {"json": ["Missed"]}, 422),
        ("3cx", {"content": b"{", "headers": {"content-type": "application/json"}}, 422),
        ("3cx", {"content": b"[" * 9000, "headers": {"content-type": "application/json"}}, 422),
        ("placetel", {"content": b"\xff=1", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 422),
        ("placetel", {"content": b"a=1", "headers": {"content-type": "text/plain"}}, 422),
        ("placetel", {"content": b"a" * 17_000, "headers": {"content-type": "text/plain"}}, 413),
        ("other", {"data": {}}, 404),
    ],
)
def test_what_is_no_event_is_refused_in_words(
    exchange: Exchange, kind: str, about: dict[str, Any], status: int
) -> None:
    answer = exchange.pushes(kind, None, **about)
    assert answer.status_code == status
    assert status < 400 or answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "about",
    [
        {"event": "strange"}, {"id": ""}, {"id": "x" * 201}, {"seconds": -1}, {"seconds": 2**70}, {"seconds": "9"},
        {"at": "yesterday"}, {"at": "2026-11-27T12:00:00"}, {"at": "0001-01-01T00:00:00+14:00"}, {"from": 371}, {"recording": "https://pbx.example/1"},
        {"recording": {"url": "https://pbx.example/" + "x" * 2000}}, {"unknown": 1}, {"agent": ["anna"]},
    ],
)  # fmt: skip
def test_what_no_exchange_would_say_is_refused_whole(exchange: Exchange, about: dict[str, Any]) -> None:
    before = len(exchange.desk.tickets())
    exchange.tells("missed", **about, status=422) if "event" not in about else exchange.tells(
        about["event"], status=422
    )
    assert len(exchange.desk.tickets()) == before


def test_w36_only_the_exchanges_token_tells_of_calls(exchange: Exchange) -> None:
    desk, client = exchange.desk, exchange.client
    reader, elsewhere = token_of(desk, "reader", READ), token_of(desk, "far", CALLS, networks=("192.0.2.0/24",))
    ended = token_of(desk, "old", CALLS, until=f"{desk.clock() + timedelta(days=1):%Y-%m-%d}")
    desk.clock.ahead += timedelta(days=3)
    before = len(desk.tickets())
    event = {"id": "x", "event": "missed", "from": "+37120000007"}
    for token, status in ((reader, 403), (elsewhere, 401), (ended, 401), ("mg_no_such", 401)):
        told = client.post("/api/v1/calls", json=event, headers={"authorization": f"Bearer {token}"})
        pushed = exchange.pushes("placetel", {"event": "HungUp"}, token=token)
        assert (told.status_code, pushed.status_code) == (status, status)
    assert client.post("/api/v1/calls", json=event).status_code == 401
    assert len(desk.tickets()) == before


def test_what_another_program_says_of_a_number_is_told_too(exchange: Exchange) -> None:
    store, now = exchange.desk.gateway.store, exchange.desk.clock()

    def said(number: str, answer: Answer) -> None:
        until = now + timedelta(days=365)
        store.write(lambda tx: tx.lookups.keep(phone_found_by(number), answer, now, until)).result()

    said("+37120000041", Answer(Outcome.PERSON, Customer(("crm@four.example",), name="Ausma", company="Four SIA")))
    [who] = exchange.tells("ringing", **{"from": "+37120000041"})["callers"]
    assert (who["name"], who["company"]) == ("Ausma", "Four SIA")
    exchange.person("Pauls <pauls@four.example>", "+37120000042")
    said("+37120000042", Answer(Outcome.SEVERAL, count=3))
    assert exchange.tells("missed", **{"from": "+37120000042"})["ambiguous"]
    memo = exchange.tickets("+37120000042")[-1]
    assert memo.requester.addr == "nobody@invalid.invalid"


def test_a_program_of_one_department_files_there_and_is_told_of_no_other(exchange: Exchange) -> None:
    exchange.person("Rita <rita@three.example>", "+37120000008")
    sales = token_of(exchange.desk, "sales-pbx", CALLS, departments=("sales",))
    event = {"id": "1", "event": "missed", "from": "+37120000008", "to": "+37167000001"}
    told = exchange.client.post("/api/v1/calls", json=event, headers={"authorization": f"Bearer {sales}"}).json()
    exchange.desk.settle()
    assert told["callers"] == []  # whom only others know
    assert "sales" in {one.department for one in exchange.tickets("+37120000008")}


def test_the_token_in_an_address_is_in_no_line_of_our_log(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        exchange.pushes("placetel", {"event": "OutgoingCall"})
    assert exchange.token not in " ".join(str(vars(one)) for one in caplog.records if one.name.startswith("mailgate"))


def test_placetels_signature_is_asked_for_where_a_secret_is_set(tmp_path: Any) -> None:
    more = '[web.calls]\nplacetel_secret = "12345"\nmemo = "ended"\nagents = { "7777abcdefg@fpbx.de" = "anna" }\n'
    with pages_at(tmp_path, more) as here:
        exchange = Exchange(here, token_of(here.desk, "pbx", CALLS))
        body = b"event=HungUp&type=accepted&duration=95&from=022129191999&to=0221987&call_id=1&direction=in"
        body += b"&peer=7777abcdefg@fpbx.de"
        kind = {"content-type": "application/x-www-form-urlencoded"}
        signature = hmac.new(b"12345", body, hashlib.sha256).hexdigest()
        for sent, status in (("", 401), ("0" * 64, 401), (signature, 202)):
            heads = {**kind, "x-placetel-signature": sent} if sent else kind
            assert exchange.pushes("placetel", None, content=body, headers=heads).status_code == status
        [ticket] = exchange.tickets("022129191999")
        assert (ticket.owner, ticket.status, ticket.subject) == ("anna", Status.OPEN, "Call: 022129191999")
        assert "1:35" in ticket.entries[0].text and "Anna" in ticket.entries[0].text


def test_a_caller_is_looked_up_elsewhere_unless_hidden_or_one_of_several(exchange: Exchange) -> None:
    lookups, one, two = exchange.desk.gateway.lookups, "+37120000071", "+37120000072"
    exchange.person("Known <known@customer.example>", two)
    for name in ("first", "second"):
        exchange.person(f"{name} <{name}@many.example>", "+37120000073")
    before = lookups.settings
    with serving([Reply(404)]) as crm:
        lookups.settings = replace(before, url=f"{crm.url}/?tel={{phone}}&mail={{address}}", rate=0.0)
        try:
            for number in ("anonymous", "+37120000073", one, two):
                exchange.tells("ringing", **{"from": number})
            assert {crm.next().target, crm.next().target} == {
                "/?tel=%2B37120000071&mail=", "/?tel=%2B37120000072&mail=known%40customer.example",
            }  # fmt: skip
        finally:
            lookups.settings = before
    assert len(crm.requests) == 2
