"""Fingerprints are kept with the bytes of a letter, live as long as the words of its ticket, and travel with a backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.content import Digest, Notice
from mailgate.core.model.mail import Address
from mailgate.store.outbox.known import LARGEST_WORDS
from mailgate.store.sqlite import schema
from mailgate.store.sqlite.backup import backup
from mailgate.store.sqlite.restore import restore

BO = Address("bo@other.example", "Bo")
MAIJA, TIMO = Address("maija@customer.example", "Maija"), Address("timo@customer.example", "Timo")


def notice(**more):
    return ch.Outbound(Notice(), ch.Audience.AGENT, (BO,), urgency=ch.Urgency.NOTICE, agent="bo", **more)


def words_of(bench):
    return {row["letter"]: bytes(row["words"]) for row in bench.read(
        lambda read: read.session.all("SELECT * FROM letter_words", {}))}  # fmt: skip


def rendered(bench, words=b"print", raw=b"raw"):
    (due,) = bench.claim()
    bench.write(lambda tx: tx.outbox.keep_rendered(due.id, raw, "Re: lamp", words))
    return due.id


def test_they_are_written_with_the_bytes_or_not_at_all(bench):
    bench.open(outbound=(notice(),))
    (due,) = bench.claim()

    def stopped(tx):
        tx.outbox.keep_rendered(due.id, b"raw", "", b"print")
        raise ValueError("on the way to the commit")

    with pytest.raises(ValueError):
        bench.write(stopped)
    assert words_of(bench) == {} and bench.scalar("SELECT count(*) FROM rendered") == 0
    bench.write(lambda tx: tx.outbox.keep_rendered(due.id, b"raw", "", b"print"))
    bench.write(lambda tx: tx.outbox.keep_rendered(due.id, b"another", "", b"another"))
    assert words_of(bench) == {due.id: b"print"}, "those of the bytes that were kept"


@pytest.mark.parametrize(("size", "kept"), [(0, False), (LARGEST_WORDS, True), (LARGEST_WORDS + 1, False)])
def test_a_letter_without_one_or_with_one_too_large_keeps_its_bytes_alone(bench, size, kept):
    bench.open(outbound=(notice(),))
    letter = rendered(bench, bytes(size))
    assert (letter in words_of(bench)) is kept
    assert bench.read(lambda read: read.outbox.letter(letter)).raw == b"raw"


def test_they_outlive_the_rendered_bytes_and_go_with_the_words_of_the_ticket(bench):
    number = bench.open(outbound=(notice(),))
    letter = rendered(bench)
    bench.write(lambda tx: tx.session.run("DELETE FROM rendered", {}))
    assert words_of(bench) == {letter: b"print"}
    bench.write(lambda tx: tx.tickets.drop_words([number]))
    assert words_of(bench) == {}


def test_those_of_letters_about_no_ticket_go_with_their_words(bench):
    bench.apply(None, letters=(ch.Outbound(Digest(), ch.Audience.AGENT, (BO,), urgency=ch.Urgency.DIGEST),))
    letter = rendered(bench)
    bench.write(lambda tx: tx.outbox.drop_words([letter]))
    assert words_of(bench) == {}


@pytest.mark.parametrize("own", [True, False], ids=["their ticket", "a ticket in which they take part"])
def test_forget_takes_them(bench, own):
    number = bench.open(requester=MAIJA if own else TIMO, outbound=(notice(),))
    bench.apply(None, ch.Join(MAIJA), ticket=number)
    rendered(bench)
    other = bench.open(requester=TIMO, outbound=(notice(),))
    kept = rendered(bench)
    bench.write(lambda tx: tx.people.forget(MAIJA.addr, bench.now, "admin"))
    assert list(words_of(bench)) == [kept] and other


def test_the_key_is_drawn_once_for_each_store_and_travels_with_a_backup(bench, make, tmp_path):
    key = bench.read(lambda read: read.settings.words_key())
    assert len(key) == 16
    assert make("other").read(lambda read: read.settings.words_key()) != key
    bench.open(outbound=(notice(),))
    letter = rendered(bench)
    backup(bench.store.path, tmp_path / "copy.tar")
    restore(tmp_path / "copy.tar", tmp_path / "again" / "mailgate.db")
    again = make("again")
    assert again.read(lambda read: read.settings.words_key()) == key
    assert words_of(again) == {letter: b"print"}
    bench.close()
    assert make("data").read(lambda read: read.settings.words_key()) == key, "a second start draws no other"


def test_a_store_of_an_earlier_version_gets_table_and_key(tmp_path, make):
    path = tmp_path / "data" / "mailgate.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        schema.migrate(database, 5)
    old = make("data")
    assert len(old.read(lambda read: read.settings.words_key())) == 16
    assert words_of(old) == {}
