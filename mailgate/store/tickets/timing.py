"""What time alone makes due: tickets to archive, parked mail nobody answers, notices that have gathered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mailgate.core.model.ticket import Ticket
from mailgate.store import rows
from mailgate.store import statements as sql
from mailgate.store.tickets.queries import Queries

RESTED = f"""{sql.TICKET_COLUMNS}
WHERE ticket.status = 'solved' AND ticket.status_since <= :before ORDER BY ticket.status_since LIMIT :limit
"""
_WAITS = """
SELECT parking.mail, parking.agent, parking.why, parking.at, parking.doubt, parking.asks, parking.asked_at,
  parking.told_at, parking.text, mail.subject, mail.author, mail.arrived_at FROM parking
JOIN mail ON mail.number = parking.mail
WHERE parking.settled_at IS NULL AND parking.agent <> ''
"""
UNANSWERED = f"""{_WAITS} AND (parking.asks = 0 AND parking.doubt = 1 OR parking.asks = 1 AND parking.asked_at <= :again
  OR parking.told_at IS NULL AND parking.at <= :tell)
ORDER BY parking.mail LIMIT :limit
"""
DOUBTED = f"{_WAITS} AND parking.agent = :agent AND parking.doubt = 1 ORDER BY parking.asks, parking.mail LIMIT :limit"
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


class DueByTime(Queries):
    """Small look-ups by index for jobs that come every few seconds."""

    def rested(self, before: datetime, limit: int) -> list[Ticket]:
        """See `base.Read.rested`."""
        found = self.all(RESTED, {"before": rows.micros(before), "limit": limit})
        return [self.bare(row) for row in found]

    def unanswered(self, again: datetime, tell: datetime, limit: int) -> list[Mapping[str, Any]]:
        """Parked mail in doubt that its agent was not asked about, mail asked about once, at `again` or earlier, and
        mail parked at `tell` or earlier that no lead has heard of.

        Keys: `mail agent why at doubt asks asked_at told_at text subject author arrived_at`; `agent` is who is asked.
        """
        params = {"again": rows.micros(again), "tell": rows.micros(tell), "limit": limit}
        return [_parked(row) for row in self.all(UNANSWERED, params)]

    def doubted(self, agent: str, limit: int) -> list[Mapping[str, Any]]:
        """Parked mail in this agent's name without proof, what they were not asked about first; as `unanswered`."""
        return [_parked(row) for row in self.all(DOUBTED, {"agent": agent, "limit": limit})]

    def last_asked(self, agent: str) -> datetime | None:
        """When the agent was last asked about mail in doubt that still waits."""
        return rows.moment(self.scalar(sql.ASKED_AT, {"agent": agent}))

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


def _parked(row: Any) -> Mapping[str, Any]:
    times = {"at": rows.time_of(row["at"]), "arrived_at": rows.time_of(row["arrived_at"])}
    return {**dict(row), **times, "doubt": bool(row["doubt"]), "asked_at": rows.moment(row["asked_at"])}
