"""How long a child's answer is waited for: its time on the wall clock, without what it waited for a processor."""

from __future__ import annotations

import time

from mailgate.app import kernel
from mailgate.app.children.child import ByteStream

STEP = 0.5  # seconds after which a child that still works is looked at again


def receive(stream: ByteStream, pid: int, wall: float, begun: float, queued: float) -> bytes:
    """The child's answer to a job given at `begun` (monotonic), when `queued` was what `kernel.queued` said.

    While it works, or would, its limit on processor time alone ends it. At rest is what rests at two looks: at one it
    may only read a page from disk. Raises TimeoutError, and what the stream does.
    """
    left, rested = wall - (time.monotonic() - begun), False
    while True:
        stream.sock.settimeout(max(left, 0.01))
        try:
            return stream.receive()
        except TimeoutError:
            left = wall - (time.monotonic() - begun) + kernel.queued(pid) - queued
            if left <= 0:
                resting = not kernel.runnable(pid)
                if resting and rested:
                    raise
                left, rested = STEP, resting
