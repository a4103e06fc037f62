"""When mail pours in, taking it in goes first: a rush is in the store before anybody works on it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

MANY, WITHIN = 8, 0.05  # so many arrivals within so many seconds are a rush
LONGEST = 2.0  # seconds that work gives way, until it has caught up again
LOOK = 0.02  # seconds between two looks at the door


class Backpressure:
    """Watches arrivals. Work that gives way for good would never end, so it does for a bounded time.

    Both compete for the same interpreter: a rush of a thousand mails is taken in at twice the rate, and done no later.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._arrivals: deque[float] = deque(maxlen=MANY)
        self._patience = LONGEST

    def arrived(self) -> None:
        """A mail is at the door."""
        self._arrivals.append(self._monotonic())

    def is_rush(self) -> bool:
        """True while mail pours in."""
        arrivals = self._arrivals
        return len(arrivals) == MANY and self._monotonic() - arrivals[0] < WITHIN

    def wait_for_intake(self, stop: threading.Event) -> None:
        """Wait while the rush goes on and patience lasts."""
        while self._patience > 0 and self.is_rush() and not stop.is_set():
            began = self._monotonic()
            stop.wait(LOOK)
            self._patience -= self._monotonic() - began

    def caught_up(self) -> None:
        """Nothing is left to do: the next rush finds us patient again."""
        self._patience = LONGEST
