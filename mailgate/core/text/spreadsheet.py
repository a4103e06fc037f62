"""Cells of a sheet: what a spreadsheet would calculate gets a mark before it, and loses it when it comes back."""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula; numbers stay numbers (threats C-11)."""
    text = f"{value}"
    harmless = _NUMBER.fullmatch(text) is not None
    return f"'{text}" if _calculated(text) and not harmless else text


def meant(text: str) -> str:
    """A cell as it was before `cell` marked it."""
    return text[1:] if text.startswith("'") and _calculated(text[1:]) else text


def _calculated(text: str) -> bool:
    return text.lstrip(" \u00a0").startswith(_FORMULA)
