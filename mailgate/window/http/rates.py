"""How often one client may do a thing: so many in so many seconds, counted in memory that is bounded."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

CLIENTS: Final = 10_000  # that are counted at once; who was not seen longest is forgotten


class Rates:
    """Counts of everything that is limited; `tick` tells monotonic seconds."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick = tick
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def wait(self, what: str, client: str, most: int, seconds: float) -> int:
        """0 when it may be, and it is counted; else the whole seconds until it may be again."""
        now, key = self._tick(), (what, client)
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        if len(self._seen) > CLIENTS:
            self._seen.popitem(last=False)
        while times and now - times[0] >= seconds:
            times.popleft()
        if len(times) >= most:
            return max(1, math.ceil(times[0] + seconds - now))
        times.append(now)
        return 0


class Pace:
    """How much each client asks at all: so many in each span of seconds. A number a client is all that is kept."""

    def __init__(self, most: int, seconds: float, tick: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._tick = most, seconds, tick
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()  # when the span began, and how many since

    def wait(self, client: str) -> int:
        """0 when it may be, and it is counted; else the whole seconds until it may be again."""
        now = self._tick()
        began, count = self._seen.pop(client, (now, 0))
        if now - began >= self._seconds:
            began, count = now, 0
        self._seen[client] = began, count + 1
        if len(self._seen) > CLIENTS:
            self._seen.popitem(last=False)
        return max(1, math.ceil(began + self._seconds - now)) if count >= self._most else 0
