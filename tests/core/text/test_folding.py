"""Folding: every letter for itself, however many different ones a text has."""

import pytest

from mailgate.core.text.folding import fold

LATIN = "".join(map(chr, range(0xC0, 0x250)))
CYRILLIC = "".join(map(chr, range(0x400, 0x460)))


@pytest.mark.parametrize(
    "text",
    ["plain", "Łódź Straße Rēķins", "ﬀ ﬁ ŀ ĳ ǆ", "e\u0301 и\u0306", CYRILLIC[:8], LATIN[:30], LATIN, LATIN + CYRILLIC],
)
def test_a_text_is_folded_letter_by_letter(text: str) -> None:
    assert fold(text) == "".join(map(fold, text))
    assert fold(fold(text)) == fold(text)


def test_letters_lose_their_accents() -> None:
    assert fold("Łódź, Straße, Rēķins, ØRED") == "lodz, strasse, rekins, ored"
