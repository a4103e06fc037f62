"""When a program is not asked for a while: after failures in a row, for growing times, each with a trial at its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FAILURES: Final = 5  # in a row
FIRST: Final = 60.0  # seconds
LONGEST: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What fails, and how long nothing is asked."""

    why: str
    seconds: float


class Pauses:
    """Counts failures in a row; callable from any thread."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._row, self._pause, self._until = 0, 0.0, 0.0
        self._trying = False
        self.why = ""  # of the latest failure, "" after an answer

    @property
    def off(self) -> bool:
        """True while it counts as failed."""
        return self._pause > 0

    def resting(self) -> float:
        """Seconds until it may be tried again, 0 when it may."""
        return max(0.0, self._until - self._monotonic()) if self.off else 0.0

    def may_ask(self) -> bool:
        """True when it is worth while to have a question ready."""
        return not self.off or (not self._trying and not self.resting())

    def begin(self) -> bool:
        """True for a question that may be asked now: each while all is well, one at a time after a pause."""
        with self._lock:
            if not self.may_ask():
                return False
            self._trying = self.off
            return True

    def worked(self) -> bool:
        """There was an answer; True when it is the first after failures had been told."""
        with self._lock:
            back, self._row, self._pause, self._trying, self.why = self.off, 0, 0.0, False, ""
            return back

    def failed(self, why: str) -> Trouble | None:
        """There was none; returns what to tell when it is given up just now."""
        with self._lock:
            tried, first = self._trying, not self.off
            self._row, self._trying, self.why = self._row + 1, False, why
            if self._row < FAILURES or not (first or tried):  # one that was on its way before makes no pause longer
                return None
            self._pause = FIRST if first else min(2 * self._pause, LONGEST)
            self._until = self._monotonic() + self._pause
            return Trouble(why, self._pause) if first else None
