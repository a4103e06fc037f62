"""What is being done under a key at this moment: the same asked twice at once is done by one of the two."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Working:
    """Keys in hand, of all threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._keys: set[tuple[str, str]] = set()

    @contextmanager
    def on(self, program: str, key: str) -> Iterator[bool]:
        """True to whoever is the first; the key is free again behind the block."""
        with self._guard:
            first = (program, key) not in self._keys
            if first:
                self._keys.add((program, key))
        try:
            yield first
        finally:
            if first:
                with self._guard:
                    self._keys.discard((program, key))
