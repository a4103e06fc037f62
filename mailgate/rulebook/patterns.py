"""Regular expressions for rules, in an engine whose time grows with the text alone (the only importer of re2)."""

from __future__ import annotations

import re

import re2

from mailgate.core.rules.condition import Pattern

LONGEST = 1000  # characters of a pattern
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 8 * 1024 * 1024
# One letter outside ASCII, or a class that holds one, on either side of a \b that is no escaped backslash.
_WIDE = r"(?:[^\x00-\x7f]|\[(?:\\.|[^\[\]\\\x80-\U0010ffff])*+[^\x00-\x7f][^\[\]]*+\])"
_BOUNDARY = re.compile(rf"{_WIDE}(?:[*+?]\??|\{{[0-9,]*\}})?\)?(?:\\b)|(?<!\\)(?:\\\\)*\\b\(?(?:\?:)?{_WIDE}")


def compiled(text: str) -> Pattern:
    """The compiled pattern.

    Raises ValueError when it is too long, not understood, too large once compiled, or would miss words because `\\b`
    knows ASCII letters only.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a pattern has at most {LONGEST} characters, this has {len(text)}")
    if not text:
        raise ValueError("an empty pattern fits everything")
    if _BOUNDARY.search(text):
        raise ValueError(r"\b knows ASCII letters only and fails beside this one; use `words`, which knows all letters")
    try:
        pattern: Pattern = re2.compile(text, _OPTIONS)
    except re2.error as error:
        why = error.args[0] if error.args else ""
        words = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        raise ValueError(f"bad pattern: {_explained(' '.join(words.split()))}") from None
    return pattern


def whole(text: str) -> Pattern:
    """The compiled pattern that all of a text has to fit. Raises ValueError as `compiled` does."""
    compiled(text)
    try:
        pattern: Pattern = re2.compile(rf"\A(?:{text})\z", _OPTIONS)
    except re2.error:
        raise ValueError("this pattern is too large where all of a text has to fit it") from None
    return pattern


def _explained(why: str) -> str:
    """The engine's words, with a hint where people come from engines that can do more."""
    if "invalid perl operator: (?=" in why or "invalid perl operator: (?!" in why or "(?<" in why:
        return f"{why}; looking ahead and back is not possible here, `when.not` says what must not be there"
    if why.startswith("invalid escape sequence: \\") and why[-1:].isdigit():
        return f"{why}; a pattern cannot refer back to its own groups here"
    return why
