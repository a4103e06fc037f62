"""What `#report` asks for: `7d @anna support`, in any order; a week of all departments where nothing is said."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mailgate.core.commands.ticket_filter import NotAFilter
from mailgate.core.text.folding import fold

_PERIOD = re.compile(r"([0-9]{1,4})([hdw])")
_UNITS: Mapping[str, str] = {"h": "hours", "d": "days", "w": "weeks"}
_ME = frozenset({"me", "mine"})


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A period of so many hours, days or weeks, of one agent or all, in one department or all."""

    count: int = 7
    unit: str = "days"
    agent: str | None = None
    department: str | None = None

    @property
    def period(self) -> timedelta:
        """How long it is."""
        return timedelta(**{self.unit: self.count})


def parse(text: str, *, departments: Collection[str], agents: Collection[str], me: str) -> ReportAsked:
    """Read what is asked; `@me` is the asking agent. Raises NotAFilter for any other word, and a second of a kind."""
    named, people = {fold(name): name for name in departments}, {fold(name): name for name in agents}
    found: dict[str, int | str] = {}
    for word in text.replace(",", " ").split():
        plain = fold(word)
        name, period = plain.removeprefix("@"), _PERIOD.fullmatch(plain)
        said: dict[str, int | str] = {}
        if period and int(period[1]):
            said = {"count": int(period[1]), "unit": _UNITS[period[2]]}
        elif plain.startswith("@") and (name in people or name in _ME):
            said = {"agent": people.get(name, me)}
        elif plain in named:
            said = {"department": named[plain]}
        if not said or said.keys() & found.keys():
            raise NotAFilter(word, "twice" if said else "unknown")
        found |= said
    return ReportAsked(**found)  # type: ignore[arg-type]
