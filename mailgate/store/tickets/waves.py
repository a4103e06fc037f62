"""Waves: near-equal mails of people nobody knew, the tickets that wait with them, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mailgate.core.model.desk_rows import HeldTicket, Opening, Wave
from mailgate.store import rows
from mailgate.store.session import Room

_MOST = 2000  # openings looked at after a start
_WORDS = 2000  # characters of each

WAVES = "SELECT * FROM wave WHERE settled_at IS NULL OR settled_at > :since ORDER BY began_at LIMIT 200"
WAITING = """ticket.number, wave_ticket.wave, wave.verdict, wave_ticket.ack, wave_ticket.told
FROM wave_ticket JOIN wave ON wave.key = wave_ticket.wave JOIN ticket ON ticket.id = wave_ticket.ticket
WHERE wave_ticket.done = 0"""
HELD = f"SELECT {WAITING} AND wave_ticket.wave = :wave ORDER BY wave_ticket.ticket LIMIT :limit"
TO_SETTLE = f"SELECT {WAITING} AND wave.verdict <> '' ORDER BY wave_ticket.wave LIMIT :limit"
ASKED = "UPDATE wave SET asked_at = :now WHERE key = :wave"
JUDGED = "UPDATE wave SET verdict = :verdict, settled_at = :now WHERE key = :wave AND verdict = ''"
# An agent's later word that they are real stops what comes from being filed as spam; what was closed stays closed.
SAID = (
    "UPDATE wave SET verdict = :verdict, settled_at = :now "
    "WHERE key = :wave AND (verdict = '' OR verdict = 'spam' AND :verdict = 'real')"
)
VERDICT = "SELECT verdict FROM wave WHERE key = :wave"
DONE = "UPDATE wave_ticket SET done = 1 WHERE ticket = (SELECT id FROM ticket WHERE number = :number)"
BEGUN = """
INSERT INTO wave (key, department, sketch, began_at) VALUES (:wave, :department, :sketch, :at)
ON CONFLICT (key) DO NOTHING
"""
JOINED = """
INSERT INTO wave_ticket (ticket, wave, ack, told) VALUES (:ticket, :wave, :ack, :told) ON CONFLICT (ticket) DO NOTHING
"""
# Of people without an earlier ticket, and with the words that opened theirs.
OPENINGS = """
SELECT ticket.number, entry.mail, ticket.department, mail.subject, substr(entry.text, 1, :words) AS text,
  ticket.created_at AS at
FROM ticket JOIN entry ON entry.id = (SELECT min(id) FROM entry AS first WHERE first.ticket = ticket.id)
JOIN mail ON mail.number = entry.mail
WHERE ticket.created_at >= :since AND entry.kind = 'customer' AND mail.origin = 'live' AND NOT EXISTS (
  SELECT 1 FROM ticket AS earlier WHERE earlier.requester = ticket.requester AND earlier.created_at < ticket.created_at
) ORDER BY ticket.created_at DESC LIMIT :limit
"""
UNTOLD = """
SELECT DISTINCT letter.id FROM ticket JOIN letter ON letter.ticket = ticket.id
JOIN delivery ON delivery.letter = letter.id
WHERE ticket.number = :number AND letter.audience = 'agent' AND letter.template = 'notice'
  AND delivery.state IN ('waiting', 'held')
"""


class Waves(Room):
    """What is kept of waves."""

    def lately(self, since: datetime) -> list[Wave]:
        """Those that wait for a word, and those that had it since then."""
        return [
            Wave(row["key"], row["department"], tuple(rows.loads(row["sketch"], [])), rows.time_of(row["began_at"]),
                 rows.moment(row["asked_at"]), row["verdict"], rows.moment(row["settled_at"]))
            for row in self.session.all(WAVES, {"since": rows.micros(since)})
        ]  # fmt: skip

    def held(self, wave: str, limit: int) -> list[HeldTicket]:
        """The tickets that wait with a wave, oldest first."""
        return [_held(row) for row in self.session.all(HELD, {"wave": wave, "limit": limit})]

    def to_settle(self, limit: int) -> list[HeldTicket]:
        """Tickets of waves that had their word and have not followed it yet."""
        return [_held(row) for row in self.session.all(TO_SETTLE, {"limit": limit})]

    def openings(self, since: datetime) -> list[Opening]:
        """What people without an earlier ticket wrote since then, oldest first: to count again after a start."""
        params = {"since": rows.micros(since), "limit": _MOST, "words": _WORDS}
        found = self.session.all(OPENINGS, params)
        return [Opening(**{**dict(row), "at": rows.time_of(row["at"])}) for row in reversed(found)]

    def untold(self, number: int) -> tuple[int, ...]:
        """Notices of a ticket that have not left."""
        return tuple(row["id"] for row in self.session.all(UNTOLD, {"number": number}))

    def asked(self, wave: str, now: datetime) -> None:
        """The lead has been asked, or there is nobody to ask."""
        self.session.run(ASKED, {"wave": wave, "now": rows.micros(now)})

    def judge(self, wave: str, verdict: str, now: datetime) -> bool:
        """A word about a wave; False when there was one."""
        return self.session.run(JUDGED, {"wave": wave, "verdict": verdict, "now": rows.micros(now)}) > 0

    def verdicts(self, waves: Iterable[str]) -> Mapping[str, str]:
        """What was said of each."""
        return {wave: self.session.scalar(VERDICT, {"wave": wave}) or "" for wave in waves}

    def done(self, number: int) -> None:
        """A ticket has followed its wave."""
        self.session.run(DONE, {"number": number})


def _held(row: rows.Row) -> HeldTicket:
    return HeldTicket(**{**dict(row), "told": bool(row["told"])})
