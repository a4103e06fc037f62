"""A desk whose window is asked over the real socket, and the pages over the real application."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE, Desk, running

from mailgate.app.window.counter import Counter
from mailgate.app.window.desk import WindowDesk
from mailgate.edge.window.sock import NAME, WindowSocket
from mailgate.window.desk import Desk as Asking


@dataclass
class Loop:
    """An event loop in a thread of its own."""

    loop: asyncio.AbstractEventLoop

    def run(self, job: Coroutine[Any, Any, Any]) -> Any:
        """The job's result, waited for."""
        return asyncio.run_coroutine_threadsafe(job, self.loop).result(PATIENCE)


@contextmanager
def looping() -> Iterator[Loop]:
    """A loop until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="window-loop", daemon=True)
    thread.start()
    try:
        yield Loop(loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


@dataclass
class Window:
    """A running desk, the socket at which its window asks, and that window's questions."""

    desk: Desk
    socket: Path
    counter: Counter
    loop: Loop

    def ask(self, verb: str, asked: object) -> Any:
        """The answer, over the socket. Raises Refused and Away."""

        async def once() -> Any:
            asking = Asking(str(self.socket))
            try:
                return await asking.ask(verb, asked)
            finally:
                await asking.close()

        return self.loop.run(once())


@contextmanager
def window_of(desk: Desk) -> Iterator[Window]:
    """The window of a running desk, answered until the block ends."""
    counter = Counter(WindowDesk(desk.gateway))
    path = desk.folder / NAME
    with looping() as loop:
        served = WindowSocket(counter)
        loop.run(served.listen(path))
        try:
            yield Window(desk, path, counter, loop)
        finally:
            loop.run(served.stop())


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    """A desk with two departments and two agents, and its window."""
    with running(tmp_path) as desk, window_of(desk) as found:
        yield found
