"""What reports are made of: rows streamed by one pass over narrow columns, never the words of a thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mailgate.store import rows
from mailgate.store.session import TransactionPart

TAGS = "(SELECT group_concat(tag.tag, char(31)) FROM tag WHERE tag.ticket = ticket.id)"
HERE = "AND (:department IS NULL OR ticket.department = :department)"
TICKETS = f"""
SELECT department, owner, created_at, first_response_at, solved_at, first_kept, resolve_kept, due_first, due_resolve,
  {TAGS}
FROM ticket
WHERE merged_into IS NULL AND created_at < :until
  AND (solved_at IS NULL OR solved_at >= :since OR created_at >= :since OR first_response_at >= :since) {HERE}
"""  # noqa: S608
REOPENED = f"""
SELECT ticket.department, ticket.owner, {TAGS}, event.at FROM event JOIN ticket ON ticket.id = event.ticket
WHERE event.kind = 'reopened' AND event.at >= :since AND event.at < :until AND ticket.merged_into IS NULL {HERE}
"""  # noqa: S608
# Who votes again has changed their mind: the newest counts.
VOTES = f"""
SELECT ticket.department, vote.agent, {TAGS}, vote.at, vote.score FROM vote JOIN ticket ON ticket.id = vote.ticket
WHERE vote.at >= :since AND vote.at < :until {HERE}
  AND NOT EXISTS (SELECT 1 FROM vote AS later WHERE later.ticket = vote.ticket AND later.id > vote.id
                  AND later.at < :until)
"""  # noqa: S608
SUBJECTS = f"""
SELECT subject FROM ticket WHERE created_at >= :since AND created_at < :until AND merged_into IS NULL {HERE}
ORDER BY created_at DESC LIMIT :limit
"""  # noqa: S608
FIRST_RESPONSES = """
SELECT department, created_at, first_response_at FROM ticket
WHERE first_response_at >= :since AND first_response_at < :until AND merged_into IS NULL
"""


class Reporting(TransactionPart):
    """Streams; each must be read to its end inside the job that asked."""

    def report_tickets(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """See `base.Read.report_tickets`."""
        return self._stream(TICKETS, since, until, department=department)

    def report_reopened(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """See `base.Read.report_reopened`."""
        return self._stream(REOPENED, since, until, department=department)

    def report_votes(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """See `base.Read.report_votes`."""
        return self._stream(VOTES, since, until, department=department)

    def report_subjects(self, since: datetime, until: datetime, department: str | None, limit: int) -> Iterator[str]:
        """See `base.Read.report_subjects`."""
        return (row[0] for row in self._stream(SUBJECTS, since, until, department=department, limit=limit))

    def first_responses(self, since: datetime, until: datetime) -> Iterator[tuple[Any, ...]]:
        """See `base.Read.first_responses`."""
        return self._stream(FIRST_RESPONSES, since, until)

    def _stream(self, statement: str, since: datetime, until: datetime, **more: Any) -> Iterator[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        cursor.row_factory = None  # tuples: half the time of rows that know their names
        return iter(cursor.execute(statement, {"since": rows.micros(since), "until": rows.micros(until), **more}))
