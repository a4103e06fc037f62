"""Calls as the store keeps them: by their events, by the line they came from, until a month has gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from mailgate.core.model.change import SetField
from mailgate.core.model.mail import Address
from mailgate.core.programs.called import KnownCall
from mailgate.core.programs.calls import Happened

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
