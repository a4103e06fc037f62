"""What lists show of letters: the rows are frozen, so that nothing a reader does changes what another sees."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, is_dataclass

import pytest

from mailgate.core.model import letter_rows

ROWS = [one for one in vars(letter_rows).values() if is_dataclass(one) and one.__module__ == letter_rows.__name__]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_a_row_is_a_value(row: type) -> None:
    names = list(row.__dataclass_fields__)  # type: ignore[attr-defined]
    one, same = row(*names), row(*names)
    assert one == same and one is not same
    with pytest.raises(FrozenInstanceError):
        setattr(one, names[0], "x")
