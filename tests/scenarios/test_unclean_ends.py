"""The daemon dies, again and again: who is blamed, and who is not (S-04)."""

from __future__ import annotations

import os
import signal
import smtplib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scenarios.process import ODD, Process, letter, process, until

from mailgate.store.sqlite import schema
from mailgate.store.sqlite.store import SqliteStore


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Process]:
    with process(tmp_path) as found:
        found.program = ODD
        yield found


def hand_in(gateway: Process, *mails: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", gateway.port, timeout=100) as client:
        for raw in mails:
            client.sendmail("a@customer.example", ["support@acme.example"], raw)


def mails(gateway: Process) -> list[Any]:
    found: list[Any] = gateway.read(lambda read: read.session.all("SELECT * FROM mail ORDER BY number", {}))
    return found


def test_killed_with_many_mails_in_hand_nobody_is_blamed_and_all_are_filed(gateway: Process) -> None:
    home = str(gateway.folder)
    for round_ in range(4):
        gateway.start(ODD="stuck", HOME=home)
        if round_ == 0:
            hand_in(gateway, *(letter(f"n{number}") for number in range(30)))
        seen = {path.name for path in gateway.folder.glob("reading-*")}
        until(lambda seen=seen: {p.name for p in gateway.folder.glob("reading-*")} - seen, "nothing is being read")
        gateway.kill()
    assert {(row["attempts"], row["alone"], row["fate"]) for row in mails(gateway)} == {(0, 0, None)}
    gateway.start(ODD="")
    gateway.settled()
    assert Counter(row["fate"] for row in mails(gateway)) == {"filed": 30}
    assert {(row["attempts"], row["alone"], row["deciding"]) for row in mails(gateway)} == {(0, 0, 0)}
    assert gateway.stop() == 0


def test_a_mail_whose_decision_kills_the_daemon_is_found_alone_and_set_aside_and_all_others_are_filed(
    gateway: Process,
) -> None:
    gateway.start(ODD="stuck", HOME=str(gateway.folder))
    hand_in(gateway, *(letter(f"n{n}") for n in range(10)), letter("deadly"), *(letter(f"m{n}") for n in range(10)))
    gateway.kill()
    child = gateway.spawn(ODD="deadly")
    deaths = 0
    while True:
        until(
            lambda: gateway.dead() or (gateway.ready.exists() and not open_mails(gateway)), "neither dead nor done", 60
        )
        if child.poll() is None:
            break
        assert child.poll() == -signal.SIGKILL, gateway.log.read_text()
        deaths += 1
        assert deaths < 6, "it is never found"
        child = gateway.spawn(ODD="deadly")
    assert deaths == 4  # among others, and three times alone
    [deadly] = [row for row in mails(gateway) if row["fate"] == "quarantined"]
    assert (deadly["reason"], deadly["alone"], deadly["attempts"]) == ("daemon_died", 3, 0)
    assert Counter(row["fate"] for row in mails(gateway)) == {"filed": 20, "quarantined": 1}
    assert {row["alone"] for row in mails(gateway)} == {0, 3}
    [told] = gateway.read(lambda read: read.mail.quarantined())
    assert "3 times" in told.error
    assert max(gateway.subjects().values()) == 1
    assert gateway.stop() == 0
    gateway.start(ODD="")  # the cause is mended
    assert gateway.command("quarantine", "retry").returncode == 0
    gateway.settled()
    assert Counter(row["fate"] for row in mails(gateway)) == {"filed": 21}
    assert {row["alone"] for row in mails(gateway)} == {0}


def open_mails(gateway: Process) -> bool:
    unaccounted: int = gateway.read(lambda read: read.report.audit())["unaccounted"]
    return unaccounted > 0


def test_a_mail_that_kills_its_children_is_counted_for_these_alone(gateway: Process) -> None:
    gateway.start(ODD="mortal")
    hand_in(gateway, letter("good"), b"X-Mortal: yes\r\n" + letter("bad"), letter("better"))
    gateway.settled()
    found = {row["subject"] or "?": (row["fate"], row["reason"], row["attempts"]) for row in mails(gateway)}
    assert found["?"] == ("quarantined", "poison", 3)
    assert {found["lamp good"][::2], found["lamp better"][::2]} == {("filed", 0)}


def test_what_0_1_0_counted_as_attempts_blames_nobody_after_the_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "mailgate.db"
    old = sqlite3.connect(path)
    old.executescript(schema.FIRST)
    old.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    old.execute("PRAGMA user_version = 1")
    old.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
    )
    old.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('mailgate', '0001_first', '')"
    )
    for number, fate in ((1, None), (2, "filed")):
        columns = "source sender recipients peer login mailbox folder uidvalidity uid accepted_at arrived_at origin"
        names = [*columns.split(), "size", "raw_digest", "attempts", "fate"]
        values = ["smtp", "", "[]", "", "", "", "", 0, 0, 1, 1, "live", 1, str(number), 2, fate]
        marks = ", ".join("?" * len(values))
        old.execute(f"INSERT INTO mail ({', '.join(names)}) VALUES ({marks})", values)
    old.commit()
    old.close()
    store = SqliteStore(path)
    found = store.read(lambda read: read.session.all("SELECT attempts, alone, deciding FROM mail ORDER BY number", {}))  # type: ignore[attr-defined]
    store.close()
    assert [tuple(row) for row in found] == [(0, 0, 0), (2, 0, 0)]
    assert os.path.exists(tmp_path / "mailgate.db.schema-1")
