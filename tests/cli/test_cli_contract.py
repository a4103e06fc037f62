"""The JSON that scripts and dashboards rely on: every key of the contract, beside a running daemon."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from conftest import Desk, mail, running

from mailgate.cli import cli

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TICKET = {
    "number", "subject", "status", "department", "owner", "priority", "tags", "fields", "language", "written_in", "requester",
    "participants", "watchers", "created_at", "updated_at", "first_response_at", "solved_at", "due", "overdue",
    "escalation", "links",
}  # fmt: skip
ENTRY = {"id", "kind", "author", "at", "text", "quoted", "html", "unverified", "attachments", "mail", "subject"}
EXPLAINED = {
    "mail", "fate", "reason", "tickets", "guard", "match", "authority", "rules", "commands", "changes", "letters",
    "hops",
}  # fmt: skip
DELIVERY = {"id", "ticket", "template", "to", "state", "attempts", "due_at", "error", "message_id"}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Shell:
    """The command line beside a running gateway."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def run(self, *args: str) -> Result:
        config = str(self.desk.folder / "mailgate.toml")
        return CliRunner().invoke(cli, ["--config", config, *args], standalone_mode=False)

    def json(self, *args: str) -> Any:
        done = self.run(*args, "--json")
        assert done.exception is None, done.exception
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """One desk for all questions: a ticket with a file, a parked mail, one in quarantine, letters sent."""
    with running(tmp_path_factory.mktemp("desk")) as desk:
        first = mail()
        first.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="lamp.pdf")
        desk.send(first)
        desk.send(mail("[#1001] #close", sender="anna@staff.example"))  # no proof: parked
        broken = desk.send(mail("Another", sender="evil@customer.example"))
        desk.gateway.store.write(lambda tx: tx.mail.quarantine(broken, "bug", "ValueError: x", NOW)).result()
        desk.gateway.dispatcher.drain()
        yield Shell(desk)


def test_tickets_show(shell: Shell) -> None:
    ticket = shell.json("tickets", "show", "1001")
    assert set(ticket) == {*TICKET, "spent", "promises", "entries", "customer"}
    assert set(ticket["requester"]) == {"name", "address"}
    assert set(ticket["due"]) == {"first_response", "resolve", "manual"}
    assert (ticket["number"], ticket["owner"], ticket["overdue"], ticket["solved_at"]) == (1001, None, False, None)
    assert RFC3339.fullmatch(ticket["created_at"])
    [entry] = ticket["entries"]
    assert set(entry) == ENTRY
    assert (entry["kind"], entry["mail"], entry["unverified"]) == ("customer", 1, False)
    assert entry["attachments"] == [{"name": "lamp.pdf", "type": "application/pdf", "size": 8}]


def test_tickets_list_and_find(shell: Shell) -> None:
    listed = shell.json("tickets", "list")
    assert listed
    assert all(set(ticket) == TICKET for ticket in listed)
    shell.run("job", "index")
    assert [ticket["number"] for ticket in shell.json("tickets", "find", "broken")] == [1001]
    assert shell.json("tickets", "list", "--owner", "anna") == []


def test_explain(shell: Shell, tmp_path: Path) -> None:
    stored = shell.json("explain", "1")
    (tmp_path / "new.eml").write_bytes(mail("A new one").as_bytes())
    would = shell.json("explain", str(tmp_path / "new.eml"), "--to", "support@acme.example")
    for found in (stored, would):
        assert set(found) == EXPLAINED
        assert set(found["match"]) >= {"by", "ticket"}
        assert set(found["authority"]) >= {"agent", "proof"}
        assert found["fate"] == "filed"
        assert all({"name", "hit", "why"} <= set(rule) for rule in found["rules"])
        assert all({"template", "to"} <= set(letter) for letter in found["letters"])
    assert (stored["mail"], stored["tickets"], would["mail"]) == (1, [1001], None)


def test_audit(shell: Shell) -> None:
    found = shell.json("audit")
    assert set(found) == {"accepted", "filed", "duplicate", "dropped", "parked", "quarantined", "unaccounted"}
    assert (found["accepted"], found["parked"], found["quarantined"], found["unaccounted"]) == (3, 1, 1, 0)


def test_outbox_list(shell: Shell) -> None:
    rows = shell.json("outbox", "list")
    assert all(set(row) >= DELIVERY for row in rows)
    sent = [row for row in rows if row["state"] == "sent" and row["ticket"] == 1001]
    assert sent
    assert all(row["message_id"].startswith("<mg.") and row["error"] is None for row in sent)
    assert shell.json("outbox", "list", "--state", "dead") == []


def test_quarantine_list(shell: Shell) -> None:
    [row] = shell.json("quarantine", "list")
    assert set(row) == {"id", "mail", "at", "error", "from", "subject", "size"}
    assert (row["mail"], row["error"], RFC3339.fullmatch(row["at"]) is not None) == (3, "ValueError: x", True)


def test_parked_list(shell: Shell) -> None:
    [row] = shell.json("parked", "list")
    assert set(row) == {"id", "mail", "at", "from", "subject", "agent", "why"}
    assert (row["mail"], row["from"]) == (2, "anna@staff.example")


def test_status_names_what_needs_a_person_and_exits_1(shell: Shell) -> None:
    done = shell.run("status", "--json")
    found = json.loads(done.stdout)
    assert done.return_value == 1
    assert {one["key"] for one in found["troubles"]} == {"quarantine", "parked"}
    assert not any(one["grave"] for one in found["troubles"])
    assert (found["running"], found["quarantine"], found["parked"]) == (True, 1, 1)
    assert found["listeners"]["smtp"] == shell.desk.daemon.door.bound["smtp"]
    assert RFC3339.fullmatch(found["last_mail_at"])
    text = shell.run("status").stdout
    assert "mailgate parked list" in text
    assert "out: ready" in text


def test_bans_and_desk(shell: Shell) -> None:
    assert shell.run("ban", "@spam.example", "--until", "2030-01-01").exception is None
    [ban] = shell.json("bans")
    assert (ban["pattern"], ban["until"]) == ("@spam.example", "2030-01-01T00:00:00Z")
    assert set(shell.json("desk")) >= {"load", "today", "overdue", "oldest"}


@pytest.mark.parametrize("pattern", ["@", "anna", "anna@"])
def test_a_ban_names_an_address_or_a_domain(shell: Shell, pattern: str) -> None:
    assert isinstance(shell.run("ban", pattern).exception, click.BadParameter)
    assert pattern not in [ban["pattern"] for ban in shell.json("bans")]


def test_c12_a_subject_cannot_steer_the_terminal(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        raw = mail("x").as_bytes().replace(b"Subject: x", b"Subject: =?utf-8?q?a=1B]0;owned=07=1B[2Jb=C2=9B31m?=")
        number = desk.send(raw)
        desk.gateway.store.write(lambda tx: tx.mail.quarantine(number, "bug", "\x1b[31m", NOW)).result()
        shell = Shell(desk)
        for args in (["tickets", "list"], ["tickets", "show", "1001"], ["quarantine", "list"], ["explain", "1"],
                     ["quarantine", "show", "1"], ["status"]):  # fmt: skip
            said = shell.run(*args).stdout
            assert "owned" in said or args[0] in ("explain", "status")
            assert not {char for char in said if not char.isprintable()} - {"\n"}, args
