"""What another program answers about a person, and what of its texts is harmless.

Such a program may hold what strangers typed into it, so a value is one short line, and a link an https address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mailgate.core.customers.customer import Customer

LONGEST: Final = 200  # characters of a value
LONGEST_OF: Final[Mapping[str, int]] = {"name": 80, "company": 120, "number": 40, "tier": 40, "agent": 40, "phone": 40}
LONGEST_LINK: Final = 500
_LANGUAGE: Final = re.compile(r"([a-z]{2})(?:[-_][a-z0-9-]{1,20})?", re.IGNORECASE)
_LINK: Final = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::[0-9]{1,5})?(?:[/?#][^\s\"'<>\\^`{|}]{0,400})?")
# Marks that turn the direction of text, and those that nobody sees.
_UNSEEN: Final = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


class Outcome(StrEnum):
    """What came of a question."""

    PERSON = "person"
    NOBODY = "nobody"
    SEVERAL = "several"  # none of them is chosen


@dataclass(frozen=True, slots=True)
class Answer:
    """Who somebody is, as another program says it."""

    outcome: Outcome
    customer: Customer | None = None  # of one person
    count: int = 0  # of several


def tidy(text: str, longest: int = LONGEST) -> str:
    """One line without controls and marks that nobody sees, cut with an ellipsis."""
    shown = _UNSEEN.sub("", text[: 4 * longest])
    line = " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in shown).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def link(text: str) -> str:
    """An https address as it is, "" for anything else."""
    return text if len(text) <= LONGEST_LINK and _LINK.fullmatch(text) and text.isascii() else ""


def language(text: str) -> str:
    """`"fi-FI"` -> `"fi"`; "" for what names no language."""
    found = _LANGUAGE.fullmatch(text)
    return found[1].lower() if found else ""
