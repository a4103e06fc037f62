"""Calls as the store keeps them: by their events, by the line they came from, until a month has gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailgate.core.customers.customer import Customer
from mailgate.core.model.change import SetField
from mailgate.core.model.mail import Address
from mailgate.core.programs.called import KnownCall
from mailgate.core.programs.calls import Happened
from mailgate.store.customers_asked import CustomersTaken

LINE = "126123456"
MEMO = "<call.1@desk.example>"


def known(bench: Any, **about: Any) -> KnownCall:
    plain = KnownCall("pbx", "1", bench.now, "+37126123456", "80", "12", over=Happened.MISSED)
    call = replace(plain, **about)
    bench.write(lambda tx: tx.calls.keep(call))
    return call


def test_a_call_comes_back_as_its_last_event_left_it(bench: Any) -> None:
    assert bench.read(lambda read: read.calls.get("pbx", "1")) is None
    known(bench)
    full = known(
        bench, rang=True, answered_at=bench.now, over=Happened.ENDED, seconds=95, recording="https://a.example/1"
    )
    assert bench.read(lambda read: read.calls.get("pbx", "1")) == full
    assert bench.read(lambda read: read.calls.get("other", "1")) is None


def test_missed_calls_of_a_line_are_found_by_their_memos(bench: Any) -> None:
    for number, about in enumerate(({}, {"number": "+4926123456"}, {"over": Happened.ENDED}, {"number": ""}), 1):
        known(bench, id=str(number), at=bench.now + timedelta(seconds=number), **about)
        bench.write(lambda tx, n=number: tx.calls.filed("pbx", str(n), f"<call.{n}@desk.example>", None))
    known(bench, id="unfiled")
    assert bench.read(lambda read: read.calls.earlier(LINE, bench.now)) == [MEMO]
    assert bench.read(lambda read: read.calls.earlier(LINE, bench.now + timedelta(seconds=2))) == []
    assert bench.read(lambda read: read.calls.earlier("", bench.now)) == []
    assert bench.read(lambda read: read.calls.memo("pbx", "1")) == MEMO
    assert bench.read(lambda read: read.calls.memo("pbx", "unfiled")) == ""
    assert bench.read(lambda read: read.calls.ticket_of(MEMO)) is None


def test_w38_everybody_with_a_number_is_named(bench: Any) -> None:
    people = ("a@home.example", "b@home.example", "telegram.77@chat.invalid", "a@home.example")
    for who in (*people, "nobody@invalid.invalid", "forgotten-1@invalid"):
        bench.open("call", SetField("phone", "+371 26 123 456"), requester=Address(who))
    found = bench.read(lambda read: read.calls.people(LINE, 5))
    assert [one.addr for one in found] == [
        "a@home.example",
        "telegram.77@chat.invalid",
        "b@home.example",
    ]  # whoever called last first
    assert len(bench.read(lambda read: read.calls.people(LINE, 1))) == 1
    assert bench.read(lambda read: read.calls.people("", 5)) == []


@pytest.mark.parametrize(
    ("kept", "asked", "found"),
    [("26 123 456", "+37126123456", True), ("+371 26 123 456", "26123456", True), ("26123456", "26-123-456", True),
     ("+371 26 123 456", "+37226123456", False), ("+372 512 3456", "25123456", False)],
)  # fmt: skip
def test_w38_a_short_national_number_is_found_with_its_country_and_without(
    bench: Any, kept: str, asked: str, found: bool
) -> None:
    bench.open("call", SetField("phone", "+49 221 9123456"), requester=Address("b@home.example"))
    bench.open("call", SetField("phone", kept), requester=Address("a@home.example"))
    who = ["a@home.example"] if found else []
    assert [one.addr for one in bench.read(lambda read: read.calls.people(asked, 5))] == who
    assert [one.addr for one in bench.facts(phones=(asked,)).callers.values()] == who


@pytest.mark.parametrize(
    ("told", "erased", "count"),
    [("+37126123456", "26123456", 1), ("26123456", "+37126123456", 1), ("+37226123456", "+37126123456", 0),
     ("+3725123456", "25123456", 0)],
)  # fmt: skip
def test_calls_of_a_number_are_forgotten_in_any_notation(bench: Any, told: str, erased: str, count: int) -> None:
    known(bench, number=told)
    assert bench.write(lambda tx: tx.calls.forget([erased], [])) == count


def test_a_recording_is_due_once_its_memo_is_there_until_it_is_fetched(bench: Any) -> None:
    call = known(bench, recording="https://a.example/1")
    due = lambda at=bench.now: bench.read(lambda read: read.calls.due(at, 5))  # noqa: E731
    assert due() == []
    bench.write(lambda tx: tx.calls.filed("pbx", "1", MEMO, bench.now))
    [one] = due()
    assert (one.call, one.message_id, one.tries) == (call, MEMO, 0)
    bench.write(lambda tx: tx.calls.fetch("pbx", "1", bench.now + timedelta(minutes=1), 1))
    assert due() == [] and due(bench.now + timedelta(minutes=1))[0].tries == 1
    bench.write(lambda tx: tx.calls.fetch("pbx", "1", None, 1))
    assert due(bench.now + timedelta(days=1)) == []


def test_a_call_is_forgotten_after_a_month_with_its_line_and_with_its_memo(bench: Any) -> None:
    for number in range(1, 5):
        known(bench, id=str(number), number=f"+3712612345{number}", at=bench.now + timedelta(days=number))
    bench.write(lambda tx: tx.calls.filed("pbx", "4", MEMO, None))
    assert bench.write(lambda tx: tx.calls.tidy(bench.now + timedelta(days=2))) == 1
    assert bench.write(lambda tx: tx.calls.forget(["126123453", ""], ["", "<other@a>", MEMO])) == 2
    left = [bench.read(lambda read, n=n: read.calls.get("pbx", str(n))) for n in range(1, 5)]
    assert [one is not None for one in left] == [False, True, False, False]


def test_a_number_that_was_nobodys_is_whose_the_table_says(bench: Any) -> None:
    for who in ("nobody@invalid.invalid", "forgotten-1@invalid"):
        bench.open("call", SetField("phone", "+37126123456"), requester=Address(who))
    assert bench.facts(phones=("+37126123456",)).callers == {}
    maija = Customer(("maija@home.example",), name="Maija", phones=("26123456",))
    bench.write(lambda tx: tx.customers.add(1, [(1, maija)]))
    bench.write(lambda tx: tx.customers.take(CustomersTaken(1, "", 1, bench.now)))
    assert bench.facts(phones=("+37126123456",)).callers == {"+37126123456": Address("maija@home.example", "Maija")}
