"""The writer: what waits together shares a commit, a failing job harms itself alone, answers come after the commit."""

import re
import threading
from pathlib import Path

import pytest
import quick_disk

from mailgate.core.model.mail import Address, Envelope
from mailgate.errors import Temporary
from mailgate.store.session import WRITES_ADDRESS
from mailgate.store.sqlite import connection as opening
from mailgate.store.sqlite import store as sqlite
from mailgate.store.sqlite.store import SqliteStore

HOME = Path(sqlite.__file__).parents[1]


def held(store):
    """Keep the writer busy until the event is set, so that what follows waits together."""
    go, started = threading.Event(), threading.Event()

    def job(tx):
        started.set()
        go.wait(100)

    future = store.write(job)
    started.wait(100)
    return go, future


def trace(bench):
    """Every statement the writer executes from now on."""
    seen = []
    bench.write(lambda tx: tx.session.connection.set_trace_callback(seen.append))
    seen.clear()
    return seen


def test_one_mail_is_one_begin_immediate_and_one_commit(bench, letters):
    number = bench.keep().number
    seen = trace(bench)
    from mailgate.core.model.change import AddEntry, Decision, Fate, OpenTicket, Step
    from mailgate.core.model.facts import Needs
    from mailgate.core.model.mail import Address
    from mailgate.core.model.ticket import EntryKind

    who = Address("anna@customer.example")

    def process(tx):
        tx.facts(Needs("c", "<1@x>", ("<0@x>",), (1001,), who.addr, ("support",), bench.now), bench.now)
        words = AddEntry(EntryKind.CUSTOMER, who.addr, "", "hello")
        step = Step(None, (OpenTicket("Hi", "support", who), words), (letters(),))
        tx.apply(number, Decision(Fate.FILED, "new", (step,)), bench.now, bench.ids, bench.stamp(number))

    bench.write(process)
    control = [each for each in seen if re.match(r"BEGIN|COMMIT|ROLLBACK|END", each)]
    assert control == ["BEGIN IMMEDIATE", "COMMIT"]


def test_mails_waiting_at_the_same_moment_share_a_commit(bench):
    seen = trace(bench)
    go, first = held(bench.store)
    envelope = Envelope("a@b.example", ("support@desk.example",))
    futures = [
        bench.store.write(lambda tx, i=i: tx.mail.keep(b"%d" % i, envelope, f"d{i}", bench.now), first=True)
        for i in range(20)
    ]
    go.set()
    first.result(100)
    numbers = [future.result(100).number for future in futures]
    assert numbers == sorted(set(numbers))
    assert seen.count("COMMIT") == 2


def test_keeps_go_before_other_jobs(bench):
    order = []
    go, first = held(bench.store)
    futures = [
        bench.store.write(lambda tx, name=name: order.append(name), first=name == "keep")
        for name in ("decide", "keep", "mark")
    ]
    go.set()
    for future in (first, *futures):
        future.result(100)
    assert order == ["keep", "decide", "mark"]


def test_a_failing_job_undoes_itself_alone(bench):
    go, first = held(bench.store)

    def bad(tx):
        tx.settings.set("bad", "written")
        raise ValueError("ours")

    good_before = bench.store.write(lambda tx: tx.settings.set("one", "1"))
    failing = bench.store.write(bad)
    good_after = bench.store.write(lambda tx: tx.settings.set("two", "2"))
    go.set()
    for future in (first, good_before, good_after):
        future.result(100)
    with pytest.raises(ValueError, match="ours"):
        failing.result(100)
    assert bench.read(lambda read: [read.settings.get(key) for key in ("one", "two", "bad")]) == ["1", "2", None]


def test_the_answer_comes_only_after_the_commit(bench):
    seen = trace(bench)
    future = bench.store.write(lambda tx: tx.settings.set("a", "b"))
    committed = []
    future.add_done_callback(lambda done: committed.append("COMMIT" in seen))
    future.result(100)
    bench.write(lambda tx: None)
    assert committed == [True]


def test_a_cancelled_job_is_not_run(bench):
    go, first = held(bench.store)
    future = bench.store.write(lambda tx: tx.settings.set("ghost", "1"))
    assert future.cancel()
    go.set()
    first.result(100)
    assert bench.read(lambda read: read.settings.get("ghost")) is None


def test_a_reader_sees_one_moment_and_cannot_write(bench):
    def look(read):
        before = read.settings.get("x")
        bench.write(lambda tx: tx.settings.set("x", "new"))
        return before, read.settings.get("x")

    assert bench.read(look) == (None, None)
    with pytest.raises(Temporary):
        bench.read(lambda read: read.session.connection.execute("DELETE FROM setting"))


def test_jobs_at_hand_are_finished_before_closing(bench):
    futures = [bench.store.write(lambda tx, i=i: tx.settings.set(f"k{i}", "v")) for i in range(100)]
    bench.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(Temporary):
        bench.store.write(lambda tx: None).result(1)


def test_a_command_without_a_daemon_reads_without_the_lock(bench):
    bench.write(lambda tx: tx.settings.set("seen", "yes"))
    reader = SqliteStore(bench.store.path, writable=False)
    assert reader.read(lambda read: read.settings.get("seen")) == "yes"
    with pytest.raises(Temporary):
        reader.write(lambda tx: None).result(1)
    reader.close()


def test_d08_every_transaction_that_writes_begins_immediate():
    """BUSY_SNAPSHOT is impossible only as long as nobody writes in a deferred transaction."""
    begins = {
        (path.name, match)
        for path in HOME.rglob("*.py")
        for match in re.findall(r'execute\(\s*"(BEGIN[^"]*)"', path.read_text())
    }
    assert begins == {
        ("store.py", "BEGIN IMMEDIATE"),
        ("store.py", "BEGIN"),  # readers: query_only
        ("schema.py", "BEGIN IMMEDIATE"),
        ("restore.py", "BEGIN IMMEDIATE"),
    }


def test_the_sql_keeps_to_the_dialect_both_databases_share():
    """No REPLACE (it breaks the full text), no clock in SQL, no positional parameters, no SQLite-only time functions."""
    for path in HOME.rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"\b(INSERT OR|REPLACE INTO|datetime\('now'\)|strftime\(|IFNULL\()", text, re.I), path.name


def test_settings_of_the_writer_are_those_promised(make, monkeypatch):
    monkeypatch.setattr(opening, "open_writer", quick_disk.as_ever)
    bench = make()

    def ask(tx):
        names = ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "cell_size_check", "busy_timeout")
        return {name: tx.session.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    assert bench.write(ask) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "busy_timeout": 5000,
    }
    assert bench.read(lambda read: read.session.connection.execute("PRAGMA wal_autocheckpoint").fetchone()[0]) == 0


def test_every_statement_that_writes_an_address_forgets_those_asked_for_before():
    written = []
    for path in HOME.rglob("*.py"):
        written += re.findall(r"(?:UPDATE|INSERT INTO|DELETE FROM)\s+address\b.", path.read_text(), re.DOTALL)
    assert len(written) >= 5
    assert [one for one in written if not any(words in one for words in WRITES_ADDRESS)] == []


def test_an_address_asked_for_twice_is_read_once_and_anew_after_it_was_written(bench):
    seen = trace(bench)

    def job(tx):
        session = tx.session
        assert session.known("new@customer.example") is session.known("NEW@customer.example") is None
        made = session.person(Address("new@customer.example", "New"), 1)
        row = session.known("new@customer.example")
        assert (row["id"], row["contact"], row["used_at"]) == (*made, None)
        session.person(Address("new@customer.example", "Newer"), 2, used=True)
        return session.known("new@customer.example")

    row = bench.write(job)
    assert (row["name"], row["used_at"]) == ("Newer", 2)
    assert len([one for one in seen if one.startswith("SELECT id, contact, addr")]) == 2
    kept = bench.read(lambda read: read.session.known("new@customer.example"))
    assert kept == row


def test_an_address_made_by_a_job_that_failed_is_not_known_to_the_next(bench):
    def fails(tx):
        tx.session.person(Address("gone@customer.example"), 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        bench.write(fails)
    assert bench.write(lambda tx: tx.session.known("gone@customer.example")) is None
