"""Mail comes in from a real Dovecot: nothing lost, nothing twice, whatever happens to the connection."""

from __future__ import annotations

import concurrent.futures
import imaplib
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailgate.core.model.mail import Envelope, Source
from mailgate.edge.imap.box import Mailbox, MailboxTrouble, Password, ReaderReport, ReaderState
from mailgate.edge.imap.inspection import looking, try_mailbox
from mailgate.edge.imap.reader import Mailboxes, MailboxReader, RetryPace
from mailgate.errors import Temporary
from mailgate.store.base import Cursor, Kept

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Memory:
    """What the store would remember: mails by place, and the cursors."""

    def __init__(self) -> None:
        self.mails: list[tuple[bytes, Envelope]] = []
        self.places: dict[tuple[str, str, int, int], int] = {}
        self.cursors: dict[tuple[str, str], Cursor] = {}
        self.reports: list[ReaderReport] = []
        self.aside: list[tuple[str, int, str]] = []
        self.failing = False
        self.first = datetime.now(UTC) - timedelta(days=1)
        self.changed = threading.Condition()

    def receive(self, raw: bytes, envelope: Envelope) -> concurrent.futures.Future[Kept]:
        answer: concurrent.futures.Future[Kept] = concurrent.futures.Future()
        place = (envelope.mailbox, envelope.folder, envelope.uidvalidity, envelope.uid)
        with self.changed:
            if self.failing:
                answer.set_exception(Temporary("database is locked"))
            elif place in self.places:
                answer.set_result(Kept(self.places[place], duplicate_of=self.places[place]))
            else:
                self.mails.append((raw, envelope))
                self.places[place] = len(self.mails)
                answer.set_result(Kept(len(self.mails)))
            self.changed.notify_all()
        return answer

    def get(self, mailbox: str, folder: str) -> Cursor | None:
        return self.cursors.get((mailbox, folder))

    def set(self, mailbox: str, folder: str, cursor: Cursor) -> None:
        with self.changed:
            self.cursors[mailbox, folder] = cursor
            self.changed.notify_all()

    def first_seen(self, mailbox: str) -> datetime:
        return self.first

    def report(self, name: str, report: ReaderReport) -> None:
        with self.changed:
            self.reports.append(report)
            self.changed.notify_all()

    def unfetchable(self, mailbox: str, folder: str, validity: int, uid: int, reason: str, size: int) -> None:
        with self.changed:
            self.aside.append((folder, uid, reason))
            self.changed.notify_all()

    def until(self, true: Callable[[], bool], what: str = "") -> None:
        with self.changed:
            assert self.changed.wait_for(true, 100), (what, self.reports[-3:], len(self.mails), self.cursors)

    def until_idle(self, mails: int) -> None:
        """Until so many mails are there and the reader has nothing more to do."""
        self.until(
            lambda: len(self.mails) >= mails and bool(self.reports) and self.reports[-1].state is ReaderState.IDLE
        )
        assert len(self.mails) == mails

    def subjects(self) -> list[str]:
        return [raw.partition(b"\r\n")[0].decode().removeprefix("Subject: ") for raw, _ in self.mails]


class Box:
    """One user's mailbox seen from the other side, and the readers on it."""

    def __init__(self, server: Any, user: str) -> None:
        self.server = server
        self.user = user
        self.readers: list[Mailboxes] = []
        self.client = self.connect()
        self.trust = ssl.create_default_context()
        server.authority.configure_trust(self.trust)

    def connect(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.server.imap, timeout=100)
        client.authenticate("PLAIN", lambda _: f"\0{self.user}\0{self.server.password}".encode())
        return client

    def put(self, *subjects: str, folder: str = "INBOX", body: str = "hello") -> None:
        for subject in subjects:
            raw = f"Subject: {subject}\r\nFrom: a@b.example\r\n\r\n{body}\r\n".encode()
            assert self.client.append(folder, None, None, raw)[0] == "OK"

    def count(self, folder: str) -> int:
        typ, data = self.client.select(folder, readonly=True)
        assert typ == "OK", data
        self.client.close()
        return int(data[0])

    def settings(self, **keywords: Any) -> Mailbox:
        given: dict[str, Any] = {
            "name": "support",
            "address": "support@ours.example",
            "host": "localhost",
            "port": self.server.imaps,
            "user": self.user,
            "credentials": lambda: Password(self.server.password),
            "ssl_context": self.trust,
            "timeout": 10.0,
        }
        return Mailbox(**(given | keywords))

    def read(self, memory: Memory, **keywords: Any) -> Mailboxes:
        reader = MailboxReader(
            self.settings(**keywords),
            receive=memory.receive,
            cursors=memory,
            report=memory.report,
            unfetchable=memory.unfetchable,
            pace=RetryPace(first=0.05, longest=0.5),
        )
        readers = Mailboxes([reader])
        readers.start()
        self.readers.append(readers)
        return readers

    def close(self) -> None:
        for readers in self.readers:
            assert readers.stop(20)
        self.client.shutdown()


@pytest.fixture
def box(dovecot: Any, request: pytest.FixtureRequest) -> Iterator[Box]:
    made = Box(dovecot, f"u{abs(hash(request.node.name))}@example.test")
    yield made
    made.close()


def test_mail_comes_in_oldest_first_with_its_place_and_time(box: Box) -> None:
    box.put("one", "two", "three")
    memory = Memory()
    box.read(memory)
    memory.until_idle(3)
    assert memory.subjects() == ["one", "two", "three"]
    raw, envelope = memory.mails[1]
    assert raw == b"Subject: two\r\nFrom: a@b.example\r\n\r\nhello\r\n"
    assert (envelope.source, envelope.mailbox, envelope.folder) == (Source.IMAP, "support", "INBOX")
    assert (envelope.uid, envelope.recipients) == (2, ("support@ours.example",))
    assert envelope.uidvalidity > 0
    assert envelope.arrived_at is not None
    assert abs(envelope.arrived_at - datetime.now(UTC)) < timedelta(minutes=2)
    assert not envelope.history
    assert memory.get("support", "INBOX") == Cursor(envelope.uidvalidity, 3)
    assert box.count("INBOX") == 3


def test_new_mail_is_heard_while_idle(box: Box) -> None:
    memory = Memory()
    box.read(memory)
    memory.until_idle(0)
    for number in range(1, 4):
        box.put(f"news {number}")
        memory.until_idle(number)
    assert memory.subjects() == ["news 1", "news 2", "news 3"]


def test_i13_mail_is_found_by_polling_where_idle_is_off_or_silent(box: Box) -> None:
    memory = Memory()
    box.read(memory, idle=False, poll=0.1)
    memory.until_idle(0)
    box.put("polled")
    memory.until_idle(1)


def test_mail_is_moved_to_a_folder_that_is_made(box: Box) -> None:
    box.put("one", "two")
    memory = Memory()
    box.read(memory, done_folder="Käsitelty & valmis")
    memory.until_idle(2)
    assert box.count("INBOX") == 0
    assert box.count('"K&AOQ-sitelty &- valmis"') == 2
    box.put("three")
    memory.until_idle(3)


def test_starttls_and_plain_work_on_request(box: Box) -> None:
    box.put("one")
    for tls in ("starttls", "none"):
        memory = Memory()
        box.read(memory, tls=tls, port=box.server.imap)
        memory.until_idle(1)


def test_the_first_connection_decides_what_is_history(box: Box) -> None:
    box.client.append("INBOX", None, imaplib.Time2Internaldate(LONG_AGO), b"Subject: old\r\n\r\n")
    box.put("new")
    memory = Memory()
    box.read(memory, since=LONG_AGO + timedelta(days=1))
    memory.until_idle(2)
    assert [envelope.history for _, envelope in memory.mails] == [True, False]
    unset = Memory()
    unset.first = datetime.now(UTC) + timedelta(hours=1)
    box.read(unset)
    unset.until_idle(2)
    assert [envelope.history for _, envelope in unset.mails] == [True, True]


def test_several_folders_are_read_and_named(box: Box) -> None:
    for folder in ("Junk", "Sent", "Tilaukset"):
        box.client.create(folder)
    box.put("spam", folder="Junk")
    box.put("answer", folder="Sent")
    box.put("order", folder="Tilaukset")
    box.put("mail")
    memory = Memory()
    box.read(memory, folders=("INBOX", "Tilaukset"), junk="Junk", sent_folder="Sent", done_folder="Done", poll=0.2)
    memory.until_idle(4)
    assert {
        (envelope.folder, subject) for (_, envelope), subject in zip(memory.mails, memory.subjects(), strict=True)
    } == {
        ("Junk", "spam"),
        ("Sent", "answer"),
        ("Tilaukset", "order"),
        ("INBOX", "mail"),
    }
    assert (box.count("Junk"), box.count("Sent"), box.count("Done")) == (1, 1, 2)
    box.put("late order", folder="Tilaukset")
    memory.until_idle(5)


def test_a_folder_that_is_not_there_stops_no_other(box: Box) -> None:
    box.put("mail")
    memory = Memory()
    box.read(memory, folders=("INBOX", "Nowhere"), poll=0.2)
    memory.until(lambda: len(memory.mails) == 1)
    memory.until(lambda: memory.reports[-1].state is ReaderState.FAILING)
    assert memory.reports[-1].kind == "folder"
    assert "Nowhere" in memory.reports[-1].error
    box.put("more")
    memory.until(lambda: len(memory.mails) == 2)


def test_a_kicked_connection_comes_back(box: Box) -> None:
    memory = Memory()
    box.read(memory)
    memory.until_idle(0)
    box.server.kick(box.user)
    box.client.shutdown()
    box.client = box.connect()
    box.put("after")
    memory.until_idle(1)


def test_i05_a_crash_between_commit_and_move_loses_nothing_and_doubles_nothing(box: Box) -> None:
    box.put("one", "two")
    memory = Memory()
    box.read(memory)  # takes them and leaves them: as if it had died before the move
    memory.until_idle(2)
    box.readers.pop().stop(20)
    memory.cursors.clear()
    box.read(memory, done_folder="Done")
    memory.until(lambda: bool(memory.cursors))
    memory.until_idle(2)
    assert (box.count("INBOX"), box.count("Done")) == (0, 2)


def test_i06_mail_that_went_away_after_its_move_is_no_error(box: Box) -> None:
    box.put("one", "two")
    memory = Memory()
    box.read(memory, done_folder="Done")
    memory.until_idle(2)
    assert box.readers.pop().stop(20)
    memory.cursors.clear()  # the move was done, remembering it was not
    memory.reports.clear()
    box.read(memory, done_folder="Done")
    memory.until_idle(2)
    assert [report.state for report in memory.reports] == [ReaderState.IDLE]


def test_i07_a_rebuilt_folder_is_read_again_and_not_doubled(box: Box) -> None:
    box.put("one", "two")
    memory = Memory()
    box.read(memory)
    memory.until_idle(2)
    assert box.readers.pop().stop(20)
    memory.cursors["support", "INBOX"] = Cursor(12345, 70)
    box.put("three")
    box.read(memory)
    memory.until_idle(3)  # the store knew the first two by their place
    assert memory.cursors["support", "INBOX"].uid == 3


def test_i08_read_or_flagged_mail_comes_in_all_the_same(box: Box) -> None:
    box.put("one")
    box.client.append("INBOX", r"(\Seen \Flagged)", None, b"Subject: seen\r\n\r\n")
    memory = Memory()
    box.read(memory)
    memory.until_idle(2)
    box.client.select("INBOX", readonly=True)
    assert box.client.search(None, "UNSEEN")[1] == [b"1"]  # and reading it marks nothing


def test_i10_an_untrusted_certificate_gets_no_login(box: Box) -> None:
    memory = Memory()
    asked: list[int] = []

    def credentials() -> Password:
        asked.append(1)
        return Password("secret")

    box.read(memory, ssl_context=ssl.create_default_context(), credentials=credentials)
    memory.until(lambda: len(memory.reports) >= 2)
    assert {report.kind for report in memory.reports} == {"certificate"}
    other = Memory()
    box.read(other, host="127.0.0.1", credentials=credentials)
    other.until(lambda: len(other.reports) >= 1)
    assert other.reports[0].kind == "certificate"
    assert asked == []


def test_i09_five_refused_logins_pause_the_mailbox_and_no_other(box: Box) -> None:
    box.put("one")
    memory, other = Memory(), Memory()
    box.read(memory, credentials=lambda: Password("wrong"))
    box.read(other)
    memory.until(lambda: bool(memory.reports) and memory.reports[-1].state is ReaderState.PAUSED)
    assert [report.kind for report in memory.reports] == ["login"] * 5
    assert "wrong" not in "".join(report.error for report in memory.reports)
    other.until_idle(1)


def test_i12_a_folder_name_with_a_line_break_is_refused(box: Box) -> None:
    for name in ("INBOX\r\nA1 DELETE INBOX", "a\0b"):
        with pytest.raises(ValueError, match="control character"):
            box.settings(folders=(name,))
    box.client.create('"a &AOQ- \\"b\\" &- c"')
    box.client.append('"a &AOQ- \\"b\\" &- c"', None, None, b"Subject: odd\r\n\r\n")
    memory = Memory()
    box.read(memory, folders=('a ä "b" & c',))
    memory.until_idle(1)


def test_i14_a_mail_over_the_limit_is_set_aside_unfetched_and_stays(box: Box) -> None:
    box.put("small")
    box.put("large", body="x" * 5000)
    box.put("small too")
    memory = Memory()
    box.read(memory, max_size=2000, done_folder="Done")
    memory.until_idle(2)
    assert memory.aside == [("INBOX", 2, "too_large")]
    assert box.count("INBOX") == 1


def test_i15_a_backlog_is_taken_in_batches_and_progress_is_kept(box: Box) -> None:
    box.put(*(f"mail {number}" for number in range(230)))
    memory = Memory()
    seen: list[int] = []
    remember = memory.set

    def note(mailbox: str, folder: str, cursor: Cursor) -> None:
        seen.append(cursor.uid)
        remember(mailbox, folder, cursor)

    memory.set = note  # type: ignore[method-assign]
    box.read(memory)
    memory.until_idle(230)
    assert seen == [50, 100, 150, 200, 230]
    assert memory.subjects() == [f"mail {number}" for number in range(230)]
    assert max(report.backlog for report in memory.reports) == 230


def test_a_store_that_fails_holds_the_cursor_and_the_mail(box: Box) -> None:
    box.put("one", "two")
    memory = Memory()
    memory.failing = True
    box.read(memory, done_folder="Done")
    memory.until(lambda: len(memory.reports) > 2 and memory.reports[-1].state is ReaderState.FAILING)
    assert memory.reports[-1].kind == "store"
    assert memory.cursors == {}
    memory.failing = False
    memory.until_idle(2)


def test_a_stop_ends_an_idle_reader(box: Box) -> None:
    memory = Memory()
    readers = box.read(memory)
    memory.until_idle(0)
    assert readers.stop(10)


def test_a_mailbox_can_be_tried_and_a_missing_folder_is_named(box: Box) -> None:
    assert "lets" in try_mailbox(box.settings())
    with pytest.raises(MailboxTrouble, match=r"no folder 'Nowhere'; there are: INBOX"):
        try_mailbox(box.settings(folders=("INBOX", "Nowhere")))
    with pytest.raises(MailboxTrouble, match="login refused"):
        try_mailbox(box.settings(credentials=lambda: Password("wrong")))


def test_an_inventory_names_every_mail_there_is(box: Box) -> None:
    box.put("one", "two")
    memory = Memory()
    box.read(memory)
    memory.until_idle(2)
    with looking(box.settings()) as look:
        [held] = look.inventory()
        assert (held.folder, held.uids) == ("INBOX", (1, 2))
        assert held.uidvalidity == memory.mails[0][1].uidvalidity
        heads = look.heads("INBOX", [1, 2, 77])
    assert [(head.uid, head.subject) for head in heads] == [(1, "one"), (2, "two")]
    assert all(head.arrived and head.arrived > LONG_AGO for head in heads)
