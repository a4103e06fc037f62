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
