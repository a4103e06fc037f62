"""Telephone numbers in the notations people and exchanges use."""

from __future__ import annotations

import pytest

from mailgate.core.text import phone


@pytest.mark.parametrize(
    "written",
    ["+358 40 123 4567", "+358401234567", "00358 40 1234567", "040-123 4567", "(040) 123.4567", "tel 0401234567"],
)
def test_every_notation_of_a_line_has_one_key(written: str) -> None:
    assert phone.number_key(written) == "401234567"


@pytest.mark.parametrize(
    ("written", "dialled", "key"),
    [("+371 2000 1111", "+37120001111", "120001111"), ("00 48 22 1", "+48221", "48221"), ("1234", "1234", "1234"),
     ("anonymous", "", ""), ("", "", ""), ("000", "+0", ""), ("٠٤٠", "", "")],
)  # fmt: skip
def test_what_was_dialled_and_what_tells_it_apart(written: str, dialled: str, key: str) -> None:
    assert (phone.number_dialled(written), phone.number_key(written)) == (dialled, key)
