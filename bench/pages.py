"""`make pages`: the window's pages as docs/window.md shows them, of a desk that is told what to say."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import browser as chromium
import letter_sheets

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import page_samples as samples  # noqa: E402

from mailgate.window import look, serve  # noqa: E402
from mailgate.window.app import create_app  # noqa: E402


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, of which page, on which screen."""

    name: str
    path: str
    width: int
    scheme: str = "light"
    height: int = 0  # of a screen that is filled; 0: all of the page


SHOTS = (
    Shot("board", "/board", 1200),
    Shot("status", f"/t/{samples.TOKEN}", 420),
    Shot("form", "/contact", 420),
    Shot("wall", "/wall/hall", 1280, "dark", 720),
)


class Saying:
    """A desk that answers the same whatever is asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = samples.pages()

    async def ask(self, verb: str, asked: object) -> Any:
        """The sample of this verb."""
        return self.answers[verb]


@contextmanager
def serving() -> Iterator[str]:
    """The pages over such a desk, until the block ends; where they are."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        server = serve.server(create_app(Saying()))
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def main() -> int:
    """0, or 2 where there is no browser."""
    program = chromium.found()
    if program is None:
        print("no Chromium on PATH: no picture was taken")
        return 2
    look.now = lambda: samples.NOW  # type: ignore[assignment]
    with chromium.started(program) as browser, serving() as base:  # its pipes want low numbers: it is first
        browser.call("Network.enable")
        browser.call("Network.setCookie", name="mailgate-session", value="anna", url=base)
        for shot in SHOTS:
            browser.look(shot.width, shot.scheme)
            browser.visit(base + shot.path)
            path = ROOT / "docs" / f"window-{shot.name}.webp"
            if letter_sheets.kept(path, browser.picture(shot.width, "webp", 80)):
                print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1024:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
