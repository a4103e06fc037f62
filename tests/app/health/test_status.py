"""What is wrong with a gateway, who is told, and how: status, /healthz, /metrics, alarms."""

from __future__ import annotations

import http.server
import json
import re
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Desk, mail, running, whole

from mailgate.app.admin.control import answer
from mailgate.app.health import alarm, status
from mailgate.app.jobs import ticks
from mailgate.app.mailboxes.board import MailboxBoard
from mailgate.core.model.desk_rows import MailQueue, QueueRow, Queues
from mailgate.core.model.said import Said
from mailgate.edge.imap.box import ReaderReport, ReaderState
from mailgate.errors import Temporary

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
METRICS = '[metrics]\nlisten = "127.0.0.1:0"\n'


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Desk]:
    """A desk with figures, and a program of the admin's that writes down what it is told."""
    said = tmp_path / "said"
    command = [sys.executable, "-c", f"import sys; open({str(said)!r}, 'a').write(sys.stdin.read())"]
    with running(tmp_path, gateway=f"alarm_command = {json.dumps(command)}", more=METRICS) as desk:
        yield desk


def get(desk: Desk, page: str) -> tuple[int, str]:
    url = f"http://{desk.daemon.outside.metrics.bound[0]}/{page}"
    try:
        with urllib.request.urlopen(url, timeout=100) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def troubles(desk: Desk, now: datetime | None = None) -> dict[str, dict[str, Any]]:
    found = status.status_of(desk.gateway, now or desk.gateway.clock())
    return {one["key"]: one for one in found["troubles"]}


def said(desk: Desk) -> str:
    desk.gateway.alarms.program.wait()
    path = desk.folder / "said"
    return path.read_text() if path.exists() else ""


def test_a_healthy_gateway_has_no_troubles_and_says_so_everywhere(watched: Desk) -> None:
    watched.send(mail())
    assert troubles(watched) == {}
    code, body = get(watched, "healthz")
    assert (code, json.loads(body)) == (200, {"healthy": True, "config_stale": False, "reasons": []})
    code, body = get(watched, "metrics")
    assert code == 200
    figures = dict(line.rsplit(" ", 1) for line in body.splitlines() if not line.startswith("#"))
    assert figures['mailgate_mails{fate="filed"}'] == "1"
    assert figures['mailgate_tickets{status="new"}'] == "1"
    assert figures['mailgate_relay_up{relay="out"}'] == "1"
    assert figures["mailgate_healthy"] == "1"
    assert int(figures["mailgate_children_memory_bytes"]) > 2**20
    assert int(figures["mailgate_disk_free_bytes"]) > 0


def test_d06_a_database_taken_away_is_a_grave_trouble_that_reaches_the_admins_program(watched: Desk) -> None:
    database = watched.folder / "data" / "mailgate.db"
    aside = database.with_name("aside")
    database.rename(aside)
    try:
        code, body = get(watched, "healthz")
        assert code == 503
        assert "was deleted while in use" in json.loads(body)["reasons"][0]
        assert ticks.watch(watched.gateway, NOON) == 1
        assert "mailgate needs you: store" in said(watched)
        assert "mailgate restore" in said(watched)
    finally:
        aside.rename(database)
    assert ticks.watch(watched.gateway, NOON) == 0
    assert get(watched, "healthz")[0] == 200


def test_a_database_that_cannot_be_read_is_told_and_not_a_riddle(
    watched: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, job: object) -> None:
        raise Temporary("the database cannot be used now: disk I/O error")

    monkeypatch.setattr(type(watched.gateway.store), "read", fail)
    code, body = get(watched, "healthz")
    assert (code, "disk I/O error" in body) == (503, True)
    code, body = get(watched, "metrics")
    assert (code, "mailgate_healthy 0" in body, "mailgate_mails{" in body) == (200, True, False)
    assert ticks.watch(watched.gateway, NOON) == 1
    assert "disk I/O error" in said(watched)


def test_d09_a_filling_disk_is_told_before_mail_is_refused(watched: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(watched.gateway.store), "free_space", lambda self: 600 * 2**20)
    assert troubles(watched)["disk"]["grave"]
    assert "600 MB free" in troubles(watched)["disk"]["text"]
    assert ticks.watch(watched.gateway, NOON) == 1
    watched.wait(lambda: len(watched.letters("root@admin.example", "alarm")) == 1, "no letter to the admin")
    [letter] = watched.letters("root@admin.example", "alarm")
    assert letter["Subject"] == "mailgate needs you: disk"


def test_an_alarm_is_raised_once_again_after_a_day_and_anew_after_it_was_over(
    watched: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead: list[str] = ["process"]
    watched.gateway.dead = lambda: list(dead)
    looks = [ticks.watch(watched.gateway, NOON + timedelta(hours=hours)) for hours in (0, 1, 23, 24, 25)]
    dead.clear()
    looks.append(ticks.watch(watched.gateway, NOON + timedelta(hours=26)))
    dead.append("process")
    looks.append(ticks.watch(watched.gateway, NOON + timedelta(hours=27)))
    assert looks == [1, 0, 0, 1, 0, 0, 1]
    assert get(watched, "healthz")[0] == 503


def test_a_relay_is_a_trouble_only_after_ten_minutes_of_rest(watched: Desk) -> None:
    lane = watched.gateway.dispatcher.loops["out"]
    lane.down = "connection refused"
    ticks.watch(watched.gateway, NOON)
    assert not [key for key in troubles(watched, NOON + timedelta(minutes=9)) if key.startswith("relay")]
    found = troubles(watched, NOON + timedelta(minutes=10))["relay out"]
    assert found["grave"]
    assert "connection refused" in found["text"]
    assert 'mailgate_relay_up{relay="out"} 0' in get(watched, "metrics")[1]
    lane.down = ""
    ticks.watch(watched.gateway, NOON + timedelta(minutes=11))
    assert watched.gateway.down_since == {}


def test_trouble_with_letters_reaches_the_admins_program_too(watched: Desk) -> None:
    watched.gateway.alarms.problem("route out is down: refused")
    assert said(watched).splitlines() == [
        "Letters need your attention",
        "route out is down: refused",
        "mailgate outbox list",
    ]


def test_an_alarm_is_told_in_the_language_of_the_desk(tmp_path: Path) -> None:
    with running(tmp_path, gateway='language = "fi"') as desk:
        store, config = desk.gateway.store, desk.gateway.config
        daemon = {**status.of_daemon(desk.gateway), "relays": {"out": {"down": "refused", "since": NOON.isoformat()}}}
        _, found = status.looked(daemon, store, config, NOON + timedelta(hours=1))
        assert desk.gateway.alarms.look(found, None, NOON) == 1
        desk.gateway.alarms.problem(Said("problem.route", {"route": "out", "why": "refused"}))
        [down, letters] = [" ".join(whole(letter).split()) for letter in desk.letters(template="alarm")]
    assert re.search(r"välityspalvelin out ei toimi, alkaen ma 23\.11\. klo 1[0-9]\.00: refused", down)
    assert "reitti out ei toimi: refused" in letters


def test_a_growing_quarantine_reaches_the_admins_program(watched: Desk) -> None:
    ticks.watch(watched.gateway, NOON)
    number = watched.send(mail())
    store = watched.gateway.store
    store.write(lambda tx: tx.mail.quarantine(number, "bug", "ValueError", NOON)).result()
    assert ticks.watch(watched.gateway, NOON) == 0
    assert "Quarantine grows: 1 mails" in said(watched)
    assert not troubles(watched)["quarantine"]["grave"]
    assert get(watched, "healthz")[0] == 200


def test_g01_refused_files_show_as_stale_in_figures_and_status(watched: Desk) -> None:
    (watched.folder / "rules" / "90-default.toml").write_text("[[rule\n")
    assert "error" in answer(watched.gateway, {"call": "reload"})
    assert "mailgate_config_stale 1" in get(watched, "metrics")[1]
    assert json.loads(get(watched, "healthz")[1])["config_stale"] is True
    assert "90-default.toml" in troubles(watched)["config"]["text"]


def test_the_control_socket_answers_with_what_only_the_daemon_knows(watched: Desk) -> None:
    watched.send(mail())  # the children have started
    found = answer(watched.gateway, {"call": "status"})["result"]
    json.dumps(found)
    assert found["listeners"]["smtp"] == watched.daemon.door.bound["smtp"]
    assert found["relays"] == {}
    assert found["children"]["count"] == 1


def test_a_silent_mailbox_is_told_after_its_patience_and_forgiven_at_the_next_success() -> None:
    now = [NOON]
    board = MailboxBoard(lambda: now[0], {"support": timedelta(minutes=30)})
    assert board.states()[0]["state"] == "connecting"
    board.report("support", ReaderReport(ReaderState.READING, backlog=7))
    now[0] += timedelta(minutes=20)
    board.report("support", ReaderReport(ReaderState.FAILING, "login", "refused"))
    [row] = board.states()
    assert (row["state"], row["error"], row["silent"]) == ("failing", "refused", False)
    now[0] += timedelta(minutes=11)
    assert board.states()[0]["silent"]
    board.report("support", ReaderReport(ReaderState.IDLE, token_expires=NOON))
    [row] = board.states()
    assert (row["silent"], row["error"], row["token_expires"]) == (False, None, NOON.isoformat())
    board.report("unknown", ReaderReport(ReaderState.IDLE))
    assert len(board.states()) == 1


def test_a_mailbox_that_connects_and_never_brings_a_mail_is_silent() -> None:
    """Each try was a success, so nobody was ever told."""
    now = [NOON]
    board = MailboxBoard(lambda: now[0], {"support": timedelta(minutes=30)})
    for _ in range(4):
        board.report("support", ReaderReport(ReaderState.READING, backlog=7, success=False))
        board.report("support", ReaderReport(ReaderState.FAILING, "protocol", "hands none over"))
        now[0] += timedelta(minutes=10)
    board.report("support", ReaderReport(ReaderState.READING, backlog=7, success=False))
    [row] = board.states()
    assert (row["state"], row["error"], row["silent"], row["success_at"]) == ("failing", "hands none over", True, None)
    board.report("support", ReaderReport(ReaderState.READING, backlog=6))
    [row] = board.states()
    assert (row["state"], row["error"], row["silent"]) == ("reading", None, False)


def test_a_silent_mailbox_is_grave(watched: Desk) -> None:
    daemon = status.of_daemon(watched.gateway)
    row = {"name": "support", "state": "failing", "error": "login refused", "success_at": None, "silent": True}
    found = status.status_report({**daemon, "mailboxes": [row]}, watched.gateway.store, watched.gateway.config, NOON)
    [trouble] = found["troubles"]
    assert (trouble["key"], trouble["grave"]) == ("mailbox support", True)
    assert "login refused" in trouble["text"]


def test_mail_that_waits_for_its_fate_too_long_is_grave(watched: Desk) -> None:
    store = watched.gateway.store
    found = status.status_report(status.of_daemon(watched.gateway), store, watched.gateway.config, NOON)
    stuck = {**found, "queues": {"mail": {"waiting": 3, "oldest": NOON - timedelta(minutes=11)}, "outbox": {}}}
    [trouble] = status._of_queues(stuck, watched.gateway.config, NOON)
    assert (trouble.key, trouble.grave) == ("processing", True)


def test_letters_held_by_a_restore_are_told_in_live_mode(watched: Desk) -> None:
    daemon = status.of_daemon(watched.gateway)
    found = status.status_report(daemon, watched.gateway.store, watched.gateway.config, NOON)
    outbox = {"held": {"count": 2, "oldest": NOON - timedelta(hours=2)}, "uncertain": {"count": 1, "oldest": NOON}}
    waits = {**found, "queues": {"mail": {"waiting": 0, "oldest": None}, "outbox": outbox}}
    assert [one.key for one in status._of_queues(waits, watched.gateway.config, NOON)] == ["uncertain", "held"]
    held = Queues(MailQueue(0, None), None, 0, 0, {state: QueueRow(**row) for state, row in outbox.items()})
    assert status._longest(held) == {"what": "letter held", "at": NOON - timedelta(hours=2)}


# --- the admin's program ---------------------------------------------------------------------------------------------


def writer(path: Path) -> list[str]:
    return [sys.executable, "-c", f"import sys; open({str(path)!r}, 'a').write(sys.stdin.read() + '--')"]


def test_the_program_runs_at_most_once_a_minute_and_hears_everything(tmp_path: Path) -> None:
    clock = [1000.0]
    program = alarm.Program(writer(tmp_path / "said"), lambda: clock[0])
    program.say("one")
    program.wait()
    for text in ("two", "three"):
        program.say(text)
    program.wait()
    assert (tmp_path / "said").read_text() == "one\n--"
    clock[0] += 61
    program.flush()
    program.wait()
    assert (tmp_path / "said").read_text() == "one\n--two\n\nthree\n--"


def test_the_program_gets_no_shell_and_none_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAP_PASSWORD", "canary")
    out = tmp_path / "env"
    code = f"import os, sys; open({str(out)!r}, 'w').write(repr(sys.argv) + repr(dict(os.environ)))"
    program = alarm.Program([sys.executable, "-c", code, "$(id); rm -rf /"])
    program.say("x")
    program.wait()
    assert "'$(id); rm -rf /'" in out.read_text()
    assert "canary" not in out.read_text()


@pytest.mark.parametrize("argv", [["/nonexistent/program"], [sys.executable, "-c", "raise SystemExit(3)"]])
def test_a_program_that_fails_is_logged_and_harms_nobody(argv: list[str], caplog: pytest.LogCaptureFixture) -> None:
    program = alarm.Program(argv)
    program.say("x")
    program.wait()
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_program_that_hangs_is_ended(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "LONGEST", 0.2)
    program = alarm.Program([sys.executable, "-c", "import time; time.sleep(600)"])
    program.say("x")
    program.wait()
    assert "took too long" in caplog.text


# --- the sign of life ------------------------------------------------------------------------------------------------


def test_health_url_is_asked_while_all_is_well_and_only_then(tmp_path: Path) -> None:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/alive"
        with running(tmp_path, gateway=f'health_url = "{url}"') as desk:
            ticks.watch(desk.gateway, NOON)
            assert asked == ["/alive"]
            desk.gateway.dead = lambda: ["process"]
            ticks.watch(desk.gateway, NOON)
            assert asked == ["/alive"]
        server.shutdown()
