"""Templates of the admin's that gave way to ours: what is said of them, and which are not tried again for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailgate.core.letters.letter import Letter

AGAIN = 600.0  # seconds after which a template that took too much is tried anew although no file changed

Files = frozenset[tuple[str, int, int, int]]


@dataclass(frozen=True, slots=True)
class _Failure:
    text: str
    files: Files
    until: float = 0.0  # till then it is not tried, unless a file changes


class GivenWay:
    """What became of the templates in the admin's folder, letter by letter; for several threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[tuple[str, str, str], _Failure] = {}
        self._guard = threading.Lock()

    def spared(self, folder: str | None, letter: Letter) -> str:
        """Why this letter is not worded by the admin's template, "" when that may be tried."""
        found = self._known.get(_key(folder, letter))
        if not found or not folder or self._monotonic() >= found.until or found.files != _files(folder):
            return ""
        return found.text

    def failed(self, folder: str | None, letter: Letter, text: str, *, costly: bool) -> None:
        """The admin's template gave way to ours; a costly one is spared for a while."""
        if folder:
            until = self._monotonic() + AGAIN if costly else 0.0
            with self._guard:
                self._known[_key(folder, letter)] = _Failure(text, _files(folder), until)

    def worked(self, folder: str | None, letter: Letter) -> None:
        """The admin's template did it."""
        if folder:
            with self._guard:
                self._known.pop(_key(folder, letter), None)

    def troubles(self, folder: str | None) -> list[str]:
        """What is wrong with the templates of the folder in force, as far as its files are as they were."""
        if not folder or not self._known:
            return []
        files = _files(folder)
        with self._guard:
            self._known = {key: one for key, one in self._known.items() if key[0] == folder and one.files == files}
            return sorted({one.text for one in self._known.values()})


def _key(folder: str | None, letter: Letter) -> tuple[str, str, str]:
    return folder or "", letter.template, letter.language


def _files(folder: str) -> Files:
    return frozenset(_stamps(Path(folder)))


def _stamps(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    for path in (*folder.glob("*.html"), folder / "style.css"):
        try:
            found = path.stat()
        except OSError:
            continue
        yield path.name, found.st_mtime_ns, found.st_size, found.st_ino
