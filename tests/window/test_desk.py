"""The line between window and daemon: answers find their questions, and nonsense is hung up on."""

from __future__ import annotations

import asyncio
import socket as sockets
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from window.conftest import Loop, Window

from mailgate.core.pages.form import FormAsked, FormTaken
from mailgate.core.pages.window import Refusal, SettingsAsked, WindowSettings
from mailgate.edge.window import verbs
from mailgate.edge.window.sock import NAME, WindowSocket
from mailgate.edge.window.verbs import FRAME, LARGEST
from mailgate.window.desk import Away, Desk, Refused

PAGE = WindowSettings("Acme", "en", ("en", "fi"), "Europe/Helsinki")


def test_the_window_is_told_how_it_is_set_up(window: Window) -> None:
    assert window.ask("settings", SettingsAsked()).name == "Acme"
    assert stat.S_IMODE(window.socket.stat().st_mode) == 0o660


def test_answers_find_their_questions_in_whatever_order_they_come(tmp_path: Path, loop: Loop) -> None:
    second = threading.Event()

    def answering(verb: str, asked: Any) -> tuple[object, float]:
        if not second.is_set():
            second.set()
            return WindowSettings("first", "en", (), "UTC"), 0.2
        return PAGE, 0.0

    async def job() -> list[str]:
        socket = WindowSocket(answering)
        await socket.listen(tmp_path / NAME)
        desk = Desk(str(tmp_path / NAME))
        first = asyncio.create_task(desk.ask("settings", SettingsAsked()))
        await asyncio.to_thread(second.wait)
        answers = [(await desk.ask("settings", SettingsAsked())).name, (await first).name]
        await desk.close()
        await socket.stop()
        return answers

    assert loop.run(job()) == ["Acme", "first"]


def test_w32_the_daemon_goes_and_comes_back(tmp_path: Path, loop: Loop) -> None:
    async def job() -> None:
        desk = Desk(str(tmp_path / NAME))
        for _ in range(2):
            with pytest.raises(Away):
                await desk.ask("settings", SettingsAsked())
            socket = WindowSocket(lambda verb, asked: (PAGE, 0.0))
            await socket.listen(tmp_path / NAME)
            assert await desk.ask("settings", SettingsAsked()) == PAGE
            await socket.stop()
        await desk.close()

    loop.run(job())


def test_w32_who_waits_while_the_daemon_goes_is_told_so(tmp_path: Path, loop: Loop) -> None:
    async def job() -> None:
        asked = asyncio.Event()
        running = asyncio.get_running_loop()

        def answering(verb: str, question: Any) -> tuple[object, float]:
            running.call_soon_threadsafe(asked.set)
            return PAGE, 1000.0

        socket = WindowSocket(answering)
        await socket.listen(tmp_path / NAME)
        desk = Desk(str(tmp_path / NAME))
        question = asyncio.create_task(desk.ask("settings", SettingsAsked()))
        await asked.wait()
        await socket.stop()
        with pytest.raises(Away):
            await question
        await desk.close()

    loop.run(job())


def test_a_refusal_and_a_fault_of_ours_are_told_apart_from_a_page(tmp_path: Path, loop: Loop) -> None:
    said: list[object] = [Refusal("slow", (("minutes", "5"),), 300), "no page", PAGE]

    async def job() -> None:
        socket = WindowSocket(lambda verb, asked: (said.pop(0), 0.0))
        await socket.listen(tmp_path / NAME)
        desk = Desk(str(tmp_path / NAME))
        with pytest.raises(Refused) as refused:
            await desk.ask("settings", SettingsAsked())
        assert refused.value.refusal == Refusal("slow", (("minutes", "5"),), 300)
        with pytest.raises(Refused, match="trouble"):
            await desk.ask("settings", SettingsAsked())
        assert await desk.ask("settings", SettingsAsked()) == PAGE
        await desk.close()
        await socket.stop()

    loop.run(job())


@pytest.mark.parametrize(
    "said",
    [
        FRAME.pack(LARGEST + 1, 1),
        FRAME.pack(1, 1) + b"\xc1",
        FRAME.pack(9, 1) + b"\x92\xa4drop\xc0\xc0\xc0",
        FRAME.pack(11, 1) + b"\x92\xa8settings\xc0",
    ],
)
def test_w35_nonsense_is_hung_up_on(tmp_path: Path, loop: Loop, said: bytes) -> None:
    async def job() -> bytes:
        socket = WindowSocket(lambda verb, asked: (PAGE, 0.0))
        await socket.listen(tmp_path / NAME)
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / NAME))
        writer.write(said)
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()
            await socket.stop()

    assert loop.run(job()) == b""


def test_only_what_belongs_to_a_verb_is_asked_and_answered() -> None:
    with pytest.raises(TypeError):
        verbs.question("settings", PAGE)
    with pytest.raises(TypeError):
        verbs.answer("settings", SettingsAsked())
    assert verbs.read_question(verbs.question("settings", SettingsAsked())) == ("settings", SettingsAsked())
    assert verbs.read_answer("settings", verbs.answer("settings", PAGE)) == PAGE


def test_a_line_that_was_handed_over_is_gone_with_its_other_end(loop: Loop) -> None:
    async def job() -> None:
        ours, theirs = sockets.socketpair()
        served = WindowSocket(lambda verb, asked: (PAGE, 0.0))
        await served.take(ours)
        desk = Desk(line=theirs)
        assert await desk.ask("settings", SettingsAsked()) == PAGE
        assert not desk.lost
        await served.stop()
        for _ in range(2):
            with pytest.raises(Away):
                await desk.ask("settings", SettingsAsked())
            assert desk.lost
        await desk.close()

    loop.run(job())


def test_w33_what_was_kept_and_not_answered_is_kept_once(window: Window, tmp_path: Path) -> None:
    """The window is killed between the commit and its thank-you; who wrote sends it once more."""
    form = FormAsked("Maija", "maija@customer.example", "support", "Lamp", "It is broken.", peer="192.0.2.7")

    async def job() -> None:
        kept = asyncio.Event()
        loop = asyncio.get_running_loop()

        def answering(verb: str, asked: Any) -> tuple[object, float]:
            said, _ = window.counter(verb, asked)
            if kept.is_set():
                return said, 0.0
            loop.call_soon_threadsafe(kept.set)
            return said, 1000.0  # nobody is there any more when it would be said

        socket = WindowSocket(answering)
        await socket.listen(tmp_path / "again.sock")
        killed = Desk(str(tmp_path / "again.sock"))
        asking = asyncio.create_task(killed.ask("form", form))
        await kept.wait()
        await killed.close()
        with pytest.raises(Away):
            await asking
        again = Desk(str(tmp_path / "again.sock"))
        assert await again.ask("form", form) == FormTaken()
        await again.close()
        await socket.stop()

    window.loop.run(job())
    window.desk.settle()
    assert [one.subject for one in window.desk.tickets()] == ["Lamp"]
