"""One Chromium and one desk with its window for every test of a browser; whoever is without one is told how to get it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from browsing import Reader, reading
from conftest import PATIENCE, Desk, running
from window.conftest import Window, window_of

from mailgate.window.app import create_app
from mailgate.window.desk import Desk as Asking


@dataclass
class Shown:
    """A desk whose pages are served: `base` is where."""

    window: Window
    base: str

    @property
    def desk(self) -> Desk:
        """The running desk."""
        return self.window.desk


@contextmanager
def listening(window: Window) -> Iterator[Shown]:
    """The real application over a real socket, on a port of loopback."""
    asking = Asking(str(window.socket))
    config = uvicorn.Config(create_app(asking), "127.0.0.1", 0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="pages", daemon=True)
    begun = threading.Event()
    startup = server.startup

    async def started(sockets: object = None) -> None:
        await startup()
        begun.set()

    server.startup = started  # type: ignore[method-assign,assignment]
    thread.start()
    assert begun.wait(PATIENCE)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Shown(window, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = server.force_exit = True
        thread.join(PATIENCE)


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The desk of the session: nobody changes what another test looks at."""
    with running(tmp_path_factory.mktemp("shown")) as desk, window_of(desk) as window, listening(window) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Reader]:
    """The browser of the session."""
    with reading() as found:
        yield found


@pytest.fixture
def reader(chromium: Reader) -> Iterator[Reader]:
    """Somebody who has opened nothing yet, with a wide screen, by day, in English."""
    chromium.sits()
    yield chromium
    chromium.forgets()
