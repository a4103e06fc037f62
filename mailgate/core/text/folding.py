"""Folding and words: text compared without regard to case and accents, and searched by word beginnings."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a base letter and an accent (NFKD leaves them whole).
_WHOLE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)
_WORD = re.compile(r"[^\W_]+")
_FEW = 40  # letters that are replaced one by one sooner than all at once
_PIECE = 512  # characters normalized at once: that sorts marks in quadratic time


def fold(text: str) -> str:
    """Lower case without accents: `Łódź` is `lodz`, `Straße` is `strasse`, `Rēķins` is `rekins`.

    For finding and for commands, never for addresses: there only A-Z is lowered (see `mail.canonical`). Each character
    is taken apart for itself: NFKD of a whole text sorts every run of combining marks, in quadratic time, and marks
    are what is dropped.
    """
    if text.isascii():
        return text.lower()
    lower = text.casefold()
    table: dict[str, str] = {}
    for char in set(lower):
        if char > "\x7f":
            apart = unicodedata.normalize("NFKD", char)
            bare = "".join(c for c in apart if not unicodedata.combining(c))
            table[char] = bare.casefold().translate(_WHOLE)
    if len(table) > _FEW or not "".join(table.values()).isascii():
        return lower.translate({ord(char): bare for char, bare in table.items()})
    for char, bare in table.items():  # no ASCII is ever looked up: one after the other is the same, and much faster
        lower = lower.replace(char, bare)
    return lower


def in_one_width(text: str) -> str:
    """Wide letters, ligatures and the like as the plain ones they stand for (NFKC)."""
    if text.isascii():
        return text
    if len(text) <= _PIECE:
        return unicodedata.normalize("NFKC", text)
    return "".join(unicodedata.normalize("NFKC", text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))


def with_spaces(text: str) -> str:
    """The folded words of a text, one space around each: ready for `has_word`."""
    return f" {' '.join(_WORD.findall(fold(text)))} "


def as_wanted(entry: str) -> str:
    """What to look for in a text made by `with_spaces`: `"credit note*"` -> `" credit note"`, `"vat"` -> `" vat "`.

    Raises ValueError `wordless` when the entry holds no word, `star_inside` for a `*` anywhere but at its end.
    """
    stem = entry.strip()
    begins = stem.endswith("*")
    stem = stem.removesuffix("*")
    if "*" in stem:
        raise ValueError("star_inside")
    found = _WORD.findall(fold(stem))
    if not found:
        raise ValueError("wordless")
    return f" {' '.join(found)}" if begins else f" {' '.join(found)} "


def has_word(text: str, entry: str) -> bool:
    """True when a text of `with_spaces` holds what `as_wanted` made of an entry."""
    return entry in text
