"""Cursors of lists: what is written is read again, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.core.programs import tickets
from mailgate.core.programs.tickets import ApiTicketsAsked, Place

AT = datetime(2026, 11, 25, 8, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("place", [Place(number=1042), Place(updated=AT, id=7)])
def test_a_cursor_is_read_as_it_was_written(place: Place) -> None:
    cursor = tickets.written(place)
    assert cursor is not None and tickets.read(cursor) == place
    assert tickets.written(None) is None


@pytest.mark.parametrize(
    "cursor", ["", "x", "n", "n-1", "n1x", "u1", "u1.", "n" + "9" * 16, "u" + "9" * 18 + ".1", "n1\n", "n१"]
)
def test_what_is_no_cursor_is_none(cursor: str) -> None:
    assert tickets.read(cursor) is None


@pytest.mark.parametrize(
    ("after", "since", "begins"),
    [
        ("", None, Place()),
        ("", AT, Place(updated=AT)),
        ("n7", None, Place(number=7)),
        ("n7", AT, None),
        ("u7.1", None, None),
        ("nonsense", None, None),
    ],
)
def test_a_page_begins_where_its_own_order_says(after: str, since: datetime | None, begins: Place | None) -> None:
    assert tickets.begin(ApiTicketsAsked("mg_a_b", "", after=after, updated_since=since)) == begins
