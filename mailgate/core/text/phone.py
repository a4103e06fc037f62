"""Telephone numbers: what was dialled, and whether two ways of writing it mean the same line."""

from __future__ import annotations

SHORTEST = 7  # digits of a number that somebody outside can have; what is shorter is an extension
SIGNIFICANT = 9  # last digits that tell lines apart; what stands before them is country and trunk prefixes


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
