"""`window.sock` in the daemon: questions of the window, each a frame, answered in threads that mail does not need."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from mailgate.core.pages.window import Refusal
from mailgate.edge.window import verbs
from mailgate.edge.window.verbs import FRAME, LARGEST, LARGEST_PAGE, SMALL, Nonsense

log = logging.getLogger(__name__)

NAME: Final = "window.sock"
MODE: Final = 0o660  # the window's own user is in our group
LINES: Final = 16  # at once
IN_HAND: Final = 32  # questions of a line that are not answered yet; beyond it nothing more is read
LARGE: Final = 2  # questions with files that are held at once
PATIENCE: Final = 30.0  # seconds from the head of a question to its end, and to take an answer
THREADS: Final = 4


def socket_of(data: Path) -> Path:
    """Where the daemon of a data folder is asked: in the folder systemd made for it, where the window's user may go."""
    given = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return (Path(given) if given else data) / NAME


Answering = Callable[[str, Any], tuple[object, float]]


class WindowSocket:
    """Answers what is asked over lines of a unix socket; `answering` is called in a thread with verb and question.

    It returns a page or a Refusal, and for how many seconds that is kept back from who asked.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._server: asyncio.Server | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._lines: set[_Line] = set()
        self._large = asyncio.Semaphore(LARGE)
        self._path: Path | None = None
        self.asked = 0  # questions so far

    @property
    def lines(self) -> int:
        """Lines that are open now."""
        return len(self._lines)

    @property
    def busy(self) -> bool:
        """True while somebody waits for an answer of ours."""
        return any(line.busy for line in self._lines)

    async def listen(self, path: Path) -> None:
        """Bind there, for our user and group alone, and begin to answer. Raises OSError."""
        path.unlink(missing_ok=True)  # the lock of the data folder says that nobody listens there
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o777 & ~MODE)
        try:
            listener.bind(str(path))
        except OSError:
            listener.close()
            raise
        finally:
            os.umask(mask)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener)
        self._path = path

    async def take(self, line: socket.socket) -> None:
        """Answer on a line that is there: one end of a pair."""
        reader, writer = await asyncio.open_unix_connection(sock=line)
        _kept(asyncio.create_task(self._serve(reader, writer)))

    async def stop(self) -> None:
        """No more questions; what is being answered is hung up on."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
        for line in tuple(self._lines):
            line.hang_up()
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._lines) >= LINES:
            writer.transport.abort()
            return
        line = _Line(reader, writer, self._answered, self._large)
        self._lines.add(line)
        try:
            await line.run()
        finally:
            self._lines.discard(line)
            writer.transport.abort()

    async def _answered(self, packed: bytes) -> bytes:
        """The answer to one question, as octets. Raises Nonsense."""
        verb, asked = verbs.read_question(packed)
        self.asked += 1
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="window")
        try:
            said, pause = await asyncio.get_running_loop().run_in_executor(self._threads, self._answering, verb, asked)
            await asyncio.sleep(pause)
            answer = verbs.answer(verb, said)
            if len(answer) > LARGEST_PAGE:
                raise ValueError(f"a page of {len(answer)} octets")
            return answer
        except Exception:
            log.exception("a page was not made", extra={"verb": verb})
            return verbs.answer(verb, Refusal("trouble"))


class _Line:
    """One line: whole questions in, answers out in the order in which they are there."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answered: Callable[[bytes], Any],
        large: asyncio.Semaphore,
    ) -> None:
        self._reader, self._writer, self._answered, self._large = reader, writer, answered, large
        self._room = asyncio.Semaphore(IN_HAND)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        """True while a question of it is not answered."""
        return bool(self._tasks)

    def hang_up(self) -> None:
        """Say nothing more."""
        self._writer.transport.abort()

    async def run(self) -> None:
        """Until the other side goes, or says what it should not."""
        try:
            while True:
                length, number = FRAME.unpack(await self._reader.readexactly(FRAME.size))
                if length > LARGEST:
                    raise Nonsense(f"a question of {length} octets")
                await self._room.acquire()
                if length > SMALL:
                    await self._large.acquire()
                try:
                    async with asyncio.timeout(PATIENCE):
                        packed = await self._reader.readexactly(length)
                except BaseException:
                    self._free(length)
                    raise
                task = asyncio.create_task(self._one(number, packed))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        except Nonsense as nonsense:
            log.error("nonsense from the window", extra={"error": str(nonsense)})
        finally:
            for task in self._tasks:
                task.cancel()

    async def _one(self, number: int, packed: bytes) -> None:
        try:
            answer = await self._answered(packed)
            self._writer.write(FRAME.pack(len(answer), number) + answer)
            async with asyncio.timeout(PATIENCE):
                await self._writer.drain()
        except Nonsense as nonsense:
            log.error("nonsense from the window", extra={"error": str(nonsense)})
            self.hang_up()
        except (OSError, TimeoutError):
            self.hang_up()  # who asks and does not read is not waited for
        finally:
            self._free(len(packed))

    def _free(self, length: int) -> None:
        self._room.release()
        if length > SMALL:
            self._large.release()


_TASKS: set[asyncio.Task[None]] = set()


def _kept(task: asyncio.Task[None]) -> None:
    """The loop itself holds a task only loosely."""
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)
