"""Large mail at the socket: whatever the end, nothing of it stays in `incoming/`, and a sweep finds the rest (S-28)."""

import errno
import os
import smtplib
import threading
from datetime import timedelta

import pytest
from conftest import mail, running

from mailgate.app.jobs import ticks
from mailgate.core.model.mail import Envelope
from mailgate.errors import OutOfSpace, Temporary
from mailgate.store import blobs

LARGE = "all work and no play\n" * 5000


def files(desk):
    data = desk.folder / "data"
    return [path for folder in ("incoming", "blobs") for path in (data / folder).rglob("*") if path.is_file()]


def test_large_mail_leaves_no_second_name_behind(desk):
    desk.send(mail(text=LARGE))
    desk.wait(lambda: len(files(desk)) == 1, "the first name stays")
    assert files(desk)[0].parent.parent.name == "blobs"


@pytest.mark.parametrize("call", ["fsync", "link"])
def test_a_full_disk_is_452_leaves_nothing_and_the_next_is_taken(desk, monkeypatch, call):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(blobs.os, call, full)
    with pytest.raises(smtplib.SMTPDataError) as refused, smtplib.SMTP("127.0.0.1", desk.port) as client:
        client.sendmail("a@b.example", ["support@acme.example"], mail(text=LARGE).as_bytes())
    assert refused.value.smtp_code == 452
    monkeypatch.undo()
    desk.gateway.store.write(lambda tx: None).result()  # the tidying before it is done
    assert files(desk) == []
    assert desk.fate(desk.send(mail(text=LARGE))) == "filed"


def test_a_keep_undone_after_its_file_was_named_leaves_no_file(desk):
    keeping, store = desk.gateway.intake.keeping, desk.gateway.store
    raw = mail(text=LARGE).as_bytes()

    def undone(tx, large):
        tx.mail.keep(raw, Envelope("a@b.example", ()), "d", desk.clock(), large)
        assert len(files(desk)) == 2
        raise Temporary("the commit failed")

    with pytest.raises(Temporary):
        keeping.keep_by(raw, undone).result()
    store.write(lambda tx: None).result()
    assert files(desk) == []


def test_leftovers_of_large_mail_are_swept_after_a_day(desk):
    number = desk.send(mail(text=LARGE))
    data = desk.folder / "data"
    lost = blobs.write(data, b"x" * 100_000)
    linked = blobs.write(data, b"y" * 100_000)
    blobs.link(data, linked)
    assert ticks.sweep(desk.gateway, desk.gateway.clock()) == 0
    assert lost.path.exists()
    assert ticks.sweep(desk.gateway, desk.gateway.clock() + timedelta(days=1, seconds=1)) == 2
    assert [path.parent.parent.name for path in files(desk)] == ["blobs"]
    assert desk.gateway.store.read(lambda read: read.mail.raw(number))


def test_a_purge_while_the_same_large_mail_is_on_its_way_loses_it_for_nobody(tmp_path, monkeypatch):
    """S-28, by the front door: the bytes are written, the purge runs, then the row is kept."""
    with running(tmp_path) as desk:
        raw = mail(text=LARGE).as_bytes()
        number = desk.send(raw)
        digest = files(desk)[0].name
        written, go = threading.Event(), threading.Event()
        write = desk.gateway.intake.keeping._write_large

        def slow(octets):
            large = write(octets)
            written.set()
            assert go.wait(100)
            return large

        monkeypatch.setattr(desk.gateway.intake.keeping, "_write_large", slow)
        second = desk.gateway.intake.receive(raw, Envelope("a@b.example", ("sales@acme.example",)))
        assert written.wait(100)
        desk.gateway.store.write(lambda tx: tx.mail.drop_raw([number])).result()
        assert desk.gateway.store.write(lambda tx: tx.mail.drop_blobs([digest])).result() == 1
        go.set()
        kept = second.result(100)
        assert desk.gateway.store.read(lambda read: read.mail.raw(kept.number)) == raw


def test_a_gateway_that_lets_go_refuses_large_mail_for_now(tmp_path):
    with running(tmp_path) as desk:
        keeping = desk.gateway.intake.keeping
    refused = keeping.receive(b"x" * 100_000, Envelope("a@b.example", ())).exception(5)
    assert isinstance(refused, Temporary) and not isinstance(refused, OutOfSpace)
    assert not os.listdir(tmp_path / "data" / "incoming") if (tmp_path / "data" / "incoming").exists() else True


def test_copies_made_before_an_upgrade_are_swept_after_thirty_days(desk):
    copy = desk.gateway.data / "mailgate.db.schema-1"
    copy.touch()
    assert ticks.sweep(desk.gateway, desk.gateway.clock() + timedelta(days=29)) == 0
    assert ticks.sweep(desk.gateway, desk.gateway.clock() + timedelta(days=30, seconds=1)) == 1
    assert not copy.exists()
