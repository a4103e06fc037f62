"""Short of memory: what can be let go goes, a moment's rest, and an end when it does not pass."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

BREATH = 0.05  # seconds the loop rests when memory is short: it would be called again at once
CALM = 5.0  # seconds without another such call after which it is over
STARVING = 60.0  # seconds of it after which we end, so that whoever supervises us starts us anew


class Shortage:
    """Nobody can be let in or read from: not again at once; if it does not pass, a new process may fare better.

    The peer is cut off without a reply; nothing was acknowledged to it. `shed` lets go of what can be let go, `end` is
    called each time when it has lasted too long.
    """

    def __init__(self, shed: Callable[[], None], end: Callable[[], None]) -> None:
        self._shed, self._end = shed, end
        self._since = self._last = -CALM  # monotonic seconds

    def met(self) -> None:
        """Memory was refused to the loop; in its thread."""
        self._shed()
        time.sleep(BREATH)
        now = time.monotonic()
        if now - self._last > CALM:
            self._since = now
            log.error("short of memory, a connection was cut off")
        self._last = now
        if now - self._since > STARVING:
            self._end()
