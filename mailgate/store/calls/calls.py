"""Calls, each a row that its events fill in; whose line it is stands on tickets, in any notation (`phone.same`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailgate.core.model.mail import Address
from mailgate.core.programs.called import KnownCall
from mailgate.core.programs.calls import Happened
from mailgate.core.text import phone
from mailgate.store import rows
from mailgate.store.calls_asked import RecordingDue
from mailgate.store.session import Room
from mailgate.store.tickets.statements import CALLER, TICKET_OF_ID

GET = "SELECT * FROM call WHERE program = :program AND key = :key"
KEEP = """
INSERT INTO call (program, key, line, number, called, agent, at, rang, answered_at, over, seconds, recording)
VALUES (:program, :key, :line, :number, :called, :agent, :at, :rang, :answered_at, :over, :seconds, :recording)
ON CONFLICT (program, key) DO UPDATE SET line = excluded.line, number = excluded.number, called = excluded.called,
  agent = excluded.agent, at = excluded.at, rang = excluded.rang, answered_at = excluded.answered_at,
  over = excluded.over, seconds = excluded.seconds, recording = excluded.recording
"""
MEMO = "SELECT message_id FROM call WHERE program = :program AND key = :key"
FILED = "UPDATE call SET message_id = :id, fetch_at = :fetch_at WHERE program = :program AND key = :key"
FETCH = "UPDATE call SET fetch_at = :at, tries = :tries WHERE program = :program AND key = :key"
EARLIER = """
SELECT message_id FROM call WHERE line = :line AND line <> '' AND at >= :since AND over = 'missed' AND message_id <> ''
ORDER BY at DESC LIMIT 10
"""
JOINED = """
SELECT other.canonical FROM address JOIN address AS other ON other.contact = address.contact
WHERE address.canonical = :key ORDER BY other.id
"""
DUE = "SELECT * FROM call WHERE fetch_at IS NOT NULL AND fetch_at <= :now ORDER BY fetch_at LIMIT :limit"
TIDY = "DELETE FROM call WHERE at < :before"
OF_LINE = "SELECT DISTINCT number FROM call WHERE line = :line AND line <> ''"
FORGET_NUMBER = "DELETE FROM call WHERE line = :line AND line <> '' AND number = :number"
FORGET_MEMO = "DELETE FROM call WHERE message_id = :id AND message_id <> ''"


class Calls(Room):
    """Each one statement."""

    def get(self, program: str, call: str) -> KnownCall | None:
        """See `calls_asked.CallsRead.get`."""
        row = self.session.one(GET, {"program": program, "key": rows.clean(call)})
        return None if row is None else _call(row)

    def memo(self, program: str, call: str) -> str:
        """See `calls_asked.CallsRead.memo`."""
        return self.session.scalar(MEMO, {"program": program, "key": rows.clean(call)}) or ""

    def earlier(self, line: str, since: datetime) -> list[str]:
        """See `calls_asked.CallsRead.earlier`."""
        found = self.session.all(EARLIER, {"line": line, "since": rows.micros(since)})
        return [row["message_id"] for row in found]

    def ticket_of(self, message_id: str) -> int | None:
        """See `calls_asked.CallsRead.ticket_of`."""
        number: int | None = self.session.scalar(TICKET_OF_ID, {"id": message_id})
        return number

    def people(self, number: str, limit: int) -> list[Address]:
        """See `calls_asked.CallsRead.people`."""
        line = phone.line(number)
        found = self.session.all(CALLER, {"tail": line[-phone.SHORTEST :]}) if line else []
        each = {row["contact"]: row for row in reversed(found) if phone.same(row["value"], number)}
        newest = sorted(each.values(), key=lambda row: -row["newest"])
        return [Address(row["addr"], row["name"]) for row in newest[:limit]]

    def joined(self, key: str) -> list[str]:
        """See `calls_asked.CallsRead.joined`."""
        return [row["canonical"] for row in self.session.all(JOINED, {"key": key})]

    def due(self, now: datetime, limit: int) -> list[RecordingDue]:
        """See `calls_asked.CallsRead.due`."""
        found = self.session.all(DUE, {"now": rows.micros(now), "limit": limit})
        return [RecordingDue(_call(row), row["message_id"], row["tries"]) for row in found]

    def keep(self, call: KnownCall) -> None:
        """See `calls_asked.CallsTx.keep`."""
        self.session.run(
            KEEP,
            {
                "program": call.program,
                "key": rows.clean(call.id),
                "line": phone.line(call.number),
                "number": call.number,
                "called": call.called,
                "agent": rows.clean(call.agent),
                "at": rows.micros(call.at),
                "rang": int(call.rang),
                "answered_at": rows.micros_or_none(call.answered_at),
                "over": call.over.value if call.over else "",
                "seconds": call.seconds,
                "recording": call.recording,
            },
        )

    def filed(self, program: str, call: str, message_id: str, fetch_at: datetime | None) -> None:
        """See `calls_asked.CallsTx.filed`."""
        at = rows.micros_or_none(fetch_at)
        self.session.run(FILED, {"program": program, "key": rows.clean(call), "id": message_id, "fetch_at": at})

    def fetch(self, program: str, call: str, at: datetime | None, tries: int) -> None:
        """See `calls_asked.CallsTx.fetch`."""
        params = {"program": program, "key": rows.clean(call), "at": rows.micros_or_none(at), "tries": tries}
        self.session.run(FETCH, params)

    def tidy(self, before: datetime) -> int:
        """See `calls_asked.CallsTx.tidy`."""
        return self.session.run(TIDY, {"before": rows.micros(before)})

    def forget(self, numbers: Iterable[str], message_ids: Iterable[str]) -> int:
        """See `calls_asked.CallsTx.forget`."""
        count = 0
        for number in numbers:
            for line in phone.lines(number):
                known = [row["number"] for row in self.session.all(OF_LINE, {"line": line})]
                theirs = [{"line": line, "number": one} for one in known if phone.same(one, number)]
                count += sum(self.session.run(FORGET_NUMBER, one) for one in theirs)
        return count + sum(self.session.run(FORGET_MEMO, {"id": one}) for one in message_ids)


def _call(row: rows.Row) -> KnownCall:
    return KnownCall(
        program=row["program"],
        id=row["key"],
        at=rows.time_of(row["at"]),
        number=row["number"],
        called=row["called"],
        agent=row["agent"],
        rang=bool(row["rang"]),
        answered_at=rows.moment(row["answered_at"]),
        over=Happened(row["over"]) if row["over"] else None,
        seconds=row["seconds"],
        recording=row["recording"],
    )
