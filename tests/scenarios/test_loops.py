"""Robots that answer robots, floods with a stolen name, and mail that kills whoever reads it, at a real gateway."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from conftest import CONFIG, Desk, mail, running, whole

from mailgate.app.admin import control
from mailgate.errors import Temporary

VICTIM = "victim@customer.example"
ROOT = "root@admin.example"
OPEN = 'trusted_networks = ["127.0.0.1/32"]'  # our own test client may send more than sixty mails a minute


def carry(letter: EmailMessage, to: Desk, recipient: str, sender: str) -> None:
    """A letter of one gateway handed to another, as a relay would."""
    to.send(letter.as_bytes(policy=email.policy.SMTP), sender=sender, to=[recipient])


def unsent(desk: Desk, to: str, seen: set[str]) -> list[EmailMessage]:
    """What went to that address since we looked last."""
    fresh = [letter for letter in desk.letters(to) if letter["Message-ID"] not in seen]
    seen.update(str(letter["Message-ID"]) for letter in fresh)
    return fresh


@pytest.fixture
def peers(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """Two gateways, each a customer of the other."""
    peer = CONFIG.replace("acme.example", "peer.example")
    with running(tmp_path / "ours") as ours, running(tmp_path / "theirs", config=peer) as theirs:
        yield ours, theirs


def test_l11_two_gateways_writing_to_each_other_fall_silent_within_two_messages(peers: tuple[Desk, Desk]) -> None:
    ours, theirs = peers
    us, them = "support@acme.example", "support@peer.example"
    carry(mail(sender=them, to=us), ours, us, them)
    seen: set[str] = set()
    crossed = 0
    for _ in range(10):
        letters = unsent(ours, them, seen)
        back = []
        for letter in letters:
            carry(letter, theirs, them, "")
            crossed += 1
        back = unsent(theirs, us, seen)
        for letter in back:
            carry(letter, ours, us, "")
            crossed += 1
        if not letters and not back:
            break
    else:
        raise AssertionError("they never stop")
    assert crossed <= 2
    assert len(ours.tickets()) == 1


def test_l12_a_ticket_system_that_strips_all_marks_stays_in_one_ticket_and_is_not_answered_for_ever(desk: Desk) -> None:
    """It keeps our number in the subject, puts its own before it, and answers everything with a new mail."""
    robot = "desk@robot.example"
    desk.send(mail("Order 17", sender=robot))
    first = desk.tickets()[0].number
    seen: set[str] = set()
    turns = 0
    while letters := unsent(desk, robot, seen):
        turns += 1
        assert turns <= 10, "nobody breaks the loop"
        for letter in letters:
            desk.send(mail(f"[T-{turns}] Re: {letter['Subject']}", f"We received your mail {turns}.\n", sender=robot))
    for turn in range(15):
        desk.send(mail(f"[T-9{turn}] Re: [#{first}] Order 17", f"Again {turn}.\n", sender=robot))
    assert [ticket.number for ticket in desk.tickets()] == [first]
    assert len(desk.letters(robot, "ack")) == 1
    assert len(desk.letters(robot)) <= 5


def test_l13_a_thousand_mails_in_a_victims_name_bring_them_a_handful_of_letters(tmp_path: Path) -> None:
    """CI sends sixty of the thousand: the limits count from the first."""
    with running(tmp_path, smtp=OPEN) as desk:
        for number in range(60):
            desk.send(mail(f"Buy pills {number} now", f"Text {number}.\n", sender=VICTIM))
        letters = desk.letters(VICTIM)
        assert 1 <= len(letters) <= 5
        assert not any("pills" in str(one["Subject"]) + whole(one) for one in letters), "nor is who wrote twice known"
        rows = desk.gateway.store.read(lambda read: read.outbox.deliveries())
        assert sum(row.to == VICTIM for row in rows) <= 5
        assert desk.gateway.store.read(lambda read: read.report.audit())["unaccounted"] == 0


def test_l14_acknowledgements_to_everybody_together_are_bounded_and_tickets_are_still_opened(tmp_path: Path) -> None:
    with running(tmp_path, smtp=OPEN, more="[limits]\nacks_per_hour = 10\n") as desk:
        for number in range(30):
            desk.send(mail(f"Lamp {number}", sender=f"c{number}@forged{number}.example"))
        acks = list(desk.letters(template="ack"))
        assert len(acks) == 10
        assert len(desk.tickets()) == 30


# --- mail that kills its reader ---------------------------------------------------------------------------------------

POISON = b"x-poison: arsenic"


class Deadly:
    """The pool, but whoever reads a poisoned mail dies of it."""

    def __init__(self, pool: Any) -> None:
        self._pool, self.poisonous, self.deaths = pool, True, 0

    def submit_many(self, function: str, calls: list[tuple[Any, ...]], peers: list[str]) -> list[Future[Any]]:
        return [self._one(function, call) for call in calls]

    def _one(self, function: str, call: tuple[Any, ...]) -> Future[Any]:
        if self.poisonous and POISON in bytes(call[0]):
            self.deaths += 1
            found: Future[Any] = self._pool.submit("signal:raise_signal", 9)
            return found
        return self._pool.submit(function, *call)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


def poisoned(serial: int = 0) -> EmailMessage:
    return mail(f"Broken lamp {serial}", x_poison="arsenic")


def test_p23_a_mail_that_kills_its_reader_three_times_is_set_aside_and_the_others_go_on(desk: Desk) -> None:
    deadly = Deadly(desk.gateway.children)
    desk.gateway.intake.hand.children = deadly
    number = desk.send(poisoned())
    assert desk.fate(number) == "quarantined"
    assert deadly.deaths == 3
    [row] = desk.gateway.store.read(lambda read: read.mail.quarantined())
    assert row.mail == number
    stub = desk.of_mail(number)
    assert stub.subject == "Unreadable mail from maija@customer.example"
    assert desk.letters(ROOT, "alarm")
    assert desk.letters("anna@staff.example")
    assert desk.letters("maija@customer.example") == []
    assert desk.fate(desk.send(mail())) == "filed"


def test_g15_a_retry_fills_the_stub_ticket_and_a_second_one_changes_nothing(desk: Desk) -> None:
    deadly = Deadly(desk.gateway.children)
    desk.gateway.intake.hand.children = deadly
    number = desk.send(poisoned())
    stub = desk.of_mail(number)
    deadly.poisonous = False
    del desk.settled[number]
    assert control.retry_quarantine(desk.gateway, number) == 1
    desk.wait(lambda: number in desk.settled, "the retry got no fate")
    assert desk.fate(number) == "filed"
    with pytest.raises(Exception, match="not in quarantine"):
        control.retry_quarantine(desk.gateway, number)
    [ticket] = desk.tickets()
    assert (ticket.number, ticket.subject) == (stub.number, "Broken lamp 0")
    assert ticket.requester.addr == "maija@customer.example"
    assert len(desk.letters("maija@customer.example", "ack")) == 1


def test_g15_a_retry_after_ack_max_age_is_not_acknowledged(desk: Desk) -> None:
    deadly = Deadly(desk.gateway.children)
    desk.gateway.intake.hand.children = deadly
    number = desk.send(poisoned())
    deadly.poisonous = False
    late = desk.gateway.clock() + timedelta(hours=25)
    desk.gateway.intake.deciding.clock = lambda: late
    del desk.settled[number]
    control.retry_quarantine(desk.gateway, number)
    desk.wait(lambda: number in desk.settled, "the retry got no fate")
    assert desk.fate(number) == "filed"
    assert len(desk.tickets()) == 1
    assert desk.letters("maija@customer.example", "ack") == []


def test_p23_an_error_of_the_database_is_not_counted_against_the_mail(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailgate.app.intake.intake.PAUSE", 0.01)
    failures = iter(range(6))

    def hiccup(mail: Any, parsed: Any, snapshot: Any, after: Any) -> Future[Any]:
        if next(failures, None) is None:
            return real(mail, parsed, snapshot, after)
        failed: Future[Any] = Future()
        failed.set_exception(Temporary("database is locked"))
        return failed

    real = desk.gateway.intake.deciding._begin
    monkeypatch.setattr(desk.gateway.intake.deciding, "_begin", hiccup)
    number = desk.send(mail())
    assert desk.fate(number) == "filed"
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None and row.attempts == 0


def test_a_bug_of_ours_sets_the_mail_aside_and_the_others_go_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = desk.gateway.intake.deciding._begin

    def buggy(mail: Any, parsed: Any, snapshot: Any, after: Any) -> Future[Any]:
        if parsed.subject == "Broken lamp 7":
            raise IndexError("string index out of range")
        return real(mail, parsed, snapshot, after)

    monkeypatch.setattr(desk.gateway.intake.deciding, "_begin", buggy)
    number = desk.send(poisoned(7))
    assert desk.fate(number) == "quarantined"
    assert "IndexError" in str(desk.gateway.store.read(lambda read: read.mail.quarantined())[0].error)
    assert desk.fate(desk.send(mail())) == "filed"


def test_when_even_the_stub_ticket_fails_the_mail_is_set_aside_bare_and_the_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise KeyError("no department")

    monkeypatch.setattr("mailgate.core.mails.unreadable.decide", broken)
    desk.gateway.intake.hand.children = Deadly(desk.gateway.children)
    number = desk.send(poisoned())
    assert desk.fate(number) == "quarantined"
    assert desk.tickets() == []
    assert desk.fate(desk.send(mail())) == "filed"


def test_without_children_mail_waits_and_nobody_is_blamed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailgate.app.intake.intake.PAUSE", 0.01)
    pool, refusals = desk.gateway.children, iter(range(5))

    class Bare(Deadly):
        def _one(self, function: str, call: tuple[Any, ...]) -> Future[Any]:
            if next(refusals, None) is None:
                return pool.submit(function, *call)
            failed: Future[Any] = Future()
            failed.set_exception(Temporary("no child process can be started"))
            return failed

    desk.gateway.intake.hand.children = Bare(pool)
    number = desk.send(mail())
    assert desk.fate(number) == "filed"
    assert desk.gateway.store.read(lambda read: read.mail.row(number)).attempts == 0  # type: ignore[index]


# --- heavy mail -------------------------------------------------------------------------------------------------------


def test_p16_heavy_encodings_stay_within_the_childs_memory_and_the_next_mail_is_read(desk: Desk) -> None:
    head = (
        b"From: a@customer.example\r\nTo: support@acme.example\r\nSubject: heavy\r\nMessage-ID: <heavy@customer.example>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: "
    )
    soft = head + b"quoted-printable\r\n\r\n" + b"=\r\n" * 5_000_000
    garbage = head.replace(b"heavy", b"garbage") + b"base64\r\n\r\n" + (b"!@" * 38 + b"\r\n") * 300_000
    for raw in (soft, garbage):
        number = desk.send(raw, sender="a@customer.example", to=["support@acme.example"])
        row = desk.gateway.store.read(lambda read, n=number: read.mail.row(n))  # type: ignore[misc]
        assert row is not None
        assert (desk.fate(number), row.reason) == ("quarantined", "limit_memory") or desk.fate(number) == "filed"
        assert desk.gateway.store.read(lambda read, n=number: read.mail.raw(n)) == raw  # type: ignore[misc]
    assert desk.gateway.children.memory() < 2 * 400 * 2**20
    assert desk.fate(desk.send(mail())) == "filed"


def test_p17_a_million_octets_that_cannot_be_decoded_are_few_lines_in_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    raw = (
        b"From: a@customer.example\r\nTo: support@acme.example\r\nSubject: noise\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + (b"\xff\xfe\x80" * 24 + b"\r\n") * 14_000
    )
    caplog.clear()
    number = desk.send(raw, sender="a@customer.example", to=["support@acme.example"])
    assert desk.fate(number) == "filed"
    assert len(caplog.records) <= 20
