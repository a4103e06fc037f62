"""Whether a text speaks of something: every word of it occurs, in whatever form."""

from __future__ import annotations

import re

from mailgate.core.text.folding import fold
from mailgate.core.text.stems import LANGUAGES, SHORT, beginnings

MOST_WORDS = 10
TELLING = 4  # letters a word must have to say anything alone
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of what somebody typed to look for, each once."""
    return tuple(dict.fromkeys(_WORD.findall(fold(text))))


def is_telling(words: tuple[str, ...]) -> bool:
    """True for one to ten words of which one is long enough to say something."""
    return len(words) <= MOST_WORDS and any(len(one) >= TELLING for one in words)


def mentions(text: str, words: tuple[str, ...], language: str) -> bool:
    """True when each of these words occurs in a text, in any form its language, or for "" one of ours, gives it."""
    there = frozenset(_WORD.findall(fold(text)))
    return bool(words) and all(word in there or _occurs(word, there, language) for word in words)


def _occurs(word: str, there: frozenset[str], language: str) -> bool:
    if language and language not in LANGUAGES:
        return False
    begun = tuple(one for one in beginnings(word, (language,) if language else ()) if len(one) > SHORT)
    return bool(begun) and any(one.startswith(begun) for one in there)
