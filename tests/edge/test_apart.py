"""A listener in a process of its own, and a desk that a test writes: what each does when the other does its worst."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import signal
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ports import free_port

from mailgate.core.model.mail import Envelope, Source
from mailgate.edge.apart import confined, heir, keeper, messages
from mailgate.edge.apart.keeper import DeskCalls, ListenerKeeper
from mailgate.edge.smtp.admission import Admission
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.errors import OutOfSpace, Temporary
from mailgate.store.base import Kept

OURS = Admission(frozenset({"support@acme.example"}), frozenset({"acme.example"}))
MAIL = b"From: a@b.example\r\n\r\nHello\r\n"


class Apart:
    """A keeper in a loop of its own, and what the desk was asked."""

    def __init__(self, folder: Path, *listeners: Listener) -> None:
        self.folder = folder
        self.kept: list[tuple[bytes | str, Envelope]] = []
        self.answer: Any = None  # a future, an exception or None: kept
        self.changed = threading.Condition()
        self.told: list[Any] = []
        self.admission = OURS
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        calls = DeskCalls(self.receive, self.receive, self.tell, self.tell, self.tell)
        self.keeper = ListenerKeeper(
            listeners or (Listener(Source.SMTP),), folder, self.settings, lambda: self.admission, calls
        )

    def settings(self, bound: list[tuple[int, ...]], admission: Admission) -> messages.Settings:
        kinds = [each.kind.value for each in self.keeper.listeners]
        places = tuple(
            messages.Place(kind, at, tls=False, implicit_tls=False, proxy_protocol=False)  # type: ignore[arg-type]
            for kind, at in zip(kinds, bound, strict=True)
        )
        return messages.Settings(
            places,
            SmtpLimits(),
            "mx.example",
            ("127.0.0.1/32",),
            "",
            "",
            str(self.folder),
            0,
            "INFO",
            "console",
            admission,
        )

    def receive(self, what: bytes | str, envelope: Envelope) -> Future[Kept]:
        with self.changed:
            self.kept.append((what, envelope))
            self.changed.notify_all()
        if isinstance(self.answer, Future):
            return self.answer
        found: Future[Kept] = Future()
        if isinstance(self.answer, Exception):
            found.set_exception(self.answer)
        else:
            found.set_result(self.answer or Kept(len(self.kept)))
        return found

    def tell(self, *what: Any) -> None:
        with self.changed:
            self.told.append(what)
            self.changed.notify_all()

    def wait(self, true: Any, why: str) -> None:
        with self.changed:
            assert self.changed.wait_for(true, 100), why

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(100)

    def until(self, true: Any) -> None:
        async def look() -> None:
            while not true():
                await asyncio.sleep(0.01)

        self.run(asyncio.wait_for(look(), 100))

    @property
    def pid(self) -> int:
        process = self.keeper.process
        return process.pid if process is not None and self.keeper.answers else 0

    def another(self, than: int) -> None:
        self.until(lambda: self.pid not in (0, than))

    def client(self) -> smtplib.SMTP:
        port = int(self.keeper.bound["smtp"][0].rpartition(":")[2])
        return smtplib.SMTP("127.0.0.1", port, timeout=100)

    def hand_over(self, client: smtplib.SMTP) -> None:
        """A mail whose end was said; the desk has it, and nobody has read the answer."""
        client.mail("a@b.example")
        client.rcpt("support@acme.example")
        client.putcmd("data")
        client.getreply()
        client.send(MAIL + b".\r\n")
        self.wait(lambda: self.kept, "the mail did not cross")

    def send(self, raw: bytes = MAIL, to: str = "support@acme.example") -> int:
        with self.client() as client:
            client.ehlo()
            client.mail("a@b.example")
            code, _ = client.rcpt(to)
            return client.data(raw)[0] if code == 250 else code

    def close(self) -> None:
        self.run(self.keeper.stop(1))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(100)
        self.loop.close()


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Apart]:
    with opened(tmp_path) as found:
        yield found


@contextlib.contextmanager
def opened(folder: Path, *listeners: Listener) -> Iterator[Apart]:
    found = Apart(folder, *listeners)
    try:
        found.run(found.keeper.start())
        yield found
    finally:
        found.close()


@pytest.mark.fresh
def test_a_mail_crosses_with_its_envelope_and_nothing_else(apart: Apart) -> None:
    assert apart.send() == 250
    [(raw, envelope)] = apart.kept
    assert raw == MAIL
    assert envelope == Envelope("a@b.example", ("support@acme.example",), Source.SMTP, "127.0.0.1", "")


def test_large_mail_crosses_as_a_file_of_its_own_that_is_whole(apart: Apart) -> None:
    raw = b"From: a@b.example\r\n\r\n" + b"x" * 70 + b"\r\n"
    raw += (b"y" * 70 + b"\r\n") * 1000
    assert apart.send(raw) == 250
    [(name, _)] = apart.kept
    assert isinstance(name, str)
    assert (apart.folder / "incoming" / name).read_bytes() == raw


@pytest.mark.parametrize(
    ("answer", "code"),
    [(Kept(7), 250), (Kept(8, 7), 250), (OutOfSpace("full"), 452), (Temporary("busy"), 451), (ValueError("ours"), 451)],
)
def test_each_answer_of_the_desk_is_the_senders(apart: Apart, answer: Any, code: int) -> None:
    apart.answer = answer
    assert apart.send() == code


def test_250_is_said_after_the_desks_answer_and_not_before(apart: Apart) -> None:
    apart.answer = Future()
    with contextlib.closing(apart.client()) as client:
        client.ehlo()
        client.mail("a@b.example")
        client.rcpt("support@acme.example")
        client.putcmd("data")
        assert client.getreply()[0] == 354
        client.send(MAIL + b".\r\n")
        apart.wait(lambda: apart.kept, "the mail did not cross")
        client.sock.settimeout(0.2)
        with pytest.raises(OSError):
            client.sock.recv(1)
        client.sock.settimeout(100)
        apart.answer.set_result(Kept(1))
        assert client.sock.recv(3) == b"250"


def test_a_new_generation_holds_when_it_was_handed_on(apart: Apart) -> None:
    assert apart.send(to="sales@acme.example") == 550
    both = replace(OURS, inbound=OURS.inbound | {"sales@acme.example"})
    apart.admission = both
    apart.keeper.admit(both)
    assert apart.send(to="sales@acme.example") == 250
    pid = apart.pid
    apart.admission = OURS
    os.kill(pid, signal.SIGKILL)
    apart.another(pid)
    assert apart.send(to="sales@acme.example") == 550  # the next listener begins with what is in force


def test_a_listener_that_does_not_take_a_generation_is_ended(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "AGREE", 0.1)
    pid = apart.pid
    os.kill(pid, signal.SIGSTOP)
    apart.admission = replace(OURS, inbound=frozenset({"sales@acme.example"}))
    apart.keeper.admit(apart.admission)
    apart.another(pid)
    assert (apart.send(to="sales@acme.example"), apart.send()) == (250, 550)


def test_a_killed_listener_is_followed_by_another_and_whoever_connects_meanwhile_waits(apart: Apart) -> None:
    pid = apart.pid
    os.kill(pid, signal.SIGKILL)
    assert apart.send() == 250  # the socket is bound by the desk, and keeps those who come
    assert apart.pid != pid


def test_a_listener_that_is_stopped_is_ended_and_another_serves(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = apart.pid
    with monkeypatch.context() as quick:  # for this one: the next may be slow on a machine with other things to do
        quick.setattr(keeper, "BEAT", 0.05)
        os.kill(pid, signal.SIGSTOP)
        apart.until(lambda: apart.pid != pid)
    apart.another(pid)
    assert apart.send() == 250


def test_one_that_speaks_nonsense_is_ended(apart: Apart) -> None:
    pid = apart.pid
    line = apart.keeper._line
    assert line is not None
    apart.loop.call_soon_threadsafe(line.data_received, b"\xff\xff\xff\xff")
    apart.another(pid)
    assert apart.send() == 250


def test_mail_kept_for_a_listener_that_died_is_not_answered_to_the_next(apart: Apart) -> None:
    first: Future[Kept] = Future()
    apart.answer = first
    with apart.client() as client, contextlib.suppress(smtplib.SMTPServerDisconnected):
        client.ehlo()
        apart.hand_over(client)
        pid = apart.pid
        os.kill(pid, signal.SIGKILL)
        apart.another(pid)
        first.set_result(Kept(1))
    apart.answer = OutOfSpace("full")
    assert apart.send() == 452


def test_when_the_line_breaks_all_in_hand_hear_451_the_idle_421_and_the_listener_ends(apart: Apart) -> None:
    apart.answer = Future()
    with contextlib.closing(apart.client()) as busy, contextlib.closing(apart.client()) as idle:
        for client in (busy, idle):
            client.ehlo()
        apart.hand_over(busy)
        process, line = apart.keeper.process, apart.keeper._line
        assert process is not None and line is not None and line.transport is not None
        apart.loop.call_soon_threadsafe(line.transport.pause_reading)  # so that it is not killed for its end
        ours = line.transport.get_extra_info("socket")
        ours.shutdown(socket.SHUT_WR)
        assert busy.getreply()[0] == 451
        assert idle.getreply()[0] == 421
    assert process.wait(100) == 0


def test_beyond_the_octets_in_flight_nothing_more_is_read_until_some_are_kept(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "IN_FLIGHT", len(MAIL) + keeper.EACH + len("support@acme.example"))
    apart.answer = waiting = Future[Kept]()
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(apart.send())) for _ in range(4)]
    for one in threads[:2]:
        one.start()
    apart.wait(lambda: len(apart.kept) == 2, "two cross")
    for one in threads[2:]:
        one.start()
    line = apart.keeper._line
    assert line is not None and line.transport is not None
    apart.until(lambda: not line.transport.is_reading())  # type: ignore[union-attr]
    assert len(apart.kept) == 2
    waiting.set_result(Kept(1))
    for one in threads:
        one.join(100)
    assert codes == [250] * 4


def test_s18c_mails_without_an_octet_are_not_read_without_end(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "IN_FLIGHT", 10_000)
    waiting = apart.answer = Future[Kept]()
    line = apart.keeper._line
    assert line is not None and line.transport is not None
    mail = messages.frame(messages.Mail(1, "smtp", "", ("support@acme.example",), "127.0.0.1", ""))
    apart.loop.call_soon_threadsafe(line.data_received, mail * 10)
    apart.until(lambda: not line.transport.is_reading())  # type: ignore[union-attr]
    waiting.set_result(Kept(1))
    apart.until(line.transport.is_reading)


def test_somebody_who_tries_passwords_and_a_file_that_cannot_be_written_are_told(apart: Apart) -> None:
    (apart.folder / "incoming").touch()  # no folder can be made there
    assert apart.send(MAIL + (b"z" * 70 + b"\r\n") * 1000) == 451
    apart.wait(lambda: apart.told, "nothing was told")
    [(octets, why)] = apart.told
    assert octets > 70_000 and "disk" in why


def test_a_unix_socket_outlives_its_listener_and_goes_with_the_desk(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    with opened(tmp_path, Listener(Source.LMTP, path=str(path))) as apart:
        pid = apart.pid
        os.kill(pid, signal.SIGKILL)
        apart.another(pid)
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(path))
            assert peer.recv(3) == b"220"
        assert path.stat().st_mode & 0o777 == 0o660
    assert not path.exists()


def test_an_address_that_is_taken_is_said_and_nothing_stays_behind(tmp_path: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        found = Apart(tmp_path, Listener(Source.SMTP), Listener(Source.SMTP, port=port))
        with pytest.raises(OSError):
            found.run(found.keeper.start())
        assert found.keeper.process is None
        found.close()


def test_the_next_desk_ends_a_listener_that_was_stopped_and_outlived_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heir, "PATIENCE", 0.1)
    with opened(tmp_path) as apart:
        process = apart.keeper.process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        os.close(apart.keeper._lock)  # as when the desk dies
        apart.keeper._lock = -1
        handle = heir.inherit(tmp_path)
        assert process.wait(100) == -signal.SIGKILL
        os.close(handle)


@pytest.mark.fresh
def test_a_listener_has_no_database_open_no_key_and_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAY_PASSWORD", "sesame")
    with opened(tmp_path) as apart:
        place = Path(f"/proc/{apart.pid}")
        assert b"sesame" not in (place / "environ").read_bytes()
        names = {os.readlink(each) for each in (place / "fd").iterdir() if each.exists()}
        assert not {name for name in names if name.startswith(str(tmp_path))} - {str(tmp_path / heir.NAME)}
        assert "sqlite" not in (place / "maps").read_text()
        if platform.machine() in confined.MACHINES:
            assert "Seccomp:\t2\n" in (place / "status").read_text()


@pytest.mark.parametrize(("recipient", "login"), [("a b@c", ""), ("support@acme.example", "anna")])
def test_s18c_an_envelope_that_smtp_knows_nothing_of_ends_a_listener(apart: Apart, recipient: str, login: str) -> None:
    pid = apart.pid
    line = apart.keeper._line
    assert line is not None
    mail = messages.Mail(1, "smtp", "", (recipient,), "127.0.0.1", login, MAIL)
    apart.loop.call_soon_threadsafe(line.data_received, messages.frame(mail))
    apart.another(pid)
    assert apart.kept == []
    assert apart.send() == 250


def test_a_listener_whose_desk_died_before_its_first_word_ends(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", f"from mailgate.listener import main; main({theirs.fileno()})"],
            pass_fds=[theirs.fileno()],
        )
    ours.close()
    assert process.wait(100) == 0
