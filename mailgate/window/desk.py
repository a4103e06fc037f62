"""The desk as the window knows it: questions over one line, which is taken up again when the daemon comes back."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any, Final

from mailgate.core.pages.window import Refusal
from mailgate.edge.window import verbs
from mailgate.edge.window.verbs import FRAME, LARGEST_PAGE, Nonsense

PATIENCE: Final = 35.0  # seconds for an answer: a mail waits for the disk


class Away(Exception):
    """The daemon is not there, or does not answer: nothing is known of what was asked."""


class Refused(Exception):
    """The daemon has no page for this."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Desk:
    """Where questions go: the path of `window.sock`, or one end of a line that was handed to us.

    A line that is lost is taken up again with the next question; one that was handed to us is gone with its other end.
    """

    def __init__(self, path: str = "", line: socket.socket | None = None) -> None:
        self._path, self._handed = path, line
        self._writer: asyncio.StreamWriter | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._taking_up = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._number = 0

    @property
    def lost(self) -> bool:
        """True when the line that was handed to us is gone for good."""
        return not self._path and self._handed is None and self._writer is None

    async def ask(self, verb: str, asked: object) -> Any:
        """The page that answers a question, of the type that `edge.window.verbs.VERBS` names.

        Raises Refused, Away, and TypeError for a question that does not belong to the verb.
        """
        packed = verbs.question(verb, asked)
        try:
            async with asyncio.timeout(PATIENCE):
                said = verbs.read_answer(verb, await self._asked(packed))
        except (OSError, TimeoutError, Nonsense) as error:
            raise Away(str(error)) from error
        if isinstance(said, Refusal):
            raise Refused(said)
        return said

    async def _asked(self, packed: bytes) -> bytes:
        async with self._taking_up:
            writer = self._writer or await self._take_up()
        self._number = number = (self._number + 1) % 2**32
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            writer.write(FRAME.pack(len(packed), number) + packed)
            await writer.drain()
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def _take_up(self) -> asyncio.StreamWriter:
        if self._path:
            reader, writer = await asyncio.open_unix_connection(self._path)
        else:
            handed, self._handed = self._handed, None
            if handed is None:
                raise ConnectionResetError("the daemon is gone")
            reader, writer = await asyncio.open_unix_connection(sock=handed)
        self._writer = writer
        self._hearing = asyncio.create_task(self._hear(reader, writer))
        return writer

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length, number = FRAME.unpack(await reader.readexactly(FRAME.size))
                if length > LARGEST_PAGE:
                    return
                packed = await reader.readexactly(length)
                answer = self._waiting.get(number)
                if answer is not None and not answer.done():
                    answer.set_result(packed)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._lost(writer)

    def _lost(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        if self._writer is writer:
            self._writer = None
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionResetError("the daemon is gone"))

    async def close(self) -> None:
        """Ask nothing more."""
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            hearing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await hearing
        if self._handed is not None:
            self._handed.close()
