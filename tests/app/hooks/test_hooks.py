"""What programs are told: read from the journal, kept in order, told again, and never words that are nobody's business."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import ANNA, POLICY
from store.conftest import NOW, Bench

from mailgate.app.hooks.feeding import feed
from mailgate.app.hooks.sending import Sender
from mailgate.app.in_force import InForce, Snapshot
from mailgate.config.secrets import Secret
from mailgate.config.tree import Webhook
from mailgate.core.asking.http import Answer, Failure, Why
from mailgate.core.hooks.hook import Format, Hook
from mailgate.core.hooks.rows import HookRow, HookRowState
from mailgate.core.hooks.told import Type
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    OpenTicket,
    SetDue,
    SetEscalation,
    SetPriority,
    SetStatus,
    Tag,
    Vote,
    Withdraw,
)
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Mode
from mailgate.core.model.ticket import EntryKind, Priority, Status
from mailgate.wire import words as phrases

TAKEN: Answer | Failure = Answer(204, "", b"")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALL = (HookRowState.WAITING, HookRowState.SENT, HookRowState.FAILED, HookRowState.DROPPED)


def gone(status: int, **more: Any) -> Failure:
    return Failure(Why.STATUS, f"answers {status}", status, **more)


@dataclass
class Door:
    """A program that answers as it is told, and keeps what it heard."""

    said: Callable[[dict[str, Any]], Answer | Failure] = lambda body: TAKEN
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def post(self, message_id: str, body: bytes) -> Answer | Failure:
        told = json.loads(body)
        self.heard.append((message_id, told))
        return self.said(told)

    def hang_up(self) -> None: ...

    @property
    def types(self) -> list[tuple[int, str]]:
        return [(told["data"]["ticket"], told["type"]) for _, told in self.heard]


@dataclass
class Alarms:
    """Whom the admin is told of."""

    told: list[str] = field(default_factory=list)

    def tell(self, what: str, title: Any, text: Any, remedy: Any) -> None:
        assert phrases.said("en", title) and phrases.said("en", text)
        self.told.append(f"{what}: {phrases.said('en', remedy)}")


CRM = Hook("crm")


class Hooked(Bench):
    """A store with a hook, and the sender at hand."""

    def __init__(self, path: Path, hook: Hook = CRM, policy: Any = POLICY) -> None:
        super().__init__(path)
        self.hook = hook
        self.door, self.alarms = Door(), Alarms()
        self.in_force = InForce(Snapshot(policy, ()))
        self.sender = Sender(self.store, self.in_force, self.alarms, lambda: self.now)  # type: ignore[arg-type]
        self.know(hook.name)

    def know(self, *names: str) -> None:
        self.write(lambda tx: tx.hooks.known(names, self.now))

    def feed(self, *hooks: Hook) -> int:
        known = {one.name: one for one in hooks or (self.hook,)}
        return self.write(lambda tx: feed(tx, known, self.in_force.policy, self.now))

    def rows(self, *states: HookRowState) -> list[HookRow]:
        return self.read(lambda read: read.hooks.rows(states or ALL))

    def turn(self, hook: Hook | None = None, door: Door | None = None) -> Any:
        webhook = Webhook(hook or self.hook, Secret("http://127.0.0.1"), (), None)
        return self.sender.turn(webhook, door or self.door)

    def all(self) -> None:
        """Turns until there is nothing more to tell now."""
        for _ in range(100):
            if self.turn() != self.now:
                return
        raise AssertionError("there is no end to it")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Hooked]:
    made = Hooked(tmp_path / "mailgate.db")
    yield made
    made.close()


def words(kind: EntryKind, text: str, **more: Any) -> AddEntry:
    return AddEntry(kind, "x@x.example", "X", text, of_mail=False, **more)


def test_what_happens_is_told_in_its_order_and_once(bench: Hooked) -> None:
    number = bench.open("Broken lamp", Assign("anna"))
    bench.apply(None, words(EntryKind.AGENT, "We will see."), SetStatus(Status.WAITING), ticket=number)
    bench.apply(None, effects=(Vote(number, 4, ""),))
    bench.feed()
    assert bench.feed() == 0
    bench.all()
    bench.now += POLICY.undo_window
    bench.all()
    told = ["ticket.opened", "message.in", "ticket.owned", "message.out", "ticket.status", "vote"]
    assert sorted(bench.door.types[:3]) == sorted((number, kind) for kind in told[:3])
    assert sorted(bench.door.types[3:]) == sorted((number, kind) for kind in told[3:])
    assert len({uid for uid, _ in bench.door.heard}) == 6
    assert {row.state for row in bench.rows()} == {HookRowState.SENT}
    opened = next(body for _, body in bench.door.heard if body["type"] == "ticket.opened")
    assert opened == {
        "type": "ticket.opened",
        "timestamp": "2026-03-02T09:00:00.000000Z",
        "data": {
            "ticket": number, "department": "support", "status": "waiting", "owner": "anna", "priority": "normal",
            "language": "en", "created_at": "2026-03-02T09:00:00.000000Z", "due_at": None, "url": None,
        },
    }  # fmt: skip


def test_an_answer_is_told_when_it_cannot_be_taken_back_any_more(tmp_path: Path) -> None:
    """Nobody was answered by words that never left, and a program is not to read them."""
    bench = Hooked(tmp_path / "mailgate.db", Hook("crm", words=True), replace(POLICY, undo_window=2 * MINUTE))
    numbers = [bench.open("Kept"), bench.open("Taken back")]
    for number in numbers:
        bench.apply(None, words(EntryKind.AGENT, f"About {number}"), SetStatus(Status.WAITING), ticket=number)
    bench.feed()
    bench.all()
    assert {kind for _, kind in bench.door.types} == {"ticket.opened", "message.in"}
    (entry,) = {row.told.entry for row in bench.rows() if (row.told.ticket, row.told.type) == (numbers[1], Type.OUT)}
    assert entry is not None
    bench.apply(None, Withdraw(entry), SetStatus(Status.NEW), ticket=numbers[1])
    bench.feed()
    bench.now += 2 * MINUTE
    bench.all()
    heard = [
        (told["data"]["ticket"], told["data"]["text"]) for _, told in bench.door.heard if told["type"] == "message.out"
    ]
    assert heard == [(numbers[0], f"About {numbers[0]}")]
    assert [number for number, kind in bench.door.types if kind == "ticket.status"] == [numbers[0], *numbers[1:] * 2]
    assert [row.told.entry for row in bench.rows(HookRowState.DROPPED)] == [entry]
    assert not bench.rows(HookRowState.WAITING)
    bench.close()


def test_a_new_hook_begins_now_and_one_that_is_gone_is_owed_nothing(bench: Hooked) -> None:
    bench.open("Before")
    bench.know("crm", "bi")
    after = bench.open("After")
    bench.feed(Hook("crm"), Hook("bi"))
    tickets = {(row.hook, row.told.ticket) for row in bench.rows()}
    assert tickets == {("crm", after - 1), ("crm", after), ("bi", after)}
    bench.know("bi")
    assert {(row.hook, row.state) for row in bench.rows()} == {
        ("crm", HookRowState.DROPPED), ("bi", HookRowState.WAITING)
    }  # fmt: skip


@pytest.mark.parametrize("mode", [Mode.WATCH, Mode.PILOT])
def test_whoever_only_looks_tells_nobody_and_does_not_make_up_for_it(mode: Mode, tmp_path: Path) -> None:
    bench = Hooked(tmp_path / "mailgate.db", policy=replace(POLICY, mode=mode))
    bench.open()
    assert bench.feed() == 0
    bench.in_force.swap(Snapshot(replace(POLICY, mode=Mode.LIVE), ()))
    assert bench.feed() == 0
    bench.open()
    assert bench.feed() == 2
    bench.in_force.swap(Snapshot(replace(POLICY, mode=mode), ()))
    assert bench.turn() is None and bench.door.heard == []
    bench.close()


def test_tickets_of_trainees_are_told_to_nobody(tmp_path: Path) -> None:
    departments = tuple(replace(one, training=one.name == "sales") for one in POLICY.departments)
    bench = Hooked(tmp_path / "mailgate.db", policy=replace(POLICY, departments=departments))
    bench.open("For practice", department="sales")
    assert bench.feed() == 0
    bench.close()


def test_a_promise_is_near_once_and_broken_once(bench: Hooked) -> None:
    due = NOW + HOUR
    number = bench.open()
    bench.apply(None, SetDue("resolve", due), SetEscalation(1, due, due), ticket=number)
    for level, hours in ((2, 1), (3, 2)):
        bench.apply(None, SetEscalation(level, None, due), ticket=number, now=NOW + hours * HOUR)
    bench.feed()
    promises = [row.told for row in bench.rows() if row.told.promise]
    assert [(one.type.value, one.promise, one.due_at) for one in promises] == [
        ("promise.due", "resolve", due), ("promise.broken", "resolve", due)
    ]  # fmt: skip


# --- told again ------------------------------------------------------------------------------------------------------


def test_w40_what_was_not_taken_is_told_again_with_the_same_id(bench: Hooked) -> None:
    bench.open("Lamp", mail=False)
    bench.feed()
    bench.door.said = lambda body: gone(500)
    assert bench.turn() == bench.now
    assert bench.turn() == bench.now + MINUTE
    bench.now += MINUTE
    bench.door.said = lambda body: TAKEN
    bench.all()
    [(first, body), (second, again)] = bench.door.heard
    assert (first, body) == (second, again)
    [row] = bench.rows()
    assert (row.state, row.attempts, row.error) == (HookRowState.SENT, 2, "")


def test_w40_killed_before_it_was_written_down_it_is_told_again_with_the_same_id(bench: Hooked) -> None:
    bench.open("Lamp", mail=False)
    bench.feed()

    def die(body: dict[str, Any]) -> Answer:
        raise KeyboardInterrupt

    bench.door.said = die
    with pytest.raises(KeyboardInterrupt):
        bench.turn()
    bench.door.said = lambda body: TAKEN
    bench.all()
    assert len(bench.door.heard) == 2 and len({uid for uid, _ in bench.door.heard}) == 1


def test_a_ticket_waits_for_its_own_news_and_for_no_others(bench: Hooked) -> None:
    one, other = bench.open("One", Assign("anna"), mail=False), bench.open("Other", Assign("anna"), mail=False)
    bench.feed()
    bench.door.said = lambda body: gone(400) if body["data"]["ticket"] == one else TAKEN
    bench.all()
    assert [number for number, _ in bench.door.types] == [one, other, other]
    bench.door.said = lambda body: TAKEN
    bench.now += MINUTE
    bench.all()
    kinds = [kind for number, kind in bench.door.types if number == one]
    assert len(kinds) == 3 and kinds[0] == kinds[1] != kinds[2]


def test_a_program_that_is_away_is_asked_once_a_while_and_not_for_each_ticket(bench: Hooked) -> None:
    for _ in range(3):
        bench.open(mail=False)
    bench.feed()
    bench.door.said = lambda body: Failure(Why.UNREACHABLE, "no connection")
    bench.all()
    assert len(bench.door.heard) == 1
    bench.now += MINUTE
    bench.all()
    assert len(bench.door.heard) == 2
    assert bench.turn() == bench.now + 2 * MINUTE
    [state] = bench.read(lambda read: read.hooks.all())
    assert (state.waiting, state.rests, state.error) == (3, 2, "no connection")
    bench.now += 2 * MINUTE
    bench.door.said = lambda body: TAKEN
    bench.all()
    [state] = bench.read(lambda read: read.hooks.all())
    assert (state.waiting, state.rests, state.error, state.told_at) == (0, 0, "", bench.now)


def test_a_program_that_is_busy_is_left_alone_as_long_as_it_asks(bench: Hooked) -> None:
    bench.open(mail=False)
    bench.feed()
    bench.door.said = lambda body: gone(429, retry_after=600.0)
    bench.all()
    assert bench.turn() == bench.now + 10 * MINUTE


def test_what_is_refused_five_times_is_given_up_and_the_admin_hears_once(bench: Hooked) -> None:
    bench.open("Lamp", Assign("anna"), mail=False)
    bench.feed()
    bench.door.said = lambda body: gone(422)
    for _ in range(12):
        bench.all()
        bench.now += HOUR
    assert len(bench.door.heard) == 10
    assert [row.state for row in bench.rows()] == [HookRowState.FAILED] * 2
    [told] = bench.alarms.told
    assert told.startswith("hook failed crm: mailgate outbox show h")
    [state] = bench.read(lambda read: read.hooks.all())
    assert (state.failed, state.waiting) == (2, 0)


def test_what_cannot_be_told_for_three_days_is_given_up(bench: Hooked) -> None:
    bench.open("Lamp", mail=False)
    bench.feed()
    bench.door.said = lambda body: Failure(Why.LATE, "no answer in time")
    for _ in range(4 * 24):
        bench.all()
        bench.now += HOUR
    [row] = bench.rows()
    assert row.state is HookRowState.FAILED and 60 < row.attempts < 90


def test_w39_a_program_that_is_gone_for_good_switches_its_hook_off_until_somebody_switches_it_on(bench: Hooked) -> None:
    number = bench.open("Lamp", mail=False)
    bench.feed()
    bench.door.said = lambda body: gone(410)
    bench.all()
    assert bench.alarms.told == ["hook off crm: mailgate hook on crm"]
    bench.open("While it was off", mail=False)
    assert bench.feed() == 0
    bench.now += HOUR
    bench.all()
    assert len(bench.door.heard) == 1
    assert bench.write(lambda tx: tx.hooks.switch("crm", "", bench.now))
    assert not bench.write(lambda tx: tx.hooks.switch("crm", "", bench.now))
    bench.door.said = lambda body: TAKEN
    bench.feed()
    bench.all()
    assert bench.door.types == [(number, "ticket.opened")] * 2


def test_steered_by_hand(bench: Hooked) -> None:
    bench.open("Lamp", Assign("anna"), mail=False)
    bench.feed()
    one, other = bench.rows()
    assert bench.write(lambda tx: tx.hooks.drop(one.id, bench.now))
    assert not bench.write(lambda tx: tx.hooks.drop(one.id, bench.now))
    bench.all()
    assert [kind for _, kind in bench.door.types] == [other.told.type]
    assert not bench.write(lambda tx: tx.hooks.retry(other.id, bench.now)), "it was told"
    assert bench.write(lambda tx: tx.hooks.retry(one.id, bench.now))
    bench.all()
    assert len(bench.door.heard) == 2
    assert bench.write(lambda tx: tx.hooks.purge(bench.now)) == 0
    assert bench.write(lambda tx: tx.hooks.purge(bench.now + MINUTE)) == 2


# --- never words -----------------------------------------------------------------------------------------------------

CANARY = "kanarienvogel"


def full_of_secrets(bench: Hooked) -> int:
    secret = f"{CANARY} secret"
    return bench.open(
        f"{CANARY} title",
        words(EntryKind.NOTE, secret),
        words(EntryKind.CALL, secret),
        words(EntryKind.CUSTOMER, f"{secret} unproved", unverified=True),
        Tag((secret,), ()),
        SetPriority(Priority.URGENT),
        Assign(ANNA.name),
    )


@pytest.mark.parametrize("format_", Format)
def test_w09_without_words_no_word_and_no_address_leaves(format_: Format, tmp_path: Path) -> None:
    bench = Hooked(tmp_path / "mailgate.db", Hook("crm", format=format_))
    full_of_secrets(bench)
    bench.feed()
    bench.all()
    said = json.dumps(bench.door.heard, ensure_ascii=False)
    assert len(bench.door.heard) >= 4
    assert CANARY not in said and "customer.example" not in said
    bench.close()


def test_w09_with_words_only_public_ones_leave(tmp_path: Path) -> None:
    bench = Hooked(tmp_path / "mailgate.db", Hook("crm", words=True))
    number = full_of_secrets(bench)
    bench.feed()
    bench.all()
    told = {body["type"]: body["data"] for _, body in reversed(bench.door.heard)}
    assert told["ticket.opened"]["subject"] == f"{CANARY} title"
    assert told["ticket.opened"]["requester"] == {"name": "Anna", "address": "anna@customer.example"}
    texts = [body["data"].get("text") for _, body in bench.door.heard if body["type"] == "message.in"]
    assert sorted(texts, key=str) == sorted([f"words about {CANARY} title", None], key=str)
    assert f"{CANARY} secret" not in json.dumps(bench.door.heard)
    assert number == told["ticket.opened"]["ticket"]
    bench.close()


def test_w09_an_agents_own_address_leaves_with_nobodys_words(tmp_path: Path) -> None:
    bench = Hooked(tmp_path / "mailgate.db", Hook("crm", words=True))
    text = f"Ask {ANNA.address} please.\nThank you."
    bench.open(
        f"For {ANNA.address}", words(EntryKind.CUSTOMER, text), requester=Address(ANNA.address, "Anna"), mail=False
    )
    bench.feed()
    bench.all()
    said = json.dumps(bench.door.heard)
    assert "Thank you." in said and ANNA.address not in said
    bench.close()


def test_what_was_imported_is_told_to_nobody(bench: Hooked) -> None:
    number = bench.keep(history=True).number
    bench.apply(
        number,
        OpenTicket("Long ago", "support", Address("anna@customer.example", "Anna")),
        AddEntry(EntryKind.CUSTOMER, "anna@customer.example", "Anna", "words"),
        stamp=bench.stamp(number),
    )
    assert bench.feed() == 0


def test_w41_what_is_erased_before_it_is_told_is_not_told(tmp_path: Path) -> None:
    """A row keeps no words: these are read when it leaves."""
    bench = Hooked(tmp_path / "mailgate.db", Hook("crm", words=True))
    bench.open(f"{CANARY} title")
    bench.feed()
    kept = bench.read(lambda read: [tuple(row) for row in read.session.all("SELECT * FROM hook_row", {})])
    assert CANARY not in str(kept) and "@" not in str(kept)
    bench.write(lambda tx: tx.people.forget("anna@customer.example", bench.now, "admin"))
    bench.all()
    said = json.dumps(bench.door.heard)
    assert bench.door.heard and CANARY not in said and "anna@customer.example" not in said
    bench.close()
