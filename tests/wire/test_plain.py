"""The text part of our letters: lines are wrapped as the standard library wraps them, only sooner."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.wire.letters.plain import WIDTH, hung, wrapped_words

LINES = (
    "one",
    "a" * WIDTH,
    "a" * (WIDTH + 1),
    "a" * WIDTH + " b",
    "a" * (WIDTH - 1) + " b",
    "a" * (WIDTH - 2) + " b",
    "b " + "a" * (WIDTH + 9) + " c",
    "a" * 99 + " " + "b" * 99,
    "well-known " * 12 + "end",
    "https://example.org/" + "x-" * 60 + " and more",
    "näin pitkä on suomen sana " * 6 + "loppu",
    "an em\N{EM DASH}dash and an... ellipsis. Two sentences! " * 3 + "end",
    # what is no blank to us, and one to the standard library
    "a\u00a0b " * 30 + "c",
    "\u00a0 " * 60 + "c",
    "a " * 38 + "\u00a0 " + "b " * 38 + "c",
    "vertical\vtab " * 9 + "c",
    "form\ffeed " * 9 + "c",
    "unit\x1fseparator \x1f " * 9 + "c",
    "wide\u2003blank \u2003 " * 9 + "c",
    "line\u2028separator " * 9 + "c",
    "soft\u00adhyphen " * 9 + "c",
    "zero\u200bwidth " * 9 + "c",
)
words = st.text(st.sampled_from("ab-\u00a0\u2003\u00ad\u200b\v\f\x1f.ä漢"), min_size=1, max_size=30)


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_words_is_wrapped_as_textwrap_does(line: str) -> None:
    assert wrapped_words(line) == textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)


@given(st.lists(words, min_size=1, max_size=12), st.integers(1, 40))
def test_any_words_are_wrapped_as_textwrap_does(told: list[str], width: int) -> None:
    line = " ".join(told)
    assert wrapped_words(line, width) == textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)


@pytest.mark.parametrize("line", [*LINES, "", " ", "  indented", "ends in a blank ", "a\tb", "two  blanks", "\u00a0"])
@pytest.mark.parametrize("room", [30, WIDTH])
def test_a_cell_hangs_as_textwrap_has_it(line: str, room: int) -> None:
    assert hung(line, room) == textwrap.wrap(line, room, break_long_words=False)


@given(st.text(st.sampled_from("ab- \t\u00a0\v\n."), max_size=60))
def test_any_cell_hangs_as_textwrap_has_it(line: str) -> None:
    assert hung(line, 30) == textwrap.wrap(line, 30, break_long_words=False)
