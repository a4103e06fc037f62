"""A tiny HTTP listener for machines that watch us: GET and HEAD of the pages it is handed, nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

REQUEST: Final = 8192  # octets of a request's head
PATIENCE: Final = 10.0  # seconds to ask, for the page, and to take the answer
AT_ONCE: Final = 32  # connections: half of the descriptors that are kept for all but mail (app/health/descriptors.py)
REASONS: Final = {
    200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its status, its media type and what it says."""

    status: int
    type: str
    body: str


class MetricsListener:
    """Binds host and port pairs and answers with what the functions in `pages` say, each run in a thread of its own.

    Who asks for a page that is just being made gets that one, so that a hundred questions cost no more than one. Who
    has not asked yet makes room for the next: saying nothing keeps no watchdog out.
    """

    def __init__(self, at: Sequence[tuple[str, int]], pages: Mapping[str, Callable[[], Page]]) -> None:
        self._at, self._pages = tuple(at), dict(pages)
        self._servers: list[asyncio.Server] = []
        self._inside: set[asyncio.StreamWriter] = set()
        self._silent: dict[asyncio.StreamWriter, None] = {}  # who has not asked yet, the oldest first
        self._making: dict[str, asyncio.Task[Page]] = {}
        self._threads: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        """Bind everything. Raises OSError when an address is taken; then nothing stays bound."""
        # Not the loop's own threads, where passwords are looked at.
        self._threads = ThreadPoolExecutor(len(self._pages) or 1, thread_name_prefix="metrics")
        try:
            for host, port in self._at:
                self._servers.append(await asyncio.start_server(self._serve, host, port, limit=REQUEST))
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """No more questions."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def bound(self) -> list[str]:
        """Where it really listens, as `host:port`."""
        names = [sock.getsockname() for server in self._servers for sock in server.sockets]
        return [f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}" for name in names]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._inside) >= AT_ONCE and self._silent:
            oldest = next(iter(self._silent))
            self._leave(oldest)
            oldest.transport.abort()
        self._inside.add(writer)
        self._silent[writer] = None
        try:
            async with asyncio.timeout(PATIENCE):
                head = await self._head(reader)
            self._silent.pop(writer, None)
            page, head_only = await self._answer(head)
            body = page.body.encode()
            said = (
                f"HTTP/1.1 {page.status} {REASONS[page.status]}\r\nContent-Type: {page.type}\r\n"
                f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
            )
            writer.write(said.encode() + (b"" if head_only else body))
            async with asyncio.timeout(PATIENCE):
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            writer.transport.abort()  # whoever asked has gone, never finished asking, or does not read
        finally:
            self._leave(writer)
            with contextlib.suppress(OSError):
                writer.close()

    def _leave(self, writer: asyncio.StreamWriter) -> None:
        self._inside.discard(writer)
        self._silent.pop(writer, None)

    @staticmethod
    async def _head(reader: asyncio.StreamReader) -> bytes:
        """The head of a request, empty when it is too long."""
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return b""

    async def _answer(self, head: bytes) -> tuple[Page, bool]:
        """A page, and whether its head alone is wanted."""
        if not head:
            return Page(400, TEXT, "the request is too long\n"), False
        parts = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            return Page(400, TEXT, "not HTTP\n"), False
        if parts[0] not in ("GET", "HEAD"):
            return Page(405, TEXT, "GET or HEAD\n"), False
        name = parts[1].partition("?")[0]
        if name not in self._pages:
            return Page(404, TEXT, "there are: " + " ".join(self._pages) + "\n"), parts[0] == "HEAD"
        if len(self._inside) > AT_ONCE:
            return Page(503, TEXT, "too many questions at once\n"), parts[0] == "HEAD"
        return await self._page(name), parts[0] == "HEAD"

    async def _page(self, name: str) -> Page:
        """The page that is being made, or a new one."""
        task = self._making.get(name)
        if task is None:
            task = self._making[name] = asyncio.create_task(self._make(name))
            task.add_done_callback(lambda done: self._making.pop(name))
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(task)
        except TimeoutError:
            return Page(503, TEXT, f"no answer in {PATIENCE:.0f} s\n")

    async def _make(self, name: str) -> Page:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._pages[name])
        except Exception:
            log.exception("http page failed", extra={"page": name})
            return Page(500, TEXT, "see the log\n")
