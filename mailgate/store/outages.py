"""What stands while something is out of order: news for everybody, incidents, and one answer for many tickets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from mailgate.core.model import outage
from mailgate.core.model.desk_rows import OpeningWords
from mailgate.core.model.outage import Incident, Mailing, News
from mailgate.store import rows
from mailgate.store.session import Room
from mailgate.store.settings import Settings
from mailgate.store.tickets.statements import NEWEST_EVENT

T = TypeVar("T", News, Incident)
NEWS, INCIDENTS = "news", "incidents"  # settings, read with what else a decision leans on (`statements.STANDING`)
OPENING = """ticket.number, ticket.subject, ticket.language, ticket.created_at, (
  SELECT substr(entry.text, 1, :most) FROM entry WHERE entry.ticket = ticket.id AND entry.kind = 'customer'
  ORDER BY entry.at, entry.id LIMIT 1
) AS text FROM ticket"""
# What opened the tickets that are worked on in a department, the newest first.
AT_WORK = f"""
SELECT {OPENING}
WHERE ticket.department = :department AND ticket.status IN ('new', 'open', 'waiting', 'hold')
ORDER BY ticket.id DESC LIMIT :limit
"""
# What opened a department's tickets of some time, the newest first. The `||` keeps to the index of that time, in its
# order; by the department's own every ticket there ever was would be read and sorted.
OPENED = f"""
SELECT {OPENING}
WHERE ticket.created_at >= :since AND ticket.created_at < :until AND ticket.department || '' = :department
ORDER BY ticket.created_at DESC LIMIT :limit
"""
TAGGED = """
SELECT ticket.number FROM tag JOIN ticket ON ticket.id = tag.ticket
WHERE tag.tag = :tag AND ticket.department = :department AND ticket.status IN ('new', 'open', 'waiting', 'hold')
ORDER BY ticket.number LIMIT :limit
"""
BEGIN = """
INSERT INTO mailing (mail, name, department, agent, lead, text, solve, event, begins_at)
VALUES (:mail, :name, :department, :agent, :lead, :text, :solve, :event, :begins_at) ON CONFLICT (mail) DO NOTHING
"""
WANTED = "INSERT INTO mailing_ticket (mailing, ticket) VALUES (:mailing, :ticket) ON CONFLICT DO NOTHING"
MAILINGS = "SELECT * FROM mailing WHERE begins_at <= :now ORDER BY mail"
UNANSWERED = "SELECT ticket FROM mailing_ticket WHERE mailing = :mailing AND became = '' ORDER BY ticket LIMIT :limit"
SENT = "SELECT count(*) FROM mailing_ticket WHERE mailing = :mailing AND became = 'sent'"
PASSED_OVER = """
SELECT ticket, became FROM mailing_ticket WHERE mailing = :mailing AND became NOT IN ('', 'sent') ORDER BY ticket
"""
SETTLE = """
UPDATE mailing_ticket SET became = :became WHERE mailing = :mailing AND ticket = :ticket AND became = ''
"""
HAPPENED = """
SELECT DISTINCT event.new FROM event JOIN ticket ON ticket.id = event.ticket
WHERE ticket.number = :ticket AND event.id > :event AND event.kind = 'entry' AND event.new IN ('customer', 'agent')
"""
DROP_WANTED = "DELETE FROM mailing_ticket WHERE mailing = :mailing"
DROP_MAILING = "DELETE FROM mailing WHERE mail = :mailing"


class Outages(Room):
    """Answers `outage_verbs.OutageTx`."""

    def news(self, now: datetime) -> tuple[News, ...]:
        """What departments tell everybody who writes, at the moment."""
        return outage.in_force(outage.news_from_plain(self._kept(NEWS)), now)

    def incidents(self, now: datetime) -> tuple[Incident, ...]:
        """What goes on at the moment."""
        return outage.in_force(outage.incidents_from_plain(self._kept(INCIDENTS)), now)

    def at_work(self, department: str, limit: int) -> list[OpeningWords]:
        """See `outage_verbs.OutageRead.at_work`."""
        params = {"department": department, "limit": limit, "most": outage.LONGEST_READ}
        return [_opening(row) for row in self.session.all(AT_WORK, params)]

    def opened(self, department: str, since: datetime, until: datetime, limit: int) -> list[OpeningWords]:
        """See `outage_verbs.OutageRead.opened`."""
        params = {
            "department": department,
            "since": rows.micros(since),
            "until": rows.micros(until),
            "limit": limit,
            "most": outage.LONGEST_READ,
        }
        return [_opening(row) for row in self.session.all(OPENED, params)]

    def set_news(self, department: str, news: News | None, now: datetime) -> str:
        """See `outage_verbs.OutageTx.set_news`."""
        before, left = _without(self.news(now), lambda one: one.department == department)
        self._keep(NEWS, outage.news_to_plain((*left, *((news,) if news else ()))))
        return f"{department}: {before.words()}" if before else ""

    def set_incident(self, department: str, name: str, incident: Incident | None, now: datetime) -> str:
        """See `outage_verbs.OutageTx.set_incident`."""
        before, left = _without(self.incidents(now), lambda one: (one.department, one.name) == (department, name))
        self._keep(INCIDENTS, outage.incidents_to_plain((*left, *((incident,) if incident else ()))))
        return f"{department}: {name} {before.words}" if before else ""

    # --- one answer for many --------------------------------------------------------------------------------------

    def tagged(self, department: str, tag: str, limit: int) -> tuple[int, ...]:
        """See `outage_verbs.OutageRead.tagged`."""
        params = {"department": department, "tag": tag, "limit": limit}
        return tuple(row["number"] for row in self.session.all(TAGGED, params))

    def newest_event(self) -> int:
        """The newest line of the journal."""
        return int(self.session.scalar(NEWEST_EVENT, {}))

    def begin(self, mailing: Mailing, numbers: Sequence[int]) -> None:
        """These tickets wait for the letter."""
        kept = {field.name: getattr(mailing, field.name) for field in fields(mailing)}
        kept |= {"text": rows.clean(mailing.text), "solve": int(mailing.solve)}
        self.session.run(BEGIN, {**kept, "begins_at": rows.micros(mailing.begins_at)})
        self.session.many(WANTED, [{"mailing": mailing.mail, "ticket": number} for number in numbers])

    def mailings(self, now: datetime) -> list[Mailing]:
        """Those that have begun and not ended."""
        found = (dict(row) for row in self.session.all(MAILINGS, {"now": rows.micros(now)}))
        return [
            Mailing(**{**row, "solve": bool(row["solve"]), "begins_at": rows.time_of(row["begins_at"])})
            for row in found
        ]

    def unanswered(self, mailing: int, limit: int) -> list[int]:
        """Tickets that wait for their letter."""
        return [row["ticket"] for row in self.session.all(UNANSWERED, {"mailing": mailing, "limit": limit})]

    def sent(self, mailing: int) -> int:
        """How many letters are written."""
        return int(self.session.scalar(SENT, {"mailing": mailing}))

    def passed_over(self, mailing: int) -> list[tuple[int, str]]:
        """Tickets that got none, and why."""
        return [(row["ticket"], row["became"]) for row in self.session.all(PASSED_OVER, {"mailing": mailing})]

    def happened(self, ticket: int, event: int) -> tuple[str, ...]:
        """See `outage_verbs.OutageRead.happened`."""
        return tuple(row["new"] for row in self.session.all(HAPPENED, {"ticket": ticket, "event": event}))

    def settle(self, mailing: int, ticket: int, became: str) -> bool:
        """See `outage_verbs.OutageTx.settle`."""
        return bool(self.session.run(SETTLE, {"mailing": mailing, "ticket": ticket, "became": became}))

    def end(self, mailing: int) -> None:
        """Nothing of it is kept: the words stand in the tickets, and the receipt tells of the rest."""
        self.session.run(DROP_WANTED, {"mailing": mailing})
        self.session.run(DROP_MAILING, {"mailing": mailing})

    def _kept(self, key: str) -> Sequence[Any]:
        found: Sequence[Any] = rows.loads(Settings(self.session).get(key), ())
        return found

    def _keep(self, key: str, kept: Sequence[Any]) -> None:
        Settings(self.session).set(key, rows.dumps(kept) if kept else None)


def _opening(row: rows.Row) -> OpeningWords:
    at = rows.time_of(row["created_at"])
    return OpeningWords(row["number"], row["subject"], row["text"] or "", row["language"], at)


def _without(known: Sequence[T], gone: Callable[[T], bool]) -> tuple[T | None, list[T]]:
    return next((one for one in known if gone(one)), None), [one for one in known if not gone(one)]
