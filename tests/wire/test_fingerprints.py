"""A fingerprint survives being kept, and octets that are none are refused with a ValueError, whatever they are."""

from __future__ import annotations

import random
import struct
import zlib
from array import array

import pytest

from mailgate.core.quoting.fingerprint import LetterWords, fingerprint
from mailgate.wire.text import fingerprints
from mailgate.wire.text.fingerprints import hasher, pack, unpack

KEY = b"0123456789abcdef"
LETTER = fingerprint(
    "Reply above this line\n\n?\nMaija wrote: the lamp is broken again\n> Same batch as last month, I think\n",
    ["Reply above this line", "the lamp is broken again", ""],
    hasher(KEY),
    sender="Acme Support support@acme.example",
    public=["the lamp is broken again"],
    notes=["Same batch as last month, I think"],
)


@pytest.mark.parametrize(
    "letter", [LETTER, fingerprint("", [], hasher(KEY)), fingerprint("a\n" * 40_000, [], hasher(KEY))]
)
def test_what_was_packed_comes_back(letter: LetterWords) -> None:
    assert unpack(pack(letter)) == letter


def test_one_of_the_first_version_is_read_without_its_signs() -> None:
    head = struct.pack("<BIIII", 1, 2, 2, 1, 2)
    first = unpack(zlib.compress(head + array("I", [7, 8, 1, 2, 9]).tobytes() + b"\1\3"))
    assert (list(first.words), first.ends, first.sender, first.text) == ([7, 8], (1, 2), frozenset({9}), 2)
    assert not first.signs


def test_nobody_reads_words_in_a_fingerprint_and_another_key_makes_another() -> None:
    octets = zlib.decompress(pack(LETTER))
    assert b"lamp" not in octets.lower()
    other = fingerprint("the lamp is broken again", [], hasher(b"another key 1234"))
    assert not set(other.words[:-1]) & set(LETTER.words)


def whole(words: int, ends: list[int], kinds: bytes, *, text: int = 0, version: int = fingerprints.VERSION) -> bytes:
    head = struct.pack("<BIIIII", version, words, len(ends), 0, 0, text)
    return zlib.compress(head + array("I", [7] * words).tobytes() + array("I", ends).tobytes() + kinds)


def test_the_octets_below_are_broken_in_one_place_alone() -> None:
    assert list(unpack(whole(2, [1, 2], b"\1\3")).lines()) == [(0, 1), (1, 2)]


@pytest.mark.parametrize(
    "octets",
    [
        b"", b"\0", b"no zlib at all", zlib.compress(b""), zlib.compress(b"\1\2\3"), whole(2, [1, 2], b"\1\3")[:-9],
        whole(2, [1, 2], b"\1\3", version=3), whole(2, [1, 2], b"\1"), whole(2, [1, 2], b"\1\1\1"),
        whole(2, [1, 3], b"\1\1"), whole(2, [2, 1], b"\1\1"), whole(2, [1, 2], b"\0\1"), whole(2, [1, 2], b"\1\4"),
        whole(2, [1, 2], b"\1\1", text=3), zlib.compress(struct.pack("<BIIIII", fingerprints.VERSION, 2**32 - 1, 0, 0, 0, 0)),
    ],
    ids=range(15),
)  # fmt: skip
def test_octets_that_are_no_fingerprint_are_a_value_error(octets: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(octets)


def test_octets_that_unpack_to_more_than_a_letter_has_are_a_value_error() -> None:
    with pytest.raises(ValueError):
        unpack(zlib.compress(bytes(64 * 2**20)))


def test_octets_changed_by_chance_never_raise_anything_else() -> None:
    chance = random.Random(12)
    plain = zlib.decompress(pack(LETTER))
    for _ in range(500):
        changed = bytearray(plain)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            found = unpack(
                zlib.compress(
                    bytes(changed[: chance.randint(0, len(changed))]) if chance.random() < 0.3 else bytes(changed)
                )
            )
        except ValueError:
            continue
        assert all(0 <= begin < end <= len(found.words) for begin, end in found.lines())
