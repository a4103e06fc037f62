"""How long a child's answer is waited for: its time on the wall clock, without what it waited for a processor."""

from __future__ import annotations

import time

from mailgate.app import kernel
from mailgate.app.children.child import ByteStream

STEP = 0.5  # seconds after which a child that still works is looked at again


def receive(stream: ByteStream, pid: int, wall: float, begun: float, queued: float) -> bytes:
    """The child's answer to a job given at `begun` (monotonic), when `queued` was what `kernel.queued` said.

    While it works, or would, its limit on processor time alone ends it. Raises TimeoutError, and what the stream does.
    """
    left = wall - (time.monotonic() - begun)
    while True:
        stream.sock.settimeout(max(left, 0.01))
        try:
            return stream.receive()
        except TimeoutError:
            left = wall - (time.monotonic() - begun) + kernel.queued(pid) - queued
            if left <= 0:
                if not kernel.runnable(pid):
                    raise
                left = STEP
