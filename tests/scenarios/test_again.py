"""Mail that nothing tells from an earlier one: within minutes it is the same, later it is another (S-07)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Desk
from scenarios.turns import serving, turn

from mailgate.core.model.mail import Envelope, Source

US = "support@acme.example"
FORM = (
    b"From: form@web.example\r\nTo: support@acme.example\r\nSubject: Contact form %d\r\n%s\r\nPlease call me back\r\n"
)
UNNAMED = {
    "neither": b"",
    "empty ones": b"Date:\r\nMessage-ID:\r\n",
    "a clock never set": b"Date: Thu, 01 Jan 1970 00:00:12 +0000\r\n",
    "another clock never set": b"Date: Tue, 01 Jan 1980 00:00:00 +0000\r\n",
}
NAMED = {
    "a date": b"Date: Fri, 20 Nov 2026 10:15:00 +0200\r\n",
    "an id": b"Message-ID: <1@web.example>\r\n",
    "a folded id": b"message-id:\r\n <2@web.example>\r\n",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("again"))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def form(head: bytes, of: bytes = b"") -> bytes:
    """A mail whose words are those of its row alone."""
    return FORM % (zlib.crc32(head + of), head)


def repeats(desk: Desk, raw: bytes) -> int:
    """The number of the earlier mail that this one is again, 0 when it is a mail of its own."""
    before = desk.gateway.store.read(lambda read: read.report.audit())["duplicate"]
    number = desk.send(raw)  # of the first, where the door knew the same octets
    if desk.gateway.store.read(lambda read: read.report.audit())["duplicate"] == before:
        return 0
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None
    return int(row.duplicate_of or number)


@pytest.mark.parametrize("head", UNNAMED.values(), ids=UNNAMED)
@pytest.mark.parametrize("hop", [b"", b"Received: from a by b; now %d\r\n", b"X-Scanner: run %d\r\n"])
def test_s07_the_same_words_later_are_another_mail(desk: Desk, head: bytes, hop: bytes) -> None:
    """Alike to the octet, but for a trace field, or but for a field that only the content digest looks past."""

    def raw(turn: int) -> bytes:
        return (hop % turn if b"%d" in hop else hop) + form(head, hop)

    first = desk.send(raw(1))
    assert desk.fate(first) == "filed"
    desk.clock.ahead += timedelta(minutes=5)
    assert repeats(desk, raw(2)) == first
    desk.clock.ahead += timedelta(hours=1)
    later = desk.send(raw(3))
    assert desk.fate(later) == "filed"
    assert desk.of_mail(later).number != desk.of_mail(first).number
    desk.clock.ahead += timedelta(minutes=5)
    assert repeats(desk, raw(4)) == later


@pytest.mark.parametrize("head", NAMED.values(), ids=NAMED)
def test_s07_what_has_a_date_or_an_id_is_the_same_for_ever(desk: Desk, head: bytes) -> None:
    first = desk.send(form(head))
    assert desk.fate(first) == "filed"
    for _ in range(2):
        desk.clock.ahead += timedelta(days=20)
        assert repeats(desk, form(head)) == first
        assert repeats(desk, b"X-Scanner: 2\r\n" + form(head)) == first


def test_s07_a_mail_fetched_again_after_a_folder_was_rebuilt_is_the_same_however_late(desk: Desk) -> None:
    """What counts is when it came to the mailbox, not when we read it."""
    arrived = desk.clock() - timedelta(hours=2)
    numbers = []
    for validity in (1, 2):
        envelope = Envelope(
            "", (US,), Source.IMAP, mailbox="m", folder="INBOX", uid=3, uidvalidity=validity, arrived_at=arrived
        )
        numbers.append(desk.gateway.intake.receive(form(b""), envelope).result(100).number)
        desk.wait(lambda: numbers[-1] in desk.settled, "no fate") if validity == 1 else desk.settle()
        desk.clock.ahead += timedelta(days=30)
    row = desk.gateway.store.read(lambda read: read.mail.row(numbers[1]))
    assert row is not None and row.fate == "duplicate"
    assert len(desk.tickets()) == 1
