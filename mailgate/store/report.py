"""Counts: the state of the desk and its queues, and the rows that reports are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mailgate.core.model.desk_rows import Counts, DeskLoad, Load, MailQueue, Praise, QueueRow, Queues, Today
from mailgate.store import rows
from mailgate.store.session import Room
from mailgate.store.tickets.statements import PRACTICE

TAGS = "(SELECT group_concat(tag.tag, char(31)) FROM tag WHERE tag.ticket = ticket.id)"
# Where trainees practise nothing is counted, unless that department is asked for.
HERE = (
    "AND (:department IS NULL OR ticket.department = :department) "
    f"AND (:department IS NOT NULL OR ticket.department NOT IN {PRACTICE})"
)
# Ended by `#file` or as spam, which is no solution. The journal has the reason at the very moment, so a later end is
# another matter.
FILED = (
    "EXISTS (SELECT 1 FROM event WHERE event.ticket = ticket.id AND event.kind = 'why' "
    "AND event.new IN ('filed', 'spam') AND event.at = ticket.solved_at)"
)
# Ended by the customer, whom an article helped.
HELPED = FILED.replace("IN ('filed', 'spam')", "= 'article'")
TICKETS = f"""
SELECT department, owner, created_at, first_response_at, solved_at, first_kept, resolve_kept, due_first, due_resolve,
  {TAGS}, (solved_at >= :since AND {FILED}), (solved_at >= :since AND {HELPED})
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
PRAISE = """
SELECT ticket.number, ticket.department, vote.score, vote.comment, (
  SELECT group_concat(author, char(31)) FROM (
    SELECT DISTINCT entry.author FROM entry WHERE entry.ticket = ticket.id AND entry.kind = 'agent'
  ) AS authors
) AS answered
FROM vote JOIN ticket ON ticket.id = vote.ticket
WHERE vote.at >= :since AND vote.at < :until AND vote.score >= 9 AND trim(vote.comment) <> ''
  AND NOT EXISTS (SELECT 1 FROM vote AS later WHERE later.ticket = vote.ticket AND later.id > vote.id
                  AND later.at < :until)
  AND NOT EXISTS (SELECT 1 FROM tag WHERE tag.ticket = ticket.id AND tag.tag IN ('complaint', 'spam'))
ORDER BY vote.score DESC, vote.at LIMIT 500
"""
# Broken is what was owed when its time had come; then it matters whether the customer heard of it before.
PROMISES = f"""
SELECT ticket.department, ticket.owner, {TAGS}, promise.made_at, promise.due_at, promise.ended_at, promise.kept, CASE
  WHEN promise.due_at < :until AND (promise.ended_at IS NULL OR promise.ended_at > promise.due_at) THEN (
    SELECT min(delivery.sent_at) FROM letter JOIN delivery ON delivery.letter = letter.id
    WHERE letter.ticket = promise.ticket AND letter.template = 'delayed' AND letter.created_at >= promise.made_at
      AND delivery.state = 'sent'
  ) END
FROM promise JOIN ticket ON ticket.id = promise.ticket
WHERE promise.id IN (
  SELECT id FROM promise WHERE made_at >= :since AND made_at < :until
  UNION SELECT id FROM promise WHERE due_at >= :since AND due_at < :until
  UNION SELECT id FROM promise WHERE ended_at >= :since AND ended_at < :until
) AND ticket.merged_into IS NULL {HERE}
"""  # noqa: S608
# Of a merged ticket where the work was done; `#undo` is a line of its own, with the opposite.
SPENT = f"""
SELECT ticket.department, event.actor, {TAGS}, event.at, CAST(event.new AS INTEGER),
  substr(address.canonical, instr(address.canonical, '@') + 1)
FROM event JOIN ticket ON ticket.id = event.ticket JOIN address ON address.id = ticket.requester
WHERE event.kind = 'spent' AND event.at >= :since AND event.at < :until {HERE}
"""  # noqa: S608
SPENT_ON = """
WITH RECURSIVE whole (id) AS (
  SELECT id FROM ticket WHERE number = :number
  UNION SELECT ticket.id FROM whole JOIN ticket ON ticket.merged_into = whole.id
) SELECT coalesce(sum(CAST(event.new AS INTEGER)), 0)
FROM whole JOIN event ON event.ticket = whole.id WHERE event.kind = 'spent'
"""
PROMISES_OF = """
SELECT which, due_at, kept FROM promise WHERE ticket = (SELECT id FROM ticket WHERE number = :number) ORDER BY id
"""
# Letters are numbered as they are written: where a period begins is looked for by halves, and read from there.
NEWEST_LETTER = "SELECT max(id) FROM letter"
LETTER_FROM = "SELECT created_at FROM letter WHERE id >= :id ORDER BY id LIMIT 1"
TOLD = """
SELECT letter.agent, letter.template, letter.created_at / 86400000000, count(*) FROM letter
WHERE letter.id >= :first AND letter.created_at < :until AND letter.audience = 'agent'
  AND EXISTS (SELECT 1 FROM delivery WHERE delivery.letter = letter.id AND delivery.state = 'sent')
GROUP BY 1, 2, 3
"""
SUBJECTS = f"""
SELECT subject FROM ticket WHERE created_at >= :since AND created_at < :until AND merged_into IS NULL {HERE}
ORDER BY created_at DESC LIMIT :limit
"""  # noqa: S608
FIRST_RESPONSES = """
SELECT department, created_at, first_response_at FROM ticket
WHERE first_response_at >= :since AND first_response_at < :until AND merged_into IS NULL
"""
ACCOUNTED = """
SELECT count(*) AS total, count(fate) AS known FROM mail WHERE accepted_at >= :since AND accepted_at < :until
"""
FATES = ("filed", "duplicate", "dropped", "parked", "quarantined")

COUNTED_FATES = "SELECT fate, count(*) AS n FROM mail GROUP BY fate"
TODAY = f"""
SELECT (SELECT count(*) FROM ticket WHERE created_at >= :midnight AND department NOT IN {PRACTICE}) AS opened,
  (SELECT count(*) FROM ticket WHERE status = 'solved' AND status_since >= :midnight AND NOT {FILED}
     AND department NOT IN {PRACTICE}) AS solved,
  (SELECT count(*) FROM ticket WHERE status = 'solved' AND status_since >= :midnight AND {FILED}
     AND department NOT IN {PRACTICE}) AS filed,
  count(*) - coalesce(sum(of_agent), 0) AS mails, coalesce(sum(of_agent), 0) AS agents
FROM (SELECT author <> '' AND (EXISTS (SELECT 1 FROM agent WHERE agent.address = mail.author)
                               OR EXISTS (SELECT 1 FROM alias WHERE alias.address = mail.author)) AS of_agent
      FROM mail WHERE accepted_at >= :midnight AND NOT EXISTS (
        SELECT 1 FROM mail_ticket JOIN ticket ON ticket.id = mail_ticket.ticket
        WHERE mail_ticket.mail = mail.number AND ticket.department IN {PRACTICE})) AS arrived
"""  # noqa: S608
LOAD = f"""
SELECT status, department, owner, count(*) AS tickets, min(created_at) AS oldest,
  sum(due_at IS NOT NULL AND due_at < :now AND status IN ('new', 'open')) AS overdue
FROM ticket INDEXED BY ticket_live
WHERE status NOT IN ('solved', 'archived') AND department NOT IN {PRACTICE}
GROUP BY status, department, owner ORDER BY status, department, owner
"""  # noqa: S608
MAIL_QUEUE = (
    "SELECT (SELECT count(*) FROM mail WHERE fate IS NULL) AS waiting, "
    "(SELECT min(accepted_at) FROM mail WHERE fate IS NULL) AS oldest, "
    "(SELECT count(*) FROM mail WHERE fate = 'quarantined') AS quarantined, "
    "(SELECT count(*) FROM parking WHERE settled_at IS NULL) AS parked, "
    "(SELECT max(accepted_at) FROM mail) AS last"
)
OUTBOX_QUEUE = (
    "SELECT state, count(*) AS n, min(created_at) AS oldest FROM delivery "
    "WHERE state IN ('waiting', 'leased', 'sending', 'uncertain', 'held', 'dead') GROUP BY state"
)
TICKETS_BY_STATUS = f"SELECT status, count(*) AS n FROM ticket WHERE department NOT IN {PRACTICE} GROUP BY status"  # noqa: S608
DELIVERIES_BY_STATE = "SELECT state, count(*) AS n FROM delivery GROUP BY state"
JOB_RUNS = "SELECT name, at FROM job_run"


class Report(Room):
    """Counts of now, and streams that must be read to their end inside the job that asked."""

    def audit(self) -> Mapping[str, int]:
        """Every mail accepted and its one fate; keys of the contract."""
        counts = {row["fate"]: row["n"] for row in self.session.all(COUNTED_FATES, {})}
        known = {fate: int(counts.get(fate, 0)) for fate in FATES}
        accepted = int(sum(counts.values()))
        return {"accepted": accepted, **known, "unaccounted": accepted - sum(known.values())}

    def accounted(self, since: datetime, until: datetime) -> tuple[int, int]:
        """See `counting.ReportRead.accounted`."""
        row = self.session.one(ACCOUNTED, {"since": rows.micros(since), "until": rows.micros(until)})
        assert row is not None
        return int(row["total"]), int(row["known"])

    def load(self, now: datetime) -> tuple[Load, ...]:
        """See `counting.ReportRead.load`."""
        found = self.session.all(LOAD, {"now": rows.micros(now)})
        return tuple(Load(**{**dict(row), "oldest": rows.time_of(row["oldest"])}) for row in found)

    def desk(self, now: datetime, midnight: datetime) -> DeskLoad:
        """See `counting.ReportRead.desk`."""
        load = self.load(now)
        counted = self.session.one(TODAY, {"midnight": rows.micros(midnight)})
        assert counted is not None
        return DeskLoad(
            load=load,
            overdue=sum(one.overdue for one in load),
            oldest=min((one.oldest for one in load), default=None),
            today=Today(**dict(counted)),
        )

    def queues(self) -> Queues:
        """See `counting.ReportRead.queues`."""
        deliveries = {
            row["state"]: QueueRow(row["n"], rows.moment(row["oldest"])) for row in self.session.all(OUTBOX_QUEUE, {})
        }
        mails = self.session.one(MAIL_QUEUE, {})
        assert mails is not None
        return Queues(
            mail=MailQueue(mails["waiting"], rows.moment(mails["oldest"])),
            last_mail_at=rows.moment(mails["last"]),
            quarantined=mails["quarantined"],
            parked=mails["parked"],
            outbox=deliveries,
        )

    def figures(self) -> Counts:
        """Counts for machines: `tickets` by status, `deliveries` by state, `jobs` with the time of their last run."""
        tickets = self.session.all(TICKETS_BY_STATUS, {})
        deliveries = self.session.all(DELIVERIES_BY_STATE, {})
        runs = self.session.all(JOB_RUNS, {})
        return Counts(
            tickets={row["status"]: row["n"] for row in tickets},
            deliveries={row["state"]: row["n"] for row in deliveries},
            jobs={row["name"]: rows.time_of(row["at"]) for row in runs},
        )

    # --- rows of a report, by one pass over narrow columns, never the words of a thread -------------------------------

    def tickets(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """See `counting.ReportRead.tickets`."""
        return self._stream(TICKETS, since, until, department=department)

    def reopenings(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """See `counting.ReportRead.reopenings`."""
        return self._stream(REOPENED, since, until, department=department)

    def votes(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """See `counting.ReportRead.votes`."""
        return self._stream(VOTES, since, until, department=department)

    def praise(self, since: datetime, until: datetime) -> list[Praise]:
        """See `counting.ReportRead.praise`."""
        found = self.session.all(PRAISE, {"since": rows.micros(since), "until": rows.micros(until)})
        return [
            Praise(
                row["number"],
                row["department"],
                row["score"],
                row["comment"],
                tuple(row["answered"].split("\x1f")) if row["answered"] else (),
            )
            for row in found
        ]

    def promises(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """See `counting.ReportRead.promises`."""
        return self._stream(PROMISES, since, until, department=department)

    def spent(self, since: datetime, until: datetime, department: str | None) -> Iterator[tuple[Any, ...]]:
        """See `counting.ReportRead.spent`."""
        return self._stream(SPENT, since, until, department=department)

    def spent_on(self, number: int) -> int:
        """See `counting.ReportRead.spent_on`."""
        return int(self.session.scalar(SPENT_ON, {"number": number}))

    def promises_of(self, number: int) -> list[tuple[str, datetime, bool | None]]:
        """See `counting.ReportRead.promises_of`."""
        found = self.session.all(PROMISES_OF, {"number": number})
        kept = {None: None, 0: False, 1: True}
        return [(row["which"], rows.time_of(row["due_at"]), kept[row["kept"]]) for row in found]

    def told(self, since: datetime, until: datetime) -> Iterator[tuple[Any, ...]]:
        """See `counting.ReportRead.told`."""
        low, high, begin = 0, int(self.session.scalar(NEWEST_LETTER, {}) or 0) + 1, rows.micros(since)
        while low < high:
            middle = (low + high) // 2
            at = self.session.scalar(LETTER_FROM, {"id": middle})
            low, high = (low, middle) if at is None or at >= begin else (middle + 1, high)
        return self._stream(TOLD, since, until, first=low)

    def subjects(self, since: datetime, until: datetime, department: str | None, limit: int) -> Iterator[str]:
        """See `counting.ReportRead.subjects`."""
        return (row[0] for row in self._stream(SUBJECTS, since, until, department=department, limit=limit))

    def first_responses(self, since: datetime, until: datetime) -> Iterator[tuple[Any, ...]]:
        """See `counting.ReportRead.first_responses`."""
        return self._stream(FIRST_RESPONSES, since, until)

    def _stream(self, statement: str, since: datetime, until: datetime, **more: Any) -> Iterator[tuple[Any, ...]]:
        cursor = self.session.connection.cursor()
        cursor.row_factory = None  # tuples: half the time of rows that know their names
        return iter(cursor.execute(statement, {"since": rows.micros(since), "until": rows.micros(until), **more}))
