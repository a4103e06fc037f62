"""The languages we write in: whatever has a folder in `wire/words`, in the order they came."""

from __future__ import annotations

from pathlib import Path

_FOLDERS = Path(__file__).parent / "wire" / "words"
_FIRST = ("en", "fi", "pl", "lv")
_FOUND = sorted(path.parent.name for path in _FOLDERS.glob("*/letters.py"))

LANGUAGES: tuple[str, ...] = (*_FIRST, *(name for name in _FOUND if name not in _FIRST))
