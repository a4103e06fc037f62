"""W-34: the window ends, hangs or cannot begin: it is started again, people are called, and mail hears nothing of it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from window.conftest import Loop

from mailgate.core.model.mail import Source
from mailgate.core.pages.window import SettingsAsked, WindowSettings
from mailgate.edge.smtp.limits import Listener
from mailgate.edge.window import keeper, sock
from mailgate.edge.window.keeper import FAILED, NoWindow, WindowAtSocket, WindowKeeper
from mailgate.edge.window.sock import Answering
from mailgate.window.desk import Desk

PAGE = WindowSettings("Acme", "en", (), "UTC")
ASKS = """
import asyncio, socket, sys
from mailgate.core.pages.window import SettingsAsked
from mailgate.window.desk import Desk
async def ask():
    desk = Desk(line=socket.socket(fileno=int(sys.argv[1])))
    await desk.ask("settings", SettingsAsked())
    await asyncio.sleep(1000)
asyncio.run(ask())
"""


class Kept(WindowKeeper):
    """A keeper whose child is a few lines of a test's; `call` runs in the loop when people are called."""

    def __init__(
        self,
        code: str,
        at: Listener,
        failed: Callable[[str], None] = lambda why: None,
        answering: Answering = lambda verb, asked: (PAGE, 0.0),
    ) -> None:
        super().__init__(answering, [at], ("info", "console"), failed, (0.01, 0.02))
        self.code = code

    def _spawn(self, line: int, doors: list[int]) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", self.code, str(line), *map(str, doors)]
        return subprocess.Popen(words, pass_fds=[line, *doors])


def at(path: Path) -> Listener:
    return Listener(Source.WINDOW, path=str(path / "web.sock"))


async def until(true: Callable[[], Any]) -> None:
    while not true():
        await asyncio.sleep(0.01)


def test_w34_one_that_ends_is_started_again_and_after_five_times_people_are_called(
    tmp_path: Path, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "BEAT", 0.01)

    async def job() -> None:
        called: list[tuple[int, str]] = []
        kept = Kept("raise SystemExit(7)", at(tmp_path), lambda why: called.append((kept.state().starts, why)))
        await kept.start()
        assert kept.bound == [str(tmp_path / "web.sock")]
        await until(lambda: kept.state().starts > FAILED)
        await kept.stop()
        assert called == [(FAILED, "it ended with status 7")]
        assert kept.state().trouble == "it ended with status 7"
        assert not (tmp_path / "web.sock").exists()

    loop.run(job())


def test_w34_one_that_hangs_is_ended_and_another_begins(
    tmp_path: Path, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "BEAT", 0.01)
    monkeypatch.setattr(keeper, "SILENT", 20)

    async def job() -> None:
        kept = Kept("while True: pass", at(tmp_path))
        await kept.start()
        await until(lambda: kept.state().starts > 1)
        await kept.stop()
        assert kept.state().trouble == "it did not answer and was ended"
        assert kept.process is None

    loop.run(job())


def test_w34_one_that_waits_for_us_does_not_hang(tmp_path: Path, loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "BEAT", 0.01)
    let_go, looks = threading.Event(), []

    class Slow(Kept):
        def _spawn(self, line: int, doors: list[int]) -> subprocess.Popen[bytes]:
            process = super()._spawn(line, doors)
            look = process.poll
            process.poll = lambda: (kept.state().asked and looks.append(1)) or look()  # type: ignore[method-assign]
            return process

    def slowly(verb: str, asked: object) -> tuple[object, float]:
        let_go.wait()
        return PAGE, 0.0

    async def job() -> None:
        monkeypatch.setattr(keeper, "SILENT", 10**6)
        await kept.start()
        await until(lambda: kept.state().asked)
        monkeypatch.setattr(keeper, "SILENT", 5)
        await until(lambda: len(looks) > 20 or kept.state().starts > 1)
        found = kept.state()
        let_go.set()
        await kept.stop()
        assert (found.starts, found.asked, found.trouble) == (1, 1, "")

    kept = Slow(ASKS, at(tmp_path), answering=slowly)
    try:
        loop.run(job())
    finally:
        let_go.set()


def test_what_it_asks_is_answered_over_the_line_it_was_given(tmp_path: Path, loop: Loop) -> None:
    async def job() -> None:
        kept = Kept(ASKS, at(tmp_path))
        await kept.start()
        await until(lambda: kept.state().asked)
        assert kept.state().answers
        await kept.stop()
        assert not kept.state().answers

    loop.run(job())


def test_a_unit_that_nobody_switched_on_is_a_trouble_and_one_that_waits_is_none(tmp_path: Path, loop: Loop) -> None:
    with socket.socket() as held:  # bound, so that nobody else takes the port, and not listening yet
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        place = Listener(Source.WINDOW, *held.getsockname())
        by_port = WindowAtSocket(lambda verb, asked: (PAGE, 0.0), tmp_path / "a.sock", place)
        assert f"port {place.port}" in by_port.state().trouble and "mailgate-window.socket" in by_port.state().remedy
        held.listen()
        held.setblocking(False)
        assert by_port.state().trouble == ""
        with pytest.raises(BlockingIOError):  # nobody was woken
            held.accept()
    by_path = WindowAtSocket(lambda verb, asked: (PAGE, 0.0), tmp_path / "b.sock", at(tmp_path))
    assert "web.sock" in by_path.state().trouble
    (tmp_path / "web.sock").touch()
    assert by_path.state().trouble == ""
    (tmp_path / "web.sock").unlink()

    async def asked() -> str:
        await by_path.start()
        desk = Desk(str(tmp_path / "b.sock"))
        await desk.ask("settings", SettingsAsked())
        await desk.close()
        found = by_path.state().trouble
        await by_path.stop()
        return found

    assert loop.run(asked()) == ""  # it is somewhere else then


def test_a_place_that_is_taken_is_tried_again_until_it_is_free(tmp_path: Path, loop: Loop) -> None:
    taken = socket.create_server(("127.0.0.1", 0))

    async def job() -> None:
        kept = Kept(ASKS, Listener(Source.WINDOW, "127.0.0.1", taken.getsockname()[1]))
        await kept.start()
        await until(lambda: "in use" in kept.state().trouble)
        assert kept.bound == []
        taken.close()
        await until(lambda: kept.state().asked)
        assert kept.bound != []
        await kept.stop()

    loop.run(job())


def test_one_that_does_not_leave_is_ended(tmp_path: Path, loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LEAVE", 0.05)

    async def job() -> None:
        kept = Kept(f"import signal; signal.signal(15, signal.SIG_IGN)\n{ASKS}", at(tmp_path))
        await kept.start()
        await until(lambda: kept.state().asked)
        process = kept.process
        assert process is not None
        await kept.stop()
        assert process.returncode == -9

    loop.run(job())


def test_a_window_of_its_own_asks_at_a_socket(tmp_path: Path, loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    assert sock.socket_of(tmp_path) == tmp_path / "window.sock"
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/mailgate:/run/other")
    assert sock.socket_of(tmp_path) == Path("/run/mailgate/window.sock")

    async def job() -> None:
        own = WindowAtSocket(lambda verb, asked: (PAGE, 0.0), tmp_path / "window.sock")
        assert (own.bound, own.state().answers) == ([], False)
        await own.start()
        desk = Desk(str(tmp_path / "window.sock"))
        assert await desk.ask("settings", SettingsAsked()) == PAGE
        assert (own.bound, own.state().answers, own.state().asked) == ([str(tmp_path / "window.sock")], True, 1)
        await desk.close()
        await own.stop()

    loop.run(job())


@pytest.mark.parametrize("name", ["no/such/folder", "x" * 120])
def test_a_socket_that_cannot_be_is_said_and_stops_nothing(tmp_path: Path, loop: Loop, name: str) -> None:
    async def job() -> None:
        own = WindowAtSocket(lambda verb, asked: (PAGE, 0.0), tmp_path / name / "window.sock")
        await own.start()
        assert own.state().trouble.startswith(str(tmp_path / name))
        await own.stop()

    loop.run(job())


def test_where_there_are_no_pages_there_is_nothing_to_tell(loop: Loop) -> None:
    assert (NoWindow().state(), list(NoWindow().bound)) == (None, [])
    without = NoWindow("starlette is not installed", "unit").state()
    assert without is not None and without.trouble == "starlette is not installed"
