"""Fingerprints of letters as octets: what the store keeps beside a letter."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from functools import lru_cache

from mailgate.core.quoting.fingerprint import LetterWords, Wording, letter
from mailgate.core.quoting.tokens import Hasher

VERSION = 2
LARGEST = 4 * 1024 * 1024  # octets of one, unpacked
_KINDS = bytes(Wording)
_HEAD = struct.Struct("<BIIIII")  # version, how many words, lines, words of From, signs, how many words are the text's
_HEADS = {1: struct.Struct("<BIIII"), VERSION: _HEAD}  # the first knew no signs


@lru_cache(maxsize=2)
def hasher(key: bytes) -> Hasher:
    """The hasher of a store's key, which remembers the words it has met: one a process."""
    return Hasher(key)


def pack(one: LetterWords) -> bytes:
    """The octets of a fingerprint; the HTML, which says the same in another order, takes little beside the text."""
    sender = array("I", sorted(one.sender))
    ends = array("I", one.ends)
    parts = (one.words, ends, sender, array("I", sorted(one.signs)))
    head = _HEAD.pack(VERSION, *(len(part) for part in parts), one.text)
    body = b"".join(_octets(part) for part in parts) + one.kinds
    return zlib.compress(head + body, 6)


def unpack(data: bytes) -> LetterWords:
    """The fingerprint again. Raises ValueError for octets that are none, or of another version."""
    try:
        whole = zlib.decompressobj().decompress(data, LARGEST)
        head = _HEADS[whole[0]]
        _, *counts, text = head.unpack_from(whole)
    except (zlib.error, struct.error, IndexError, KeyError) as error:
        raise ValueError(f"no fingerprint, or of another version: {error}") from error
    at, words = head.size, counts[0]
    if len(whole) != at + 4 * sum(counts) + words:
        raise ValueError("a broken fingerprint")
    found = []
    for count in counts:
        found.append(_numbers(whole[at : at + 4 * count]))
        at += 4 * count
    kinds, lines = whole[at:], list(found[1])
    if kinds.strip(_KINDS) or lines != sorted(lines) or (lines and lines[-1] > words) or text > words:
        raise ValueError("a broken fingerprint")
    signs = found[3] if len(found) > 3 else ()
    return letter(found[0], kinds, tuple(found[1]), frozenset(found[2]), text, signs=signs)


def _octets(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(octets: bytes) -> array[int]:
    found = array("I")
    found.frombytes(octets)
    if sys.byteorder == "big":
        found.byteswap()
    return found
