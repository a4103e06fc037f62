"""How long somebody worked, as people write it: `20min`, `1h30`, `1,5 h`, `0:45`."""

from __future__ import annotations

import re

from mailgate.core.text.folding import fold
from mailgate.core.worktime.moment_words import UNIT_OF_WORD

MOST = 24 * 60  # minutes one mail may say; more is a slip of the finger
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])")
_AMOUNT = re.compile(
    r"(?P<n>[0-9]{1,4}(?:[.,][0-9]{1,2})?)\s?(?P<unit>[^\W\d_]{1,12})\.?"
    r"(?:\s?(?:(?:and|und|och|ja|un|i) )?(?P<more>[0-9]{1,2})\s?(?P<minutes>[^\W\d_]{0,12})\.?)?"
)


def minutes(text: str) -> int | None:
    """The whole minutes of an amount of work, None for what is none, for nothing, and for more than a day."""
    written = fold(" ".join(text.split()))
    clock = _CLOCK.fullmatch(written)
    found = 60 * int(clock[1]) + int(clock[2]) if clock else _named(written)
    return found if found is not None and 0 < found <= MOST else None


def _named(written: str) -> int | None:
    amount = _AMOUNT.fullmatch(written)
    if amount is None:
        return None
    number, more = amount["n"], amount["more"]
    unit, whole = UNIT_OF_WORD.get(amount["unit"]), number.isdigit()
    if unit == "hour" and more is None:
        return round(60 * float(number.replace(",", ".")))
    if unit == "hour" and whole and UNIT_OF_WORD.get(amount["minutes"] or "min") == "minute":
        return 60 * int(number) + int(more) if int(more) < 60 else None
    return int(number) if unit == "minute" and whole and more is None else None
