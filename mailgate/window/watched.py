"""What many watch at once: each page of the desk is asked for and drawn once, and events say when it changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from mailgate.window.desk import Away, Refused

FRESH: Final = 2.0  # seconds that one answer serves everybody
BEAT: Final = 5.0  # seconds between two events
STREAMS: Final = 50  # at once; who comes later asks for the page now and then
KEPT: Final = 500  # drawn pages


class Shared:
    """Answers by key, each at most two seconds old, and what was drawn of them; `tick` tells monotonic seconds."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self.tick = tick
        self._answers: dict[Hashable, tuple[float, Any]] = {}
        self._asking: dict[Hashable, asyncio.Lock] = {}
        self._drawn: dict[Hashable, str] = {}

    def newest(self, key: Hashable) -> Any:
        """The answer, while it is fresh; else None."""
        at, answer = self._answers.get(key, (0.0, None))
        return answer if answer is not None and self.tick() - at < FRESH else None

    def keep(self, key: Hashable, answer: Any) -> None:
        """What the desk said just now."""
        if len(self._answers) >= KEPT:
            self._answers.clear()
        self._answers[key] = (self.tick(), answer)

    async def ask(self, key: Hashable, asking: Callable[[], Awaitable[Any]]) -> Any:
        """The answer, asked for once by whoever comes first. Raises Refused and Away."""
        if len(self._asking) >= KEPT:
            self._asking = {one: lock for one, lock in self._asking.items() if lock.locked()}
        async with self._asking.setdefault(key, asyncio.Lock()):
            found = self.newest(key)
            if found is None:
                found = await asking()
                self.keep(key, found)
            return found

    def draw(self, key: Hashable, drawing: Callable[[], str]) -> str:
        """What is drawn for a key, once."""
        if key not in self._drawn:
            if len(self._drawn) >= KEPT:
                self._drawn.clear()
            self._drawn[key] = drawing()
        return self._drawn[key]


class Streams:
    """How many event streams there are."""

    def __init__(self, most: int = STREAMS) -> None:
        self._most, self._now = most, 0

    async def events(
        self, request: Request, look: Callable[[], Awaitable[tuple[str, str]]], beat: float = BEAT
    ) -> Response:
        """A stream that says every few seconds whether the page is another one; 204 where there are too many.

        `look` gives the page's mark and the moment it shows. Raises Refused and Away of the first look.
        """
        if self._now >= self._most:
            return Response(status_code=204)  # a browser does not ask again
        first = await look()
        return StreamingResponse(
            self._stream(first, look, beat), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
        )

    async def _stream(
        self, first: tuple[str, str], look: Callable[[], Awaitable[tuple[str, str]]], beat: float
    ) -> AsyncIterator[str]:
        self._now += 1
        try:
            mark, at = first
            yield f"retry: 5000\n\nevent: changed\ndata: {at}\n\n"  # whoever comes back may have missed one
            while True:
                await asyncio.sleep(beat)
                try:
                    new, at = await look()
                except Away:
                    yield ": the desk is away\n\n"  # no news: the page says so itself
                    continue
                except Refused:
                    yield "event: changed\ndata: \n\n"  # who looks for the page is led to the log-in
                    return
                yield f"event: {'same' if new == mark else 'changed'}\ndata: {at}\n\n"
                mark = new
        finally:
            self._now -= 1
