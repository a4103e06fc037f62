"""Ids of channels inside addresses and Message-IDs: octets that may not stand there are `_` and two digits."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(r"_([0-9a-f]{2})")


def written(octets: bytes, plain: frozenset[int]) -> str:
    """The octets with those in `plain` as they are; `_` is never among these."""
    return "".join(chr(one) if one in plain else f"_{one:02x}" for one in octets)


def read(text: str) -> str:
    """The id that was `written` like this; `text` is ASCII, and what is no UTF-8 is replaced."""
    octets = _ESCAPE.sub(lambda escaped: chr(int(escaped[1], 16)), text).encode("latin-1")
    return octets.decode("utf-8", "replace")
