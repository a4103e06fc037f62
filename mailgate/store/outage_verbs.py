"""The verbs of what stands while something is out of order."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mailgate.core.model.desk_rows import OpeningWords
from mailgate.core.model.outage import Incident, News


class OutageRead(Protocol):
    """What is told and gathered at the moment, and the words to gather by."""

    def news(self, now: datetime) -> tuple[News, ...]: ...

    def incidents(self, now: datetime) -> tuple[Incident, ...]: ...

    def at_work(self, department: str, limit: int) -> list[OpeningWords]:
        """What opened the tickets that are worked on in a department, the newest first."""


class OutageTx(OutageRead, Protocol):
    """The same, with what changes it."""

    def set_news(self, department: str, news: News | None, now: datetime) -> str:
        """A department tells this from now on, or nothing; returns what it told before."""

    def set_incident(self, department: str, name: str, incident: Incident | None, now: datetime) -> str:
        """An incident goes on from now on, or is over; returns what it was before."""
