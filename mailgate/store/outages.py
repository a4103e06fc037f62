"""What stands while something is out of order: news for everybody, and incidents that gather tickets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from mailgate.core.model import outage
from mailgate.core.model.desk_rows import OpeningWords
from mailgate.core.model.outage import Incident, News
from mailgate.store import rows
from mailgate.store.session import Room
from mailgate.store.settings import DROP_SETTING, SET_SETTING, SETTING

T = TypeVar("T", News, Incident)
NEWS, INCIDENTS = "news", "incidents"  # settings, read with what else a decision leans on (`statements.STANDING`)
# What opened the tickets that are worked on in a department, the newest first.
AT_WORK = """
SELECT ticket.number, ticket.subject, ticket.language, ticket.created_at, (
  SELECT substr(entry.text, 1, :most) FROM entry WHERE entry.ticket = ticket.id AND entry.kind = 'customer'
  ORDER BY entry.at, entry.id LIMIT 1
) AS text FROM ticket
WHERE ticket.department = :department AND ticket.status IN ('new', 'open', 'waiting', 'hold')
ORDER BY ticket.id DESC LIMIT :limit
"""


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
        return [
            OpeningWords(
                row["number"], row["subject"], row["text"] or "", row["language"], rows.time_of(row["created_at"])
            )
            for row in self.session.all(AT_WORK, params)
        ]

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

    def _kept(self, key: str) -> Sequence[Any]:
        found: Sequence[Any] = rows.loads(self.session.scalar(SETTING, {"key": key}), ())
        return found

    def _keep(self, key: str, kept: Sequence[Any]) -> None:
        if kept:
            self.session.run(SET_SETTING, {"key": key, "value": rows.clean(rows.dumps(kept))})
        else:
            self.session.run(DROP_SETTING, {"key": key})


def _without(known: Sequence[T], gone: Callable[[T], bool]) -> tuple[T | None, list[T]]:
    return next((one for one in known if gone(one)), None), [one for one in known if not gone(one)]
