"""What time alone makes due: tickets to archive, parked mail nobody answers, notices that have gathered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mailgate.core.ticket import Ticket
from mailgate.store import rows
from mailgate.store import statements as sql
from mailgate.store.queries import Queries

RESTED = f"""{sql.TICKET_COLUMNS}
WHERE ticket.status = 'solved' AND ticket.status_since <= :before ORDER BY ticket.status_since LIMIT :limit
"""
UNANSWERED = """
SELECT parking.mail, parking.agent, parking.why, parking.at, mail.subject, mail.author FROM parking
JOIN mail ON mail.number = parking.mail
WHERE parking.settled_at IS NULL AND parking.at <= :before AND parking.agent <> ''
  AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.dedupe = 'parked:' || parking.mail || ':' || parking.at || :to)
ORDER BY parking.mail LIMIT :limit
"""
GATHERED = """
SELECT letter.agent, letter.id, letter.context, delivery.due_at, ticket.number FROM delivery
JOIN letter ON letter.id = delivery.letter JOIN ticket ON ticket.id = letter.ticket
WHERE delivery.urgency = 2 AND delivery.due_at <= :before AND delivery.due_at IS NOT NULL
  AND delivery.state IN ('waiting', 'leased', 'held') AND delivery.state = 'held'  -- the first is the index's own
  AND letter.template = 'notice' AND letter.agent <> ''
ORDER BY letter.agent, letter.id
"""
ACCOUNTED = """
SELECT count(*) AS total, count(fate) AS known FROM mail WHERE accepted_at >= :since AND accepted_at < :until
"""


class Timing(Queries):
    """Small look-ups by index for jobs that come every few seconds."""

    def rested(self, before: datetime, limit: int) -> list[Ticket]:
        """See `base.Read.rested`."""
        found = self.all(RESTED, {"before": rows.micros(before), "limit": limit})
        return [self.bare(row) for row in found]

    def unanswered(self, before: datetime, to: str, limit: int) -> list[Mapping[str, Any]]:
        """See `base.Read.unanswered`."""
        found = self.all(UNANSWERED, {"before": rows.micros(before), "to": f":{to}", "limit": limit})
        return [{**dict(row), "dedupe": f"parked:{row['mail']}:{row['at']}:{to}"} for row in found]

    def gathered(self, before: datetime) -> list[Mapping[str, Any]]:
        """See `base.Read.gathered`."""
        return [
            {
                "agent": row["agent"],
                "letter": row["id"],
                "ticket": row["number"],
                "context": rows.loads(row["context"], {}),
                "due_at": rows.time_of(row["due_at"]),
            }
            for row in self.all(GATHERED, {"before": rows.micros(before)})
        ]

    def accounted(self, since: datetime, until: datetime) -> tuple[int, int]:
        """See `base.Read.accounted`."""
        row = self.one(ACCOUNTED, {"since": rows.micros(since), "until": rows.micros(until)})
        assert row is not None
        return int(row["total"]), int(row["known"])
