"""A whole daemon whose disk, database or machine fails under it (threats, group D): never 250 without the mail."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import smtplib
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Desk, mail, running
from scenarios.process import Process, letter, process, until

from mailgate.app.health import status
from mailgate.core.model.mail import Envelope, Source
from mailgate.errors import OutOfSpace
from mailgate.store.mail.inbox import Mail


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Process]:
    with process(tmp_path) as found:
        yield found


def send(gateway: Process, serial: str, size: int = 0) -> int:
    """Hand one mail over; returns the code of the last reply."""
    with smtplib.SMTP("127.0.0.1", gateway.port, timeout=100) as client:
        try:
            client.sendmail("a@customer.example", ["support@acme.example"], letter(serial, size))
        except smtplib.SMTPSenderRefused as refused:
            return refused.smtp_code
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code
    return 250


def check(gateway: Process, taken: list[str]) -> None:
    """Everything that was said yes to is a ticket, once, and the file is sound."""
    gateway.settled()
    subjects = gateway.subjects()
    assert {f"lamp {serial}" for serial in taken} <= subjects.keys()
    assert max(subjects.values()) == 1
    assert gateway.integrity() == "ok"


# --- errors of the kernel ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "size"),
    [
        ("fdatasync", "EIO", 0),
        ("pwrite64", "ENOSPC", 0),
        ("pwrite64", "EIO", 0),
        ("fsync", "EIO", 90_000),
        ("fsync", "ENOSPC", 90_000),
    ],
)
def test_d02_d03_an_error_of_the_disk_is_451_or_452_and_the_next_mail_is_taken(
    tmp_path: Path, strace: str, call: str, error: str, size: int
) -> None:
    with process(tmp_path) as gateway:
        gateway.start()
        assert send(gateway, "before", size) == 250
        paths = [] if size else ["-P", str(gateway.data / "mailgate.db-wal")]  # a large mail's file has no name yet
        inject = f"inject={call}:error={error}:when=2..12+3"
        with gateway.traced(*paths, "-e", f"trace={call}", "-e", inject) as trace:
            codes = {f"m{number}": send(gateway, f"m{number}", size) for number in range(8)}
        assert set(codes.values()) <= {250, 451, 452}
        assert "INJECTED" in trace.read_text()
        codes["after"] = send(gateway, "after", size)
        assert codes["after"] == 250, "it did not recover"
        taken = [serial for serial, code in codes.items() if code == 250]
        assert gateway.stop() == 0
        gateway.start()
        check(gateway, ["before", *taken])
        assert gateway.stop() == 0


def test_d02_a_full_database_is_452_and_room_is_noticed_without_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        desk.send(mail())

        def limit(pages: int) -> None:
            pragma = f"PRAGMA max_page_count = {pages}"
            desk.gateway.store.write(lambda tx: tx.session.connection.execute(pragma).fetchone()).result()  # type: ignore[attr-defined]

        pages = desk.gateway.store.read(lambda read: read.session.scalar("PRAGMA page_count", {}))  # type: ignore[attr-defined]
        limit(pages + 2)
        codes = []
        for number in range(12):
            with smtplib.SMTP("127.0.0.1", desk.port) as client:
                try:
                    client.sendmail("a@b.example", ["support@acme.example"], letter(f"full{number}", 30_000))
                    codes.append(250)
                except smtplib.SMTPDataError as refused:
                    codes.append(refused.smtp_code)
        assert codes[-1] == 452
        assert set(codes) <= {250, 452}
        limit(1_000_000)
        desk.send(letter("room"))
        until(
            lambda: desk.gateway.store.read(lambda read: read.report.audit())["unaccounted"] == 0,
            "some mail got no fate",
        )
        attempts = desk.gateway.store.read(lambda read: read.session.all("SELECT attempts FROM mail", {}))  # type: ignore[attr-defined]
        assert max(row["attempts"] for row in attempts) == 0, "mail was blamed for the full disk"


def test_d09_too_little_free_disk_is_452_before_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path) as desk:
        monkeypatch.setattr(type(desk.gateway.store), "free_space", lambda store: 100 * 2**20)
        with smtplib.SMTP("127.0.0.1", desk.port) as client:
            client.ehlo()
            assert client.mail("a@b.example")[0] == 452
        monkeypatch.undo()
        desk.send(mail())


BREAKS = {
    "no file can be made": ("mailgate.store.blobs.newfile.create",),
    "it cannot be forced to disk": ("mailgate.store.blobs.os.fsync",),
    "it cannot get its name": ("mailgate.store.blobs.os.link",),
    "no folder can be made for it": ("mailgate.store.blobs.newfile.folder",),
    "the name cannot be forced to disk": ("mailgate.store.blobs.newfile.sync",),
}
CODES = {errno.ENOSPC: 452, errno.EDQUOT: 452, errno.EFBIG: 452, errno.EROFS: 451, errno.EIO: 451, errno.EACCES: 451}


def large_files(desk: Desk) -> list[str]:
    """What lies in `incoming/` and `blobs/`."""
    data = desk.gateway.data
    return sorted(
        path.name for folder in ("incoming", "blobs") for path in (data / folder).rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("place", BREAKS)
def test_a_disk_that_is_full_for_large_mail_alone_refuses_that_and_takes_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The sender keeps it, nothing half is left, small mail is taken, people are told, and it goes on by itself."""

    def large() -> list[str]:
        found = status.status_of(desk.gateway, desk.clock())["troubles"]
        return [trouble["text"] for trouble in found if trouble["key"] == "large mail" and trouble["grave"]]

    with running(tmp_path) as desk:
        for number, (wrong, code) in enumerate(CODES.items()):

            def fail(*args: object, wrong: int = wrong, **keywords: object) -> None:
                raise OSError(wrong, os.strerror(wrong))

            with monkeypatch.context() as patch:
                for name in (*BREAKS[place], "mailgate.store.blobs.os.posix_fallocate"):
                    patch.setattr(name, fail)
                assert put(desk, letter(f"large{number}", 90_000)) == code
                desk.send(letter(f"small{number}"))
                until(lambda: not large_files(desk), "something half was left")
                [text] = large()
                assert "smaller mail is taken" in text
            assert large() == []  # it is asked again, without a mail to try it
        assert put(desk, letter("large", 90_000)) == 250
        until(
            lambda: desk.gateway.store.read(lambda read: read.report.audit())["filed"] == len(CODES) + 1,
            "not all are filed",
        )
        assert len(large_files(desk)) == 1
        counts = desk.gateway.store.read(lambda read: read.report.audit())
        assert (counts["accepted"], counts["quarantined"]) == (len(CODES) + 1, 0)


def test_blobs_on_a_disk_of_their_own_get_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file has no second name on another disk: all large mail was refused, for ever."""

    def fail(*args: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    with running(tmp_path) as desk:
        monkeypatch.setattr("mailgate.store.blobs.os.link", fail)
        assert put(desk, letter("large", 90_000)) == 250
        until(lambda: desk.gateway.store.read(lambda read: read.report.audit())["filed"] == 1, "it is not filed")
        until(lambda: len(large_files(desk)) == 1, "the first copy is left")
        keep = Mail.keep
        monkeypatch.setattr(Mail, "keep", lambda *args, **keywords: (keep(*args, **keywords), fail()))
        assert put(desk, letter("refused", 90_000)) == 451
        monkeypatch.undo()
        until(lambda: len(large_files(desk)) == 1, "a copy of what was refused is left")


def put(desk: Desk, raw: bytes) -> int:
    """Hand one mail over; the code of the last reply."""
    with smtplib.SMTP("127.0.0.1", desk.port, timeout=100) as client:
        try:
            client.sendmail("a@customer.example", ["support@acme.example"], raw)
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code
    return 250


def test_a_full_database_leaves_no_file_of_the_large_mail_it_refused(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        desk.send(mail())

        def limit(pages: int) -> None:
            pragma = f"PRAGMA max_page_count = {pages}"
            desk.gateway.store.write(lambda tx: tx.session.connection.execute(pragma).fetchone()).result()  # type: ignore[attr-defined]

        limit(desk.gateway.store.read(lambda read: read.session.scalar("PRAGMA page_count", {})))  # type: ignore[attr-defined]
        codes: list[int] = []
        while 452 not in codes and len(codes) < 80:
            codes.append(put(desk, letter(f"full{len(codes)}", 90_000)))
        codes.append(put(desk, letter("full too", 90_000)))
        assert codes[-2:] == [452, 452]
        assert set(codes) <= {250, 452}
        until(lambda: len(large_files(desk)) == codes.count(250), "files of refused mail are left")
        limit(1_000_000)
        assert put(desk, letter("room", 90_000)) == 250
        until(
            lambda: desk.gateway.store.read(lambda read: read.report.audit())["unaccounted"] == 0,
            "some mail got no fate",
        )
        assert len(large_files(desk)) == codes.count(250) + 1


def test_d09_too_little_free_disk_leaves_mail_where_it_is_whichever_way_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`status` said that no mail is taken, and IMAP and the pipe went on until the disk was full."""
    with running(tmp_path) as desk:
        monkeypatch.setattr(type(desk.gateway.store), "free_space", lambda store: 100 * 2**20)
        for source in (Source.IMAP, Source.PIPE):
            envelope = Envelope("a@b.example", ("support@acme.example",), source=source)
            with pytest.raises(OutOfSpace):
                desk.gateway.intake.receive(letter("no room"), envelope).result(100)
        monkeypatch.undo()
        assert desk.gateway.intake.receive(letter("room"), envelope).result(100).number > 0


# --- the database under us --------------------------------------------------------------------------------------------


def test_d04_a_database_locked_by_a_stranger_is_451_and_nobody_is_blamed(gateway: Process) -> None:
    gateway.start()
    assert send(gateway, "before") == 250
    gateway.settled()
    stranger = sqlite3.connect(gateway.data / "mailgate.db", isolation_level=None)
    stranger.execute("BEGIN EXCLUSIVE")
    assert send(gateway, "locked") == 451
    stranger.execute("ROLLBACK")
    stranger.close()
    assert send(gateway, "after") == 250
    check(gateway, ["before", "after"])
    assert {
        row["attempts"] for row in gateway.read(lambda read: read.session.all("SELECT attempts FROM mail", {}))
    } == {0}


def test_d05_a_data_folder_that_is_no_folder_or_read_only_is_refused_with_clear_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with process(tmp_path) as gateway:
        assert gateway.spawn().wait(100) == 1
        said = gateway.log.read_text()
        assert said.splitlines()[-1].startswith("mailgate: ")
        assert str(gateway.data) in said
        assert "Traceback" not in said


@pytest.mark.parametrize("harm", ["replaced", "deleted", "log deleted"])
def test_d06_a_database_taken_from_under_us_is_loud_and_451(gateway: Process, harm: str) -> None:
    gateway.start()
    assert send(gateway, "before") == 250
    gateway.settled()
    path = gateway.data / "mailgate.db"
    kept = gateway.folder / "kept"
    if harm == "log deleted":
        Path(f"{path}-wal").rename(kept)
    else:
        path.rename(kept)
        if harm == "replaced":
            shutil.copy(kept, path)
    assert send(gateway, "lost") == 451
    gateway.command("job", "watch")
    status = gateway.command("status")
    assert status.returncode == 1
    assert "while in use" in gateway.log.read_text()
    if harm == "log deleted":
        kept.rename(Path(f"{path}-wal"))
    else:
        path.unlink(missing_ok=True)
        kept.rename(path)
    assert send(gateway, "after") == 250
    check(gateway, ["before", "after"])


def test_d07_a_damaged_database_is_refused_at_start_with_the_remedy(gateway: Process) -> None:
    gateway.start()
    for number in range(20):
        assert send(gateway, f"m{number}", 20_000) == 250
    gateway.settled()
    assert gateway.stop() == 0
    path = gateway.data / "mailgate.db"
    with path.open("r+b") as file:
        for at in range(4096 * 4, path.stat().st_size - 4096, 4096):
            file.seek(at)
            file.write(b"\xff" * 200)
    assert gateway.spawn().wait(100) == 1
    assert "mailgate restore BACKUP-FILE" in gateway.log.read_text().splitlines()[-1]


# --- the machine ------------------------------------------------------------------------------------------------------


def test_d15_without_file_descriptors_it_says_421_or_451_or_waits_and_then_goes_on(gateway: Process) -> None:
    gateway.start()
    assert gateway.child is not None
    assert send(gateway, "before") == 250
    gateway.settled()
    listener = gateway.listener()
    used = len(os.listdir(f"/proc/{listener}/fd"))
    resource.prlimit(listener, resource.RLIMIT_NOFILE, (used + 4, 4096))
    peers = []
    for _ in range(12):  # more than there is room for
        peers.append(socket.create_connection(("127.0.0.1", gateway.port), 5))
    greeted = peers[0].recv(100)
    assert greeted.startswith(b"220")
    taken = peers[0].makefile("rwb")
    raw = letter("tight", 90_000).replace(b"\n.", b"\n..")
    for line, expected in (
        (b"HELO a", b"250"), (b"MAIL FROM:<a@b.example>", b"250"), (b"RCPT TO:<support@acme.example>", b"250"),
        (b"DATA", b"354"), (raw + b"\r\n.", b"451"),
    ):  # fmt: skip
        taken.write(line + b"\r\n")
        taken.flush()
        assert taken.readline().startswith(expected)
    for peer in peers:
        peer.close()
    taken.close()
    resource.prlimit(listener, resource.RLIMIT_NOFILE, (1024, 4096))
    until(lambda: send(gateway, "after", 90_000) == 250, "it did not recover")
    check(gateway, ["before", "after"])
    assert gateway.stop() == 0


def test_silent_clients_leave_descriptors_for_commands_children_and_the_database(gateway: Process) -> None:
    """They took all there were: `status` was not answered, and nothing that was in hand went on."""
    text = gateway.config.read_text().replace("[smtp]", "[smtp]\nmax_connections = 2000")
    gateway.config.write_text(text)
    limit = gateway.files = 80
    gateway.start()
    peers = [socket.create_connection(("127.0.0.1", gateway.port), 20) for _ in range(limit)]
    greeted = [peer.makefile("rb").readline()[:3] for peer in peers]
    assert set(greeted) == {b"220", b"421"}
    pipe = gateway.command("accept", "--to", "support@acme.example", input=letter("piped", 90_000).decode())
    assert pipe.returncode == 0, pipe.stderr
    gateway.settled()
    assert gateway.command("status").stdout.startswith("mailgate ")
    assert "out of file descriptors" in gateway.log.read_text()
    assert greeted.count(b"220") <= max(4, limit - 64)
    for peer in peers:
        peer.close()
    until(lambda: send(gateway, "after") == 250, "it did not recover")
    check(gateway, ["piped", "after"])
    assert gateway.stop() == 0


def test_s08_out_of_descriptors_is_said_once_then_counted_and_the_service_goes_on(gateway: Process) -> None:
    """S-08: at 64 descriptors there were 7,593 lines of log in ten seconds."""
    gateway.files = 64
    gateway.start()
    assert send(gateway, "before") == 250
    gateway.settled()

    def lines(what: str) -> int:
        return sum(what in line for line in gateway.log.read_text().splitlines())

    start = lines("")
    peers = [socket.create_connection(("127.0.0.1", gateway.port), 5) for _ in range(80)]
    until(lambda: lines("out of file descriptors") >= 1, "nothing was said")
    time.sleep(2.5)  # asyncio tries again each second, and told of each try a hundred times
    assert lines("") - start < 10, gateway.log.read_text()
    for peer in peers:
        peer.close()
    until(lambda: send(gateway, "after") == 250, "it did not recover")
    until(lambda: lines("file descriptors are free again") == 1, "its end was not said")
    assert lines("out of file descriptors") == 1
    assert lines("") - start < 40, gateway.log.read_text()
    check(gateway, ["before", "after"])
    assert gateway.stop() == 0
