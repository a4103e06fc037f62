"""The rows of the board: what is owed by the hour, what came and went by the day, the first of each department."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from mailgate.core.pages.board import AHEAD, HOUR, PAST, Held, Pressing
from mailgate.store import rows
from mailgate.store.report import FILED
from mailgate.store.session import Room
from mailgate.store.tickets.statements import PRACTICE

# Broken before the hours that are shown is one figure.
DUE = f"""
SELECT department, CASE WHEN due_at < :first THEN -1 ELSE (due_at - :first) / :hour END AS at, count(*) AS n
FROM ticket INDEXED BY ticket_live
WHERE status NOT IN ('solved', 'archived') AND status IN ('new', 'open') AND due_at IS NOT NULL AND due_at < :until
  AND department NOT IN {PRACTICE}
GROUP BY 1, 2
"""  # noqa: S608
CAME = f"""
SELECT department, count(*) AS n FROM ticket
WHERE created_at >= :since AND created_at < :until AND merged_into IS NULL AND department NOT IN {PRACTICE}
GROUP BY department
"""  # noqa: S608
SOLVED = f"""
SELECT department, count(*) AS n FROM ticket INDEXED BY ticket_solved
WHERE solved_at IS NOT NULL AND solved_at >= :since AND solved_at < :until AND merged_into IS NULL AND NOT {FILED}
  AND department NOT IN {PRACTICE}
GROUP BY department
"""  # noqa: S608
_PRESSING = """number, subject, language, department, coalesce(owner, '') AS owner, status, priority, due_at,
  requester_name,
  (SELECT addr FROM address WHERE address.id = ticket.requester) AS requester
FROM ticket INDEXED BY ticket_queue
WHERE status NOT IN ('waiting', 'hold', 'solved', 'archived') AND department = :department AND due_at {0}
"""
OWED = f"SELECT {_PRESSING.format('IS NOT NULL')} ORDER BY due_at, rank, created_at LIMIT :limit"
NOT_OWED = f"SELECT {_PRESSING.format('IS NULL')} ORDER BY rank, created_at LIMIT :limit"
PARKED = """
SELECT why = 'trap' AS trap, count(*) AS n, min(at) AS oldest FROM parking WHERE settled_at IS NULL GROUP BY 1
"""

QUARANTINED = "SELECT count(*) AS n, min(accepted_at) AS oldest FROM mail WHERE fate = 'quarantined'"
UNCERTAIN = "SELECT count(*) AS n, min(created_at) AS oldest FROM delivery WHERE state = 'uncertain'"
# Of tickets that somebody has: the newest words are a bounce's.
BOUNCED = """
SELECT count(*) AS n, min(at) AS oldest FROM (
  SELECT (SELECT CASE entry.kind WHEN 'bounce' THEN entry.at END FROM entry
          WHERE entry.ticket = ticket.id AND entry.kind IN ('customer', 'agent', 'bounce')
          ORDER BY entry.id DESC LIMIT 1) AS at
  FROM ticket INDEXED BY ticket_live
  WHERE status NOT IN ('solved', 'archived') AND status IN ('new', 'open') AND owner IS NOT NULL
) AS newest WHERE at IS NOT NULL
"""


class Board(Room):
    """Each is a few statements over what is at work, never over what was done."""

    def due(self, now: datetime) -> tuple[tuple[str, int, int], ...]:
        """See `window_asked.BoardRead.due`."""
        first, until = now - PAST * HOUR, now + AHEAD * HOUR
        params = {"first": rows.micros(first), "until": rows.micros(until), "hour": HOUR // timedelta(microseconds=1)}
        return tuple((row["department"], row["at"] - PAST, row["n"]) for row in self.session.all(DUE, params))

    def day(self, since: datetime, until: datetime) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """See `window_asked.BoardRead.day`."""
        span = {"since": rows.micros(since), "until": rows.micros(until)}
        came, solved = (self.session.all(statement, span) for statement in (CAME, SOLVED))
        return {row["department"]: row["n"] for row in came}, {row["department"]: row["n"] for row in solved}

    def pressing(self, department: str, limit: int) -> list[Pressing]:
        """See `window_asked.BoardRead.pressing`."""
        found = self.session.all(OWED, {"department": department, "limit": limit})
        if len(found) < limit:
            found += self.session.all(NOT_OWED, {"department": department, "limit": limit - len(found)})
        return [
            Pressing(
                row["number"],
                row["subject"],
                row["requester_name"] or row["requester"],
                row["language"],
                row["department"],
                row["owner"],
                row["status"],
                row["priority"],
                rows.moment(row["due_at"]),
            )
            for row in found
        ]

    def bounced(self) -> tuple[int, datetime | None]:
        """See `window_asked.BoardRead.bounced`."""
        row = self.session.one(BOUNCED, {})
        assert row is not None
        return row["n"], rows.moment(row["oldest"])

    def held(self, bounced: tuple[int, datetime | None]) -> Held:
        """See `window_asked.BoardRead.held`."""
        parked = {bool(row["trap"]): row for row in self.session.all(PARKED, {})}
        unread, uncertain = self.session.one(QUARANTINED, {}), self.session.one(UNCERTAIN, {})
        assert unread is not None and uncertain is not None
        since = [rows.moment(row["oldest"]) for row in (*parked.values(), unread, uncertain)]
        return Held(
            parked=parked[False]["n"] if False in parked else 0,
            trapped=parked[True]["n"] if True in parked else 0,
            quarantined=unread["n"],
            uncertain=uncertain["n"],
            bounced=bounced[0],
            oldest=min((one for one in (*since, bounced[1]) if one), default=None),
        )
