"""A tiny HTTP listener for machines that watch us: GET and HEAD of the pages it is handed, nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

REQUEST: Final = 8192  # octets of a request's head
PATIENCE: Final = 10.0  # seconds for a whole request
AT_ONCE: Final = 8  # connections
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
    """Binds host and port pairs and answers with what the functions in `pages` say, each run in a thread."""

    def __init__(self, at: Sequence[tuple[str, int]], pages: Mapping[str, Callable[[], Page]]) -> None:
        self._at, self._pages = tuple(at), dict(pages)
        self._servers: list[asyncio.Server] = []
        self._busy = 0

    async def start(self) -> None:
        """Bind everything. Raises OSError when an address is taken; then nothing stays bound."""
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

    @property
    def bound(self) -> list[str]:
        """Where it really listens, as `host:port`."""
        names = [sock.getsockname() for server in self._servers for sock in server.sockets]
        return [f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}" for name in names]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._busy += 1
        try:
            async with asyncio.timeout(PATIENCE):
                page, head_only = await self._answer(reader)
                body = page.body.encode()
                head = (
                    f"HTTP/1.1 {page.status} {REASONS[page.status]}\r\nContent-Type: {page.type}\r\n"
                    f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode() + (b"" if head_only else body))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone, or never finished asking
        finally:
            self._busy -= 1
            with contextlib.suppress(OSError):
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[Page, bool]:
        if self._busy > AT_ONCE:
            return Page(503, TEXT, "too many questions at once\n"), False
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return Page(400, TEXT, "the request is too long\n"), False
        parts = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            return Page(400, TEXT, "not HTTP\n"), False
        if parts[0] not in ("GET", "HEAD"):
            return Page(405, TEXT, "GET or HEAD\n"), False
        make = self._pages.get(parts[1].partition("?")[0])
        if make is None:
            return Page(404, TEXT, "there are: " + " ".join(self._pages) + "\n"), parts[0] == "HEAD"
        try:
            return await asyncio.to_thread(make), parts[0] == "HEAD"
        except Exception:
            log.exception("http page failed", extra={"page": parts[1]})
            return Page(500, TEXT, "see the log\n"), parts[0] == "HEAD"
