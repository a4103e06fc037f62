"""`tickets do`, `next` and `call`: at the shell as by mail."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailgate.cli import cli
from mailgate.cli.show import as_json

MAIL = b"From: Maija <maija@customer.example>\r\nTo: support@acme.example\r\nSubject: Lamp\r\n\r\nIt does not work.\r\n"


class Shell:
    def __init__(self, folder: Path) -> None:
        self.config = folder / "desk" / "mailgate.toml"
        assert CliRunner().invoke(cli, ["init", str(folder / "desk")]).exit_code == 0

    def run(self, *args: str, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(cli, ["--config", str(self.config), *args], input=stdin, standalone_mode=False)

    def ticket(self, number: int) -> dict:
        return json.loads(self.run("tickets", "show", str(number), "--json").stdout)


def at_desk(shell: Shell, name: str) -> str:
    """The address an agent is known by."""
    agents = json.loads(shell.run("agents", "list", "--json").stdout)
    return str(next(one["address"] for one in agents if one["name"] == name))


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


def test_a_ticket_that_is_split_off_at_the_shell_has_its_departments_promise(shell: Shell) -> None:
    more = MAIL.replace(b"Subject: Lamp", b"Subject: Re: [#1001] Lamp").replace(b"It does", b"My chair does")
    shell.run("accept", "--to", "support@acme.example", "--from", "maija@customer.example", stdin=more)
    shell.run("tickets", "do", "1001", "#split", "--as", "anna")
    assert shell.ticket(1002)["due"]["first_response"] is not None


def test_the_history_shows_times_as_times_in_words_and_in_json(shell: Shell) -> None:
    shell.run("tickets", "do", "1001", "#hold 30d", "--as", "anna")
    shown = shell.run("tickets", "show", "1001", "--events").stdout
    assert re.search(r": until +-> 20\d\d-\d\d-\d\dT[\d:]{8}Z\n", shown) and not re.search(r"\d{15}", shown)
    told = json.loads(shell.run("tickets", "show", "1001", "--events", "--json").stdout)["events"]
    assert [event["new"][10::9] for event in told if event["kind"] == "until"] == ["TZ"]
    assert not re.search(r'"\d{15}', json.dumps(told))


@pytest.mark.parametrize(
    ("text", "agent", "told"),
    [
        ("#colse", "anna", "did you mean #close"),
        ("#close", "nobody", "there is no agent"),
        ("#assign zelda", "anna", "zelda"),
    ],
)
def test_a_word_that_is_not_understood_changes_nothing(shell: Shell, text: str, agent: str, told: str) -> None:
    failed = shell.run("tickets", "do", "1001", text, "--as", agent)
    assert told in str(failed.exception)
    assert shell.ticket(1001)["status"] == "new"


def test_d14_a_list_says_what_it_leaves_out_and_knows_no_unknown_name(shell: Shell) -> None:
    accepted = ("accept", "--to", "support@acme.example", "--from", "maija@customer.example")
    assert shell.run(*accepted, stdin=MAIL.replace(b"Lamp", b"Another lamp")).return_value == 0
    for more in ((), ("--json",)):
        shown = shell.run("tickets", "list", "--limit", "1", *more)
        assert "1 of 2 tickets are shown: --limit 2 shows all" in shown.stderr and "shown" not in shown.stdout
        assert shell.run("tickets", "list", "--limit", "2", *more).stderr == ""
    for option, name in (("-d", "nope"), ("-o", "zelda")):
        failed = str(shell.run("tickets", "list", option, name, "--json").exception)
        assert f"there is no '{name}'; there are: " in failed
    assert "No tickets" in shell.run("tickets", "list", "-d", "support", "-o", "bo").stdout
    assert "No tickets" in shell.run("tickets", "list", "-o", "none", "-t", "nope").stdout


def test_d04_the_desk_counts_customers_mails_and_agents_apart(shell: Shell) -> None:
    agent = at_desk(shell, "anna")
    raw = MAIL.replace(b"Maija <maija@customer.example>", agent.encode()).replace(b"Lamp", b"Mine")
    assert shell.run("accept", "--to", "support@acme.example", "--from", agent, stdin=raw).return_value == 0
    today = json.loads(shell.run("desk", "--json").stdout)["today"]
    assert (today["mails"], today["agents"]) == (1, 1)
    assert "today: 1 mails in, 1 of agents" in shell.run("desk").stdout


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


def test_d02_a_call_at_the_shell_is_like_one_by_mail(shell: Shell) -> None:
    """It had no deadline, was always the first department's, and knew neither name nor language of a known contact."""
    finnish = "From: Liisa Laine <liisa@customer.example>\r\nTo: sales@acme.example\r\nSubject: Lamppu\r\n\r\n" \
              "Hei, haluaisin palauttaa lampun, koska se ei toimi. Milloin saan rahat takaisin?\r\n"  # fmt: skip
    assert (
        shell.run(
            "accept", "--to", "support@acme.example", "--from", "liisa@customer.example", stdin=finnish.encode()
        ).return_value
        == 0
    )
    memo = ("tickets", "call", "--customer", "Liisa@customer.example", "--as", "bo")
    opened = {}
    for department in ("", "sales"):
        filed = shell.run(*memo, *(("--department", department) if department else ()), stdin=b"She wants two.\n")
        opened[department] = shell.ticket(int(filed.output.strip().removeprefix("filed in #")))
    for ticket in opened.values():
        assert (ticket["requester"]["name"], ticket["language"]) == ("Liisa Laine", "fi")
        assert ticket["subject"].startswith("Puhelu "), "neutral, for her to read"
        assert ticket["due"]["resolve"] and ticket["first_response_at"]
        assert ticket["due"]["first_response"] is None, "the call was the first response"
    assert opened["sales"]["department"] == "sales"
    failed = shell.run(*memo, "--department", "nowhere", stdin=b"x")
    assert "there is no department 'nowhere'; there are: " in str(failed.exception)


def test_a_call_about_a_ticket_is_its_requesters_unless_somebody_is_named(shell: Shell) -> None:
    done = shell.run("tickets", "call", "--number", "1001", "--as", "anna", stdin=b"She wants a new bulb.\n")
    assert done.output.strip() == "filed in #1001"
    ticket = shell.ticket(1001)
    assert (ticket["owner"], ticket["status"]) == ("anna", "open") and ticket["first_response_at"]
    assert "whose call was it?" in str(shell.run("tickets", "call", "--as", "anna", stdin=b"x").exception)


def test_work_noted_is_shown_summed_reported_and_taken_back(shell: Shell) -> None:
    """By domain, tag and department, also of what is merged in; `#undo` by mail is `test_about_threads`."""
    shell.run(
        "accept",
        "--to",
        "sales@acme.example",
        "--from",
        "kari@home.example",
        stdin=MAIL.replace(b"Maija", b"Kari").replace(b"maija@customer", b"kari@home"),
    )
    shell.run("tickets", "do", "1001", "#take #tag +lamp #spent 20min", "--as", "anna")
    shell.run("tickets", "do", "1002", "#spent 1h30\n#merge 1001 both", "--as", "anna")
    assert shell.ticket(1001)["spent"] == 110 * 60
    assert "spent:       110 min" in shell.run("tickets", "show", "1001").stdout
    found = json.loads(shell.run("report", "--json").stdout)
    assert found["total"]["spent"] == 110 * 60
    assert found["customers"] == [{"name": "home.example", "spent": 5400}, {"name": "customer.example", "spent": 1200}]
    assert [(one["name"], one["spent"]) for one in found["tags"]] == [("lamp", 1200)]
    assert all(one["spent"] == 0 for one in found["agents"])
    assert "By customer" in shell.run("report").stdout and "home.example" in shell.run("report", "--csv").stdout


def test_a_job_played_ahead_of_its_time_sends_its_letters_at_once(shell: Shell) -> None:
    done = shell.run("job", "escalate", "--now", "2031-01-01T12:00:00Z")
    assert done.output.strip() == "escalate: 1"
    rows = json.loads(shell.run("outbox", "list", "--json").stdout)
    late = [row for row in rows if row["template"] == "escalation"]
    assert late and {row["state"] for row in late} <= {"waiting", "held"}
    assert all(row["due_at"] is None or row["due_at"] < "2031" for row in late)


UNSEEN = {
    "a C1 control": "\x9b31m", "delete": "\x7f", "a next line": "\x85", "text turned around": "\u202egnp.exe\u202c", "an isolate": "\u2066a\u2069",
    "a mark of direction": "\u200f\u061c\u200e", "nothing at all": "\u200b\u2060\ufeff", "a soft hyphen": "\xad", "a line separator": "\u2028\u2029",
    "tags": "\U000e0041\U000e007f", "half a character": "\ud83d", "a C0 control": "\x1b]0;x\x07\0",
}  # fmt: skip


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_json_shows_what_cannot_be_seen_and_keeps_every_value(text: str) -> None:
    """C1 controls and marks of direction went to the terminal raw; JSON is data, and so they are escaped."""
    given = {f"k{text}": [text, f"żółć {text} 漢字 😀 {text}"], "at": None}
    written = as_json(given)
    assert json.loads(written) == given
    assert "żółć" in written and "漢字 😀" in written, "what is seen is written as it is"
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in written.replace("\n", ""))


def test_a_hostile_mail_leaves_nothing_unseen_in_the_json_of_a_ticket(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    evil = "".join(UNSEEN.values()).replace("\ud83d", "")
    raw = f'From: "{evil}" <eve@x.example>\r\nTo: support@acme.example\r\nSubject: Lamp {evil}\r\n\r\nWords {evil}.\r\n'
    shell.run("accept", "--to", "support@acme.example", "--from", "eve@x.example", stdin=raw.encode())
    for args in (["tickets", "show", "1001", "--json"], ["tickets", "list", "--json"], ["explain", "1", "--json"]):
        shown = shell.run(*args).stdout
        assert json.loads(shown)
        assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in shown.replace("\n", ""))
    assert "\x9b" in shell.ticket(1001)["entries"][0]["text"], "the value is whole"
