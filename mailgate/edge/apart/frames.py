"""The line between listener and desk: whole frames in, whole batches out, and whether the other side still speaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from mailgate.edge.apart.messages import FRAME, FromDesk, FromListener, Nonsense, frame

log = logging.getLogger(__name__)

In = TypeVar("In")
SILENT = 10  # beats unanswered after which the other side is taken for stuck
BEAT = 1.0  # seconds between two; what is counted are beats, so that a machine that sleeps blames nobody


class FrameLine(asyncio.Protocol, Generic[In]):
    """One end. `heard` gets each message in its turn, in the loop's thread; `lost` is called once.

    Whoever sends more than `largest` octets in a frame, or what `decode` refuses with Nonsense, is hung up on.
    """

    def __init__(
        self,
        decode: Callable[[bytes], In],
        heard: Callable[[In], None],
        lost: Callable[[], None],
        largest: int,
    ) -> None:
        self._decode, self._heard, self._lost, self._largest = decode, heard, lost, largest
        self._buffer = bytearray()
        self._out = bytearray()
        self._loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = None
        self.unanswered = 0  # beats since we heard from the other side

    @property
    def silent(self) -> bool:
        """True when the other side has said nothing for long."""
        return self.unanswered >= SILENT

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line is there."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Octets: every whole frame of them is a message."""
        self.unanswered = 0
        buffer = self._buffer
        buffer += data
        at = 0
        try:
            while len(buffer) - at >= FRAME.size:
                (length,) = FRAME.unpack_from(buffer, at)
                if length > self._largest:
                    raise Nonsense(f"a frame of {length} octets")
                end = at + FRAME.size + length
                if len(buffer) < end:
                    break
                packed = bytes(memoryview(buffer)[at + FRAME.size : end])
                at = end
                self._heard(self._decode(packed))
        except Nonsense as nonsense:
            log.error("nonsense between the processes", extra={"error": str(nonsense)})
            self.close()
            at = len(buffer)
        del buffer[:at]

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody is there any more."""
        self.transport = None
        self._lost()

    def send(self, message: FromDesk | FromListener) -> None:
        """Say it with all else that is said in this turn of the loop; nobody hears it when the line is gone."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out += frame(message)

    def _flush(self) -> None:
        if self.transport is not None and self._out:
            self.transport.write(bytes(self._out))
        self._out.clear()

    def close(self) -> None:
        """Hang up."""
        self._flush()
        if self.transport is not None:
            self.transport.abort()
