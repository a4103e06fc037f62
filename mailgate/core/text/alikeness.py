"""Are two mails the same words, but for names, amounts and links? A sketch of each tells, small and cheap."""

from __future__ import annotations

import re
from itertools import pairwise
from zlib import crc32

READ = 500  # characters of a text: a wave says what it wants at once
FEWEST = 12  # words a mail must have: fewer are anybody's ("Where is my parcel?")
KEPT = 24  # hashes of a sketch
ALIKE = 0.5  # of the pairs of words that stand in either mail, how many stand in both
_WORD = re.compile(r"[^\W\d_]+")
_OTHERS = ("@", "/", "www.")  # what stands in addresses and links, which each mail of a wave has of its own

Sketch = tuple[int, ...]


def sketch(subject: str, text: str) -> Sketch:
    """The smallest hashes of a mail's pairs of neighbouring words, in order; () for a mail of few words.

    Two mails have as many of them in common as pairs (Broder's bottom-k estimate of the Jaccard index). Numbers, links
    and addresses are left out, case and punctuation too; the same words are the same on every machine and after every
    start.
    """
    words: list[str] = []
    for piece in f"{subject}\n{text[:READ]}".lower().split():
        if not any(mark in piece for mark in _OTHERS):
            words += _WORD.findall(piece)
    if len(words) < FEWEST:
        return ()
    return tuple(sorted({crc32(f"{one} {other}".encode()) for one, other in pairwise(words)})[:KEPT])


def alike(one: Sketch, other: Sketch) -> bool:
    """True when both are of nearly the same words."""
    mine, theirs = frozenset(one), frozenset(other)
    union = sorted(mine | theirs)[:KEPT]
    return bool(union) and sum(key in mine and key in theirs for key in union) >= ALIKE * len(union)
