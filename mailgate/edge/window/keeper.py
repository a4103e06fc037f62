"""The daemon's side of the window: answers it at a socket, or keeps a child alive that has its line to us."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from mailgate.core.pages.window import WindowState
from mailgate.edge.apart import program
from mailgate.edge.smtp import sockets
from mailgate.edge.smtp.limits import Listener
from mailgate.edge.window.sock import Answering, WindowSocket

log = logging.getLogger(__name__)

SHORTEST, LONGEST = 0.5, 60.0  # seconds between two starts, doubled each time
STEADY: Final = 30.0  # seconds of life after which it was no failed start
BEAT: Final = 1.0  # seconds between two looks
SILENT: Final = 40  # looks in a row that find nothing asked: it hangs. It asks every five seconds at least
FAILED: Final = 5  # starts in a row after which people are called
OF_UNIT: Final = 'systemctl enable --now mailgate-window.socket; without systemd: [web] run = "child", and a restart'
LEAVE: Final = 4.0  # seconds to finish what is being answered


class WindowDoor(Protocol):
    """The window, whoever runs it. None of its faults is mail's."""

    @property
    def bound(self) -> list[str]:
        """Where people find it, as far as we bind that; else where it finds us."""
        ...

    def state(self) -> WindowState | None:
        """How it is; None when there is to be none."""
        ...

    async def start(self) -> None:
        """Begin; what fails is told by `state`."""
        ...

    async def stop(self) -> None:
        """End what of it is ours."""
        ...


class NoWindow:
    """There are no pages."""

    bound: list[str] = []  # noqa: RUF012 - nobody writes to it

    def __init__(self, trouble: str = "", run: str = "") -> None:
        self._trouble, self._run = trouble, run

    def state(self) -> WindowState | None:
        """None, or why there are no pages although there should be."""
        return WindowState(self._run, False, 0, trouble=self._trouble) if self._trouble else None

    async def start(self) -> None:
        """Nothing."""
        if self._trouble:
            log.error("there are no pages", extra={"error": self._trouble})

    async def stop(self) -> None:
        """Nothing."""


class WindowAtSocket:
    """A window that systemd or a person runs, and that asks us at `window.sock`."""

    def __init__(self, answering: Answering, path: Path, at: Listener | None = None) -> None:
        self._answering, self._path, self._at = answering, path, at
        self._socket: WindowSocket | None = None
        self._trouble = ""

    @property
    def bound(self) -> list[str]:
        """The socket at which it asks."""
        return [str(self._path)] if self._socket and not self._trouble else []

    def state(self) -> WindowState:
        """Socket activation starts it with the first visitor: that nobody asks is no trouble while somebody listens."""
        asked, asks = (self._socket.asked, self._socket.lines > 0) if self._socket else (0, False)
        if self._at is not None and not (asked or asks or self._trouble) and sockets.is_free(self._at):
            place = self._at.path or f"{self._at.host} port {self._at.port}"
            return WindowState("unit", False, 0, 0, f"nobody listens at {place}, where [web] has them", OF_UNIT)
        return WindowState("unit", asks, asked, trouble=self._trouble)

    async def start(self) -> None:
        """Bind the socket."""
        self._socket = WindowSocket(self._answering)
        try:
            await self._socket.listen(self._path)
        except OSError as error:
            self._trouble = f"{self._path}: {error.strerror or error}"
            log.error("the window cannot ask us", extra={"error": self._trouble})

    async def stop(self) -> None:
        """No more questions."""
        if self._socket is not None:
            await self._socket.stop()


class WindowKeeper:
    """The window as a child of ours, in a sandbox: started again with growing pauses when it ends or hangs.

    `failed` is called in the loop's thread, and may not block, when it has ended five times in a row.
    """

    def __init__(
        self,
        answering: Answering,
        at: Sequence[Listener],
        log_form: tuple[str, str],
        failed: Callable[[str], None],
        pauses: tuple[float, float] = (SHORTEST, LONGEST),
    ) -> None:
        self._answering, self._at, self._log_form, self._failed = answering, tuple(at), log_form, failed
        self._shortest, self._longest = pauses
        self._doors: list[socket.socket] = []
        self._socket: WindowSocket | None = None
        self._supervising: asyncio.Task[None] | None = None
        self._trouble = ""
        self._starts = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def bound(self) -> list[str]:
        """Where the pages are."""
        return [sockets.place(each) for each in self._doors]

    def state(self) -> WindowState:
        """As of now."""
        found = self._socket
        return WindowState(
            "child", found is not None and found.lines > 0, found.asked if found else 0, self._starts, self._trouble
        )

    async def start(self) -> None:
        """Bind now, so that `bound` is known; everything that fails is tried again."""
        self._socket = WindowSocket(self._answering)
        with contextlib.suppress(OSError):
            self._bind()
        self._supervising = asyncio.create_task(self._supervise())

    async def stop(self) -> None:
        """Have it finish what it answers, for a few seconds; then it is ended."""
        supervising, self._supervising = self._supervising, None
        if supervising is not None:
            supervising.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await supervising
        sockets.let_go([self._doors])
        sockets.unlink(self._at)
        process, self.process = self.process, None
        if process is not None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, LEAVE)
            process.kill()
            await asyncio.to_thread(process.wait)
        if self._socket is not None:
            await self._socket.stop()

    def _bind(self) -> None:
        """Raises OSError."""
        if not self._doors:
            try:
                self._doors = [each for bound in sockets.bind_all(self._at) for each in bound]
            except OSError as error:
                self._trouble = f"cannot listen: {error.strerror or error}"
                raise
            log.info("listening", extra={"kind": "window", "address": self.bound})

    async def _supervise(self) -> None:
        pause, failures = self._shortest, 0
        while True:
            begun = time.monotonic()
            try:
                self._bind()
                await self._begin()
                why = await self._until_it_ends()
            except OSError as error:
                why = str(error.strerror or error)
            await self._bury()
            if time.monotonic() - begun > STEADY:
                pause, failures = self._shortest, 0
            failures += 1
            self._trouble = why
            log.error("the window has ended, another one is started", extra={"why": why, "pause": pause})
            if failures == FAILED:
                self._failed(why)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._longest)

    async def _begin(self) -> None:
        """Start one. Raises OSError."""
        assert self._socket is not None
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = self._spawn(theirs.fileno(), [each.fileno() for each in self._doors])
                await self._socket.take(ours)
            except BaseException:
                ours.close()
                raise
        self._starts += 1

    def _spawn(self, line: int, doors: list[int]) -> subprocess.Popen[bytes]:
        level, form = self._log_form
        call = f"from mailgate.window.process import child; child({line}, {doors}, {level!r}, {form!r})"
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own code
            [*program.PYTHON, call],
            pass_fds=[line, *doors],
            stdin=subprocess.DEVNULL,
            env=program.environment(),
        )

    async def _until_it_ends(self) -> str:
        """Why it has ended; one that asks nothing any more is ended by us."""
        assert self.process is not None and self._socket is not None
        silent, asked, begun = 0, self._socket.asked, time.monotonic()
        while True:
            await asyncio.sleep(BEAT)
            status = self.process.poll()
            if status is not None:
                return f"it ended with status {status}"
            quiet = self._socket.asked == asked and not self._socket.busy  # who waits for us does not hang
            silent, asked = (silent + 1 if quiet else 0), self._socket.asked
            if silent >= SILENT:
                return "it did not answer and was ended"
            if self._trouble and time.monotonic() - begun > STEADY:
                self._trouble = ""

    async def _bury(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)
