"""What happens when the disk, the file or the machine does its worst (threats, group D)."""

import contextlib
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from mailgate.core.model.change import AddEntry, Decision, Fate, OpenTicket, Step
from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.ticket import EntryKind
from mailgate.errors import ConfigError, OutOfSpace, Temporary
from mailgate.store import blobs
from mailgate.store.base import InUse
from mailgate.store.sqlite import connection as opening
from mailgate.store.sqlite import schema
from mailgate.store.sqlite.faults import sqlite_fault
from mailgate.store.sqlite.store import SqliteStore

ANNA = Address("anna@customer.example", "Anna")
ENVELOPE = Envelope("anna@customer.example", ("support@desk.example",))


class Faulty(sqlite3.Connection):
    """Fails its n-th statement once armed."""

    code = sqlite3.SQLITE_FULL
    name = "database or disk is full"
    left = None
    only = ""

    def execute(self, statement, *params):
        self.tick(statement)
        return super().execute(statement, *params)

    def executemany(self, statement, params):
        self.tick(statement)
        return super().executemany(statement, params)

    @classmethod
    def tick(cls, statement):
        if cls.left is None or cls.only not in statement or statement.startswith(("ROLLBACK", "PRAGMA")):
            return
        cls.left -= 1
        if cls.left == 0:
            cls.left = None
            problem = sqlite3.OperationalError(cls.name)
            problem.sqlite_errorcode = cls.code
            raise problem

    @classmethod
    def arm(cls, n, code=sqlite3.SQLITE_FULL, only=""):
        cls.left, cls.code, cls.only = n, code, only


@pytest.fixture
def faulty(make):
    Faulty.left = None
    yield make(connect=lambda *args, **options: sqlite3.connect(*args, factory=Faulty, **options))
    Faulty.left = None


def file_mail(bench, number, letters):
    """A whole decision: ticket, words, tag, letter."""
    words = AddEntry(EntryKind.CUSTOMER, ANNA.addr, ANNA.name, "hello")
    step = Step(None, (OpenTicket("Hi", "support", ANNA), words), (letters(dedupe=f"ack:{number}"),))
    decision = Decision(Fate.FILED, "new", (step,))
    return bench.store.write(lambda tx: tx.apply(number, decision, bench.now, bench.ids, bench.stamp(number)))


def everything(bench):
    tables = ("mail_ticket", "ticket", "entry", "event", "letter", "delivery", "msgid", "participant", "address")
    return {table: bench.scalar(f"SELECT count(*) FROM {table}") for table in tables}


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY])
def test_d02_failing_at_the_nth_statement_for_every_n_leaves_nothing_and_the_retry_writes_one_of_everything(
    faulty, letters, code
):
    number = faulty.keep().number
    empty = everything(faulty)
    for n in range(1, 200):
        Faulty.arm(n, code)
        problem = file_mail(faulty, number, letters).exception(30)
        if problem is None:
            Faulty.left = None
            break
        assert isinstance(problem, OutOfSpace if code == sqlite3.SQLITE_FULL else Temporary)
        assert everything(faulty) == empty, f"statement {n} left something behind"
        assert faulty.read(lambda read: read.report.audit())["unaccounted"] == 1
    assert n > 10
    assert everything(faulty) == {
        "mail_ticket": 1, "ticket": 1, "entry": 1, "event": 2, "letter": 1, "delivery": 1, "msgid": 2,
        "participant": 1, "address": 1,
    }  # fmt: skip
    assert faulty.read(lambda read: read.report.audit())["filed"] == 1
    assert faulty.scalar("PRAGMA integrity_check") == "ok"


def test_d02_a_full_disk_refuses_keeps_and_recovers_without_a_restart(bench):
    def limit(pages):
        bench.write(lambda tx: tx.session.connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())

    kept = [bench.keep(b"x" * 3000).number]
    limit(bench.scalar("PRAGMA page_count") + 8)
    with pytest.raises(OutOfSpace):
        for _ in range(100):
            kept.append(bench.keep(b"x" * 30000).number)
    limit(1_000_000)
    kept.append(bench.keep(b"x" * 30000).number)
    assert bench.scalar("PRAGMA integrity_check") == "ok"
    assert bench.scalar("SELECT count(*) FROM mail") == len(kept)
    assert all(bench.read(lambda read, n=n: read.mail.raw(n)).startswith(b"x") for n in kept)


def test_d02_when_one_of_a_batch_does_not_fit_the_others_are_written(bench):
    bench.keep()
    bench.write(
        lambda tx: tx.session.connection.execute(
            f"PRAGMA max_page_count = {tx.session.scalar('PRAGMA page_count', {}) + 12}"
        ).fetchone()
    )
    go, started = threading.Event(), threading.Event()

    def wait(tx):
        started.set()
        go.wait(100)

    bench.store.write(wait)
    started.wait(100)
    sizes = (100, 900_000, 200)
    futures = [
        bench.store.write(
            lambda tx, size=size: tx.mail.keep(b"x" * size, ENVELOPE, f"size-{size}", bench.now), first=True
        )
        for size in sizes
    ]
    go.set()
    assert [type(future.exception(30)) for future in futures] == [type(None), OutOfSpace, type(None)]
    assert bench.scalar("SELECT count(*) FROM mail") == 3


def test_d02_no_space_for_large_mail_is_out_of_space(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutOfSpace):
        blobs.write(tmp_path, b"x" * 100_000)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_d03_an_io_error_on_commit_is_never_a_yes_and_the_connection_is_opened_anew(faulty):
    before = faulty.write(lambda tx: id(tx.session.connection))
    Faulty.arm(1, sqlite3.SQLITE_IOERR, only="COMMIT")
    with pytest.raises(Temporary):
        faulty.keep()
    assert faulty.write(lambda tx: id(tx.session.connection)) != before
    assert faulty.keep().number > 0
    assert faulty.scalar("SELECT count(*) FROM mail") == 1


def test_d04_a_locked_database_is_temporary_and_leaves_nothing(bench):
    bench.write(lambda tx: tx.session.connection.execute("PRAGMA busy_timeout = 20").fetchone())
    other = sqlite3.connect(bench.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Temporary):
        bench.keep()
    other.execute("ROLLBACK")
    other.close()
    assert bench.keep().number == 1


@pytest.mark.parametrize(
    ("statement", "code"), [("BEGIN", sqlite3.SQLITE_BUSY), ("COMMIT", sqlite3.SQLITE_IOERR)], ids=["locked", "disk"]
)
def test_d04_those_who_wait_together_are_told_together_and_not_one_after_the_other(faulty, statement, code):
    go, started = threading.Event(), threading.Event()

    def wait(tx):
        started.set()
        go.wait(100)

    first = faulty.store.write(wait)
    started.wait(100)
    futures = [
        faulty.store.write(lambda tx, i=i: tx.mail.keep(b"x", ENVELOPE, f"d{i}", faulty.now), first=True)
        for i in range(5)
    ]
    Faulty.arm(1 if statement == "BEGIN" else 2, code, only=statement)
    go.set()
    first.result(100)
    assert [type(future.exception(10)) for future in futures] == [Temporary] * 5
    assert faulty.keep().number == 1


def test_d05_a_data_folder_that_cannot_be_written_is_refused_at_start(tmp_path):
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file")
    with pytest.raises(ConfigError):
        SqliteStore(in_the_way / "mailgate.db")


def test_d05_a_database_gone_read_only_at_run_time_is_temporary(bench):
    bench.write(lambda tx: tx.session.connection.execute("PRAGMA query_only = ON").fetchone())
    with pytest.raises(Temporary):
        bench.keep()


@pytest.mark.parametrize("harm", ["delete", "replace", "wal", "wal made anew"])
def test_d06_files_deleted_or_replaced_while_running_are_noticed_and_nothing_more_is_accepted(bench, harm):
    bench.keep()
    assert bench.store.healthy() == ""
    path = bench.store.path
    match harm:
        case "delete":
            path.unlink()
        case "replace":
            path.unlink()
            path.write_bytes(b"")
        case "wal":
            Path(f"{path}-wal").unlink()
        case "wal made anew":  # by whoever opened the database after the log was gone: what we write is in no file
            Path(f"{path}-wal").unlink()
            with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(path)) as reader:
                reader.execute("SELECT count(*) FROM mail").fetchall()
            assert Path(f"{path}-wal").exists()
    assert "while in use" in bench.store.healthy()
    with pytest.raises(Temporary):
        bench.keep()


def test_d07_a_corrupt_page_is_refused_with_the_remedy(make):
    bench = make()
    for _ in range(50):
        bench.keep(b"x" * 5000)
    bench.close()
    path = bench.store.path
    size = path.stat().st_size
    with path.open("r+b") as file:
        for at in range(4096 * 4, size - 4096, 4096):
            file.seek(at)
            file.write(b"\xff" * 200)
    with pytest.raises(ConfigError, match="mailgate restore"):
        make()


def test_d10_the_same_bytes_again_are_a_row_of_their_own_with_their_fate(bench):
    first = bench.keep(b"same", digest="d")
    others = [bench.keep(b"same", digest="d") for _ in range(4)]
    assert first.duplicate_of is None
    assert {each.duplicate_of for each in others} == {first.number}
    audit = bench.read(lambda read: read.report.audit())
    assert (audit["accepted"], audit["duplicate"], audit["unaccounted"]) == (5, 4, 1)


def test_d10_twenty_at_once_are_one_mail_and_nineteen_duplicates(bench):
    futures = [
        bench.store.write(lambda tx: tx.mail.keep(b"same", ENVELOPE, "d", bench.now), first=True) for _ in range(20)
    ]
    assert sum(future.result(100).duplicate_of is None for future in futures) == 1


def test_d10_the_same_bytes_for_other_recipients_are_left_to_the_content(bench):
    bench.keep(b"same", digest="d", to=("support@desk.example",))
    assert bench.keep(b"same", digest="d", to=("sales@desk.example",)).duplicate_of is None


def test_d13_a_newer_schema_is_refused_with_the_remedy(make):
    bench = make()
    bench.write(lambda tx: None)
    bench.close()
    other = sqlite3.connect(bench.store.path)
    other.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    other.close()
    with pytest.raises(ConfigError, match="newer version"):
        make()
    with pytest.raises(ConfigError, match="newer version"):
        SqliteStore(bench.store.path, writable=False)


def test_d13_somebody_elses_database_is_refused(tmp_path):
    other = sqlite3.connect(tmp_path / "mailgate.db")
    other.execute("PRAGMA user_version = 1")
    other.close()
    with pytest.raises(ConfigError, match="not a mailgate database"):
        SqliteStore(tmp_path / "mailgate.db")


def test_d13_a_migration_killed_midway_is_gone_and_runs_again(tmp_path):
    path = tmp_path / "mailgate.db"
    script = textwrap.dedent(
        f"""
        import os, pathlib
        from mailgate.store.sqlite import schema
        from mailgate.store.sqlite.store import SqliteStore
        from sqlite_utils import Database
        real = Database.executescript
        def dying(self, script):
            real(self, script[:len(script) // 2].rpartition(";")[0] + ";")
            os.kill(os.getpid(), 9)
        Database.executescript = dying
        SqliteStore(pathlib.Path({str(path)!r}))
        """
    )
    died = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    store = SqliteStore(path)
    assert store.read(lambda read: read.report.audit())["accepted"] == 0
    store.close()


def test_d13_a_copy_is_made_before_a_migration(make, monkeypatch):
    bench = make()
    kept = bench.keep().number
    bench.close()
    before = schema.VERSION
    step = (f"{before + 1:04}_more", "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, step))
    monkeypatch.setattr(schema, "VERSION", before + 1)
    again = make()
    assert again.scalar("SELECT count(*) FROM later") == 0
    copy = sqlite3.connect(bench.store.data / f"mailgate.db.schema-{before}")
    assert copy.execute("SELECT number FROM mail").fetchall() == [(kept,)]
    assert copy.execute("PRAGMA user_version").fetchone() == (before,)
    copy.close()


def test_d14_a_second_daemon_is_refused_and_told_who_has_the_folder(bench):
    with pytest.raises(InUse, match=str(os.getpid())):
        SqliteStore(bench.store.path)


def test_d14_the_lock_is_free_after_closing_and_after_a_refused_start(make, monkeypatch):
    bench = make()
    bench.close()
    monkeypatch.setattr(opening, "quick_check", lambda *args: (_ for _ in ()).throw(ConfigError("damaged")))
    with pytest.raises(ConfigError):
        make()
    monkeypatch.undo()
    make().keep()


def test_a_network_file_system_is_refused(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/export {tmp_path} nfs4 rw 0 0\n")
    with pytest.raises(ConfigError, match="nfs4"):
        opening.refuse_network(tmp_path / "data", mounts)
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/export {tmp_path}-other nfs4 rw 0 0\n")
    opening.refuse_network(tmp_path / "data", mounts)


def test_d01_a_store_killed_at_any_moment_has_everything_it_said_yes_to(tmp_path):
    script = textwrap.dedent(
        """
        import pathlib, sys
        from datetime import datetime, UTC
        from mailgate.core.model.mail import Envelope
        from mailgate.store import blobs
        from mailgate.store.sqlite.store import SqliteStore
        path = pathlib.Path(sys.argv[1])
        store = SqliteStore(path)
        envelope = Envelope("a@b.example", ("support@desk.example",))
        for i in range(100000):
            raw = b"mail %d" % i if i % 10 else b"large %d " % i + b"x" * 70000
            large = None if i % 10 else blobs.write(path.parent, raw)
            kept = store.write(lambda tx: tx.mail.keep(raw, envelope, str(i), datetime.now(UTC), large)).result()
            print(kept.number, i, flush=True)
        """
    )
    path = tmp_path / "mailgate.db"
    child = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    said = [next(child.stdout) for _ in range(150)]
    child.kill()
    said += [line for line in child.stdout if line.endswith("\n")]
    child.wait(100)
    child.stdout.close()
    store = SqliteStore(path)
    for line in said:
        number, serial = map(int, line.split())
        raw = store.read(lambda read, number=number: read.mail.raw(number))
        assert raw.startswith((b"mail %d" % serial, b"large %d " % serial))
    assert store.read(lambda read: read.session.scalar("PRAGMA integrity_check", {})) == "ok"
    store.close()


def test_f08_the_log_is_on_disk_before_anybody_hears_yes(tmp_path):
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("needs strace: apt-get install strace")
    script = textwrap.dedent(
        """
        import os, pathlib, sys
        from datetime import datetime, UTC
        from mailgate.core.model.mail import Envelope
        from mailgate.store import blobs
        from mailgate.store.sqlite.store import SqliteStore
        path = pathlib.Path(sys.argv[1])
        store = SqliteStore(path)
        envelope = Envelope("a@b.example", ("support@desk.example",))
        for i in range(5):
            os.write(1, b"DATA")
            raw = b"x" * (100 if i else 100_000)
            large = None if i else blobs.write(path.parent, raw)
            store.write(lambda tx: tx.mail.keep(raw, envelope, str(i), datetime.now(UTC), large)).result()
            os.write(1, b"250")
        """
    )
    log = tmp_path / "trace"
    calls = "trace=write,pwrite64,fsync,fdatasync"
    command = [
        tracer,
        "-f",
        "--seccomp-bpf",
        "-y",
        "-o",
        str(log),
        "-e",
        calls,
        sys.executable,
        "-c",
        script,
        str(tmp_path / "mailgate.db"),
    ]
    traced = subprocess.run(command, check=False, capture_output=True, timeout=300)
    if b"ptrace" in traced.stderr:
        pytest.skip("needs the right to trace")
    assert traced.returncode == 0, traced.stderr
    pieces = re.split(r'write\(1<[^>]*>, "DATA"', log.read_text())[1:]
    assert len(pieces) == 5
    for number, piece in enumerate(pieces):
        before = piece[: re.search(r'write\(1<[^>]*>, "250"', piece).start()]
        written = [at.start() for at in re.finditer(r"pwrite64\(\d+<[^>]*-wal>", before)]
        synced = [at.start() for at in re.finditer(r"fdatasync\(\d+<[^>]*-wal>", before)]
        assert written
        assert len(synced) == 1 or number == 0, "one fsync a commit (the first also lays the header of the log)"
        assert synced[-1] > written[-1]
        if number == 0:
            assert re.search(r"fsync\(\d+<[^>]*/incoming/[^>]*>", before)
            assert re.search(r"fsync\(\d+<[^>]*/blobs/..>", before), "the folder too"
            assert re.search(r"fsync\(\d+<[^>]*/blobs>", before), "and the one it lies in"


def test_d11_the_files_as_a_power_cut_would_leave_them_hold_every_acknowledged_mail(bench, letters, tmp_path):
    acknowledged = []
    for cut in range(12):
        number = bench.keep(os.urandom(4000)).number
        assert file_mail(bench, number, letters).exception(30) is None
        acknowledged.append(number)
        home = tmp_path / f"cut-{cut}"
        home.mkdir()

        def pull_the_plug(tx, home=home, cut=cut):
            tx.settings.set(f"never-{cut}", "committed")
            for name in ("mailgate.db", "mailgate.db-wal"):
                shutil.copy(bench.store.data / name, home / name)

        bench.write(pull_the_plug)
        again = SqliteStore(home / "mailgate.db")
        assert again.read(lambda read: read.report.audit())["filed"] == len(acknowledged)
        assert all(again.read(lambda read, n=n: len(read.mail.raw(n))) == 4000 for n in acknowledged)
        assert again.read(lambda read, cut=cut: read.settings.get(f"never-{cut}")) is None
        assert again.read(lambda read: read.session.scalar("PRAGMA integrity_check", {})) == "ok"
        again.close()


def test_d15_without_file_descriptors_reading_and_large_mail_are_temporary_and_recover(bench):
    bench.keep()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, used), hard))
    filling = []
    try:
        with pytest.raises(OSError, match="Too many open files"):
            while True:
                filling.append(os.open(os.devnull, os.O_RDONLY))
        with pytest.raises(Temporary):
            bench.read(lambda read: bench.read(lambda other: other.audit()))
        with pytest.raises(Temporary):
            blobs.write(bench.store.data, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for handle in filling:
            os.close(handle)
    assert bench.read(lambda read: read.report.audit())["accepted"] == 1


@pytest.mark.parametrize(
    ("version", "faulty"),
    [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 44, 6), False), ((3, 50, 7), False)],
)
def test_d16_versions_with_the_wal_reset_fault_are_named(version, faulty):
    assert bool(sqlite_fault(version)) is faulty


def test_files_are_for_the_owner_alone(bench):
    bench.keep()
    for name in ("mailgate.db", "mailgate.db-wal", "mailgate.db-shm", "mailgate.lock"):
        assert (bench.store.data / name).stat().st_mode & 0o077 == 0, name
