"""What forms are remembered by: how many came from where, and which words from whom."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from mailgate.app.window.rate import Rates
from mailgate.core.text.folding import with_spaces

PLACES: Final = 10_000  # places that are counted at once; the longest unheard is forgotten first
TEXTS: Final = 2_000  # texts that are remembered
ALIKE: Final = 3  # addresses that sent one text within an hour, before it looks like a program's
MEMORY: Final = timedelta(hours=1)
LONG: Final = 40  # characters of a text that two people hardly write alike


class FormsSeen:
    """How much came from where, and which words from whom; lost with the process. `tick` tells monotonic seconds."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick = tick
        self._guard = threading.Lock()
        self._places = Rates(PLACES)
        self._texts: OrderedDict[bytes, tuple[float, set[str]]] = OrderedDict()

    def wait(self, place: str, most: int, within: timedelta) -> int:
        """For how many seconds a place has to wait; 0: this one counts."""
        now = self._tick()
        with self._guard:
            rate = self._places.of(place, most, within.total_seconds())
            return 0 if rate.takes(now) else rate.wait(now)

    def alike(self, text: str, address: str) -> bool:
        """True when the same words came from several other addresses within an hour."""
        folded = with_spaces(text)
        if len(folded) < LONG:
            return False
        digest, now = hashlib.sha256(folded.encode()).digest(), self._tick()
        with self._guard:
            while self._texts and now - next(iter(self._texts.values()))[0] > MEMORY.total_seconds():
                self._texts.popitem(last=False)
            since, known = self._texts.pop(digest, (now, set()))
            if now - since > MEMORY.total_seconds():
                since, known = now, set()
            others = known - {address}
            if len(known) <= ALIKE:
                known.add(address)
            self._texts[digest] = since, known
            if len(self._texts) > TEXTS:
                self._texts.popitem(last=False)
            return len(others) >= ALIKE
