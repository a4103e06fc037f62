"""Real mail programs (mutt, s-nail, swaks) write to a running gateway, as customers and as agents."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Desk, notice_to, only, opened, whole

ANNA = "Anna Virtanen <anna@staff.example>"


def need(program: str) -> str:
    """The path of a program; without it the test is skipped, or fails where everything is to be there."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("MAILGATE_TEST_SERVERS") == "require":
            pytest.fail(f"{program} is missing: apt-get install {program}")
        pytest.skip(f"needs {program}: apt-get install {program}")
    return found


def run(place: Path, *command: str, words: str = "") -> None:
    """Run a mail program with a home of its own until it has handed its mail over."""
    env = {**os.environ, "HOME": str(place), "MAILRC": "/dev/null", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, input=words, text=True, capture_output=True, timeout=300, check=False, env=env, cwd=place
    )
    assert done.returncode == 0, done.stdout + done.stderr


def wait_for(desk: Desk, count: int) -> None:
    """Until so many mails have their fate."""
    desk.wait(lambda: len(desk.settled) >= count, "the mail did not come")


def test_a_customer_writes_with_swaks(desk: Desk, tmp_path: Path) -> None:
    swaks = need("swaks")
    run(tmp_path, swaks, "--server", f"127.0.0.1:{desk.port}", "--from", "maija@customer.example", "--to",
        "support@acme.example", "--header", "Subject: Broken lamp", "--body", "It does not work.")  # fmt: skip
    wait_for(desk, 1)
    assert [one.subject for one in desk.tickets()] == ["Broken lamp"]
    only(desk.letters("maija@customer.example", "ack"))


def test_a_customer_writes_with_s_nail(desk: Desk, tmp_path: Path) -> None:
    nail = need("s-nail")
    run(tmp_path, nail, "-:/", "-S", "v15-compat=yes", "-S", f"mta=smtp://127.0.0.1:{desk.port}", "-S", "smtp-auth=none",
        "-S", "smtp-config=-all,ehlo", "-S", "from=kari@customer.example", "-s", "Rikki", "support@acme.example",
        words="Lamppu ei toimi.\n")  # fmt: skip
    wait_for(desk, 1)
    assert [one.subject for one in desk.tickets()] == ["Rikki"]


def test_an_agent_answers_with_mutt_and_the_customer_gets_words_alone(desk: Desk, tmp_path: Path) -> None:
    mutt = need("mutt")
    ticket = opened(desk)
    notice = notice_to(desk, "anna", ticket.number)
    body = notice.get_body(("plain",))
    assert body is not None
    quoted = "\n".join(f"> {line}".rstrip() for line in str(body.get_content()).splitlines())
    draft = tmp_path / "draft"
    draft.write_text(
        f"From: {ANNA}\nTo: {notice['Reply-To']}\nSubject: Re: {notice['Subject']}\nIn-Reply-To: {notice['Message-ID']}\n"
        f"References: {notice['Message-ID']}\n\nOn Sun, Nov 22, 2026 at 12:00PM +0200, {notice['From']} wrote:\n{quoted}\n\n"
        "Please send us a photo.\n\n#tag +photo\n"
    )
    rc = tmp_path / "muttrc"
    rc.write_text(f"set smtp_url=smtp://127.0.0.1:{desk.port}\nset ssl_starttls=no\nset ssl_force_tls=no\nset copy=no\n"
                  "set use_envelope_from=yes\nset envelope_from_address=anna@staff.example\nset from=anna@staff.example\n")  # fmt: skip
    run(tmp_path, mutt, "-n", "-F", str(rc), "-H", str(draft))
    wait_for(desk, 2)
    assert desk.ticket(ticket.number).tags == ("photo",)
    letter = only(desk.letters("maija@customer.example", "answer"))
    assert "Please send us a photo." in whole(letter)
    assert "anna@staff" not in whole(letter) and "mg:" not in whole(letter) and "#tag" not in whole(letter)
