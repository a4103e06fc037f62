"""What we say, before anybody has said it: a key of `wire.words`, and what the sentence speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of ours in nobody's language yet.

    A parameter that is a sentence itself is said too; several are a line each. An empty one is nobody.
    """

    code: str
    params: Mapping[str, str | int | Said | tuple[str | Said, ...]] = field(default_factory=dict)


Words = str | Said  # as it stands: people's own words, and what earlier versions had said before they kept it


def said(code: str, **params: str | int | Said | tuple[str | Said, ...]) -> Said:
    """The sentence of that key with these parameters."""
    return Said(code, params)


MOMENT = "moment"  # no phrase: `wire.words` writes it as the language writes days and clocks
LANGUAGE = "tongue"  # nor is this: the name of the language with that `code` (ISO 639-1)
_FAR = 180  # days, beyond which the year is told


def language(code: str) -> Said:
    """A language by its name, `code` is as in ISO 639-1."""
    return Said(LANGUAGE, {"code": code})


def moment(at: datetime, now: datetime) -> Said:
    """A day and a time of it on the clock of its reader: both are in their time zone."""
    return Said(MOMENT, {"at": f"{at:%Y-%m-%dT%H:%M}", "year": _far(at, now)})


def day(at: datetime, now: datetime) -> Said:
    """A day of the reader's: both are in their time zone."""
    return Said(MOMENT, {"at": f"{at:%Y-%m-%d}", "year": _far(at, now)})


def _far(at: datetime, now: datetime) -> int:
    return int(abs((at.date() - now.date()).days) >= _FAR)
