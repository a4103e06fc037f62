"""Are two mails the same words, but for names, amounts and links? A sketch of each tells, small and cheap."""

from __future__ import annotations

import re
from itertools import pairwise
from zlib import crc32

READ = 400  # characters of a text: a wave says what it wants at once
FEWEST = 12  # words a mail must have: fewer are anybody's ("Where is my parcel?")
KEPT = 24  # hashes of a sketch
ALIKE = 0.5  # of the pairs of words that stand in either mail, how many stand in both
_WORD = re.compile(r"[^\W\d_]+")
_SPREAD, _OCTETS = 0x9E3779B1, 0xFFFFFFFF  # Fibonacci hashing: "one two" is not "two one"

Sketch = tuple[int, ...]


def sketch(subject: str, text: str) -> Sketch:
    """The smallest hashes of a mail's pairs of neighbouring words, in order; () for a mail of few words.

    Two mails have as many of them in common as pairs (Broder's bottom-k estimate of the Jaccard index). Numbers, links
    and addresses are left out, case and punctuation too; the same words are the same on every machine and after every
    start.
    """
    pieces = f"{subject}\n{text[:READ]}".lower().split()
    words = _WORD.findall(" ".join([piece for piece in pieces if "@" not in piece and "/" not in piece]))
    if len(words) < FEWEST:
        return ()
    codes = [crc32(word.encode()) for word in words]
    return tuple(sorted({(one * _SPREAD ^ other) & _OCTETS for one, other in pairwise(codes)})[:KEPT])


def alike(one: Sketch, other: Sketch) -> bool:
    """True when both are of nearly the same words."""
    mine, theirs = frozenset(one), frozenset(other)
    union = sorted(mine | theirs)[:KEPT]
    return bool(union) and sum(key in mine and key in theirs for key in union) >= ALIKE * len(union)
