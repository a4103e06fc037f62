"""The same asked twice is done once: what is kept under a key that a program chose (Idempotency-Key)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LASTS: Final = timedelta(hours=24)
LONGEST: Final = 200  # characters of a key


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands under a key: the digest of what was asked, and once it is done the answer; no words of anybody's."""

    body: str
    at: datetime
    answer: str | None = None
