"""The measurements run, and measure what they say; how fast anything is, is not asked here."""

from __future__ import annotations

import email
import importlib
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from mailgate.store.base import TicketFilter
from mailgate.store.sqlite.store import SqliteStore

BENCH = Path(__file__).parents[1] / "bench"


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module(name)


@pytest.mark.parametrize(("kind", "octets"), [("2 KB plain", 2_000), ("5 KB plain", 5_000), ("22 KB HTML", 22_000)])
def test_mails_have_the_size_they_are_named_after(kind: str, octets: int, monkeypatch: pytest.MonkeyPatch) -> None:
    mails = load("mails", monkeypatch)
    made = mails.new(kind, "x1")
    assert octets * 0.8 < len(made.data) < octets * 1.25 and made.data.endswith(b"\r\n.\r\n")
    assert mails.new(kind, "x1") == made != mails.new(kind, "x2")


def test_a_follow_up_names_its_ticket_one_way_or_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    mails = load("mails", monkeypatch)
    by_id = email.message_from_bytes(mails.follow_up("2 KB plain", "y", mails.Reply("a@b.example", 0, "<1@x>")).data)
    by_number = email.message_from_bytes(mails.follow_up("2 KB plain", "y", mails.Reply("a@b.example", 1042)).data)
    assert by_id["In-Reply-To"] == by_id["References"] == "<1@x>" and "#" not in by_id["Subject"]
    assert "[#1042]" in by_number["Subject"] and by_number["In-Reply-To"] is None


def test_tickets_made_directly_are_tickets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill = load("fill", monkeypatch)
    monkeypatch.setattr(fill, "CHUNK", 40)
    database = tmp_path / "data" / "mailgate.db"
    fill.fill(database, 100)
    store = SqliteStore(database)
    try:
        now = datetime.now(UTC)
        assert store.read(lambda read: read.tickets.count(TicketFilter(), now)) == 100
        ticket = store.read(lambda read: read.tickets.get(1100))
        assert ticket is not None and len(ticket.entries) == 1 and ticket.requester.addr.endswith("@customer.example")
        assert store.read(lambda read: read.report.audit())["unaccounted"] == 0
        assert [found.number for found in store.read(lambda read: read.tickets.find("order 77"))] == [1077]
    finally:
        store.close()
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM msgid").fetchone() == (200,)
    connection.close()


def test_every_transaction_that_is_timed_is_still_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has another name now is measured as nothing."""
    named = [name.rpartition(".") for name in load("stages", monkeypatch).JOBS]
    source = "\n".join(path.read_text() for path in (BENCH.parent / "mailgate" / "app").rglob("*.py"))
    assert [where for where, _, name in named if f"def {name}(" not in source] == []
    assert [where for where, _, _ in named if where and f"class {where}" not in source] == []


def test_a_record_replaces_the_last_one_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = load("run", monkeypatch)
    results = tmp_path / "RESULTS.md"
    results.write_text(f"above\n{run.BEGIN}\nold\n{run.END}\nbelow\n")
    monkeypatch.setattr(run, "RESULTS", results)
    run.record(["new", "figures"])
    run.record(["newest"])
    assert results.read_text() == f"above\n{run.BEGIN}\n\nnewest\n\n{run.END}\nbelow\n"


def test_a_small_run_measures_a_real_daemon_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(BENCH / "run.py"),
        "--share",
        "0.02",
        "--place",
        str(tmp_path),
        "receive",
        "stages",
        "words",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "| mailgate |" in done.stdout and "| 22 KB HTML, new |" in done.stdout
    assert "| fingerprint | 1.0 |" in done.stdout and "holds at most" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_day_of_sixty_mails_is_no_more_than_25_letters_for_each_of_three_agents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = load("noise", monkeypatch)
    assert len(list(noise.kinds())) == noise.MAILS and list(noise.kinds()) == list(noise.kinds())
    counted = noise.play(tmp_path / "desk", 3)
    assert all(5 < one.total() <= noise.MOST and one["notice"] > 5 for one in counted.values()), counted
    lines = list(noise.table(3, counted))
    assert lines[1].startswith("| agent | ") and len(lines) == 6
