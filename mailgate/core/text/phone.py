"""Telephone numbers: what was dialled, and whether two ways of writing it mean the same line."""

from __future__ import annotations

from typing import Final

SHORTEST = 7  # digits of a number that somebody outside can have; what is shorter is an extension
SIGNIFICANT = 9  # last digits that tell lines apart; what stands before them is country and trunk prefixes

# Country codes of one digit and of two; all others have three (ITU-T E.164, list of assigned codes).
_COUNTRIES: Final = (
    " 1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84"
    " 86 90 91 92 93 94 95 98 "
)
_WITHOUT_PLUS = 10  # digits from which on a number without a leading 0 may begin with its country


def number_dialled(text: str) -> str:
    """The digits of a number, a leading `+` or `00` as `+`; `""` when there are none (ITU-T E.123)."""
    digits = "".join(c for c in text if c in "0123456789")
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{digits}" if digits and text.strip().startswith("+") else digits


def number_key(text: str) -> str:
    """What two notations of one line have in common: `+358 40 123 4567` and `040-1234567` give `401234567`."""
    return number_dialled(text).lstrip("+0")[-SIGNIFICANT:]


def line(text: str) -> str:
    """The same, "" for what is too short to be a line of its own: an extension, or no number at all."""
    key = number_key(text)
    return key if len(key) >= SHORTEST else ""


def national(text: str) -> str:
    """A number as it is dialled at home, where that is shorter than what tells lines apart; else "".

    `+371 26123456` and `26123456` give `26123456`; `09 123 4567` and `+358 9 1234567` give `91234567`.
    """
    dialled = number_dialled(text)
    if dialled.startswith("+") or (len(dialled) >= _WITHOUT_PLUS and not dialled.startswith("0")):
        digits = dialled.removeprefix("+")
        dialled = digits[next((size for size in (1, 2) if f" {digits[:size]} " in _COUNTRIES), 3) :]
    found = dialled.lstrip("0")
    return found if SHORTEST <= len(found) < SIGNIFICANT else ""


def same(one: str, other: str) -> bool:
    """Whether two notations mean one line: by their last nine digits, or one of them is the other without its country.

    `+371 26123456` is no `+372 26123456`, though `26123456` may be either.
    """
    keys = number_key(one), number_key(other)
    if not keys[0] or keys[0] == keys[1]:
        return bool(keys[0])
    home = national(one)
    return home != "" and home == national(other) and home in keys


def lines(text: str) -> tuple[str, ...]:
    """Every `line` that another notation of a number may have, its own first; `same` tells which of them it is.

    Of a short national number that is itself behind the last digits of whatever country code there is.
    """
    own, home = line(text), national(text)
    if own != home:
        return tuple(filter(None, (own, home)))
    missing = SIGNIFICANT - len(home)
    return (own, *(f"{code:0{missing}d}{home}" for code in range(10**missing))) if own else ()
