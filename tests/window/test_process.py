"""The window beside a daemon in a process of its own: `[web] run = "child"`, or `mailgate window` at its socket."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from ports import free_port
from scenarios.process import Process, process, until
from uvicorn import Server

from mailgate.core.pages.window import Refusal
from mailgate.edge.apart import confined
from mailgate.languages import LANGUAGES
from mailgate.window import process as beating
from mailgate.window.desk import Away, Desk, Refused


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Process]:
    with process(tmp_path) as found:
        yield found


def web(gateway: Process, run: str) -> int:
    """Give it a window; its port."""
    port = free_port()
    text = f'\n[web]\nlisten = "127.0.0.1:{port}"\nurl = "http://127.0.0.1:{port}"\nrun = "{run}"\n'
    gateway.config.write_text(gateway.config.read_text() + text)
    return port


def got(port: int, path: str = "/healthz") -> int | None:
    """The status of a page; None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=100) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return None


def windows(gateway: Process) -> list[int]:
    """The window's processes of a daemon."""
    assert gateway.child is not None
    words = ["ps", "-o", "pid=,args=", "--ppid", str(gateway.child.pid)]
    found = subprocess.run(words, check=False, capture_output=True, text=True)
    return [int(line.split()[0]) for line in found.stdout.splitlines() if "window.process" in line]


def status(gateway: Process) -> dict[str, object]:
    found: dict[str, object] = json.loads(gateway.command("status", "--json").stdout)["window"]
    return found


def test_w34_a_child_is_shut_in_started_again_and_ends_with_the_daemon(gateway: Process) -> None:
    port = web(gateway, "child")
    assert gateway.start()["window"] == [f"127.0.0.1:{port}"]
    until(lambda: got(port) == 200, "the window does not open")
    (first,) = windows(gateway)
    if os.uname().machine in confined.MACHINES:
        about = dict(line.split(":\t", 1) for line in Path(f"/proc/{first}/status").read_text().splitlines())
        assert (about["Seccomp"], about["NoNewPrivs"]) == ("2", "1")
    os.kill(first, signal.SIGKILL)
    until(lambda: windows(gateway) not in ([], [first]) and got(port) == 200, "no other is started")
    # Shut in, it still finds words, templates and time zones that it reads late, and what it takes is a ticket.
    assert [got(port, f"/contact?lang={language}") for language in LANGUAGES] == [200] * len(LANGUAGES)
    form = {"address": "maija@customer.example", "topic": "support", "subject": "Lamp", "text": "It is broken."}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/contact", urllib.parse.urlencode(form).encode()) as answer:
        assert "/contact/thanks" in answer.url
    until(lambda: "Lamp" in gateway.command("tickets", "list").stdout, "the form is no ticket")
    found = status(gateway)
    assert (found["run"], found["answers"], found["starts"]) == ("child", True, 2)
    assert gateway.stop() == 0
    assert got(port) is None
    assert not Path(f"/proc/{first}").exists()


def test_w32_a_window_of_its_own_waits_for_the_daemon_and_outlives_it(gateway: Process, tmp_path: Path) -> None:
    """As systemd starts it: the socket is handed over, and somebody wants to hear that it is ready."""
    port = web(gateway, "unit")
    door, hears = socket.create_server(("127.0.0.1", port)), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    hears.bind(str(tmp_path / "notify"))
    words = ["--listen", f"fd:{door.fileno()}", "--socket", str(gateway.data / "window.sock")]
    own = subprocess.Popen(
        [sys.executable, "-m", "mailgate", "window", *words],
        pass_fds=[door.fileno()],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")},
    )
    try:
        hears.settimeout(100)
        assert {hears.recv(100), hears.recv(100)} == {b"READY=1", b"WATCHDOG=1"}
        for _ in range(2):
            assert (got(port), got(port, "/contact")) == (200, 503)
            found = gateway.start()
            assert found["window"] == [str(gateway.data / "window.sock")]
            until(lambda: got(port, "/contact") == 200, "it does not find the daemon")
            assert status(gateway)["answers"] is True
            assert gateway.stop() == 0
            assert not (gateway.data / "window.sock").exists()
        own.send_signal(signal.SIGTERM)
        assert own.wait(100) in (0, -signal.SIGTERM)
    finally:
        own.kill()
        own.wait()
        door.close()
        hears.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "[web] listen is empty: there are no web pages"),
        ('[web]\nlisten = "127.0.0.1:1"\nurl = "http://127.0.0.1"\nrun = "child"\n', "the daemon runs the web pages itself"),
        ('[web]\nlisten = "192.0.2.1:8080"\nurl = "http://127.0.0.1"\n', "cannot listen on 192.0.2.1:8080"),
    ],
)  # fmt: skip
def test_what_keeps_the_window_closed_is_said(gateway: Process, text: str, said: str) -> None:
    gateway.config.write_text(f"{gateway.config.read_text()}\n{text}")
    done = gateway.command("window")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_w32_that_the_daemon_is_not_reached_is_noted_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(beating, "BEAT", 0.0)
    said: list[Exception] = [Away("no such file"), Away("no such file"), Refused(Refusal("slow")), Away("denied")]
    asked_all = asyncio.Event()

    class Says(Desk):
        async def ask(self, verb: str, asked: object) -> None:
            if not said:
                asked_all.set()
                await asyncio.Event().wait()
            raise said.pop(0)

    async def job() -> None:
        task = asyncio.create_task(beating._beat(Says("/nowhere"), cast(Server, None), ends=False))
        await asked_all.wait()
        task.cancel()

    with caplog.at_level("INFO", "mailgate.window.process"):
        asyncio.run(job())
    noted = [(one.getMessage(), getattr(one, "error", "")) for one in caplog.records]
    away = "the daemon does not answer"
    assert noted == [(away, "no such file"), ("the daemon answers again", ""), (away, "denied")]
