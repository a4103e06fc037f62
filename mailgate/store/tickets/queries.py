"""Questions that change nothing: tickets and their threads, the mail, the places where something waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mailgate.core.model.mail import Address, Attachment, Envelope, canonical
from mailgate.core.model.ticket import Entry, Ticket
from mailgate.store import rows
from mailgate.store import statements as sql
from mailgate.store.base import Reminder, TicketFilter
from mailgate.store.blobs import blob_path
from mailgate.store.settings import Settings

FATES = ("filed", "duplicate", "dropped", "parked", "quarantined")


class Queries(Settings):
    """Everything read without a decision in hand."""

    # --- tickets ------------------------------------------------------------------------------------------------------

    def ticket(self, number: int) -> Ticket | None:
        """See `base.Read.ticket`."""
        row = self.one(sql.TICKET, {"number": number})
        return None if row is None else self._ticket(row, self.entries(row["id"]))

    def bare_ticket(self, number: int) -> Ticket | None:
        """A ticket without its thread."""
        row = self.one(sql.TICKET, {"number": number})
        return None if row is None else self._ticket(row)

    def bare(self, row: rows.Row) -> Ticket:
        """A ticket without its thread, from its row."""
        return self._ticket(row)

    def _ticket(self, row: rows.Row, entries: tuple[Entry, ...] = ()) -> Ticket:
        parts: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for part in self.all(sql.PARTS, {"id": row["id"], "contact": row["requester_contact"]}):
            kind = "link" if part["part"] == "backlink" else part["part"]
            parts[kind].append((part["value"], part["more"]))
        parts["link"] = [(str(number), "") for number in sorted({int(value) for value, _ in parts["link"]})]
        return rows.ticket(row, parts, entries)

    def entries(self, ticket: int) -> tuple[Entry, ...]:
        """The thread of the ticket with that row id, oldest first."""
        files: dict[int, list[Attachment]] = defaultdict(list)
        for row in self.all(sql.ATTACHMENTS, {"id": ticket}):
            files[row["entry"]].append(rows.attachment(row))
        return tuple(rows.entry(row, tuple(files.get(row["id"], ()))) for row in self.all(sql.ENTRIES, {"id": ticket}))

    def with_address(self, ticket: Ticket, others: set[str], who: Address) -> Ticket:
        """The same ticket, the participant known by one of `others` shown as `who`."""
        changed = tuple(who if person.key in others else person for person in ticket.participants)
        if changed == ticket.participants:
            return ticket
        return replace(ticket, participants=changed, requester=changed[0])

    def tickets(self, wanted: TicketFilter, now: datetime) -> list[Ticket]:
        """See `base.Read.tickets`."""
        where, params = self._where(wanted, now)
        found = self.all(
            sql.TICKET_COLUMNS + where + " ORDER BY ticket.due_at IS NULL, ticket.due_at, ticket.rank, "
            "ticket.created_at, ticket.number LIMIT :limit OFFSET :offset",
            {**params, "limit": wanted.limit, "offset": wanted.offset},
        )
        return [self._ticket(row) for row in found]

    def count(self, wanted: TicketFilter, now: datetime) -> int:
        """How many tickets there are of that kind, `limit` and `offset` aside."""
        where, params = self._where(wanted, now)
        return int(self.scalar(f"SELECT count(*) FROM ticket {where}", params))  # noqa: S608

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
        if wanted.owner is not None:
            among("ticket.owner", (wanted.owner,))
        if wanted.unowned:
            conditions.append("ticket.owner IS NULL")
        if wanted.tag is not None:
            params["tag"] = wanted.tag
            conditions.append("ticket.id IN (SELECT tag.ticket FROM tag WHERE tag.tag = :tag)")
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

    def events(self, ticket: int) -> list[Mapping[str, Any]]:
        """The journal of a ticket, oldest first."""
        return [
            {**dict(row), "at": rows.time_of(row["at"]), "ticket": ticket}
            for row in self.all(
                "SELECT event.* FROM event JOIN ticket ON ticket.id = event.ticket WHERE ticket.number = :number "
                "ORDER BY event.id",
                {"number": ticket},
            )
        ]

    def late(self, now: datetime, limit: int) -> list[Ticket]:
        """See `base.Read.late`."""
        return self._due(
            "ticket.escalate_at IS NOT NULL AND ticket.escalate_at <= :now "
            "AND ticket.status NOT IN ('waiting', 'hold', 'solved', 'archived') ORDER BY ticket.escalate_at",
            now,
            limit,
        )

    def waking(self, now: datetime, limit: int) -> list[Ticket]:
        """See `base.Read.waking`."""
        return self._due(
            "ticket.status_until IS NOT NULL AND ticket.status_until <= :now ORDER BY ticket.status_until", now, limit
        )

    def _due(self, condition: str, now: datetime, limit: int) -> list[Ticket]:
        found = self.all(
            f"{sql.TICKET_COLUMNS} WHERE {condition} LIMIT :limit", {"now": rows.micros(now), "limit": limit}
        )
        return [self._ticket(row) for row in found]

    def reminders(self, now: datetime, limit: int) -> list[Reminder]:
        """Reminders whose time has come, earliest first."""
        return [
            Reminder(row["id"], row["number"], row["agent"], rows.time_of(row["at"]), row["text"])
            for row in self.all(
                "SELECT reminder.*, ticket.number FROM reminder JOIN ticket ON ticket.id = reminder.ticket "
                "WHERE reminder.done_at IS NULL AND reminder.at <= :now ORDER BY reminder.at LIMIT :limit",
                {"now": rows.micros(now), "limit": limit},
            )
        ]

    # --- mail ---------------------------------------------------------------------------------------------------------

    def mail(self, number: int) -> Mapping[str, Any] | None:
        """See `base.Read.mail`."""
        row = self.one("SELECT * FROM mail WHERE number = :number", {"number": number})
        return None if row is None else self._mail(row)

    def _mail(self, row: rows.Row) -> Mapping[str, Any]:
        found = dict(row)
        for name in ("accepted_at", "arrived_at", "decided_at", "date"):
            found[name] = rows.moment(found[name])
        for name in ("recipients", "departments", "flags"):
            found[name] = rows.loads(found[name], [])
        found["trace"] = rows.loads(found["trace"], {})
        found["tickets"] = [
            each["number"]
            for each in self.all(
                "SELECT ticket.number FROM mail_ticket JOIN ticket ON ticket.id = mail_ticket.ticket "
                "WHERE mail_ticket.mail = :mail ORDER BY ticket.number",
                {"mail": row["number"]},
            )
        ]
        return found

    def mails(self, since: datetime, after: int = 0, limit: int = 500) -> list[Mapping[str, Any]]:
        """See `base.Read.mails`."""
        return [
            self._mail(row)
            for row in self.all(
                "SELECT * FROM mail WHERE number > :after AND accepted_at >= :since ORDER BY number LIMIT :limit",
                {"after": after, "since": rows.micros(since), "limit": limit},
            )
        ]

    def mail_by_message_id(self, message_id: str) -> Mapping[str, Any] | None:
        """The first mail with that Message-ID, angle brackets optional."""
        wanted = message_id if message_id.startswith("<") else f"<{message_id}>"
        row = self.one(
            "SELECT * FROM mail WHERE message_id = :id AND message_id <> '' ORDER BY number LIMIT 1",
            {"id": rows.clean(wanted)},
        )
        return None if row is None else self._mail(row)

    def raw(self, number: int) -> bytes:
        """See `base.Read.raw`."""
        row = self.one(
            "SELECT mail.blob, raw.bytes FROM mail LEFT JOIN raw ON raw.mail = mail.number WHERE mail.number = :number",
            {"number": number},
        )
        if row is None or (row["bytes"] is None and row["blob"] is None):
            raise KeyError(number)
        if row["bytes"] is not None:
            return bytes(row["bytes"])
        try:
            return blob_path(self.data, row["blob"]).read_bytes()
        except FileNotFoundError as problem:
            raise KeyError(number) from problem

    def envelope(self, number: int) -> Envelope:
        """What the transport said of a mail; raises KeyError."""
        row = self.one("SELECT * FROM mail WHERE number = :number", {"number": number})
        if row is None:
            raise KeyError(number)
        return rows.envelope(row)

    def audit(self) -> Mapping[str, int]:
        """Every mail accepted and its one fate; keys of the contract."""
        counts = {row["fate"]: row["n"] for row in self.all("SELECT fate, count(*) AS n FROM mail GROUP BY fate", {})}
        known = {fate: int(counts.get(fate, 0)) for fate in FATES}
        accepted = int(sum(counts.values()))
        return {"accepted": accepted, **known, "unaccounted": accepted - sum(known.values())}

    def quarantine(self) -> list[Mapping[str, Any]]:
        """What we failed on, oldest first; keys of the contract."""
        return [
            {
                "id": row["number"],
                "mail": row["number"],
                "at": rows.moment(row["decided_at"]),
                "error": row["error"] or row["reason"],
                "from": row["author"] or row["sender"],
                "subject": row["subject"],
                "size": row["size"],
            }
            for row in self.all("SELECT * FROM mail WHERE fate = 'quarantined' ORDER BY number", {})
        ]

    def parked(self) -> list[Mapping[str, Any]]:
        """What waits for a person's word, oldest first; keys of the contract, and `understood`."""
        return [
            {
                "id": row["number"],
                "mail": row["number"],
                "at": rows.time_of(row["at"]),
                "from": row["author"] or row["sender"],
                "subject": row["subject"],
                "agent": row["asked"] or None,
                "why": row["why"],
                "understood": rows.loads(row["understood"], []),
            }
            for row in self.all(
                "SELECT mail.number, mail.author, mail.sender, mail.subject, parking.at, parking.agent AS asked, "
                "parking.why, parking.understood FROM parking JOIN mail ON mail.number = parking.mail "
                "WHERE parking.settled_at IS NULL ORDER BY mail.number",
                {},
            )
        ]

    # --- letters ------------------------------------------------------------------------------------------------------

    def outbox(self, states: Sequence[str] = ()) -> list[Mapping[str, Any]]:
        """A row a delivery, oldest first; without `states` all that is not sent yet. Keys of the contract."""
        wanted = list(states) or ["waiting", "leased", "sending", "uncertain", "held", "dead"]
        names = {f"s{i}": state for i, state in enumerate(wanted)}
        among = ", ".join(f":{name}" for name in names)
        return [
            {
                "id": row["id"],
                "ticket": row["number"],
                "template": row["template"],
                "to": row["recipient"],
                "state": row["state"],
                "attempts": row["attempts"],
                "due_at": rows.moment(row["due_at"]),
                "error": row["error"] or None,
                "message_id": row["message_id"],
                "letter": row["letter"],
            }
            for row in self.all(
                "SELECT delivery.*, letter.template, letter.message_id, ticket.number FROM delivery "  # noqa: S608
                "JOIN letter ON letter.id = delivery.letter LEFT JOIN ticket ON ticket.id = letter.ticket "
                f"WHERE delivery.state IN ({among}) ORDER BY delivery.id",
                names,
            )
        ]

    def letter(self, number: int) -> Mapping[str, Any] | None:
        """See `base.Read.letter`."""
        row = self.one(sql.LETTER_DUE, {"letter": number})
        if row is None:
            return None
        found = dict(row)
        found["ticket"] = found.pop("ticket_number")
        found["raw"] = found.pop("bytes")
        found["subject"] = found.pop("rendered_subject") or found["subject"]
        found["created_at"] = rows.time_of(found["created_at"])
        found["revoked_at"] = rows.moment(found["revoked_at"])
        found["context"] = rows.loads(found["context"], {})
        found["to"] = rows.addresses(found.pop("recipients"))
        found["cc"] = rows.addresses(found.pop("copies"))
        found["references"] = tuple(found.pop("refs").split())
        found["attachments"] = [tuple(each) for each in rows.loads(found["attachments"], [])]
        found["deliveries"] = [
            {
                **dict(each),
                **{name: rows.moment(each[name]) for name in ("due_at", "created_at", "first_tried_at", "sent_at")},
            }
            for each in self.all("SELECT * FROM delivery WHERE letter = :letter ORDER BY id", {"letter": number})
        ]
        return found
