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


LATVIA, ESTONIA, FINLAND = "+371 26 123 456", "+372 5123 4567", "+358 9 1234567"

# one notation, another, and whether they are one line
NOTATIONS = [
    (LATVIA, "26123456", True),
    (LATVIA, "26 12-34-56", True),
    ("0037126123456", "26123456", True),
    ("37126123456", "26123456", True),  # a spreadsheet takes the + away
    (LATVIA, "37126123456", True),
    (LATVIA, "+37226123456", False),
    (LATVIA, "+4526123456", False),
    (LATVIA, "126123456", True),  # the price of nine digits
    (LATVIA, "6123456", False),
    (LATVIA, "126123", False),
    (ESTONIA, "51234567", True),
    ("+372 512 3456", "5123456", True),
    ("+372 512 3456", "25123456", False),  # a Latvian line, which ends like the Estonian with its country
    ("+45 12 34 56 78", "12345678", True),
    ("+47 12 34 56 78", "12345678", True),
    ("+47 12 34 56 78", "+45 12 34 56 78", False),
    ("+370 612 34567", "0 612 34567", True),
    ("+358 40 123 4567", "040 1234567", True),
    ("+358 40 123 4567", "401234567", True),
    ("+358 40 123 4567", "01234567", False),
    (FINLAND, "09 123 4567", True),
    (FINLAND, "(09) 1234567", True),
    (FINLAND, "91234567", True),  # so does it with the 0
    ("+48 601 123 456", "601123456", True),
    ("+48 601 123 456", "01123456", False),
    ("+49 221 29191999", "0221 29191999", True),
    ("+49 (0) 221 12345", "0221 / 12345", True),
    ("+49 221 29191999", "29191999", False),  # somebody's in another town
    ("0221 29191999", "29191999", False),
    ("0371 26123456", "26123456", False),  # Chemnitz is no country
    ("26123456", "26123456", True),
    ("1234", "1234", True),
    ("1234", "+3711234", False),
    ("", "", False),
    ("anonymous", "unknown", False),
]


@pytest.mark.parametrize(("one", "other", "alike"), NOTATIONS)
def test_two_notations_of_a_line_are_known_as_one_and_two_lines_never_but_for_nine_digits(
    one: str, other: str, alike: bool
) -> None:
    assert (phone.same(one, other), phone.same(other, one)) == (alike, alike)
    for asked, kept in ((one, other), (other, one)):
        assert not alike or not phone.line(kept) or phone.line(kept) in phone.lines(asked)


def test_a_number_is_asked_for_under_few_keys() -> None:
    assert phone.lines(LATVIA) == ("126123456", "26123456")
    assert phone.lines("+48 601 123 456") == ("601123456",)
    assert (len(phone.lines("26123456")), len(phone.lines("6123456"))) == (11, 101)
    assert phone.lines("123456") == phone.lines("") == phone.lines("anonymous") == ()
