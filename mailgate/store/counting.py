"""The verbs of counting: the state of the desk and its queues, and the rows of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from mailgate.core.model.desk_rows import Counts, DeskLoad, Load, Praise, Queues


class ReportRead(Protocol):
    """Counts of now, and rows for reports."""

    def audit(self) -> Mapping[str, int]: ...

    def load(self, now: datetime) -> tuple[Load, ...]:
        """Unsolved tickets by status, department and owner, those of trainees left out."""

    def desk(self, now: datetime, midnight: datetime) -> DeskLoad:
        """The workload at a glance; `midnight` began the day whose coming and going is counted."""

    def queues(self) -> Queues:
        """Sizes and the oldest of every queue, for status and metrics."""

    def accounted(self, since: datetime, until: datetime) -> tuple[int, int]:
        """How many mails were accepted in that time, and how many of them have their fate."""

    def figures(self) -> Counts:
        """Counts for machines: `tickets` by status, `deliveries` by state, `jobs` with the time of their last run."""

    def tickets(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """Rows as in `figures.TicketRow`: tickets opened, answered or solved since then, and the unsolved ones."""

    def reopenings(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """Reopenings: (department, owner, tags, at in microseconds)."""

    def votes(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """The newest vote of each ticket: (department, agent, tags, at in microseconds, score)."""

    def praise(self, since: datetime, until: datetime) -> list[Praise]:
        """Votes of 9 and 10 given then with words beside them, best first; none of a complaint, nor of spam."""

    def promises(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """Rows as in `figures.PromiseRow`: promises made, due or ended then."""

    def spent(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """Work noted: (department, agent, tags, at in microseconds, minutes, the domain of whom it was for)."""

    def spent_on(self, number: int) -> int:
        """Minutes of work noted on a ticket and on those that went into it."""

    def promises_of(self, number: int) -> list[tuple[str, datetime, bool | None]]:
        """What a ticket's customer was promised: (first_response or resolve, by when, whether it was kept)."""

    def told(self, since: datetime, until: datetime) -> Iterator[tuple[Any, ...]]:
        """Letters that left to agents: (agent, template, day of 1970 in UTC, how many)."""

    def subjects(self, since: datetime, until: datetime, department: str | None, limit: int) -> Iterator[str]:
        """Titles of the newest tickets opened then."""

    def first_responses(self, since: datetime, until: datetime) -> Iterator[tuple[Any, ...]]:
        """First responses given then: (department, opened, answered), in microseconds."""
