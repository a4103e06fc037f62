"""The beginning of a text for a place with little room."""

import pytest

from mailgate.core.text.excerpt import beginning


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("ten of you", "ten of you"),
        ("eleven are", "eleven are"),
        ("a word is cut", "a word is …"),
        ("withoutanyspace", "withoutany …"),
    ],
)
def test_whole_words_are_shown(text: str, shown: str) -> None:
    assert beginning(text, 10) == shown
