"""The languages we write in: a folder each, read at start; English is the complete one and stands in for the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from os.path import commonprefix
from types import ModuleType

from babel import Locale

from mailgate.languages import LANGUAGES

Phrase = str | Mapping[str, str]  # one sentence, or one for each plural form of CLDR

# What a language has: each file holds `WORDS`, key -> phrase. `dates.py` beside them says how days are written.
FILES = (
    "letters",
    "receipts",
    "lists",
    "questions",
    "commands",
    "alarms",
    "figures",
    "tickets",
    "journal",
    "practice",
    "pages",
)
_HOUSE = "mailgate.wire.words"
# The lines that say first what a plain reply will do: they begin alike, and are known again by that.
_FIRST_LINES = (
    "notice.to_customer", "notice.to_note", "notice.to_nobody",
    "receipt.to_customer", "receipt.to_nobody", "receipt.to_note", "receipt.to_wait",
)  # fmt: skip


@dataclass(frozen=True)
class Dates:
    """How a language writes days, times and numbers; see `en/dates.py`."""

    locale: str
    day: str
    year: str
    weekdays: tuple[str, ...]
    on: tuple[str, ...]
    on_day: str
    open: tuple[tuple[str, ...], ...]
    clock: str
    point: str
    decimal: str
    thousands: str

    @cached_property
    def cldr(self) -> Locale:
        """What Babel knows of the language."""
        return Locale.parse(self.locale)


def _files(language: str, *names: str) -> Iterator[ModuleType]:
    """The files that a folder has; what the others would say is said in English."""
    for place in (f"{_HOUSE}.{language}.{name}" for name in names):
        if find_spec(place):
            yield import_module(place)


def _catalogues() -> Mapping[str, Mapping[str, Phrase]]:
    return {
        language: {key: phrase for file in _files(language, *FILES) for key, phrase in file.WORDS.items()}
        for language in LANGUAGES
    }


def _dates() -> Mapping[str, Dates]:
    names = [one.name.upper() for one in fields(Dates)]
    files = {language: vars(file) for language in LANGUAGES for file in _files(language, "dates")}
    return {
        language: Dates(*({"OPEN": (file["WEEKDAYS"],) * 3, **file}[name] for name in names))
        for language, file in files.items()
    }


def _opening(phrases: Mapping[str, Phrase]) -> str:
    lines = [str(phrases[key]) for key in _FIRST_LINES if key in phrases]
    begun: str = commonprefix(lines or [str(ENGLISH[key]) for key in _FIRST_LINES])  # noqa: RUF071 - of letters, not of paths
    return begun[: begun.rfind(" ") + 1]


CATALOGUES: Mapping[str, Mapping[str, Phrase]] = _catalogues()
ENGLISH = CATALOGUES["en"]
DATES: Mapping[str, Dates] = _dates()
# The line our notices begin with, and how the line above it begins.
MARKERS: Mapping[str, str] = {
    language: str(words.get("marker", ENGLISH["marker"])) for language, words in CATALOGUES.items()
}
OPENINGS: tuple[str, ...] = tuple(map(_opening, CATALOGUES.values()))
