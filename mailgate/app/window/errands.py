"""What is seen to after the answer: whoever asks learns nothing by how long it took."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

log = logging.getLogger(__name__)

MOST: Final = 100  # that wait at once; what is asked beyond that is not seen to


class Errands:
    """One after the other, in a thread of their own."""

    def __init__(self, most: int = MOST) -> None:
        self._room = threading.Semaphore(most)
        self._hand = ThreadPoolExecutor(1, "window-errand")

    def do(self, errand: Callable[[], object]) -> None:
        """See to it when its turn comes; whatever goes wrong is logged."""
        if not self._room.acquire(blocking=False):
            log.warning("too many errands of the window wait")
            return
        self._hand.submit(errand).add_done_callback(self._done)

    def _done(self, errand: Future[object]) -> None:
        self._room.release()
        error = errand.exception()
        if error is not None:
            log.error("an errand of the window failed", exc_info=error)
