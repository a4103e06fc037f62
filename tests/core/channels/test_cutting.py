"""A long answer becomes messages that a channel takes, and no word of it is lost or said twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.channels.cutting import messages


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("", 10, ()),
        (" \n ", 10, ()),
        ("Hello", 10, ("Hello",)),
        ("One two.\n\nThree four.", 12, ("One two.", "Three four.")),
        ("One two\nthree four", 12, ("One two", "three four")),
        ("One two. Three four five.", 12, ("One two.", "Three four", "five.")),
        ("One two three", 8, ("One two", "three")),
        ("abcdefghij", 4, ("abcd", "efgh", "ij")),
        ("a" * 9 + "e\u0301", 10, ("a" * 9, "e\u0301")),
    ],
)
def test_it_is_cut_where_something_ends(text: str, most: int, cut: tuple[str, ...]) -> None:
    assert messages(text, most) == cut


@given(st.text(alphabet="ab .!\n\u0301\U0001f600", max_size=300), st.integers(min_value=1, max_value=40))
def test_no_word_is_lost_and_no_message_too_long(text: str, most: int) -> None:
    cut = messages(text, most)
    assert all(0 < len(one) <= most for one in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())
