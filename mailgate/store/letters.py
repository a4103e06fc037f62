"""Letters we owe: written with their cause, leased to a sender, marked with what became of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from mailgate.core.letters.letter import DueDelivery, DueLetter
from mailgate.core.model.change import Outbound, Urgency
from mailgate.core.model.ticket import Ticket
from mailgate.store import rows, signed
from mailgate.store import statements as sql
from mailgate.store.base import Ids
from mailgate.store.tickets.merging import followed
from mailgate.store.tickets.queries import Queries
from mailgate.store.tickets.ticket_writer import DecisionWriting, TicketWriter

MINUTE = 60_000_000
STATES = frozenset(("waiting", "leased", "sending", "sent", "uncertain", "held", "dead"))


class Letters(Queries):
    """The outbox."""

    def write_letter(
        self, outbound: Outbound, desk: TicketWriter | None, writing: DecisionWriting, ids: Ids, hold: bool
    ) -> tuple[int, ...]:
        """One letter row and a delivery for each recipient; () when its `dedupe` was seen before."""
        number = desk.number if desk else None
        department = outbound.department or (desk.row["department"] if desk else "")
        audience = outbound.audience.value
        message_id = ids.message_id(number, audience, outbound.agent, outbound.purpose)
        letter = self.scalar(
            sql.LETTER,
            {
                "ticket": desk.id if desk else None,
                "mail": outbound.mail or writing.mail,
                "template": outbound.template,
                "audience": audience,
                "agent": outbound.agent,
                "purpose": outbound.purpose,
                "department": department,
                "language": outbound.language,
                "subject": rows.clean(outbound.subject) or (desk.row["subject"] if desk else ""),
                "message_id": message_id,
                "in_reply_to": rows.clean(outbound.in_reply_to),
                "refs": rows.clean(" ".join(outbound.references)),
                "recipients": rows.pairs(outbound.to),
                "copies": rows.pairs(outbound.cc),
                "context": rows.dumps(outbound.context),
                "attachments": rows.dumps([(mail or writing.mail, part) for mail, part in outbound.attachments]),
                "urgency": int(outbound.urgency),
                "created_at": writing.now,
                "dedupe": rows.clean(outbound.dedupe) or None,
            },
        )
        if letter is None:
            return ()
        signed.note(self, letter, message_id)
        self._deliveries(letter, outbound, department, writing.now, hold)
        if desk is not None:
            self.run(
                "INSERT INTO msgid (id, ticket) SELECT message_id, ticket FROM letter WHERE id = :letter "
                "ON CONFLICT DO NOTHING",
                {"letter": letter},
            )
        if outbound.urgency is Urgency.ACK:
            self.run(sql.TALLY, {"name": "ack", "bucket": writing.now // MINUTE})
        return (int(letter),)

    def _deliveries(self, letter: int, outbound: Outbound, department: str, now: int, hold: bool) -> None:
        due = now if outbound.not_before is None else max(now, rows.micros(outbound.not_before))
        state = "held" if hold or due > now else "waiting"
        self.many(
            sql.DELIVERY,
            [
                {
                    "letter": letter,
                    "recipient": rows.clean(person.addr),
                    "canonical": rows.clean(person.key),
                    "department": department,
                    "urgency": int(outbound.urgency),
                    "state": state,
                    "due_at": None if hold else due,
                    "created_at": now,
                }
                for person in (*outbound.to, *outbound.cc)
            ],
        )

    # --- sending ------------------------------------------------------------------------------------------------------

    def claim(
        self, now: datetime, lease_until: datetime, limit: int, skip_departments: Iterable[str] = ()
    ) -> list[DueLetter]:
        """See `base.Tx.claim`: one range of the due index for each urgency, so future letters cost nothing."""
        at, until, left = rows.micros(now), rows.micros(lease_until), limit
        skipped = {f"skip{i}": name for i, name in enumerate(skip_departments)}
        wanted = (
            "SELECT DISTINCT letter, due_at FROM delivery WHERE urgency = :urgency AND due_at <= :now "
            "AND state IN ('waiting', 'leased', 'held') AND due_at IS NOT NULL "
        )
        if skipped:
            names = ", ".join(f":{key}" for key in skipped)
            wanted += f"AND department NOT IN ({names}) "
        wanted += "ORDER BY due_at LIMIT :limit"
        claimed: list[DueLetter] = []
        for urgency in Urgency:
            if left <= 0:
                break
            params = {"urgency": int(urgency), "now": at, "limit": left, **skipped}
            for letter in dict.fromkeys(row["letter"] for row in self.all(wanted, params)):
                due = self._lease(letter, at, until)
                claimed.append(due)
                left -= len(due.deliveries)
                if left <= 0:
                    break
        return claimed

    def _lease(self, letter: int, now: int, until: int) -> DueLetter:
        leased = self.all(sql.LEASE, {"letter": letter, "now": now, "until": until})
        row = self.one(sql.LETTER_DUE, {"letter": letter})
        assert row is not None
        deliveries = tuple(
            DueDelivery(
                id=each["id"],
                recipient=each["recipient"],
                attempts=each["attempts"],
                state="leased",
                first_tried_at=rows.moment(each["first_tried_at"]),
            )
            for each in sorted(leased, key=lambda each: int(each["id"]))
        )
        return DueLetter(
            id=row["id"],
            ticket=self._told_about(row["ticket_number"]),
            template=row["template"],
            audience=row["audience"],
            agent=row["agent"],
            purpose=row["purpose"],
            department=row["department"],
            language=row["language"],
            subject=row["subject"],
            message_id=row["message_id"],
            in_reply_to=row["in_reply_to"],
            references=tuple(row["refs"].split()),
            to=rows.addresses(row["recipients"]),
            cc=rows.addresses(row["copies"]),
            context=rows.loads(row["context"], {}),
            attachments=tuple((mail, part) for mail, part in json.loads(row["attachments"])),
            urgency=row["urgency"],
            created_at=rows.time_of(row["created_at"]),
            rendered=row["bytes"],
            deliveries=deliveries,
        )

    def _told_about(self, number: int | None) -> Ticket | None:
        """The ticket of a letter with its thread, where merges took it."""
        home = None if number is None else followed(self, number)
        return None if home is None else self.ticket(home["number"])

    def keep_rendered(self, letter: int, raw: bytes, subject: str) -> None:
        """The words as they leave; the first rendering stays, so that retries are the same bytes."""
        self.run(sql.RENDERED, {"letter": letter, "subject": rows.clean(subject), "bytes": raw})

    def mark(
        self,
        delivery: int,
        state: str,
        now: datetime,
        *,
        due_at: datetime | None = None,
        error: str = "",
        remote_id: str = "",
        attempts: int | None = None,
    ) -> None:
        """What became of a delivery; `waiting` without `due_at` is due at once. Raises KeyError, ValueError."""
        if state not in STATES:
            raise ValueError(state)
        at = rows.micros(now)
        due = rows.micros_or_none(due_at)
        if state == "waiting" and due is None:
            due = at
        changed = self.run(
            sql.MARK,
            {
                "delivery": delivery,
                "state": state,
                "now": at,
                "due_at": due,
                "error": rows.clean(error)[:1000],
                "remote_id": rows.clean(remote_id)[:200],
                "attempts": attempts,
            },
        )
        if not changed:
            raise KeyError(delivery)

    def recover(self, now: datetime) -> Mapping[str, int]:
        """See `base.Tx.recover`."""
        at = rows.micros(now)
        states = [row["state"] for row in self.all(sql.DOUBTED, {"now": at})]
        return {
            "leased": self.run(sql.UNLEASE, {"now": at}),
            "retried": states.count("waiting"),
            "uncertain": states.count("uncertain"),
        }

    # --- what people do about it --------------------------------------------------------------------------------------

    def retry_delivery(self, delivery: int, now: datetime) -> bool:
        """A person wants it tried now, whatever state it stopped in; False for an unknown, sent or sending one."""
        return self._person(
            delivery,
            "state = 'waiting', due_at = :now, doubts = 0, error = ''",
            ("waiting", "uncertain", "held", "dead"),
            now,
        )

    def drop_delivery(self, delivery: int, now: datetime) -> bool:
        """A person wants it never sent; False for an unknown, sent or sending one."""
        return self._person(
            delivery, "state = 'dead', due_at = NULL, error = 'dropped'", ("waiting", "uncertain", "held"), now
        )

    def _person(self, delivery: int, what: str, states: tuple[str, ...], now: datetime) -> bool:
        among = ", ".join(f"'{state}'" for state in states)
        statement = f"UPDATE delivery SET {what} WHERE id = :id AND state IN ({among})"  # noqa: S608
        return self.run(statement, {"id": delivery, "now": rows.micros(now)}) > 0

    def hasten(self, now: datetime) -> int:
        """Letters written at a later time than this (a job played ahead of its time) need not wait for it."""
        return self.run(
            "UPDATE delivery SET due_at = :now WHERE state = 'waiting' AND created_at > :now AND due_at = created_at",
            {"now": rows.micros(now)},
        )

    def release(self, now: datetime) -> int:
        """Everything held leaves, except what waits for its own time."""
        return self.run(
            "UPDATE delivery SET state = 'waiting', due_at = :now WHERE state = 'held' AND due_at IS NULL",
            {"now": rows.micros(now)},
        )
