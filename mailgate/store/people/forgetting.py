"""The right to be forgotten: a person erased so that tickets, events and counts stay and nobody is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mailgate.core.customers.customer import Customer
from mailgate.core.model.desk_rows import PersonFound
from mailgate.core.model.mail import canonical
from mailgate.core.model.outbound import DeliveryState
from mailgate.store import backfill, rows
from mailgate.store.calls import erasing as erasing_calls
from mailgate.store.customers.customers import Customers
from mailgate.store.customers.looked_up import Lookups
from mailgate.store.mail.inbox import Mail
from mailgate.store.outbox import statements as outbox_sql
from mailgate.store.outbox.statements import UNSETTLED
from mailgate.store.people import statements as sql
from mailgate.store.people.erasing import silence
from mailgate.store.people.person_data import PersonData
from mailgate.store.people.redacting import ERASED, Traces
from mailgate.store.session import Room, Session
from mailgate.store.tickets import statements as tickets_sql
from mailgate.store.tickets.indexing import put_in, take_out

NOBODY = "forgotten-{}@invalid"  # RFC 6761: no mail can ever reach it
# Events whose old and new values may be a person's words or addresses.
PERSONAL = (
    "('subject', 'field', 'join', 'leave', 'requester', 'address', 'bounced', 'delayed', 'why', 'contact-linked')"
)


class Forgetting(Room):
    """Erases one person."""

    def __init__(self, session: Session, mail: Mail) -> None:
        super().__init__(session)
        self._mail = mail

    def forget(self, address: str, now: datetime, actor: str) -> tuple[Mapping[str, int], list[str]] | None:
        """See `verbs.PeopleTx.forget`."""
        data = PersonData(self.session).of(address)
        if data is None:
            return None
        nobody = NOBODY.format(data.contact)
        told = self._told(data)  # a memo of several people names them as the table does
        data = replace(data, keys=(*data.keys, *erasing_calls.callers_of(self.session, data.own)),
                       names=tuple(dict.fromkeys((*data.names, *(one.name for one in told if one.name)))))  # fmt: skip
        traces = Traces(data.names, data.keys, self._said(data))
        saved = self._forget_saved(traces) + self._forget_articles(traces)
        blobs = self._mail.drop_raw(data.mails)
        ids = [self._forget_mail(mail, nobody, data.keys) for mail in data.mails]
        phones = [phone for one in told for phone in one.phones]
        numbers = erasing_calls.numbers_of(self.session, data.own, phones)
        files, named = erasing_calls.forget(self.session, self._mail, numbers, ids, traces)
        blobs += files
        entries = sum(self._forget_ticket(ticket, data.keys, nobody) for ticket in data.own)
        for ticket in data.others:
            count, files = self._forget_words(ticket, data.keys, nobody, traces)
            entries += count
            blobs += files
        for ticket in (*data.own, *data.others):
            for key in data.keys:
                self.session.run(sql.FORGET_ONLY, {"id": ticket, "key": key, "nobody": nobody})
        letters = self._forget_letters(data, [one for one in ids if one], named)
        tickets = rows.dumps([*data.own, *data.others, *named])
        self.session.run(sql.FORGET_HOOK, {"tickets": tickets})
        self.session.run(sql.FORGET_HOOK_ROWS, {"tickets": tickets})
        looked_up = Lookups(self.session).forget(data.keys)
        self._forget_events(data, nobody)
        for number, row in enumerate(data.ids):
            name = NOBODY.format(f"{data.contact}-{number}")
            self.session.run(sql.FORGET_ADDRESS, {"id": row, "new": name})
        for key in data.keys:
            Customers(self.session).forget(key)
        for contact in data.contacts:
            self.session.run(sql.FORGET_NAME, {"c": contact})
            for ticket in data.others:
                self.session.run(sql.FORGET_PART, {"t": ticket, "c": contact})
        backfill.again(
            self.session, backfill.LET_GO
        )  # the index lets go, slice by slice, of what is only marked as gone
        counts = {"tickets": len(data.own), "took_part": len(data.others), "mails": len(data.mails),
                  "entries": entries, "letters": letters, "saved": saved, "looked_up": looked_up}  # fmt: skip
        self.session.run(sql.FORGOTTEN, {"at": rows.micros(now), "actor": rows.clean(actor), "new": rows.dumps(counts)})
        return counts, blobs

    def _told(self, data: PersonFound) -> list[Customer]:
        """What the table and another program say of them."""
        rows = [row for key in data.keys for row in Customers(self.session).of_person(key)]
        return [*rows, *Lookups(self.session).people(data.keys).values()]

    def _said(self, data: PersonFound) -> list[str]:
        """All that they wrote and that we still have."""
        return [
            row["text"]
            for ticket in (*data.own, *data.others)
            for row in self.session.all(sql.WORDS_IN, {"t": ticket})
            if canonical(row["author"]) in data.keys
        ]

    def _forget_saved(self, traces: Traces) -> int:
        """Answers that agents kept by `#save` name them no more; returns how many did."""
        count = 0
        for row in self.session.all(sql.SAVED_WORDS, {}):
            text = traces.out_of(row["text"])
            if text != row["text"]:
                count += 1
                self.session.run(sql.MEND_SAVED, {"name": row["name"], "language": row["language"], "text": text})
        return count

    def _forget_articles(self, traces: Traces) -> int:
        """Articles that agents wrote name them no more; returns how many did."""
        count = 0
        for row in self.session.all(sql.ARTICLE_WORDS, {}):
            title, text = traces.out_of(row["title"]), traces.out_of(row["text"])
            if (title, text) != (row["title"], row["text"]):
                count += 1
                self.session.run(sql.MEND_ARTICLE, {**dict(row), "title": title, "text": text})
        return count

    def _forget_mail(self, mail: int, nobody: str, keys: Sequence[str]) -> str:
        """The envelope and headers of a mail; its number, times, fate and digests stay. Returns its Message-ID."""
        row = self.session.one(sql.NAMES_OF_MAIL, {"m": mail})
        assert row is not None
        sender, author = (nobody if canonical(row[name]) in keys else row[name] for name in ("sender", "author"))
        told = [nobody if canonical(one) in keys else one for one in rows.loads(row["recipients"], [])]
        params = {"mail": mail, "sender": sender, "author": author, "recipients": rows.dumps(told),
                  "message_id": row["message_id"]}  # fmt: skip
        self.session.run(sql.DROP_ID, params)
        self.session.run(sql.FORGET_PARKING, params)
        self.session.run(sql.FORGET_ANSWER, params)
        self.session.run(sql.FORGET_MAIL, params)
        return str(row["message_id"])

    def _forget_ticket(self, ticket: int, keys: Sequence[str], nobody: str) -> int:
        """A ticket of theirs: nobody's words stay, nor its title, its fields and what was noted beside it."""
        subject = self.session.scalar(sql.SUBJECT_OF, {"id": ticket})
        said = [row["id"] for row in self.session.all(tickets_sql.ENTRIES_OF, {"id": ticket})]
        silence(self.session, said, subject)
        self._unname(ticket, said, subject, ERASED, keys, nobody)
        for statement in (
            sql.FORGET_TITLE,
            sql.FORGET_FIELDS,
            sql.FORGET_REMINDERS,
            sql.FORGET_COMMENTS,
            sql.FORGET_NAMES,
            sql.FORGET_IDS,
        ):
            self.session.run(statement, {"id": ticket, "title": ERASED})
        return len(said)

    def _forget_words(self, ticket: int, keys: Sequence[str], nobody: str, traces: Traces) -> tuple[int, list[str]]:
        """In somebody else's ticket their own words go, and what others quoted of them: (entries, blobs) that went."""
        subject = self.session.scalar(sql.SUBJECT_OF, {"id": ticket})
        there = self.session.all(sql.ENTRIES_WITH_WORDS, {"id": ticket})
        said = [row["id"] for row in there if canonical(row["author"]) in keys]
        if not said:
            return 0, []
        silence(self.session, said, subject)
        self._unname(ticket, said, subject, subject, keys, nobody)
        self.session.run(sql.FORGET_QUOTED, {"id": ticket})
        for row in there:
            text = traces.unquoted(row["text"])
            if row["id"] not in said and (text != row["text"] or row["title"]):
                take_out(self.session, [row["id"]], subject)
                self.session.run(sql.MEND_ENTRY, {"id": row["id"], "text": text})
                put_in(self.session, [row["id"]], subject)
        return len(said), self._mail.drop_raw(self._later(ticket, min(said)))

    def _later(self, ticket: int, entry: int) -> list[int]:
        """Mail of others in a ticket that came after an entry, and may quote it; without files, which would go too."""
        found = self.session.all(sql.LATER_MAIL, {"ticket": ticket, "entry": entry})
        return [row["mail"] for row in found]

    def _unname(
        self, ticket: int, entries: list[int], subject: str, title: str, keys: Sequence[str], nobody: str
    ) -> None:
        """The entries are found by the new title, and the person's are nobody's."""
        take_out(self.session, entries, subject)
        for row in self.session.all(sql.AUTHORS_IN, {"id": ticket}):
            if canonical(row["author"]) in keys:
                params = {"id": row["id"], "nobody": nobody}
                self.session.run(sql.FORGET_AUTHOR, params)
        put_in(self.session, entries, title)

    def _forget_letters(self, data: PersonFound, ids: list[str], named: Sequence[int]) -> int:
        """Letters about their tickets, to them, and others that name them: words, recipients, whatever waits."""
        letters: set[int] = set()
        mentions: set[int] = set()
        for ticket in data.own:
            letters |= {row["id"] for row in self.session.all(sql.LETTERS_ABOUT, {"t": ticket})}
        for mail in data.mails:
            letters |= {row["id"] for row in self.session.all(sql.LETTERS_BY_MAIL, {"mail": mail})}
        for ticket in (*data.others, *named):
            mentions |= {row["id"] for row in self.session.all(sql.LETTERS_ABOUT, {"t": ticket})}
        full = [one for one in data.names if len(one.split()) > 1]  # a given name alone is that of many
        for said in (*data.keys, *full):
            written = rows.dumps(said)[1:-1]  # as it stands in the letter's content
            mentions |= {row["id"] for row in self.session.all(sql.LETTERS_NAMING, {"said": written})}
        for key in data.keys:
            for row in self.session.all(sql.DELIVERIES_TO, {"key": key}):
                self._stop(row["id"])
                self.session.run(sql.FORGET_CHAT, {"delivery": row["id"]})
                others = sql.TO_OTHERS
                alone = self.session.scalar(others, {"letter": row["letter"], "key": key}) is None
                (letters if alone else mentions).add(row["letter"])
        for letter in letters:
            self._forget_letter(letter, data.keys)
        for letter in mentions - letters:
            self._forget_mention(letter, data.keys, ids)
        return len(letters)

    def _forget_letter(self, letter: int, keys: Sequence[str]) -> None:
        params = {"letter": letter}
        self.session.run(
            f"UPDATE delivery SET state = 'dead', due_at = NULL WHERE letter = :letter AND state IN {UNSETTLED}",  # noqa: S608
            params,
        )
        self.session.run(outbox_sql.UNRENDER, params)
        self.session.run(outbox_sql.DROP_LETTER_WORDS, params)
        self.session.run(sql.FORGET_LETTER, {**params, "title": ERASED})
        self.session.run(sql.FORGET_ERRORS, params)
        self._rename_readers(letter, keys)

    def _stop(self, delivery: int) -> None:
        self.session.run(
            f"UPDATE delivery SET state = 'dead', due_at = NULL WHERE id = :id AND state IN {UNSETTLED}",  # noqa: S608
            {"id": delivery},
        )

    def _forget_mention(self, letter: int, keys: Sequence[str], ids: list[str]) -> None:
        """A letter others read too: what is on its way to them gets there, copies of the past go."""
        params = {"letter": letter}
        row = self.session.one(sql.THREADING_OF, params)
        assert row is not None
        named = {name: _without(row[name], ids) for name in ("in_reply_to", "refs")}
        self.session.run(sql.MEND_THREADING, {**params, **named})
        states = {DeliveryState(row["state"]) for row in self.session.all(sql.STATES_OF, params)}
        if not any(one.under_way for one in states):  # else these very bytes are being sent; if not, they are made anew
            self.session.run(outbox_sql.UNRENDER, params)
        self.session.run(outbox_sql.DROP_LETTER_WORDS, params)
        if not any(one.under_way or one in (DeliveryState.WAITING, DeliveryState.HELD) for one in states):
            self.session.run(outbox_sql.BLANK, params)
        self._rename_readers(letter, keys)

    def _rename_readers(self, letter: int, keys: Sequence[str]) -> None:
        """Whoever of these was to read the letter no longer stands in it; that it went to somebody stays."""
        params = {"letter": letter}
        row = self.session.one(sql.READERS_OF, params)
        assert row is not None
        people = {}
        for name in ("recipients", "copies"):
            people[name] = rows.pairs(one for one in rows.addresses(row[name]) if one.key not in keys)
        self.session.run(sql.MEND_READERS, {**params, **people})
        for one in self.session.all(sql.RECIPIENTS_OF, params):
            if one["canonical"] in keys:
                named = {"id": one["id"], "nobody": NOBODY.format(f"delivery-{one['id']}")}
                self.session.run(sql.FORGET_RECIPIENT, named)

    def _forget_events(self, data: PersonFound, nobody: str) -> None:
        """Events stay, with their time and kind; what they say of a person goes."""
        for ticket in (*data.own, *data.others):
            for row in self.session.all(sql.EVENTS_IN, {"t": ticket}):
                self._forget_event(row, data.keys, nobody, whole=ticket in data.own)
        for row in self.session.all(sql.LINKED_CONTACTS, {}):
            self._forget_event(row, data.keys, nobody, whole=False)

    def _forget_event(self, row: rows.Row, keys: Sequence[str], nobody: str, whole: bool) -> None:
        mine = canonical(row["actor"]) in keys
        said = f"{row['old']} {row['new']}".lower()
        blank = (whole and row["kind"] in PERSONAL) or any(key.lower() in said for key in keys)
        if mine or blank:
            self.session.run(
                sql.MEND_EVENT,
                {"id": row["id"], "actor": nobody if mine else row["actor"], "old": "" if blank else row["old"],
                 "new": "" if blank else row["new"]},
            )  # fmt: skip


def _without(text: str, ids: Iterable[str]) -> str:
    for one in ids:
        text = text.replace(one, "")
    return text
