"""Words kept, gone and new between two texts: what they say, that they lose nothing, and that no text makes them slow."""

from __future__ import annotations

import random

import pytest

from mailgate.core.text.difference import MOST_CHANGES, MOST_WORDS, difference

TABLE = [
    ("a word more", "Send a photo.", "Send us a photo.", [("kept", "Send "), ("new", "us "), ("kept", "a photo.")]),
    ("a word less", "Send us a photo.", "Send a photo.", [("kept", "Send "), ("gone", "us "), ("kept", "a photo.")]),
    ("another at the end", "Thank you.", "Thank her.", [("kept", "Thank "), ("gone", "you. "), ("new", "her.")]),
    ("lines broken elsewhere", "one two\nthree", "one\ntwo three", [("kept", "one\ntwo three")]),
    ("a word by chance", "When did you buy it?", "We send what you had for it.",
     [("gone", "When did you buy it? "), ("new", "We send what you had for it.")]),
    ("nothing before", "", "All new.", [("new", "All new.")]),
    ("nothing at all", "", "", []),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_differs(before: str, after: str, said: list[tuple[str, str]]) -> None:
    assert list(difference(before, after)) == said


def test_every_word_of_both_texts_is_in_it() -> None:
    draw = random.Random(1)
    for _ in range(500):
        one, other = (" ".join(draw.choices("abc", k=draw.randint(0, 12))) for _ in range(2))
        found = difference(one, other)
        assert "".join(text for kind, text in found if kind != "gone").split() == other.split()
        assert "".join(text for kind, text in found if kind != "new").split() == one.split()


def test_texts_with_little_in_common_and_endless_ones_have_no_difference_to_show() -> None:
    """The work grows with the changes alone, and those are bounded."""
    draw = random.Random(2)
    one, other = (" ".join(draw.choices("ab", k=MOST_WORDS)) for _ in range(2))
    assert difference(one, other) == ()
    assert difference("a " * (MOST_CHANGES + 1), "b") == ()
    assert difference("a " * (MOST_WORDS + 1), "a") == ()
