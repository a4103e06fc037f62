"""Large mail in files: no purge, no crash, no full disk comes between the bytes and the row about them (S-28)."""

import errno
import os
import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.model.mail import Envelope
from mailgate.errors import OutOfSpace, Temporary
from mailgate.store import blobs
from mailgate.store.blobs import blob_path

ENVELOPE = Envelope("a@b.example", ("support@desk.example",))
RAW = b"Subject: large\r\n\r\n" + b"x" * 100_000


def keep(bench, large, digest="d", raw=RAW):
    return bench.store.write(lambda tx: tx.mail.keep(raw, ENVELOPE, digest, bench.now, large), first=True)


def kept(bench, digest="d", raw=RAW):
    """A large mail with its row; its first name is gone, as after every keep."""
    large = blobs.write(bench.store.data, raw)
    number = keep(bench, large, digest, raw).result(100).number
    blobs.discard(large)
    return large.digest, number


def files(bench):
    return sorted(
        str(path.relative_to(bench.store.data))
        for folder in ("incoming", "blobs")
        for path in (bench.store.data / folder).rglob("*")
        if path.is_file()
    )


def together(bench, *jobs):
    """Hand jobs in so that they share one transaction; returns their futures."""
    go, started = threading.Event(), threading.Event()

    def wait(tx):
        started.set()
        go.wait(100)

    bench.store.write(wait)
    started.wait(100)
    futures = [bench.store.write(job) for job in jobs]
    go.set()
    for future in futures:
        future.exception(30)
    return futures


def test_it_lies_in_a_file_by_digest_for_the_owner_alone_and_reads_back_byte_for_byte(bench):
    digest, number = kept(bench)
    path = blob_path(bench.store.data, digest)
    assert bench.read(lambda read: read.mail.raw(number)) == RAW
    assert [(m.raw, m.path, m.size) for m in bench.write(lambda tx: tx.mail.waiting([number]))] == [
        (None, str(path), len(RAW))
    ]
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert oct((bench.store.data / "incoming").stat().st_mode & 0o777) == "0o700"
    assert files(bench) == [str(path.relative_to(bench.store.data))]


def test_a_purge_between_write_and_keep_takes_nothing_from_the_mail_to_come(bench):
    """S-28: the digest exists, its last row goes, and the file with it, while the same bytes come in again."""
    digest, number = kept(bench)
    again = blobs.write(bench.store.data, RAW)
    bench.write(lambda tx: tx.mail.drop_raw([number]))
    assert bench.write(lambda tx: tx.mail.drop_blobs([digest])) == 1
    second = keep(bench, again, "other").result(100).number
    blobs.discard(again)
    assert bench.read(lambda read: read.mail.raw(second)) == RAW


@pytest.mark.parametrize("order", ["keep, purge", "purge, keep"])
def test_a_purge_in_the_very_transaction_of_the_keep_takes_nothing_from_it(bench, order):
    digest, number = kept(bench)
    bench.write(lambda tx: tx.mail.drop_raw([number]))
    again = blobs.write(bench.store.data, RAW)
    jobs = [lambda tx: tx.mail.keep(RAW, ENVELOPE, "other", bench.now, again), lambda tx: tx.mail.drop_blobs([digest])]
    outcomes = [future.result() for future in together(bench, *(jobs if order == "keep, purge" else jobs[::-1]))]
    [second] = [each.number for each in outcomes if not isinstance(each, int)]
    assert bench.read(lambda read: read.mail.raw(second)) == RAW


class NoCommit(sqlite3.Connection):
    """Refuses a commit once armed."""

    armed = False

    def execute(self, statement, *params):
        if statement == "COMMIT" and NoCommit.armed:
            NoCommit.armed = False
            problem = sqlite3.OperationalError("disk I/O error")
            problem.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise problem
        return super().execute(statement, *params)


def test_a_file_stays_when_the_commit_that_let_its_last_row_go_fails(make):
    """Two purges at once: the file of the one goes by what the other has not yet committed."""
    bench = make(connect=lambda *args, **options: sqlite3.connect(*args, factory=NoCommit, **options))
    digest, number = kept(bench)

    def armed(tx):
        NoCommit.armed = True

    dropped = together(bench, lambda tx: tx.mail.drop_raw([number]), lambda tx: tx.mail.drop_blobs([digest]), armed)
    assert isinstance(dropped[0].exception(), Temporary)
    assert bench.read(lambda read: read.mail.raw(number)) == RAW


def test_a_file_two_mails_share_goes_with_the_second(bench):
    digest, first = kept(bench, "a")
    _, second = kept(bench, "b")
    path = blob_path(bench.store.data, digest)
    assert bench.write(lambda tx: tx.mail.drop_raw([first])) == [digest]
    assert (bench.write(lambda tx: tx.mail.drop_blobs([digest])), path.exists()) == (0, True)
    bench.write(lambda tx: tx.mail.drop_raw([second]))
    assert (bench.write(lambda tx: tx.mail.drop_blobs([digest, digest])), path.exists()) == (1, False)


def test_two_writers_of_the_same_bytes_meet_in_one_file(bench):
    data = bench.store.data
    written = []
    threads = [threading.Thread(target=lambda: written.append(blobs.write(data, RAW))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.path for each in written}) == 8
    futures = [keep(bench, large, f"digest-{at}") for at, large in enumerate(written)]
    numbers = [future.result(100).number for future in futures]
    for large in written:
        blobs.discard(large)
    assert len(files(bench)) == 1
    assert all(bench.read(lambda read, n=n: read.mail.raw(n)) == RAW for n in numbers)


def test_a_damaged_file_gives_way_to_the_same_bytes_come_again(bench):
    digest, _ = kept(bench)
    blob_path(bench.store.data, digest).write_bytes(RAW[:10])
    _, number = kept(bench, "again")
    assert bench.read(lambda read: read.mail.raw(number)) == RAW


def test_a_file_system_without_second_names_keeps_large_mail_too(bench, monkeypatch):
    def refuse(*args, **options):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    large = blobs.write(bench.store.data, RAW)
    number = keep(bench, large).result(100).number
    blobs.discard(large)
    assert bench.read(lambda read: read.mail.raw(number)) == RAW
    assert len(files(bench)) == 1


def test_the_same_imap_mail_again_gets_no_row_and_no_file(bench):
    place = Envelope("a@b.example", (), mailbox="box", folder="INBOX", uidvalidity=1, uid=7)
    first = bench.write(lambda tx: tx.mail.keep(RAW, place, "d", bench.now))
    large = blobs.write(bench.store.data, RAW)
    assert bench.write(lambda tx: tx.mail.keep(RAW, place, "d", bench.now, large)).duplicate_of == first.number
    blobs.discard(large)
    assert files(bench) == []


@pytest.mark.parametrize("call", ["fsync", "link"])
def test_no_space_is_out_of_space_and_no_row_is_left(bench, monkeypatch, call):
    large = blobs.write(bench.store.data, RAW)

    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(blobs.os, call, full)
    with pytest.raises(OutOfSpace):
        keep(bench, large).result(100)
    monkeypatch.undo()
    assert bench.read(lambda read: read.report.audit())["accepted"] == 0
    bench.write(lambda tx: tx.mail.drop_incoming([large.path.name]))
    assert files(bench) == []


def test_what_was_linked_and_never_committed_goes_with_its_first_name_and_a_row_saves_it(bench):
    """As a crash leaves it: both names, no row; beside it the same bytes of a mail that was kept."""
    lone, shared = blobs.write(bench.store.data, RAW + b"lone"), blobs.write(bench.store.data, RAW)
    blobs.link(bench.store.data, lone)
    _, number = kept(bench)
    bench.write(lambda tx: tx.mail.drop_incoming([lone.path.name, shared.path.name]))
    assert files(bench) == [str(blob_path(bench.store.data, shared.digest).relative_to(bench.store.data))]
    assert bench.read(lambda read: read.mail.raw(number)) == RAW


def test_only_what_is_ours_and_old_is_left_over(bench):
    data = bench.store.data
    assert blobs.left_over(data, datetime.now(UTC)) == []
    old, fresh = blobs.write(data, RAW), blobs.write(data, RAW)
    yesterday = (datetime.now(UTC) - timedelta(days=1)).timestamp()
    (data / "incoming" / "notes.txt").write_text("an admin's")
    for path in (old.path, data / "incoming" / "notes.txt"):
        os.utime(path, (yesterday, yesterday))
    assert blobs.left_over(data, datetime.now(UTC) - timedelta(hours=1)) == [old.path.name]
    assert fresh.path.exists()


def test_a_file_that_another_process_wrote_is_taken_in_as_it_is(tmp_path):
    raw = b"x" * 100_000
    written = blobs.write(tmp_path, raw)
    assert blobs.adopt(tmp_path, len(raw), written.path.name) == (written, raw)


def _other_name(path):
    os.link(path, path.with_name("second"))
    return path.name


def _changed(path):
    path.write_bytes(b"other")
    return path.name


def _link(path):
    kept = path.with_name("kept")
    path.rename(kept)
    path.symlink_to(kept)
    return path.name


def _pipe(path):
    path.unlink()
    os.mkfifo(path)
    return path.name


def _too_large(path):
    return blobs.write(path.parent.parent, b"x" * 70_001).path.name


def _gone(path):
    path.unlink()
    return path.name


@pytest.mark.parametrize(
    "name",
    [
        _other_name, _changed, _link, _pipe, _gone, _too_large,
        lambda path: f"../incoming/{path.name}", lambda path: f"{path.name}\n", lambda path: f"{path.name}\0",
        str, lambda path: "", lambda path: "../mailgate.db", lambda path: "a" * 5000,
    ],
)  # fmt: skip
def test_s18c_only_a_whole_file_of_ours_is_adopted(tmp_path, name):
    with pytest.raises(Temporary):
        blobs.adopt(tmp_path, 70_000, name(blobs.write(tmp_path, b"x" * 70_000).path))
