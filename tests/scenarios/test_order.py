"""A mail waits for the earlier mails it may belong to, and for no other (law 3; S-03, S-05).

Reading is slow on purpose: a child holds a mail with `X-Held: NAME` until a file of that name exists.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from conftest import Desk, mail, running

from mailgate.app.admin import control
from mailgate.app.intake import in_hand
from mailgate.core.model.mail import Envelope, Source
from mailgate.errors import ChildFailed, Temporary

MAIJA, KARI = "maija@customer.example", "kari@other.example"
TO = "support@acme.example"


@pytest.fixture(autouse=True)
def slowly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(in_hand, "READ", "slow_jobs:read")


@pytest.fixture
def desk(tmp_path: Path, slowly: None) -> Iterator[Desk]:
    with running(tmp_path) as found:
        found.gateway.children.wall = 290.0
        yield found
        for gate in ("gate", "other"):
            (found.folder / gate).touch()


def held(subject: str, gate: str = "gate", **headers: str) -> EmailMessage:
    """A mail that is read only once the gate is open."""
    return mail(subject, x_held=gate, **headers)


def hand_in(desk: Desk, *mails: EmailMessage, peer: str = "", **envelope: Any) -> list[int]:
    """Keep mails in this order without waiting for their fates; returns their numbers."""
    futures = []
    for each in mails:
        sender = str(each["From"]).rpartition("<")[2].rstrip(">")
        futures.append(desk.gateway.intake.receive(each.as_bytes(), Envelope(sender, (TO,), peer=peer, **envelope)))
    return [future.result(100).number for future in futures]


def until(desk: Desk, true: Callable[[], bool], why: str) -> None:
    """What nobody tells of is asked again and again."""
    for _ in range(6000):
        if true():
            return
        desk.idle.wait(0.01)
    raise AssertionError(why)


def settle(desk: Desk, *numbers: int) -> None:
    for number in numbers:
        desk.wait(lambda number=number: number in desk.settled, f"mail {number} got no fate", 120)


def begun(desk: Desk, gate: str = "gate", times: int = 1) -> None:
    """Wait until a child holds a mail."""
    until(desk, lambda: len(list(desk.folder.glob(f"{gate}.*"))) >= times, "it is not being read")


def read_and_waiting(desk: Desk, *numbers: int) -> None:
    """Wait until these are read, and see that they have no fate."""
    hand = desk.gateway.intake.hand
    until(desk, lambda: all(n in hand._all and hand._all[n].parsed is not None for n in numbers), "not read")
    assert not set(numbers) & desk.settled.keys()


def open_(desk: Desk, *gates: str) -> None:
    for gate in gates or ("gate",):
        (desk.folder / gate).touch()


def tickets_of(desk: Desk, *numbers: int) -> list[int]:
    return [desk.of_mail(number).number for number in numbers]


def holds(desk: Desk, number: int) -> int:
    return desk.gateway.intake.hand._all[number].holds


def test_a_reply_never_overtakes_its_slow_parent_and_a_stranger_waits_for_neither(desk: Desk) -> None:
    [parent] = hand_in(desk, held("Lamp", message_id="<1@customer.example>"))
    begun(desk)
    [reply, stranger] = hand_in(
        desk, mail("Re: Lamp", sender=KARI, in_reply_to="<1@customer.example>"), mail("Chair", sender="x@y.example")
    )
    settle(desk, stranger)
    read_and_waiting(desk, reply)
    open_(desk)
    settle(desk, parent, reply)
    assert list(desk.settled) == [stranger, parent, reply]


def test_who_waits_for_the_parent_holds_up_their_own_next_mail(desk: Desk) -> None:
    [parent] = hand_in(desk, held("Lamp", message_id="<1@customer.example>"))
    begun(desk)
    reply, further, other = hand_in(
        desk,
        mail("Re: Lamp", sender=KARI, in_reply_to="<1@customer.example>"),
        mail("Another matter", sender=KARI),
        mail("Chair", sender="x@y.example"),
    )
    settle(desk, other)
    read_and_waiting(desk, reply, further)
    open_(desk)
    settle(desk, parent, reply, further)
    assert list(desk.settled) == [other, parent, reply, further]


def test_after_two_seconds_of_reading_a_mail_holds_up_its_replies_and_no_more_its_senders_other_mail(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_hand, "SLOW", 1000.0)
    [parent] = hand_in(desk, held("Lamp", message_id="<1@customer.example>"))
    begun(desk)
    other, reply = hand_in(desk, mail("Chair"), mail("Re: Lamp", in_reply_to="<1@customer.example>"))
    read_and_waiting(desk, other, reply)
    monkeypatch.setattr(in_hand, "SLOW", 0.0)
    settle(desk, other)
    assert holds(desk, parent) == 1
    assert reply not in desk.settled
    open_(desk)
    settle(desk, parent, reply)
    assert list(desk.settled) == [other, parent, reply]
    assert len(set(tickets_of(desk, parent, reply))) == 1


def test_an_imported_thread_of_thirty_whose_first_is_slow_is_one_ticket_in_order(desk: Desk) -> None:
    ids = [f"<{n}@old.example>" for n in range(30)]
    thread = [
        mail(
            "Re: Lamp" if n else "Lamp",
            f"Words {n}.\n",
            sender=(MAIJA, KARI, "eve@third.example")[n % 3],
            message_id=ids[n],
            **({"references": " ".join(ids[max(0, n - 2) : n])} if n else {"x_held": "gate"}),
        )
        for n in range(30)
    ]
    numbers = hand_in(desk, *thread, source=Source.IMPORT, history=True)
    begun(desk)
    read_and_waiting(desk, *numbers[1:])
    open_(desk)
    settle(desk, *numbers)
    [ticket] = desk.tickets()
    assert [entry.text.strip() for entry in desk.ticket(ticket.number).entries] == [f"Words {n}." for n in range(30)]
    assert [number for number in desk.settled if number in numbers] == numbers


def test_live_mail_never_waits_for_history_nor_history_for_live_mail(desk: Desk) -> None:
    [old] = hand_in(desk, held("Lamp", message_id="<1@a.example>"), source=Source.IMPORT, history=True)
    [today] = hand_in(desk, held("Chair", "other", message_id="<2@a.example>"))
    begun(desk)
    [answer] = hand_in(desk, mail("Re: Lamp", sender=KARI, in_reply_to="<1@a.example>"))
    [older] = hand_in(
        desk, mail("Re: Chair", sender=KARI, in_reply_to="<2@a.example>"), source=Source.IMPORT, history=True
    )
    settle(desk, answer, older)
    assert not {old, today} & desk.settled.keys()
    open_(desk, "gate", "other")
    settle(desk, old, today)


def test_two_hundred_strangers_wait_for_no_slow_mail(desk: Desk) -> None:
    [slow] = hand_in(desk, held("Lamp"))
    begun(desk)
    strangers = [mail(f"Matter {n}", "Hello.\n", sender=f"c{n}@s{n}.example") for n in range(200)]
    numbers = list(itertools.chain.from_iterable(hand_in(desk, *strangers[at : at + 100]) for at in range(0, 200, 100)))
    for number in numbers:
        desk.wait(lambda number=number: number in desk.settled, f"mail {number} got no fate", 280)
    assert slow not in desk.settled
    open_(desk)
    settle(desk, slow)


def test_several_slow_mails_share_a_child_and_strangers_pass_them_all(desk: Desk) -> None:
    slow = hand_in(desk, *(held(f"Lamp {n}", sender=f"c{n}@evil.example") for n in range(6)), peer="192.0.2.66")
    begun(desk)
    numbers = hand_in(desk, *(mail(f"Matter {n}", sender=f"c{n}@s.example") for n in range(20)), peer="192.0.2.1")
    settle(desk, *numbers)
    assert not set(slow) & desk.settled.keys()
    open_(desk)
    settle(desk, *slow)
    assert {desk.settled[number] for number in slow} == {"filed"}


def test_a_hostile_sender_who_lists_others_ids_and_names_stalls_nobody_for_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    victims = [f"v{n}@victim.example" for n in range(5)]
    firsts = [
        desk.send(mail(f"Lamp {n}", sender=who, message_id=f"<{n}@victim.example>")) for n, who in enumerate(victims)
    ]
    monkeypatch.setattr(in_hand, "SLOW", 0.0)
    monkeypatch.setattr(in_hand, "PASSED", 3.0)
    listed = " ".join(f"<{n}@victim.example>" for n in range(5))
    hostile = hand_in(
        desk,
        *(held("Re: Lamp [#1001] [#1002]", sender=who, references=listed) for who in victims),
        peer="192.0.2.66",
    )
    begun(desk)
    others = hand_in(desk, *(mail(f"Chair {n}", sender=who) for n, who in enumerate(victims)), peer="192.0.2.1")
    replies = hand_in(
        desk,
        *(mail(f"Re: Lamp {n}", sender=who, in_reply_to=f"<{n}@victim.example>") for n, who in enumerate(victims)),
        peer="192.0.2.1",
    )
    settle(desk, *others, *replies)
    assert not set(hostile) & desk.settled.keys()
    assert tickets_of(desk, *replies) == tickets_of(desk, *firsts)
    open_(desk)
    settle(desk, *hostile)


# --- trouble on the way -----------------------------------------------------------------------------------------------


def test_a_parent_that_is_put_back_keeps_its_reply_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailgate.app.intake.intake.PAUSE", 0.01)
    deciding = desk.gateway.intake.deciding
    real, troubles = deciding._begin, iter(range(3))

    def hiccup(one: Any, parsed: Any, snapshot: Any, after: Any) -> Future[Any]:
        if parsed.subject == "Lamp" and next(troubles, None) is not None:
            failed: Future[Any] = Future()
            failed.set_exception(Temporary("disk full"))
            return failed
        return real(one, parsed, snapshot, after)

    monkeypatch.setattr(deciding, "_begin", hiccup)
    [gatekeeper] = hand_in(desk, held("First", sender="g@g.example", message_id="<0@g.example>"))
    begun(desk)
    parent, reply = hand_in(
        desk,
        mail("Lamp", message_id="<1@customer.example>", references="<0@g.example>"),
        mail("Re: Lamp", sender=KARI, in_reply_to="<1@customer.example>"),
    )
    read_and_waiting(desk, parent, reply)  # so that they are chosen together
    open_(desk)
    settle(desk, gatekeeper, parent, reply)
    assert list(desk.settled) == [gatekeeper, parent, reply]
    attempts = desk.gateway.store.read(lambda read: read.session.all("SELECT attempts, alone, deciding FROM mail", {}))  # type: ignore[attr-defined]
    assert {tuple(row) for row in attempts} == {(0, 0, 0)}


class Failing:
    """The pool, but nothing that is marked so can be read."""

    def __init__(self, pool: Any) -> None:
        self._pool, self.broken = pool, True

    def submit_many(self, function: str, calls: list[tuple[Any, ...]], peers: list[str]) -> list[Future[Any]]:
        return [self._one(function, call) for call in calls]

    def _one(self, function: str, call: tuple[Any, ...]) -> Future[Any]:
        if self.broken and b"x-broken" in call[0].lower():
            failed: Future[Any] = Future()
            failed.set_exception(ChildFailed("ValueError", "broken"))
            return failed
        found: Future[Any] = self._pool.submit(function, *call)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


def test_a_mail_out_of_quarantine_has_its_number_and_its_keys_back(desk: Desk) -> None:
    failing = Failing(desk.gateway.children)
    desk.gateway.intake.hand.children = failing  # type: ignore[assignment]
    [parent] = hand_in(desk, mail("Lamp", message_id="<1@customer.example>", x_broken="yes"))
    settle(desk, parent)
    assert desk.fate(parent) == "quarantined"
    failing.broken = False
    [slow] = hand_in(desk, held("Slow", sender="s@s.example", message_id="<0@s.example>"))
    begun(desk)
    [reply] = hand_in(desk, mail("Re: Lamp", sender=KARI, references="<0@s.example> <1@customer.example>"))
    read_and_waiting(desk, reply)
    del desk.settled[parent]
    assert control.retry_quarantine(desk.gateway, parent) == 1
    settle(desk, parent)
    assert reply not in desk.settled
    open_(desk)
    settle(desk, slow, reply)
    assert list(desk.settled) == [parent, slow, reply]


def test_nothing_decided_is_decided_anew(desk: Desk) -> None:
    [one] = hand_in(desk, mail("Lamp"))
    settle(desk, one)
    deciding, snapshot = desk.gateway.intake.deciding, desk.gateway.in_force.snapshot
    desk.gateway.store.write(lambda tx: tx.session.connection.execute("UPDATE mail SET fate = NULL")).result()  # type: ignore[attr-defined]
    [waiting] = desk.gateway.store.read(lambda read: read.mail.waiting([one]))
    desk.gateway.store.write(lambda tx: tx.session.connection.execute("UPDATE mail SET fate = 'filed'")).result()  # type: ignore[attr-defined]
    parsed = desk.gateway.children.run("slow_jobs:read", waiting.raw, waiting.envelope, snapshot.policy.limits)
    assert deciding.begin(waiting, parsed, snapshot).result(100) is None
    assert len(desk.ticket(desk.of_mail(one).number).entries) == 1


# --- a reply that came first ------------------------------------------------------------------------------------------


def test_a_mail_that_comes_after_its_answer_finds_the_answers_ticket_when_its_sender_takes_part(desk: Desk) -> None:
    answer = desk.send(mail("Re: Lamp", in_reply_to="<1@customer.example>"))
    late = desk.send(mail("Lamp", message_id="<1@customer.example>"))
    assert tickets_of(desk, answer) == tickets_of(desk, late)
    other = desk.send(mail("Lamp", "Other words.\n", message_id="<1@customer.example>"))
    assert tickets_of(desk, other) != tickets_of(desk, late), "a mail has that id by now: it tells nothing any more"


def test_a_stranger_finds_no_ticket_by_an_id_that_somebody_referred_to(desk: Desk) -> None:
    answer = desk.send(mail("Re: Lamp", in_reply_to="<1@customer.example>"))
    eve = desk.send(mail("Lamp", message_id="<1@customer.example>", sender="eve@stranger.example"))
    assert tickets_of(desk, answer) != tickets_of(desk, eve)


# --- what people see --------------------------------------------------------------------------------------------------


def test_status_says_when_the_window_is_full(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_hand, "WINDOW", 2)
    hand_in(desk, held("Lamp"), held("Chair", sender=KARI), mail("Desk", sender="x@y.example"))
    intake = desk.gateway.intake
    until(desk, lambda: bool(intake.count_in_hand()["full"]), "the window is not full")
    report = control.status(desk.gateway)
    assert report["in_hand"]["full"] is True and report["in_hand"]["mails"] == 2
    open_(desk)
    desk.settle()
    until(desk, lambda: not intake.count_in_hand()["full"], "the window stays full")
