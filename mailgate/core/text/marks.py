"""Marks around what of an answer was one customer's own, names, addresses and numbers: nobody else is sent those."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailgate.core.text.folding import fold

OPEN, CLOSE = "⟦", "⟧"
_PIECE = re.compile(r"\s+|\S+")
_BEFORE, _BEHIND = "([{<\"'“„«‘", ".,;:!?)]}>\"'”»’…"
_SHORT = 3  # letters of a name that are looked for


def marked(text: str, names: Iterable[str]) -> str:
    """The text with a mark around each of these names in whatever form, each address, link and number.

    Other people's names are not known and stay: whoever sends it reads it.
    """
    known = tuple({fold(word) for name in names for word in name.split() if len(word) >= _SHORT})
    found = "".join(_marked(piece, known) for piece in _PIECE.findall(text.replace(OPEN, "[").replace(CLOSE, "]")))
    return found.replace(f"{CLOSE} {OPEN}", " ")


def has_mark(text: str) -> bool:
    """True when something in it still waits for its own words."""
    return OPEN in text or CLOSE in text


def _marked(piece: str, names: tuple[str, ...]) -> str:
    core = piece.lstrip(_BEFORE).rstrip(_BEHIND)
    if not core or not _is_own(core, names):
        return piece
    at = piece.index(core)
    return f"{piece[:at]}{OPEN}{core}{CLOSE}{piece[at + len(core) :]}"


def _is_own(word: str, names: tuple[str, ...]) -> bool:
    if "@" in word or sum(char.isdigit() for char in word) > 1:
        return True
    plain = fold(word)
    return word[0].isupper() and any(plain.startswith(name[: max(_SHORT, len(name) - 3)]) for name in names)
