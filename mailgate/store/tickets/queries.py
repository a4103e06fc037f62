"""Tickets and their threads: one, many, found by words, due by time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mailgate.core.model.desk_rows import JournalLine, Unowned, UnownedLoad
from mailgate.core.model.mail import Address, Attachment, canonical
from mailgate.core.model.ticket import Entry, Ticket
from mailgate.store import rows
from mailgate.store.people.erasing import blank_letters, silence
from mailgate.store.session import Room
from mailgate.store.tickets import finding
from mailgate.store.tickets import statements as sql
from mailgate.store.tickets.indexing import CURSOR, body, folded, indexed_up_to
from mailgate.store.tickets.merging import followed
from mailgate.store.values import Reminder, TicketFilter


def _among(values: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Values as the inside of a statement's `IN (...)`, and its parameters."""
    names = {f"d{i}": value for i, value in enumerate(values)}
    return ", ".join(f":{name}" for name in names), names


class Tickets(Room):
    """Everything asked of tickets without a decision in hand."""

    def get(self, number: int) -> Ticket | None:
        """See `verbs.TicketsRead.get`."""
        row = self.session.one(sql.TICKET, {"number": number})
        return None if row is None else self._ticket(row, self.entries(row["id"]))

    def at_home(self, number: int) -> rows.Row | None:
        """The row of the ticket where a number leads after all merges: one statement where none was merged."""
        row = self.session.one(sql.TICKET, {"number": number})
        if row is None or row["merged_into"] is None:
            return row
        home = followed(self.session, number)
        return None if home is None else self.session.one(sql.TICKET, {"number": home["number"]})

    def whole(self, row: rows.Row) -> Ticket:
        """A ticket with its thread, from its row."""
        return self._ticket(row, self.entries(row["id"]))

    def bare_ticket(self, number: int) -> Ticket | None:
        """A ticket without its thread."""
        row = self.session.one(sql.TICKET, {"number": number})
        return None if row is None else self._ticket(row)

    def bare(self, row: rows.Row) -> Ticket:
        """A ticket without its thread, from its row."""
        return self._ticket(row)

    def _ticket(self, row: rows.Row, entries: tuple[Entry, ...] = ()) -> Ticket:
        parts: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for part in self.session.all(sql.PARTS, {"id": row["id"], "contact": row["requester_contact"]}):
            kind = "link" if part["part"] == "backlink" else part["part"]
            parts[kind].append((part["value"], part["more"]))
        parts["link"] = [(str(number), "") for number in sorted({int(value) for value, _ in parts["link"]})]
        return rows.ticket(row, parts, entries)

    def entries(self, ticket: int) -> tuple[Entry, ...]:
        """The thread of the ticket with that row id, oldest first."""
        files: dict[int, list[Attachment]] = defaultdict(list)
        for row in self.session.all(sql.ATTACHMENTS, {"id": ticket}):
            files[row["entry"]].append(rows.attachment(row))
        return tuple(
            rows.entry(row, tuple(files.get(row["id"], ()))) for row in self.session.all(sql.ENTRIES, {"id": ticket})
        )

    def with_address(self, ticket: Ticket, others: set[str], who: Address) -> Ticket:
        """The same ticket, the participant known by one of `others` shown as `who`."""
        changed = tuple(who if person.key in others else person for person in ticket.participants)
        if changed == ticket.participants:
            return ticket
        return replace(ticket, participants=changed, requester=changed[0])

    def matching(self, wanted: TicketFilter, now: datetime) -> list[Ticket]:
        """See `verbs.TicketsRead.matching`."""
        where, params = self._where(wanted, now)
        found = self.session.all(
            f"{sql.TICKET_COLUMNS}{where} ORDER BY {sql.FIRST_COME if wanted.by_arrival else sql.DUE_FIRST} "
            "LIMIT :limit OFFSET :offset",
            {**params, "limit": wanted.limit, "offset": wanted.offset},
        )
        return [self._ticket(row) for row in found]

    def unowned(self, departments: Sequence[str], limit: int, now: datetime, *, by_arrival: bool = False) -> Unowned:
        """See `verbs.TicketsRead.unowned`."""
        among, names = _among(departments)
        asked = sql.UNOWNED_BY_ARRIVAL if by_arrival else sql.UNOWNED
        first = self.session.all(asked.format(among), {**names, "limit": limit})
        load = self.session.all(sql.UNOWNED_LOAD.format(among), {**names, "now": rows.micros(now)})
        return Unowned(
            tuple(self._ticket(row) for row in first),
            tuple(UnownedLoad(row["department"], row["tickets"], row["overdue"]) for row in load),
            int(self.session.scalar(sql.NEWEST_EVENT, {})),
        )

    def newly_unowned(self, departments: Sequence[str], event: int) -> bool:
        """See `verbs.TicketsRead.newly_unowned`."""
        among, names = _among(departments)
        return bool(self.session.scalar(sql.NEWLY_UNOWNED.format(among), {**names, "after": event}))

    def come_back(self, agent: str) -> list[Ticket]:
        """See `verbs.TicketsRead.come_back`."""
        return [self._ticket(row) for row in self.session.all(sql.COME_BACK, {"agent": agent})]

    def count(self, wanted: TicketFilter, now: datetime) -> int:
        """How many tickets there are of that kind, `limit` and `offset` aside."""
        where, params = self._where(wanted, now)
        return int(self.session.scalar(f"SELECT count(*) FROM ticket {where}", params))  # noqa: S608

    def _where(self, wanted: TicketFilter, now: datetime) -> tuple[str, dict[str, Any]]:
        conditions: list[str] = []
        params: dict[str, Any] = {}

        def among(column: str, values: Sequence[Any]) -> None:
            names = [f"p{len(params) + i}" for i in range(len(values))]
            params.update(zip(names, values, strict=True))
            conditions.append(f"{column} IN ({', '.join(':' + name for name in names)})")

        if wanted.status:
            among("ticket.status", wanted.status)
        if wanted.numbers:
            among("ticket.number", wanted.numbers)
        if wanted.department is not None:
            among("ticket.department", (wanted.department,))
        elif not (wanted.owner or wanted.numbers or wanted.watcher or wanted.customer):
            conditions.append(f"ticket.department NOT IN {sql.PRACTICE}")
        if wanted.owner is not None:
            among("ticket.owner", (wanted.owner,))
        if wanted.unowned:
            conditions.append("ticket.owner IS NULL")
        if wanted.tag is not None:
            params["tag"] = wanted.tag
            conditions.append("ticket.id IN (SELECT tag.ticket FROM tag WHERE tag.tag = :tag)")
        if wanted.watcher is not None:
            params["watcher"] = wanted.watcher
            conditions.append(
                "ticket.id IN (SELECT watcher.ticket FROM watcher WHERE watcher.agent = :watcher UNION "
                "SELECT tag.ticket FROM watched_tag JOIN tag ON tag.tag = watched_tag.tag "
                "WHERE watched_tag.agent = :watcher)"
            )
        if wanted.overdue:
            params["now"] = rows.micros(now)
            conditions.append("ticket.due_at < :now AND ticket.status NOT IN ('waiting', 'hold', 'solved', 'archived')")
        if wanted.customer is not None:
            params["customer"] = rows.clean(canonical(wanted.customer))
            conditions.append(
                "ticket.requester IN (SELECT a.id FROM address AS a JOIN address AS b ON b.contact = a.contact "
                "WHERE b.canonical = :customer)"
            )
        return ("WHERE " + " AND ".join(conditions) if conditions else ""), params

    def events(self, ticket: int) -> list[JournalLine]:
        """The journal of a ticket, oldest first."""
        return [
            JournalLine(**{**dict(row), "at": rows.time_of(row["at"]), "ticket": ticket})
            for row in self.session.all(sql.EVENTS, {"number": ticket})
        ]

    def late(self, now: datetime, limit: int) -> list[Ticket]:
        """See `verbs.TicketsRead.late`."""
        return self._due(
            "ticket.escalate_at IS NOT NULL AND ticket.escalate_at <= :now "
            "AND ticket.status NOT IN ('waiting', 'hold', 'solved', 'archived') ORDER BY ticket.escalate_at",
            now,
            limit,
        )

    def waking(self, now: datetime, limit: int) -> list[Ticket]:
        """See `verbs.TicketsRead.waking`."""
        return self._due(
            "ticket.status_until IS NOT NULL AND ticket.status_until <= :now ORDER BY ticket.status_until", now, limit
        )

    def solved_before(self, before: datetime, limit: int) -> list[Ticket]:
        """See `verbs.TicketsRead.solved_before`."""
        found = self.session.all(sql.SOLVED_BEFORE, {"before": rows.micros(before), "limit": limit})
        return [self.bare(row) for row in found]

    def _due(self, condition: str, now: datetime, limit: int) -> list[Ticket]:
        found = self.session.all(
            f"{sql.TICKET_COLUMNS} WHERE {condition} LIMIT :limit", {"now": rows.micros(now), "limit": limit}
        )
        return [self._ticket(row) for row in found]

    def reminders(self, now: datetime, limit: int) -> list[Reminder]:
        """Reminders whose time has come, earliest first."""
        return [
            Reminder(row["id"], row["number"], row["agent"], rows.time_of(row["at"]), row["text"])
            for row in self.session.all(sql.REMINDERS, {"now": rows.micros(now), "limit": limit})
        ]

    def reminded(self, reminder: int, now: datetime) -> None:
        """A reminder has been given."""
        self.session.run(sql.REMINDED, {"id": reminder, "now": rows.micros(now)})

    # --- full text ----------------------------------------------------------------------------------------------------

    def index(self, limit: int) -> int:
        """See `verbs.TicketsTx.index`."""
        found = self.session.all(sql.TO_INDEX, {"after": indexed_up_to(self.session), "limit": limit})
        if not found:
            return 0
        self.session.many(
            sql.FEED,
            [
                {
                    "id": row["id"],
                    "subject": folded(row["subject"]),
                    "body": body(row["author"], row["author_name"], row["text"], row["title"]),
                }
                for row in found
            ],
        )
        self.session.run(sql.SET_COUNTER, {"name": CURSOR, "value": found[-1]["id"]})
        return len(found)

    def find(self, words: str, limit: int = 50, languages: Sequence[str] = ()) -> list[Ticket]:
        """See `verbs.TicketsRead.find`."""
        numbers: list[int] = []
        typed = words.strip().removeprefix("#").strip("[]# ")
        if typed.isascii() and typed.isdigit() and len(typed) <= 10:
            numbers.append(int(typed))
        typed = rows.clean(words)
        for asked in (finding.query(typed), finding.wider_query(typed, languages)):
            if asked and len(numbers) < limit:
                numbers += [row["number"] for row in self.session.all(finding.FIND, {"query": asked, "limit": limit})]
        found = (self.bare_ticket(number) for number in dict.fromkeys(numbers))
        return [ticket for ticket in found if ticket is not None][:limit]

    def solved_like(self, ticket: Ticket, words: Sequence[str], limit: int) -> list[Ticket]:
        """See `verbs.TicketsRead.solved_like`."""
        asked = finding.titles_with_two_of(words, ticket.language)
        if not asked:
            return []
        floor = indexed_up_to(self.session) - finding.LATELY
        params = {"query": asked, "floor": floor, "department": ticket.department, "number": ticket.number}
        found = self.session.all(finding.SOLVED_LIKE, {**params, "limit": limit})
        return [one for row in found if (one := self.get(row["number"])) is not None]

    # --- let go -------------------------------------------------------------------------------------------------------

    def with_old_words(self, before: datetime, after: int, limit: int) -> list[int]:
        """See `verbs.TicketsRead.with_old_words`."""
        found = self.session.all(sql.OLD_THREADS, {"before": rows.micros(before), "after": after, "limit": limit})
        return [row["number"] for row in found]

    def drop_words(self, numbers: Iterable[int]) -> None:
        """See `verbs.TicketsTx.drop_words`."""
        for number in numbers:
            ticket = self.session.one(sql.TICKET_ROW, {"number": number})
            if ticket is not None:
                said = self.session.all(sql.ENTRIES_OF, {"id": ticket["id"]})
                silence(self.session, [row["id"] for row in said], ticket["subject"])
                blank_letters(self.session, ticket["id"])
