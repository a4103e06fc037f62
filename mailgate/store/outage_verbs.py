"""The verbs of what stands while something is out of order."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mailgate.core.model.desk_rows import OpeningWords
from mailgate.core.model.outage import Incident, Mailing, News


class OutageRead(Protocol):
    """What is told and gathered at the moment, and the words to gather by."""

    def news(self, now: datetime) -> tuple[News, ...]: ...

    def incidents(self, now: datetime) -> tuple[Incident, ...]: ...

    def at_work(self, department: str, limit: int) -> list[OpeningWords]:
        """What opened the tickets that are worked on in a department, the newest first."""

    def opened(self, department: str, since: datetime, until: datetime, limit: int) -> list[OpeningWords]:
        """What opened a department's tickets from `since` to before `until`, the newest first."""

    def tagged(self, department: str, tag: str, limit: int) -> tuple[int, ...]:
        """The numbers of the tickets worked on in a department that have a tag, in their order."""

    def newest_event(self) -> int: ...  # the newest line of the journal

    def mailings(self, now: datetime) -> list[Mailing]: ...  # those that have begun and not ended

    def unanswered(self, mailing: int, limit: int) -> list[int]: ...  # tickets that wait for their letter

    def sent(self, mailing: int) -> int: ...  # how many letters are written

    def passed_over(self, mailing: int) -> list[tuple[int, str]]: ...  # tickets that got none, and why

    def happened(self, ticket: int, event: int) -> tuple[str, ...]:
        """Who wrote to a ticket after a line of the journal: `customer`, `agent`."""


class OutageTx(OutageRead, Protocol):
    """The same, with what changes it."""

    def set_news(self, department: str, news: News | None, now: datetime) -> str:
        """A department tells this from now on, or nothing; returns what it told before."""

    def set_incident(self, department: str, name: str, incident: Incident | None, now: datetime) -> str:
        """An incident goes on from now on, or is over; returns what it was before."""

    def settle(self, mailing: int, ticket: int, became: str) -> bool:
        """A ticket's letter is written ("sent"), or not and why; False where it did not wait for one."""

    def end(self, mailing: int) -> None: ...  # nothing of it is kept
