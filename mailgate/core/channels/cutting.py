"""An answer cut into messages that a channel takes: in order, at the ends of paragraphs, lines, sentences, words."""

from __future__ import annotations

import re
from typing import Final

_SENTENCE: Final = re.compile(r"[.!?…]['\"’”)]?\s")
SMALLEST: Final = 0.5  # of a message: a break before that would make many small ones


def messages(text: str, most: int) -> tuple[str, ...]:
    """The text as messages of at most `most` characters each, none of them empty; () for no words.

    The same text makes the same messages, whenever it is cut: a delivery that stopped half-way goes on at the next.
    """
    rest, found = text.strip(), []
    while len(rest) > most:
        end = _end(rest, most)
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return tuple(one for one in (*found, rest) if one)


def _end(text: str, most: int) -> int:
    """Where a message may end best, at most `most` characters in; never 0."""
    head, least = text[: most + 1], int(most * SMALLEST)
    for mark in ("\n\n", "\n"):
        at = head.rfind(mark)
        if at >= least:
            return at
    sentences = [found.end() - 1 for found in _SENTENCE.finditer(head)]
    if sentences and sentences[-1] >= least:
        return sentences[-1]
    at = max(head.rfind(" "), head.rfind("\n"))
    return at if at >= least else _whole(text, most)


def _whole(text: str, most: int) -> int:
    """`most`, or a little less where that would part a character from the marks on it."""
    end = most
    while end > max(1, most - 16) and (text[end] in "\u200d\ufe0f" or text[end - 1] == "\u200d" or _joins(text[end])):
        end -= 1
    return max(1, end)


def _joins(char: str) -> bool:
    """True for what stands on the character before it: combining marks and skin tones."""
    return "\u0300" <= char <= "\u036f" or "\U0001f3fb" <= char <= "\U0001f3ff"
