"""`tickets do`, `next` and `call`: at the shell as by mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailgate.cli import cli

MAIL = b"From: Maija <maija@customer.example>\r\nTo: support@acme.example\r\nSubject: Lamp\r\n\r\nIt does not work.\r\n"


class Shell:
    def __init__(self, folder: Path) -> None:
        self.config = folder / "desk" / "mailgate.toml"
        assert CliRunner().invoke(cli, ["init", str(folder / "desk")]).exit_code == 0

    def run(self, *args: str, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(cli, ["--config", str(self.config), *args], input=stdin, standalone_mode=False)

    def ticket(self, number: int) -> dict:
        return json.loads(self.run("tickets", "show", str(number), "--json").stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    accepted = made.run("accept", "--to", "support@acme.example", "--from", "maija@customer.example", stdin=MAIL)
    assert accepted.return_value == 0, accepted.output
    return made


def test_commands_at_the_shell_do_what_they_do_by_mail(shell: Shell) -> None:
    shell.run("tickets", "do", "1001", "#take #tag +refund\n#note he rang", "--as", "anna")
    ticket = shell.ticket(1001)
    assert (ticket["owner"], ticket["status"], ticket["tags"]) == ("anna", "open", ["refund"])
    assert [(entry["kind"], entry["text"]) for entry in ticket["entries"]][1:] == [("note", "he rang")]


@pytest.mark.parametrize(
    ("text", "agent", "told"),
    [
        ("#colse", "anna", "did you mean #solve"),
        ("#close", "nobody", "there is no agent"),
        ("#assign zelda", "anna", "zelda"),
    ],
)
def test_a_word_that_is_not_understood_changes_nothing(shell: Shell, text: str, agent: str, told: str) -> None:
    failed = shell.run("tickets", "do", "1001", text, "--as", agent)
    assert told in str(failed.exception)
    assert shell.ticket(1001)["status"] == "new"


def test_next_claims_the_top_of_the_queue(shell: Shell) -> None:
    found = json.loads(shell.run("tickets", "next", "--agent", "bo", "--json").stdout)
    assert [(ticket["number"], ticket["owner"]) for ticket in found] == [(1001, "bo")]


def test_a_phone_memo_is_filed_with_its_recording(shell: Shell, tmp_path: Path) -> None:
    recording = tmp_path / "call.ogg"
    recording.write_bytes(b"OggS" + bytes(100_000))
    done = shell.run(
        "tickets", "call", "--customer", "maija@customer.example", "--number", "1001", "--as", "anna",
        "--attach", str(recording), stdin=b"She wants a new bulb.\n",
    )  # fmt: skip
    assert done.output.strip() == "filed in #1001"
    entry = shell.ticket(1001)["entries"][-1]
    assert (entry["kind"], entry["text"].strip()) == ("call", "She wants a new bulb.")
    assert [(file["name"], file["size"]) for file in entry["attachments"]] == [("call.ogg", 100_004)]
    shell.run("tickets", "files", "1001", str(tmp_path / "out"))
    assert (tmp_path / "out" / "call.ogg").read_bytes() == recording.read_bytes()


def test_a_job_played_ahead_of_its_time_sends_its_letters_at_once(shell: Shell) -> None:
    done = shell.run("job", "escalate", "--now", "2031-01-01T12:00:00Z")
    assert done.output.strip() == "escalate: 1"
    rows = json.loads(shell.run("outbox", "list", "--json").stdout)
    late = [row for row in rows if row["template"] == "escalation"]
    assert late and {row["state"] for row in late} <= {"waiting", "held"}
    assert all(row["due_at"] is None or row["due_at"] < "2031" for row in late)
