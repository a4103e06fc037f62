"""One line an event, whatever is in it; no secret in any of them."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import programs
import pytest

from mailgate import log

CANARY = "canary-s3cret-do-not-show"
EVIL = "Invoice\n2026-01-01 00:00:00 error   daemon forged\r\x1b[2J\x85\u2028\u202ex\x00"


@contextlib.contextmanager
def written(form: str) -> Iterator[io.StringIO]:
    """What is logged while the block runs."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        log.set_up("debug", form)
        stream = io.StringIO()
        root.handlers[0].stream = stream  # type: ignore[attr-defined]
        yield stream
    finally:
        root.handlers[:] = before
        root.setLevel(level)


@pytest.mark.parametrize("form", ["console", "json"])
def test_c12_a_subject_cannot_forge_a_line_of_the_log(form: str) -> None:
    with written(form) as stream:
        logging.getLogger("mailgate.app").info(EVIL, extra={"subject": EVIL, "many": [EVIL, EVIL], "odd": {EVIL: EVIL}})
        try:
            raise ValueError(EVIL)
        except ValueError:
            logging.getLogger("mailgate.app").exception("failed")
    lines = stream.getvalue().split("\n")
    assert len(lines) == 3 and lines[2] == ""
    assert all(char.isprintable() for line in lines for char in line)
    assert "ValueError" in lines[1]


def test_json_is_one_object_a_line_with_the_extras_beside_the_event() -> None:
    with written("json") as stream:
        logging.getLogger("mailgate.app.intake.intake").warning("mail settled", extra={"mail": 42, "tickets": [1001]})
    found = json.loads(stream.getvalue())
    assert set(found) == {"at", "level", "logger", "event", "mail", "tickets"}
    assert (found["level"], found["event"], found["mail"], found["tickets"]) == ("warning", "mail settled", 42, [1001])


def test_d25_no_extra_takes_the_place_of_what_every_line_has() -> None:
    with written("json") as stream:
        logging.getLogger("mailgate.edge").info(
            "listening", extra={"at": "127.0.0.1:25", "event": "x", "level": "y", "kind": "smtp"}
        )
    found = json.loads(stream.getvalue())
    assert (found["event"], found["level"], found["kind"], found["at"][:2]) == ("listening", "info", "smtp", "20")


def test_a_value_of_a_megabyte_is_cut() -> None:
    with written("console") as stream:
        logging.getLogger("mailgate").info("event", extra={"long": "x" * 1_000_000})
    assert len(stream.getvalue()) < 1000


CONFIG = f"""
[gateway]
name = "Acme"
domain = "acme.example"
admin = "root@admin.example"

[smtp]
listen = "127.0.0.1:0"

[metrics]
listen = "127.0.0.1:0"

[log]
level = "debug"
format = "FORM"

[[outgoing]]
name = "relay"
host = "127.0.0.1"
port = 1
tls = "none"
user = "support"
password = "env:RELAY_PASSWORD"

[[department]]
name = "support"
addresses = ["support@acme.example"]
from = "Acme <support@acme.example>"

[[agent]]
name = "anna"
address = "anna@staff.example"
password = "{CANARY}"
"""
RULES = '[[rule]]\nname = "everything else"\n'


def text_of(process: subprocess.Popen[str]) -> str:
    command = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    pids = children.read_text().split() if children.exists() else []
    found = command
    for pid in pids:
        found += Path(f"/proc/{pid}/cmdline").read_bytes().decode() + Path(f"/proc/{pid}/environ").read_bytes().decode()
    return found


@pytest.mark.parametrize("form", ["console", "json"])
def test_g12_a_canary_secret_is_in_no_log_no_help_no_figure_and_no_command_line(tmp_path: Path, form: str) -> None:
    config = tmp_path / "mailgate.toml"
    config.write_text(CONFIG.replace("FORM", form))
    config.chmod(0o600)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "90.toml").write_text(RULES)
    (tmp_path / "templates").mkdir()
    env = {**os.environ, "RELAY_PASSWORD": CANARY}
    base = [sys.executable, "-m", "mailgate", "--config", str(config)]
    said = ""
    with subprocess.Popen(
        [*base, "run", "--ready-file", str(tmp_path / "at")], env=env, stderr=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stderr is not None
        log_lines = []
        for line in daemon.stderr:
            log_lines.append(line)
            if "ready" in line and "recovered" not in line:
                break
        at = json.loads((tmp_path / "at").read_text())
        host, _, port = at["smtp"][0].rpartition(":")
        with smtplib.SMTP(host, int(port), timeout=100) as client:
            client.sendmail("a@customer.example", ["support@acme.example"], f"Subject: x\r\n\r\nmy {CANARY}-mail\r\n")
        for line in daemon.stderr:
            log_lines.append(line)
            if "mail settled" in line:
                break
        said += text_of(daemon)
        for call in (
            ["check"],
            ["status", "--json"],
            ["outbox", "list"],
            ["reload"],
            ["explain", "1"],
            ["run"],
            ["tickets"],
        ):
            done = programs.run(["--config", str(config), *call], env=env)
            said += done.stdout + done.stderr
        config.write_text(CONFIG.replace("FORM", form) + "\n[nonsense]\n")
        done = programs.run(["--config", str(config), "check"], env=env)
        assert done.returncode == 1
        said += done.stdout + done.stderr
        daemon.send_signal(signal.SIGTERM)
        log_lines += list(daemon.stderr)
        daemon.wait(100)
    assert daemon.returncode == 0
    assert any("mail settled" in line for line in log_lines)
    if form == "json":
        assert all(json.loads(line)["event"] for line in log_lines)
    assert CANARY not in said
    assert CANARY not in "".join(log_lines)
