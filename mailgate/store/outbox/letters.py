"""The outbox: letters written with their cause, leased to a sender, marked with what became of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from mailgate.core.letters import row_values
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.model.change import Outbound
from mailgate.core.model.content import asks_how_it_went
from mailgate.core.model.letter_rows import (
    AgedLetter,
    CausedLetter,
    DeliveryRow,
    GatheredLetter,
    StoredLetter,
    StuckAnswer,
)
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Audience, DeliveryState, Purpose
from mailgate.core.model.ticket import Ticket
from mailgate.core.quoting.answered import Answered
from mailgate.core.quoting.known import KnownLetters
from mailgate.store import rows
from mailgate.store.mail import statements as mail_sql
from mailgate.store.outbox import deliveries, known, old_letters, shown, signed
from mailgate.store.outbox import statements as sql
from mailgate.store.session import Room, Session
from mailgate.store.settings import Settings
from mailgate.store.tickets.queries import Tickets
from mailgate.store.tickets.ticket_writer import DecisionWriting, TicketWriter
from mailgate.store.values import Ids, OldLetter

MINUTE = 60_000_000
NOT_SENT = tuple(one for one in DeliveryState if one is not DeliveryState.SENT)


class Outbox(Room):
    """Letters and their deliveries."""

    def __init__(self, session: Session, tickets: Tickets) -> None:
        super().__init__(session)
        self._tickets = tickets

    def write_letter(
        self, outbound: Outbound, desk: TicketWriter | None, writing: DecisionWriting, ids: Ids, hold: bool
    ) -> tuple[int, ...]:
        """One letter row and a delivery for each recipient; () when its `dedupe` was seen, or trainees practise."""
        number = desk.number if desk else None
        department = outbound.department or (desk.row["department"] if desk else "")
        audience = outbound.audience
        message_id = ids.message_id(number, audience, outbound.agent, outbound.purpose)
        letter = self.session.scalar(
            sql.LETTER,
            {
                "ticket": desk.id if desk else None,
                "mail": outbound.mail or writing.mail,
                "template": outbound.template,
                "audience": audience,
                "agent": outbound.agent,
                "purpose": outbound.purpose,
                "department": department,
                "home": desk.row["department"] if desk else "",
                "language": outbound.language,
                "subject": rows.clean(outbound.subject) or (desk.row["subject"] if desk else ""),
                "message_id": message_id,
                "in_reply_to": rows.clean(outbound.in_reply_to),
                "refs": rows.clean(" ".join(outbound.references)),
                "recipients": rows.pairs(outbound.to),
                "copies": rows.pairs(outbound.cc),
                "context": rows.dumps(row_values.to_plain(outbound.content)),
                "attachments": rows.dumps([(mail or writing.mail, part) for mail, part in outbound.attachments]),
                "urgency": int(outbound.urgency),
                "created_at": writing.now,
                "dedupe": rows.clean(outbound.dedupe) or None,
            },
        )
        if letter is None:
            return ()
        writing.tokens += signed.note(letter, message_id)
        writing.deliveries += deliveries.of_letter(letter, outbound, department, writing.now, hold)
        if desk is not None:
            writing.ids.append({"id": message_id, "ticket": desk.id})
        if asks_how_it_went(outbound.content):
            canonical = rows.clean(outbound.to[0].key)
            self.session.run(sql.SURVEYED, {"letter": letter, "canonical": canonical, "now": writing.now})
        if counted := outbound.counted_as(desk.row["priority"] if desk else ""):
            self.session.run(sql.TALLY, {"name": counted, "bucket": writing.now // MINUTE})
        return (int(letter),)

    def flush(self, writing: DecisionWriting) -> None:
        """What goes with the letters of a step: their tokens, deliveries and ids, by one statement a table."""
        self.session.many(sql.SIGNED, writing.tokens)
        self.session.many(sql.DELIVERY, writing.deliveries)
        self.session.many(mail_sql.OWN_ID, writing.ids)
        writing.tokens, writing.deliveries, writing.ids = [], [], []

    def claim(
        self,
        now: datetime,
        lease_until: datetime,
        limit: int,
        skip_departments: Iterable[str] = (),
        only: Sequence[str] = (),
    ) -> list[DueLetter]:
        """See `verbs.OutboxTx.claim`: three statements for all letters, and each ticket they tell of read once."""
        at = rows.micros(now)
        wanted = self._due(at, limit, skip_departments, only)
        if not wanted:
            return []
        named = {f"letter{i}": letter for i, letter in enumerate(wanted)}
        among = ", ".join(f":{name}" for name in named)
        leased: dict[int, list[rows.Row]] = defaultdict(list)
        for each in self.session.all(sql.LEASE.format(among), {**named, "now": at, "until": rows.micros(lease_until)}):
            leased[each["letter"]].append(each)
        found = {row["id"]: row for row in self.session.all(sql.LETTERS_DUE.format(among), named)}
        numbers = dict.fromkeys(found[letter]["ticket_number"] for letter in wanted)
        told = {number: self._told_about(number) for number in numbers}
        return [self._leased(found[one], leased[one], told[found[one]["ticket_number"]]) for one in wanted]

    def _due(self, now: int, limit: int, skip: Iterable[str], only: Sequence[str]) -> list[int]:
        """The letters to claim, most urgent first, those due first among them, until their deliveries are `limit`."""
        named = {f"named{i}": name for i, name in enumerate(only or skip)}
        names = ", ".join(f":{key}" for key in named)
        among = f"AND department {'IN' if only else 'NOT IN'} ({names})" if named else ""
        left, wanted = limit, dict[int, None]()
        params = {"now": now, "limit": limit, **named}
        due = self.session.all(sql.DUE.format(among), params)
        for row in sorted(due, key=lambda row: (row["urgency"], row["due_at"])):
            if left > 0 and row["letter"] not in wanted:
                wanted[row["letter"]] = None
                left -= row["deliveries"]
        return list(wanted)

    def _leased(self, row: rows.Row, leased: list[rows.Row], ticket: Ticket | None) -> DueLetter:
        deliveries = tuple(
            DueDelivery(
                id=each["id"],
                recipient=each["recipient"],
                attempts=each["attempts"],
                first_tried_at=rows.moment(each["first_tried_at"]),
            )
            for each in sorted(leased, key=lambda each: int(each["id"]))
        )
        return DueLetter(
            id=row["id"],
            ticket=ticket,
            content=row_values.from_plain(row["template"], rows.loads(row["context"], {})),
            audience=Audience(row["audience"]),
            agent=row["agent"],
            purpose=Purpose.read(row["purpose"]),
            department=row["department"],
            language=row["language"],
            subject=row["subject"],
            message_id=row["message_id"],
            in_reply_to=row["in_reply_to"],
            references=tuple(row["refs"].split()),
            to=rows.addresses(row["recipients"]),
            cc=rows.addresses(row["copies"]),
            attachments=tuple((mail, part) for mail, part in json.loads(row["attachments"])),
            urgency=row["urgency"],
            created_at=rows.time_of(row["created_at"]),
            rendered=row["bytes"],
            deliveries=deliveries,
        )

    def _told_about(self, number: int | None) -> Ticket | None:
        """The ticket of a letter with its thread, where merges took it."""
        home = None if number is None else self._tickets.at_home(number)
        return None if home is None else self._tickets.whole(home)

    def keep_rendered(
        self,
        letter: int,
        raw: bytes,
        subject: str,
        words: bytes = b"",
        notes: bytes = b"",
        *,
        promised: tuple[Address, ...] | None = None,
    ) -> None:
        """The words as they leave; the first rendering stays, so that retries are the same bytes.

        `promised` are those its first line names. Their rows are kept, not their addresses, for `forget` changes those.
        """
        kept = self.session.run(sql.RENDERED, {"letter": letter, "subject": rows.clean(subject), "bytes": raw})
        if kept and known.fits(words):
            self.session.run(sql.LETTER_WORDS, {"letter": letter, "words": words})
            if known.fits(notes):
                self.session.run(sql.LETTER_NOTES, {"letter": letter, "words": notes})
        if kept and promised is not None:
            people = (self.session.known(rows.clean(one.key)) for one in promised)
            ids = [row["id"] for row in people if row is not None]
            self.session.run(sql.PROMISED, {"letter": letter, "promised": rows.dumps(ids)})

    def keep_words(self, upto: int | None, words: Mapping[int, bytes]) -> None:
        """See `verbs.OutboxTx.keep_words`."""
        old_letters.keep(self.session, upto, {one: octets for one, octets in words.items() if known.fits(octets)})

    def mark(
        self,
        delivery: int,
        state: DeliveryState,
        now: datetime,
        *,
        due_at: datetime | None = None,
        error: str = "",
        remote_id: str = "",
        attempts: int | None = None,
    ) -> None:
        """What became of a delivery; `waiting` without `due_at` is due at once. Raises KeyError, ValueError."""
        state = DeliveryState(state)
        at = rows.micros(now)
        due = rows.micros_or_none(due_at)
        if state is DeliveryState.WAITING and due is None:
            due = at
        changed = self.session.run(
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
        """See `verbs.OutboxTx.recover`."""
        at = rows.micros(now)
        states = [row["state"] for row in self.session.all(sql.DOUBTED, {"now": at})]
        return {
            "leased": self.session.run(sql.UNLEASE, {"now": at}),
            "retried": states.count(DeliveryState.WAITING),
            "uncertain": states.count(DeliveryState.UNCERTAIN),
        }

    # --- let go -------------------------------------------------------------------------------------------------------

    def by_age(self, after: int, limit: int) -> list[AgedLetter]:
        """See `verbs.OutboxRead.by_age`."""
        found = self.session.all(sql.LETTERS_BY_AGE, {"after": after, "limit": limit})
        return [
            AgedLetter(row["id"], rows.time_of(row["created_at"]), bool(row["loose"]), bool(row["needed"]))
            for row in found
        ]

    def drop_words(self, letters: Iterable[int]) -> None:
        """See `verbs.OutboxTx.drop_words`."""
        for letter in letters:
            self.session.run(sql.UNRENDER, {"letter": letter})
            self.session.run(sql.DROP_LETTER_WORDS, {"letter": letter})
            self.session.run(sql.BLANK, {"letter": letter})

    # --- what people do about it --------------------------------------------------------------------------------------

    def retry(self, delivery: int, now: datetime) -> bool:
        """See `verbs.OutboxTx.retry`."""
        return self._person(
            delivery,
            "state = 'waiting', due_at = :now, doubts = 0, error = ''",
            (DeliveryState.WAITING, DeliveryState.UNCERTAIN, DeliveryState.HELD, DeliveryState.DEAD),
            now,
            sql.HAS_WORDS,
        )

    def drop(self, delivery: int, now: datetime) -> bool:
        """A person wants it never sent; False for an unknown, sent or sending one."""
        return self._person(
            delivery,
            "state = 'dead', due_at = NULL, error = 'dropped'",
            (DeliveryState.WAITING, DeliveryState.UNCERTAIN, DeliveryState.HELD),
            now,
        )

    def _person(
        self, delivery: int, what: str, states: tuple[DeliveryState, ...], now: datetime, only: str = "1"
    ) -> bool:
        among = ", ".join(f"'{state}'" for state in states)
        statement = f"UPDATE delivery SET {what} WHERE id = :id AND state IN ({among}) AND {only}"  # noqa: S608
        return self.session.run(statement, {"id": delivery, "now": rows.micros(now)}) > 0

    def hasten(self, now: datetime) -> int:
        """Letters written at a later time than this (a job played ahead of its time) need not wait for it."""
        return self.session.run(sql.HASTEN, {"now": rows.micros(now)})

    def release(self, now: datetime, deliveries: Sequence[int] = ()) -> int:
        """Everything held leaves, or these deliveries alone, except what waits for its own time."""
        if deliveries:
            each = ({"now": rows.micros(now), "id": one} for one in dict.fromkeys(deliveries))
            return sum(self.session.run(sql.RELEASE_ONE, params) for params in each)
        return self.session.run(sql.RELEASE, {"now": rows.micros(now)})

    def revoke_agent(self, agent: str, now: datetime) -> int:
        """Every token an agent has ever been sent proves nothing any more; how many letters that were."""
        params = {"agent": agent, "now": rows.micros(now)}
        return self.session.run(sql.REVOKE_AGENT, params)

    # --- looked at ----------------------------------------------------------------------------------------------------

    def deliveries(self, states: Sequence[str] = ()) -> list[DeliveryRow]:
        """A row a delivery, oldest first; without `states` all that is not sent yet."""
        wanted = list(states) or NOT_SENT
        names = {f"s{i}": state for i, state in enumerate(wanted)}
        among = ", ".join(f":{name}" for name in names)
        return [
            DeliveryRow(
                id=row["id"],
                ticket=row["number"],
                template=row["template"],
                to=row["recipient"],
                state=row["state"],
                attempts=row["attempts"],
                due_at=rows.moment(row["due_at"]),
                error=row["error"] or None,
                message_id=row["message_id"],
                letter=row["letter"],
            )
            for row in self.session.all(
                "SELECT delivery.*, letter.template, letter.message_id, ticket.number FROM delivery "  # noqa: S608
                "JOIN letter ON letter.id = delivery.letter LEFT JOIN ticket ON ticket.id = letter.ticket "
                f"WHERE delivery.state IN ({among}) ORDER BY delivery.id",
                names,
            )
        ]

    def stuck(self, before: datetime, limit: int) -> list[StuckAnswer]:
        """See `verbs.OutboxRead.stuck`."""
        found = self.session.all(sql.STUCK, {"before": rows.micros(before), "limit": limit})
        asked = ((row, self._tickets.bare_ticket(row["number"])) for row in found)
        return [shown.stuck(row, ticket) for row, ticket in asked if ticket is not None]

    def letter(self, number: int) -> StoredLetter | None:
        """See `verbs.OutboxRead.letter`."""
        row = self.session.one(sql.LETTER_DUE, {"letter": number})
        deliveries = self.session.all(sql.DELIVERIES_OF, {"letter": number})
        return None if row is None else shown.letter(row, deliveries)

    def letters_of_mail(self, mail: int) -> list[CausedLetter]:
        """The letters a mail caused, oldest first."""
        found = self.session.all(sql.LETTERS_OF_MAIL, {"mail": mail})
        return [
            CausedLetter(
                row["id"],
                row["template"],
                tuple(one.addr for one in (*rows.addresses(row["recipients"]), *rows.addresses(row["copies"]))),
            )
            for row in found
        ]

    def known_letters(self, answered: Answered) -> KnownLetters | None:
        """See `verbs.OutboxRead.known_letters`."""
        return known.known_letters(self.session, answered, Settings(self.session).words_key())

    def old_letters(self, limit: int) -> tuple[int | None, list[OldLetter]] | None:
        """See `verbs.OutboxRead.old_letters`."""
        return old_letters.letters(self.session, limit, self._told_about)

    def old_letters_left(self) -> int:
        """See `verbs.OutboxRead.old_letters_left`."""
        return old_letters.left(self.session)

    def letter_of_delivery(self, delivery: int) -> int | None:
        """The letter a delivery belongs to."""
        found = self.session.scalar(sql.LETTER_OF_DELIVERY, {"id": delivery})
        return None if found is None else int(found)

    def letters_to_customers(self, ticket: int) -> list[int]:
        """The letters about that ticket number that were written to customers, oldest first."""
        found = self.session.all(sql.LETTERS_TO_CUSTOMERS, {"number": ticket})
        return [row["id"] for row in found]

    def gathered(self, before: datetime, whose: str = "") -> list[GatheredLetter]:
        """See `verbs.OutboxRead.gathered`."""
        return [
            GatheredLetter(row["agent"], row["id"], row["number"], rows.time_of(row["due_at"]))
            for row in self.session.all(sql.GATHERED, {"before": rows.micros(before), "whose": whose})
        ]
