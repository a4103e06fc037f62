"""A data folder that 0.1.0 left in the middle of its work is taken over: no row is lost, open mail is decided, letters leave once."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailgate.app.gateway import Gateway
from mailgate.store.sqlite.store import SqliteStore
from mailgate.wiring import build

GROWING = (
    "mail",
    "raw",
    "parking",
    "ticket",
    "entry",
    "event",
    "letter",
    "delivery",
    "address",
    "contact",
    "msgid",
    "vote",
)


def counts(desk: Path) -> Counter[str]:
    """How many rows each table has, how many mails each fate, how many deliveries each state."""
    with sqlite3.connect(desk / "data" / "mailgate.db") as database:
        found = Counter({table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in GROWING})
        found.update(
            {f"mail {fate}": n for fate, n in database.execute("SELECT fate, count(*) FROM mail GROUP BY fate")}
        )
        found.update(dict(database.execute("SELECT state, count(*) FROM delivery GROUP BY state")))
    database.close()
    return found


@pytest.fixture
def gateway(desk: Path) -> Iterator[Gateway]:
    with sqlite3.connect(desk / "data" / "mailgate.db") as database:
        last = database.execute("SELECT max(accepted_at) FROM mail").fetchone()[0]
    database.close()
    now = datetime.fromtimestamp(last / 1_000_000, UTC) + timedelta(hours=1)
    found = build(desk / "mailgate.toml", children=1, clock=lambda: now)
    yield found
    found.close()


def test_the_folder_holds_all_that_a_start_can_find(desk: Path) -> None:
    found = counts(desk)
    kinds = ("mail None", "mail parked", "mail quarantined", "leased", "sending", "held", "uncertain", "dead", "sent")
    assert [kind for kind in kinds if not found[kind]] == []


def test_migrations_lose_and_change_no_row(desk: Path) -> None:
    before = counts(desk)
    SqliteStore(desk / "data" / "mailgate.db").close()
    assert counts(desk) == before
    SqliteStore(desk / "data" / "mailgate.db").close()  # a second start finds nothing to do
    assert counts(desk) == before


def test_open_mail_is_decided_and_every_mail_has_its_fate(gateway: Gateway, desk: Path) -> None:
    before = counts(desk)
    gateway.intake.work_off()
    audit = gateway.store.read(lambda read: read.report.audit())
    assert audit["unaccounted"] == 0
    assert audit["accepted"] == before["mail"]
    assert audit["quarantined"] == before["mail quarantined"]  # none of the open ones was too much for us


def test_letters_that_were_due_leave_once_and_what_was_in_doubt_waits_for_people(gateway: Gateway, desk: Path) -> None:
    before = counts(desk)
    gateway.store.write(lambda tx: tx.outbox.recover(gateway.clock())).result(100)  # as every start does
    gateway.dispatcher.drain()
    after = counts(desk)
    assert not after["leased"] and not after["sending"]
    assert after["dead"] == before["dead"]
    assert after["uncertain"] >= before["uncertain"]
    files = [path for path in (gateway.data.parent / "outbox").rglob("*") if path.is_file()]
    assert len(files) == after["sent"] - before["sent"]
    gateway.dispatcher.drain()
    assert len([path for path in (gateway.data.parent / "outbox").rglob("*") if path.is_file()]) == len(files)
