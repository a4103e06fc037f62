"""A copy while running, and what comes back from it."""

import os
import tarfile
import threading

import pytest

from mailgate.core.hooks.rows import HookRowState
from mailgate.core.hooks.told import Told, Type
from mailgate.core.model.mail import Envelope
from mailgate.errors import ConfigError, Permanent
from mailgate.store import blobs
from mailgate.store.base import InUse
from mailgate.store.blobs import blob_path
from mailgate.store.sqlite.backup import backup
from mailgate.store.sqlite.restore import restore

ENVELOPE = Envelope("a@b.example", ("support@desk.example",))


def test_what_waited_for_other_programs_is_told_by_no_copy_of_itself(bench, make, tmp_path):
    """They were told since, most likely: a room in Slack knows no id by which it could tell."""
    bench.write(lambda tx: tx.hooks.known(["crm"], bench.now))
    number = bench.open()
    told = Told(Type.OPENED, bench.now, number)
    bench.write(lambda tx: tx.hooks.add("crm", "msg_1", told, bench.now, bench.now))
    backup(bench.store.path, tmp_path / "copy.tar")
    restore(tmp_path / "copy.tar", tmp_path / "again" / "mailgate.db")
    again = make("again")
    assert again.read(lambda read: read.hooks.next("crm", again.now)) is None
    assert not again.read(lambda read: read.hooks.behind())
    (row,) = again.read(lambda read: read.hooks.rows([HookRowState.DROPPED]))
    assert again.write(lambda tx: tx.hooks.retry(row.id, again.now))
    assert again.read(lambda read: read.hooks.next("crm", again.now)).uid == "msg_1"


@pytest.mark.parametrize("name", ["copy.tar", "copy.tar.gz"])
def test_d12_a_backup_under_load_has_all_that_was_there_and_comes_back_with_its_outbox_held(
    bench, make, letters, tmp_path, name
):
    number = bench.open(outbound=(letters(),))
    raw = os.urandom(90_000)
    incoming = blobs.write(bench.store.data, raw)
    large = bench.write(lambda tx: tx.mail.keep(raw, ENVELOPE, "large", bench.now, incoming)).number
    stop = threading.Event()
    began = threading.Event()

    def load():
        while not stop.is_set():
            bench.keep()
            began.set()

    thread = threading.Thread(target=load)
    thread.start()
    began.wait(100)
    last = bench.scalar("SELECT max(number) FROM mail")
    made = backup(bench.store.path, tmp_path / name)
    stop.set()
    thread.join()
    assert made.mails >= last
    assert (made.blobs, made.missing) == (1, 0)
    assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert {path.name for path in tmp_path.iterdir()} == {"data", name}

    back = restore(tmp_path / name, tmp_path / "again" / "mailgate.db")
    assert (back.mails, back.tickets, back.held) == (made.mails, 1, 1)
    again = make("again")
    assert again.scalar("PRAGMA integrity_check") == "ok"
    assert again.scalar("SELECT count(*) FROM mail WHERE number <= :last", last=last) == last
    assert again.read(lambda read: read.mail.raw(large)) == raw
    assert again.ticket(number) == bench.ticket(number)
    assert again.claim() == []
    assert [row.state for row in again.read(lambda read: read.outbox.deliveries())] == ["held"]
    assert again.open("after the restore") == number + 1001
    assert again.write(lambda tx: tx.outbox.release(again.now)) == 1
    assert len(again.claim()) == 1


def test_what_was_being_sent_when_the_copy_was_made_is_for_people(bench, make, letters, tmp_path):
    bench.open(outbound=(letters(),))
    bench.mark(bench.claim()[0].deliveries[0].id, "sending")
    backup(bench.store.path, tmp_path / "copy.tar")
    restore(tmp_path / "copy.tar", tmp_path / "again" / "mailgate.db")
    again = make("again")
    assert [row.state for row in again.read(lambda read: read.outbox.deliveries())] == ["uncertain"]


def test_numbers_of_an_empty_backup_are_advanced_too(bench, make, tmp_path):
    backup(bench.store.path, tmp_path / "copy.tar")
    restore(tmp_path / "copy.tar", tmp_path / "again" / "mailgate.db", first_number=500)
    assert make("again", first_number=500).open() == 1500


def test_live_data_are_never_restored_over(bench, tmp_path):
    backup(bench.store.path, tmp_path / "copy.tar")
    with pytest.raises(InUse):
        restore(tmp_path / "copy.tar", bench.store.path)
    bench.close()
    with pytest.raises(ConfigError, match="move it away"):
        restore(tmp_path / "copy.tar", bench.store.path)


def test_a_file_that_is_no_backup_leaves_the_folder_empty(bench, tmp_path):
    (tmp_path / "text").write_text("hello")
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(tmp_path / "text", "mailgate.json")
    backup(bench.store.path, tmp_path / "whole.tar")
    (tmp_path / "cut.tar").write_bytes((tmp_path / "whole.tar").read_bytes()[:100_000])
    backup(bench.store.path, tmp_path / "whole.tar.gz")
    packed = (tmp_path / "whole.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "changed.tar.gz").write_bytes(packed[:2000] + bytes(500) + packed[2500:])
    for name in ("text", "other.tar", "cut.tar", "cut.tar.gz", "changed.tar.gz"):
        with pytest.raises(ConfigError):
            restore(tmp_path / name, tmp_path / "again" / "mailgate.db")
        assert {path.name for path in (tmp_path / "again").iterdir()} == {"mailgate.lock"}
    with pytest.raises(Permanent):
        restore(tmp_path / "missing.tar", tmp_path / "again" / "mailgate.db")


def test_large_mail_purged_meanwhile_is_counted_as_missing(bench, tmp_path):
    incoming = blobs.write(bench.store.data, b"x" * 100_000)
    bench.write(lambda tx: tx.mail.keep(b"x" * 100_000, ENVELOPE, "large", bench.now, incoming))
    blob_path(bench.store.data, incoming.digest).unlink()
    made = backup(bench.store.path, tmp_path / "copy.tar")
    assert (made.blobs, made.missing) == (0, 1)
    assert restore(tmp_path / "copy.tar", tmp_path / "again" / "mailgate.db").missing == 1


def test_nothing_to_back_up_is_said(tmp_path):
    with pytest.raises(ConfigError, match="nothing to back up"):
        backup(tmp_path / "mailgate.db", tmp_path / "copy.tar")
