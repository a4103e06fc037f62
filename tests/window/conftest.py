"""A desk whose window is asked over the real socket, and the pages over the real application."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE, Desk, running
from starlette.testclient import TestClient

from mailgate.app.window.counter import Counter
from mailgate.app.window.desk import WindowDesk
from mailgate.core.pages.window import WindowSettings
from mailgate.edge.window.sock import NAME, WindowSocket
from mailgate.languages import LANGUAGES
from mailgate.window import serve
from mailgate.window.app import create_app
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


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A loop of the test's own."""
    with looping() as found:
        yield found


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


@pytest.fixture(name="window_of")
def window_of_fixture() -> Callable[[Desk], AbstractContextManager[Window]]:
    """The window of any running desk."""
    return window_of


@contextmanager
def listening(window: Window, bound: socket.socket) -> Iterator[None]:
    """The real application over a real socket, until the block ends."""
    server = serve.server(create_app(Asking(str(window.socket))))
    thread = threading.Thread(target=server.run, args=([bound],), name="pages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()


HERE = "http://127.0.0.1"  # the host that pages are asked of


@contextmanager
def serving(desk: Any) -> Iterator[TestClient]:
    """The real application over a desk, as a browser that follows nothing of itself."""
    app = create_app(desk)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def browser(window: Window) -> AbstractContextManager[TestClient]:
    """A browser that knows no cookie, before the pages of a window: what is posted here becomes mail there."""
    return serving(Asking(str(window.socket)))


@pytest.fixture
def web(window: Window) -> Iterator[TestClient]:
    """A browser before the pages of `window`."""
    with browser(window) as client:
        yield client


@dataclass
class Told:
    """A desk that answers as a test tells it: by verb a page, an error to raise, or a function of what is asked."""

    answers: dict[str, Any] = field(
        default_factory=lambda: {
            "settings": WindowSettings(name="Acme", language="en", languages=LANGUAGES, timezone="Europe/Helsinki")
        }
    )
    asked: list[tuple[str, object]] = field(default_factory=list)

    async def ask(self, verb: str, asked: object) -> Any:
        """What was told, noted down in `asked`."""
        self.asked.append((verb, asked))
        answer = self.answers[verb]
        if callable(answer):
            answer = answer(asked)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def told() -> Told:
    """A desk without a gateway, for tests of pages alone: `with served(told) as client`."""
    return Told()


@pytest.fixture
def served() -> Callable[[Any], AbstractContextManager[TestClient]]:
    """The application over any desk."""
    return serving


@dataclass
class Here:
    """A desk whose customers have pages, its window, and a browser before it."""

    window: Window
    client: TestClient

    @property
    def desk(self) -> Desk:
        """The running gateway."""
        return self.window.desk


@contextmanager
def pages_at(folder: Path, more: str = "", **parts: str) -> Iterator[Here]:
    """Such a desk in a folder; `more` is what its `[web]` has beside."""
    web = f'[web]\nlisten = "127.0.0.1:0"\nurl = "{HERE}"\n{more}'
    with (
        running(folder, more=web, **parts) as desk,
        window_of(desk) as found,
        browser(found) as client,
    ):
        yield Here(found, client)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    """One such desk for all tests of a module: each has people of its own."""
    with pages_at(tmp_path_factory.mktemp("pages")) as found:
        yield found


@pytest.fixture(name="pages_at", scope="session")
def pages_at_fixture() -> Callable[..., AbstractContextManager[Here]]:
    """A desk of one's own with pages."""
    return pages_at
