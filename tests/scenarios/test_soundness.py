"""S-23: the gateway listens within seconds at any size of its database; what is damaged is found beside the work."""

from __future__ import annotations

import json
import re
import smtplib
import socket
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Desk, mail, running
from scenarios.process import until

from mailgate import systemd
from mailgate.app.admin import control
from mailgate.cli import cli
from mailgate.store.sqlite import connection as opening
from mailgate.store.sqlite import schema, store
from mailgate.store.sqlite.faults import sqlite_fault
from mailgate.store.sqlite.store import SqliteStore

# Tables that grow with the mail; the others are as long as the configuration, or as what waits.
GROWING = "mail|raw|ticket|entry|attachment|event|msgid|letter|rendered|delivery|address|contact|words\\w*|blob\\w*"
# Indexes that hold only what waits: a scan of one costs what is to be done, not what was done.
WAITING = ("mail_open", "delivery_due")


class Check:
    """A check that takes as long as a test likes, and finds what it is told to."""

    def __init__(self) -> None:
        self.begun, self.go, self.found = threading.Event(), threading.Event(), ""

    def __call__(self, connection: sqlite3.Connection, table: str) -> str:
        self.begun.set()
        assert self.go.wait(100)
        return self.found


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Iterator[Check]:
    """Every database is a large one, and looking through it takes for ever."""
    found = Check()
    monkeypatch.setattr(opening, "AT_ONCE", -1)
    monkeypatch.setattr(opening, "check_table", found)
    yield found
    found.go.set()


def state(desk: Desk) -> str:
    return str(control.status(desk.gateway)["soundness"]["state"])


def test_s23_mail_is_taken_and_answered_while_the_check_goes_on(tmp_path: Path, check: Check) -> None:
    with running(tmp_path) as desk:
        assert check.begun.wait(100)
        assert desk.fate(desk.send(mail())) == "filed"
        assert desk.letters("maija@customer.example")
        assert state(desk) == "checking"
        check.go.set()
        until(lambda: state(desk) == "sound", "the check did not end")
        assert control.status(desk.gateway)["store"] == ""


def test_s23_an_end_does_not_wait_for_the_check(tmp_path: Path, check: Check) -> None:
    with running(tmp_path) as desk:
        assert check.begun.wait(100)
        threads = [thread.name for thread in desk.daemon.threads]
    assert "check" not in threads  # those are waited for
    assert not check.go.is_set()  # and yet it has ended


def test_s23_damage_is_told_on_every_surface_and_new_mail_stays_with_its_sender(tmp_path: Path, check: Check) -> None:
    heard = tmp_path / "alarms"
    program = f'alarm_command = ["/bin/sh", "-c", "cat >> {heard}"]'
    with running(tmp_path, gateway=program, more='\n[metrics]\nlisten = "127.0.0.1:0"\n') as desk:
        check.found, host = "row 7 missing", desk.daemon.outside.metrics.bound[0]
        check.go.set()
        until(lambda: state(desk) == "damaged", "the damage was not found")
        [trouble] = [one for one in _report(desk)["troubles"] if one["key"] == "store"]
        assert trouble["grave"]
        assert "row 7 missing" in trouble["text"]
        assert "mailgate restore" in trouble["text"]
        with pytest.raises(urllib.error.HTTPError) as sick:
            urllib.request.urlopen(f"http://{host}/healthz", timeout=100)
        with sick.value as answer:
            assert answer.code == 503
            assert "row 7 missing" in json.loads(answer.read())["reasons"][0]
        until(lambda: heard.exists() and "row 7 missing" in heard.read_text(), "the program was not told")
        until(lambda: desk.letters("root@admin.example", "alarm"), "the admin was not told")
        with smtplib.SMTP("127.0.0.1", desk.port, timeout=100) as client:
            client.ehlo()
            client.mail("a@customer.example")
            client.rcpt("support@acme.example")
            assert client.data(b"Subject: later\r\n\r\nwords\r\n")[0] == 451
        check.found = ""
        desk.gateway.soundness.wake()
        until(lambda: state(desk) == "sound", "the next check did not end")
        assert desk.fate(desk.send(mail())) == "filed"


def _report(desk: Desk) -> Any:
    from mailgate.app.health import status

    return status.status_of(desk.gateway, desk.gateway.clock())


def test_s23_real_damage_in_a_large_file_is_found_beside_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as desk:
        for number in range(10):
            desk.send(mail(sender=f"c{number}@customer.example", body="words " * 2000))
    path = tmp_path / "data" / "mailgate.db"
    with sqlite3.connect(path) as file:
        root = file.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'").fetchone()[0]
        size = file.execute("PRAGMA page_size").fetchone()[0]
    file.close()
    with path.open("r+b") as raw:
        raw.seek((root - 1) * size + 3)
        raw.write(b"\xff\xff")
    monkeypatch.setattr(opening, "AT_ONCE", -1)
    with running(tmp_path) as desk:
        until(lambda: state(desk) == "damaged", "the damage was not found")
        assert "entry" in desk.gateway.store.healthy()


def test_s23_an_error_of_the_disk_asks_for_a_check(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        until(lambda: state(desk) == "sound", "no first check")
        woken = threading.Event()
        desk.gateway.store.on_suspect = woken.set

        def fails(tx: object) -> None:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

        assert desk.gateway.store.write(fails).exception(20) is not None
        assert woken.wait(100)


def test_s23_nothing_that_grows_is_read_through_before_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every statement of a start, as it is executed, explained: none walks through a table that grows."""
    with running(tmp_path) as desk:
        for number in range(3):
            desk.send(mail(sender=f"c{number}@customer.example"))
        desk.letters()
    path = tmp_path / "data" / "mailgate.db"
    said: list[str] = []
    ready: list[int] = []
    for name in ("open_writer", "open_reader"):
        real = getattr(opening, name)

        def traced(*args: Any, real: Any = real, **more: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = real(*args, **more)
            connection.set_trace_callback(said.append)
            return connection

        monkeypatch.setattr(opening, name, traced)
    monkeypatch.setattr(opening, "AT_ONCE", -1)
    monkeypatch.setattr(systemd, "tell", lambda word: ready.append(len(said)) if word == "READY=1" else None)
    with running(tmp_path):
        pass
    before = said[: ready[0]]
    assert len(before) > 20
    assert not [one for one in before if re.search("(?i)quick_check|integrity_check", one)]
    with sqlite3.connect(path) as file:
        for statement in before:
            if not re.match(r"(?i)\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement):
                continue
            for *_, detail in file.execute(f"EXPLAIN QUERY PLAN {statement}"):
                walks = re.match(rf"SCAN (?:{GROWING})\b", detail)
                assert not walks or any(index in detail for index in WAITING), (statement, detail)
    file.close()


def test_s23_systemd_is_asked_for_patience_while_a_migration_gets_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mailgate.db"
    SqliteStore(path).close()
    walk = (
        "CREATE TABLE later AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) "
        "SELECT i FROM n;"
    )
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("9999_walk", walk)))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "n"))
        supervisor.settimeout(100)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        calls: list[int] = []
        ask = systemd.patience()
        SqliteStore(path, progress=lambda: (calls.append(1), ask())[1]).close()
        assert supervisor.recv(100).decode() == f"EXTEND_TIMEOUT_USEC={systemd.MORE * 1_000_000}"
    assert len(calls) >= 2  # once for the copy, and then while the statements run


def test_s23_patience_is_asked_for_now_and_then_and_not_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(systemd, "tell", told.append)
    now = [0.0]
    ask = systemd.patience(lambda: now[0])
    for _ in range(100):
        ask()
        now[0] += 1.0
    assert len(told) == 10


def test_a_version_of_sqlite_that_is_safe_here_is_told_once_by_status_and_is_no_warning(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`check` warned of what nobody can mend, right above "all is well"; so did `status`, in other words."""
    said = sqlite_fault((3, 40, 1))
    assert "safe here as long as no other program writes" in said
    monkeypatch.setattr(store, "sqlite_fault", lambda: said)
    config = ["--config", str(desk.folder / "mailgate.toml")]
    status = CliRunner().invoke(cli, [*config, "status"], standalone_mode=False)
    assert (status.return_value, [line for line in status.output.splitlines() if "SQLite" in line]) == (
        0,
        [f"{'versions':11} {said}"],
    )
    check = CliRunner().invoke(cli, [*config, "check"], standalone_mode=False)
    assert (check.return_value, "SQLite" in check.output) == (0, False)
