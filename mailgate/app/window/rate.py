"""How often something may be, of itself or for each who does it, and when there is room again."""

from __future__ import annotations

import math
from collections import OrderedDict, deque


class Rate:
    """So many in so many seconds, whenever they begin."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._at: deque[float] = deque()  # when the last ones were

    def takes(self, now: float) -> bool:
        """Count one more at this moment, if there is room for it."""
        while self._at and now - self._at[0] >= self._seconds:
            self._at.popleft()
        if len(self._at) >= self._most:
            return False
        self._at.append(now)
        return True

    def wait(self, now: float) -> int:
        """Whole seconds until there is room again, at least one."""
        return max(1, math.ceil(self._at[0] + self._seconds - now)) if self._at else 1


class Rates:
    """One for each who is counted, of so many at once; the longest unheard is forgotten first."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._of: OrderedDict[str, Rate] = OrderedDict()

    def of(self, who: str, most: int, seconds: float) -> Rate:
        """Theirs, which is the last to be forgotten from now on."""
        found = self._of.pop(who, None) or Rate(most, seconds)
        self._of[who] = found
        if len(self._of) > self._kept:
            self._of.popitem(last=False)
        return found
