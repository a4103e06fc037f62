"""A gateway that files nothing says so on every surface, before mail comes where it can (S-02)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import programs
import pytest
from conftest import Desk, mail, running

from mailgate.app.children.pool import Children
from mailgate.app.health import pulse
from mailgate.app.health.pulse import FEW, MANY, Pulse
from mailgate.app.intake import in_hand
from mailgate.app.jobs import ticks
from mailgate.errors import ConfigError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SICK = "no mail is filed"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with figures, and a program of the admin's that writes down what it is told."""
    said = tmp_path / "said"
    command = [sys.executable, "-c", f"import sys; open({str(said)!r}, 'a').write(sys.stdin.read())"]
    more = '[metrics]\nlisten = "127.0.0.1:0"\n'
    with running(tmp_path, gateway=f"alarm_command = {json.dumps(command)}", more=more) as found:
        yield found


def get(desk: Desk, page: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{desk.daemon.outside.metrics.bound[0]}/{page}", timeout=100) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def status(desk: Desk) -> subprocess.CompletedProcess[str]:
    return programs.run(["--config", str(desk.folder / "mailgate.toml"), "status"])


def surfaces(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each place says where somebody may look."""
    shown = status(desk)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        place = desk.folder / f"notify{len(list(desk.folder.iterdir()))}"
        supervisor.bind(str(place))
        supervisor.settimeout(100)
        monkeypatch.setenv("NOTIFY_SOCKET", str(place))
        raised = ticks.watch(desk.gateway, NOON)
        line = supervisor.recv(1000).decode()
        monkeypatch.delenv("NOTIFY_SOCKET")
    desk.gateway.alarms.program.wait()
    told = desk.folder / "said"
    return {
        "healthz": get(desk, "healthz"),
        "metrics": get(desk, "metrics")[1],
        "status": (shown.returncode, shown.stdout),
        "supervisor": line,
        "raised": raised,
        "program": told.read_text() if told.exists() else "",
    }


def test_s02_mails_that_all_fail_make_the_gateway_unhealthy_on_every_surface(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(in_hand, "READ", "builtins:int")
        numbers = [desk.send(mail(f"lamp {n}")) for n in range(FEW - 1)]
        assert get(desk, "healthz")[0] == 200
        numbers.append(desk.send(mail()))
        assert {desk.fate(number) for number in numbers} == {"quarantined"}
        found = surfaces(desk, monkeypatch)
    code, body = found["healthz"]
    assert (code, SICK in body) == (503, True)
    assert "mailgate_healthy 0\n" in found["metrics"] and "mailgate_failed_in_a_row 3\n" in found["metrics"]
    code, text = found["status"]
    assert (code, f"!! {SICK}: the last 3 mails" in text, "mailgate check" in text) == (1, True, True)
    assert found["supervisor"].startswith(f"STATUS={SICK}: the last 3 mails")
    assert (found["raised"], SICK in found["program"], "mailgate check" in found["program"]) == (1, True, True)

    assert desk.fate(desk.send(mail("another"))) == "filed"
    assert get(desk, "healthz")[0] == 200


def test_s02_a_child_that_can_read_no_mail_is_found_before_a_mail_comes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(pulse, "READ", "builtins:repr")
        assert ticks.watch(desk.gateway, NOON) == 1
        found = surfaces(desk, monkeypatch)
    assert found["healthz"][0] == 503
    assert "mailgate_healthy 0\n" in found["metrics"]
    assert found["status"][0] == 1
    assert "a child cannot read a sample mail" in found["status"][1]
    assert "a child cannot read a sample mail" in found["supervisor"]
    assert "a child cannot read a sample mail" in found["program"]
    assert ticks.watch(desk.gateway, NOON) == 0
    assert get(desk, "healthz")[0] == 200


def test_a_gateway_that_is_well_tells_its_supervisor_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = surfaces(desk, monkeypatch)
    assert (found["supervisor"], found["status"][0], found["healthz"][0]) == ("STATUS=all is well", 0, 200)


# --- the verdict by itself ------------------------------------------------------------------------------------------


@pytest.fixture
def children() -> Iterator[Children]:
    pool = Children(1, warm=())
    yield pool
    pool.close()


def test_hostile_mails_in_a_row_are_no_fault_of_ours_until_there_is_nothing_else(children: Children) -> None:
    one = Pulse(children)
    for _ in range(MANY - 1):
        one.settled("quarantined", "limit_cpu")
    assert (one.trouble(), one.failed) == ("", MANY - 1)
    for _ in range(MANY):
        one.settled("quarantined", "poison")
    assert one.trouble() == "the last 10 mails all went into quarantine (limit_cpu, poison)"
    one.settled("dropped", "a rule")
    assert (one.trouble(), one.failed) == ("", 0)


def test_the_samples_are_read_and_written_by_a_child(children: Children) -> None:
    assert pulse.tried(children) == ""
    assert pulse.problem(children) is None


@pytest.mark.parametrize(
    ("which", "function", "said"),
    [
        ("READ", "builtins:repr", "read a sample mail"),
        ("READ", "no.such:function", "read a sample mail: ModuleNotFoundError"),
        ("READ", "os:abort", "read a sample mail"),
        ("WRITE", "builtins:len", "write a sample letter"),
        ("WRITE", "builtins:print", "write a sample letter"),
    ],
)
def test_each_way_to_fail_is_named(
    children: Children, monkeypatch: pytest.MonkeyPatch, which: str, function: str, said: str
) -> None:
    monkeypatch.setattr(pulse, which, function)
    assert f"a child cannot {said}" in pulse.tried(children)
    with pytest.raises(ConfigError, match="no mail can be read here"):
        pulse.prove(children)


def test_a_sample_whose_words_come_back_changed_is_told() -> None:
    from dataclasses import replace

    from mailgate.wire.mime.parse import parse

    good = parse(pulse._MAIL, pulse._ENVELOPE, pulse.samples.POLICY.limits)
    assert pulse._misread(good) == ""
    for changed in ({"subject": "x"}, {"text": "x"}, {"attachments": ()}, {"kind": "dsn"}):
        assert pulse._misread(replace(good, **changed)) == "its words came back changed"


def test_children_that_are_busy_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Future[Any]] = []

    class Busy:
        down = ""

        def submit(self, function: str, *args: Any) -> Future[Any]:
            asked.append(Future())
            return asked[-1]

    one = Pulse(Busy())  # type: ignore[arg-type]
    assert one.beat(patience=0.01) == ""
    assert one.trouble() == ""
    assert all(future.cancelled() for future in asked)


def test_no_child_at_all_is_a_trouble_until_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    pool = Children(1, warm=())
    try:
        one = Pulse(pool)
        assert one.beat() == ""
        assert "no child process can be started" in one.trouble()
        found = pulse.problem(pool)
        assert found is not None and "no child process can be started" in found.text
        monkeypatch.undo()
        for _ in range(50):
            if pulse.tried(pool) == "" and not one.trouble():
                break
        assert pulse.problem(pool) is None
        assert one.trouble() == ""
    finally:
        pool.close()


# --- before mail comes ----------------------------------------------------------------------------------------------

STRANGE = "import sys\nif '-P' in sys.orig_argv:\n    import mailgate.app.children.parcel as one\n    one.pack = lambda value: b'?'\n"


@pytest.mark.parametrize("command", ["check", "run"])
def test_s02_a_python_whose_children_cannot_answer_is_told_at_once(tmp_path: Path, command: str) -> None:
    """S-02: all went to quarantine on such a Python, and nothing said so."""
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "sitecustomize.py").write_text(STRANGE)
    assert programs.run(["init", str(tmp_path / "desk")]).returncode == 0
    config = tmp_path / "desk" / "mailgate.toml"
    config.write_text(config.read_text().replace("127.0.0.1:8025", "127.0.0.1:0"))
    path = os.pathsep.join(filter(None, (str(strange), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-m", "mailgate", "--config", str(config), command],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no mail can be read here: a child cannot read a sample mail" in done.stderr
    assert "PYTHON=" in done.stderr
    assert "Traceback" not in done.stderr
