"""Whoever is erased leaves nothing of their calls: no row, no memo, no recording, no name beside another's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from window.conftest import pages_at
from window.exchange import Exchange
from window.sessions import token_of

from mailgate.app.admin import rights
from mailgate.app.jobs.schedule import run_job
from mailgate.core.asking.http import Answer, Asked, Limits
from mailgate.core.customers.customer import Customer
from mailgate.core.model.change import SetStatus
from mailgate.core.model.ticket import Status
from mailgate.core.programs.program import CALLS
from mailgate.store.base import Read
from mailgate.store.customers_asked import CustomersTaken

VOICE = b"ID3 the voice of Quirina"


class Recorder:
    """Has one recording."""

    def fetch(self, asked: Asked, limits: Limits | None = None) -> Answer:
        return Answer(200, "audio/mpeg", VOICE)


@pytest.fixture
def exchange(tmp_path: Path) -> Any:
    """A desk where she called twice: alone with her number, and with another who has it too."""
    with pages_at(tmp_path, '[web.calls]\nrecordings = ["https://pbx.example/"]\n') as here:
        here.desk.gateway.http = Recorder()
        exchange = Exchange(here, token_of(here.desk, "pbx", CALLS))
        exchange.person("Quirina Zatopek <quirina@zatopek.example>", "+37120000031")
        exchange.tells("missed", "hers", **{"from": "+37120000031", "recording": {"url": "https://pbx.example/1.mp3"}})
        exchange.person("Quirina Zatopek <quirina@zatopek.example>", "+37120000032")
        exchange.person("Valdis <valdis@other.example>", "+37120000032")
        exchange.tells("missed", "both", **{"from": "+37120000032"})
        exchange.desk.clock.ahead += timedelta(seconds=30)
        run_job(here.desk.gateway, "recordings", here.desk.clock())
        here.desk.settle()
        for one in here.desk.tickets():
            exchange.apply(one.number, SetStatus(Status.SOLVED))
        here.desk.letters()
        yield exchange


def everything(exchange: Exchange) -> bytes:
    return b"".join(path.read_bytes() for path in (exchange.desk.folder / "data").rglob("*") if path.is_file())


def rows(exchange: Exchange) -> list[str]:
    read = exchange.desk.gateway.store.read
    return [call for call in ("hers", "both") if read(lambda look, c=call: look.calls.get("pbx", c)) is not None]


def test_nothing_of_their_calls_is_left(exchange: Exchange) -> None:
    [both] = [one for one in exchange.tickets("+37120000032") if one.entries[0].kind == "call"]
    assert "Quirina" in both.entries[0].text and "Valdis" in both.entries[0].text
    assert rows(exchange) == ["hers", "both"]
    rights.forget(exchange.desk.gateway, "quirina@zatopek.example")
    assert rows(exchange) == []
    kept = everything(exchange).lower()
    assert b"quirina" not in kept and b"zatopek" not in kept and b"37120000031" not in kept
    assert "Valdis" in exchange.desk.ticket(both.number).entries[0].text


def test_memo_and_recording_are_handed_over(exchange: Exchange) -> None:
    gateway, policy = exchange.desk.gateway, exchange.desk.gateway.in_force.policy

    def handed(read: Read) -> dict[str, Any]:
        return dict(rights.export(read, policy, "quirina@zatopek.example", exchange.desk.clock()))

    files = gateway.store.read(handed)
    [mine, _] = [one for one in files["person.json"]["tickets"] if one["fields"]["phone"] == "+37120000031"]
    assert mine["subject"] == "A lamp"
    mails = [content for name, content in files.items() if name.startswith("mails/")]
    assert any(b"Missed call" in one for one in mails) and any(b"audio/mpeg" in one for one in mails)
    assert not any(b"Valdis" in one for one in mails)


def test_nor_is_what_the_table_calls_them_or_a_call_from_a_number_that_stands_there_alone(exchange: Exchange) -> None:
    desk, addresses = exchange.desk, ("quirina@zatopek.example", "valdis@other.example")
    people = [
        Customer((one,), name=f"{one[0].upper()}xyz {one[0].upper()}abc", phones=("26 123 456",)) for one in addresses
    ]
    desk.gateway.store.write(lambda tx: tx.customers.add(1, list(enumerate(people)))).result()
    desk.gateway.store.write(lambda tx: tx.customers.take(CustomersTaken(1, "", 2, desk.clock()))).result()
    exchange.tells("missed", "table", **{"from": "+37126123456"})
    exchange.tells("ringing", "rang", **{"from": "26123456"})
    rights.forget(desk.gateway, "quirina@zatopek.example")
    [memo] = exchange.tickets("+37126123456")
    assert "Qxyz" not in memo.entries[0].text and "Vxyz Vabc" in memo.entries[0].text
    read = desk.gateway.store.read
    assert [read(lambda look, c=call: look.calls.get("pbx", c)) for call in ("table", "rang")] == [None, None]
