"""A person's data: found, handed over, or erased so that tickets, events and counts stay and nobody is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mailgate.core.model.mail import canonical
from mailgate.store import rows
from mailgate.store.people.erasing import UNSETTLED, Erasing
from mailgate.store.people.redacting import ERASED, Traces
from mailgate.store.tickets.indexing import put_in, take_out

NOBODY = "forgotten-{}@invalid"  # RFC 6761: no mail can ever reach it
# Events whose old and new values may be a person's words or addresses.
PERSONAL = (
    "('subject', 'field', 'join', 'leave', 'requester', 'address', 'bounced', 'delayed', 'why', 'contact-linked')"
)


class Forgetting(Erasing):
    """Everything about one person."""

    def contacts(self) -> list[Mapping[str, Any]]:
        """See `base.Read.contacts`."""
        found: dict[int, dict[str, Any]] = {}
        for row in self.all(
            "SELECT contact, addr, name, used_at, (SELECT count(*) FROM ticket WHERE ticket.requester = address.id) "
            "AS tickets FROM address ORDER BY contact, used_at IS NULL, used_at DESC, id",
            {},
        ):
            one = found.setdefault(row["contact"], {"name": "", "addresses": [], "tickets": 0, "last_mail_at": None})
            one["name"] = one["name"] or row["name"]
            one["addresses"].append(row["addr"])
            one["tickets"] += row["tickets"]
            one["last_mail_at"] = one["last_mail_at"] or rows.moment(row["used_at"])
        return list(found.values())

    def person_data(self, address: str) -> Mapping[str, Any] | None:
        """See `base.Read.person_data`."""
        known = self.known(address)
        if known is None:
            return None
        contacts = [known["contact"], *self._answered_instead(known["contact"])]
        addresses = [
            row
            for contact in contacts
            for row in self.all("SELECT id, canonical, addr, name FROM address WHERE contact = :c", {"c": contact})
        ]
        keys = {row["canonical"] for row in addresses} | {row["addr"] for row in addresses}
        own, others = self._tickets_of(contacts)
        mails = self._mails_of(keys, own)
        others |= {
            row["ticket"]
            for mail in mails
            for row in self.all("SELECT ticket FROM mail_ticket WHERE mail = :mail", {"mail": mail})
        } - own
        return {
            "contact": known["contact"],
            "contacts": contacts,
            "ids": [row["id"] for row in addresses],
            "keys": sorted(keys),
            "addresses": [row["addr"] for row in addresses],
            "names": sorted({row["name"] for row in addresses if row["name"]}),
            "own": sorted(own),
            "others": sorted(others),
            "mails": sorted(mails),
            "tickets": self._numbers(own),
            "unsolved": self._numbers(own, "AND status NOT IN ('solved', 'archived')"),
            "took_part": self._numbers(others),
        }

    def _answered_instead(self, contact: int) -> list[int]:
        """Whom their mail alone named to be answered (Reply-To): requesters of tickets they opened who never wrote."""
        found = self.all(
            "SELECT DISTINCT other.contact FROM address JOIN mail ON mail.author = address.canonical COLLATE NOCASE "
            "JOIN entry ON entry.mail = mail.number JOIN ticket ON ticket.id = entry.ticket "
            "JOIN address AS other ON other.id = ticket.requester "
            "WHERE address.contact = :contact AND other.contact <> :contact "
            "AND entry.id = (SELECT min(id) FROM entry AS first WHERE first.ticket = ticket.id)",
            {"contact": contact},
        )
        return [row["contact"] for row in found if not self._wrote(row["contact"])]

    def _wrote(self, contact: int) -> bool:
        keys = {
            row["canonical"] for row in self.all("SELECT canonical FROM address WHERE contact = :c", {"c": contact})
        }
        return bool(self._mails_of(keys, set()))

    def _tickets_of(self, contacts: list[int]) -> tuple[set[int], set[int]]:
        """Row ids of tickets that are this person's, and of those they took part in."""
        mine: set[int] = set()
        part: set[int] = set()
        for contact in contacts:
            params = {"contact": contact}
            own = self.all(
                "SELECT ticket.id FROM ticket JOIN address ON address.id = ticket.requester "
                "WHERE address.contact = :contact",
                params,
            )
            mine |= {row["id"] for row in own}
            joined = self.all("SELECT ticket AS id FROM participant WHERE contact = :contact", params)
            part |= {row["id"] for row in joined}
        return mine, part - mine

    def _mails_of(self, keys: set[str], own: set[int]) -> set[int]:
        """Mail they wrote, whatever became of it, and all mail in tickets that are theirs."""
        names = {f"k{i}": key for i, key in enumerate(sorted(keys))}
        among = ", ".join(f":{name}" for name in names)
        found = self.all(
            f"SELECT number FROM mail WHERE author COLLATE NOCASE IN ({among}) OR sender COLLATE NOCASE IN ({among})",  # noqa: S608
            names,
        )
        mails = {row["number"] for row in found}
        for ticket in own:
            mails |= {row["mail"] for row in self.all("SELECT mail FROM mail_ticket WHERE ticket = :t", {"t": ticket})}
        return mails

    def _numbers(self, tickets: Iterable[int], more: str = "") -> list[int]:
        found = (self.scalar(f"SELECT number FROM ticket WHERE id = :id {more}", {"id": one}) for one in tickets)  # noqa: S608
        return sorted(int(number) for number in found if number is not None)

    # --- erase --------------------------------------------------------------------------------------------------------

    def forget(self, address: str, now: datetime, actor: str) -> tuple[Mapping[str, int], list[str]] | None:
        """See `base.Tx.forget`."""
        data = self.person_data(address)
        if data is None:
            return None
        nobody = NOBODY.format(data["contact"])
        traces = Traces(data["names"], data["keys"], self._said(data))
        saved = self._forget_saved(traces)
        blobs = self.drop_raw(data["mails"])
        ids = [self._forget_mail(mail, nobody, data["keys"]) for mail in data["mails"]]
        entries = sum(self._forget_ticket(ticket, data["keys"], nobody) for ticket in data["own"])
        for ticket in data["others"]:
            count, files = self._forget_words(ticket, data["keys"], nobody, traces)
            entries += count
            blobs += files
        letters = self._forget_letters(data, [one for one in ids if one])
        self._forget_events(data, nobody)
        for number, row in enumerate(data["ids"]):
            name = NOBODY.format(f"{data['contact']}-{number}")
            self.run(
                "UPDATE address SET canonical = :new, addr = :new, name = '' WHERE id = :id", {"id": row, "new": name}
            )
        for contact in data["contacts"]:
            self.run("UPDATE participant SET name = '' WHERE contact = :c", {"c": contact})
            for ticket in data["others"]:
                self.run("DELETE FROM participant WHERE ticket = :t AND contact = :c", {"t": ticket, "c": contact})
        self.run(
            "INSERT INTO words (words) VALUES ('optimize')", {}
        )  # the index lets go of what was only marked as gone
        counts = {"tickets": len(data["own"]), "took_part": len(data["others"]), "mails": len(data["mails"]),
                  "entries": entries, "letters": letters, "saved": saved}  # fmt: skip
        self.run(
            "INSERT INTO event (ticket, at, actor, mail, kind, old, new) "
            "VALUES (NULL, :at, :actor, NULL, 'forgotten', '', :new)",
            {"at": rows.micros(now), "actor": rows.clean(actor), "new": rows.dumps(counts)},
        )
        return counts, blobs

    def _said(self, data: Mapping[str, Any]) -> list[str]:
        """All that they wrote and that we still have."""
        return [
            row["text"]
            for ticket in (*data["own"], *data["others"])
            for row in self.all("SELECT author, text FROM entry WHERE ticket = :t", {"t": ticket})
            if canonical(row["author"]) in data["keys"]
        ]

    def _forget_saved(self, traces: Traces) -> int:
        """Answers that agents kept by `#save` name them no more; returns how many did."""
        count = 0
        for row in self.all("SELECT name, language, text FROM saved_reply", {}):
            text = traces.out_of(row["text"])
            if text != row["text"]:
                count += 1
                self.run(
                    "UPDATE saved_reply SET text = :text WHERE name = :name AND language = :language",
                    {"name": row["name"], "language": row["language"], "text": text},
                )
        return count

    def _forget_mail(self, mail: int, nobody: str, keys: list[str]) -> str:
        """The envelope and headers of a mail; its number, times, fate and digests stay. Returns its Message-ID."""
        row = self.one("SELECT sender, author, recipients, message_id FROM mail WHERE number = :m", {"m": mail})
        assert row is not None
        sender, author = (nobody if canonical(row[name]) in keys else row[name] for name in ("sender", "author"))
        told = [nobody if canonical(one) in keys else one for one in rows.loads(row["recipients"], [])]
        params = {"mail": mail, "sender": sender, "author": author, "recipients": rows.dumps(told),
                  "message_id": row["message_id"]}  # fmt: skip
        self.run("DELETE FROM msgid WHERE id = :message_id", params)
        self.run(
            "UPDATE parking SET understood = '[]', text = '', settled_at = coalesce(settled_at, at) WHERE mail = :mail",
            params,
        )
        self.run(
            "UPDATE mail SET sender = :sender, author = :author, author_name = '', recipients = :recipients, "
            "peer = '', login = '', message_id = '', subject = '', error = '', trace = '', "
            "reason = CASE WHEN fate IN ('parked', 'quarantined') THEN 'forgotten' ELSE reason END, "
            "fate = CASE WHEN fate IN ('parked', 'quarantined') THEN 'dropped' ELSE fate END WHERE number = :mail",
            params,
        )
        return str(row["message_id"])

    def _forget_ticket(self, ticket: int, keys: list[str], nobody: str) -> int:
        """A ticket of theirs: nobody's words stay, nor its title, its fields and what was noted beside it."""
        subject = self.scalar("SELECT subject FROM ticket WHERE id = :id", {"id": ticket})
        said = [row["id"] for row in self.all("SELECT id FROM entry WHERE ticket = :id", {"id": ticket})]
        self.silence(said, subject)
        self._unname(ticket, said, subject, ERASED, keys, nobody)
        for statement in (
            "UPDATE ticket SET subject = :title, requester_name = '' WHERE id = :id",
            "DELETE FROM field WHERE ticket = :id",
            "UPDATE reminder SET text = '' WHERE ticket = :id",
            "UPDATE vote SET comment = '' WHERE ticket = :id",
            "UPDATE participant SET name = '' WHERE ticket = :id",
            "DELETE FROM msgid WHERE ticket = :id AND id NOT IN (SELECT message_id FROM letter WHERE ticket = :id)",
        ):
            self.run(statement, {"id": ticket, "title": ERASED})
        return len(said)

    def _forget_words(self, ticket: int, keys: list[str], nobody: str, traces: Traces) -> tuple[int, list[str]]:
        """In somebody else's ticket their own words go, and what others quoted of them: (entries, blobs) that went."""
        subject = self.scalar("SELECT subject FROM ticket WHERE id = :id", {"id": ticket})
        there = self.all("SELECT id, author, text FROM entry WHERE ticket = :id ORDER BY id", {"id": ticket})
        said = [row["id"] for row in there if canonical(row["author"]) in keys]
        if not said:
            return 0, []
        self.silence(said, subject)
        self._unname(ticket, said, subject, subject, keys, nobody)
        self.run("UPDATE entry SET quoted = '', html = '' WHERE ticket = :id", {"id": ticket})
        for row in there:
            text = traces.unquoted(row["text"])
            if row["id"] not in said and text != row["text"]:
                take_out(self, [row["id"]], subject)
                self.run("UPDATE entry SET text = :text WHERE id = :id", {"id": row["id"], "text": text})
                put_in(self, [row["id"]], subject)
        return len(said), self.drop_raw(self._later(ticket, min(said)))

    def _later(self, ticket: int, entry: int) -> list[int]:
        """Mail of others in a ticket that came after an entry, and may quote it; without files, which would go too."""
        found = self.all(
            "SELECT DISTINCT entry.mail FROM entry WHERE entry.ticket = :ticket AND entry.id > :entry "
            "AND entry.mail IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attachment WHERE attachment.mail = entry.mail)",
            {"ticket": ticket, "entry": entry},
        )
        return [row["mail"] for row in found]

    def _unname(self, ticket: int, entries: list[int], subject: str, title: str, keys: list[str], nobody: str) -> None:
        """The entries are found by the new title, and the person's are nobody's."""
        take_out(self, entries, subject)
        for row in self.all("SELECT id, author FROM entry WHERE ticket = :id", {"id": ticket}):
            if canonical(row["author"]) in keys:
                params = {"id": row["id"], "nobody": nobody}
                self.run("UPDATE entry SET author = :nobody, author_name = '' WHERE id = :id", params)
        put_in(self, entries, title)

    def _forget_letters(self, data: Mapping[str, Any], ids: list[str]) -> int:
        """Letters about their tickets, and letters to them about any: their words, their recipient, whatever waits."""
        letters: set[int] = set()
        mentions: set[int] = set()
        for ticket in data["own"]:
            letters |= {row["id"] for row in self.all("SELECT id FROM letter WHERE ticket = :t", {"t": ticket})}
        for mail in data["mails"]:
            letters |= {row["id"] for row in self.all("SELECT id FROM letter WHERE mail = :mail", {"mail": mail})}
        for ticket in data["others"]:
            mentions |= {row["id"] for row in self.all("SELECT id FROM letter WHERE ticket = :t", {"t": ticket})}
        for key in data["keys"]:
            for row in self.all("SELECT id, letter FROM delivery WHERE canonical = :key", {"key": key}):
                self._stop(row["id"])
                others = "SELECT 1 FROM delivery WHERE letter = :letter AND canonical <> :key"
                alone = self.scalar(others, {"letter": row["letter"], "key": key}) is None
                (letters if alone else mentions).add(row["letter"])
        for letter in letters:
            self._forget_letter(letter, data["keys"])
        for letter in mentions - letters:
            self._forget_mention(letter, data["keys"], ids)
        return len(letters)

    def _forget_letter(self, letter: int, keys: list[str]) -> None:
        params = {"letter": letter}
        self.run(
            f"UPDATE delivery SET state = 'dead', due_at = NULL WHERE letter = :letter AND state IN {UNSETTLED}",  # noqa: S608
            params,
        )
        self.run("DELETE FROM rendered WHERE letter = :letter", params)
        self.run(
            "UPDATE letter SET subject = :title, context = '{}', in_reply_to = '', refs = '', attachments = '[]' "
            "WHERE id = :letter",
            {**params, "title": ERASED},
        )
        self._rename_readers(letter, keys)

    def _stop(self, delivery: int) -> None:
        self.run(
            f"UPDATE delivery SET state = 'dead', due_at = NULL WHERE id = :id AND state IN {UNSETTLED}",  # noqa: S608
            {"id": delivery},
        )

    def _forget_mention(self, letter: int, keys: list[str], ids: list[str]) -> None:
        """A letter others read too: what is on its way to them gets there, copies of the past go."""
        params = {"letter": letter}
        row = self.one("SELECT in_reply_to, refs FROM letter WHERE id = :letter", params)
        assert row is not None
        named = {name: _without(row[name], ids) for name in ("in_reply_to", "refs")}
        self.run("UPDATE letter SET in_reply_to = :in_reply_to, refs = :refs WHERE id = :letter", {**params, **named})
        states = {row["state"] for row in self.all("SELECT state FROM delivery WHERE letter = :letter", params)}
        if not states & {"leased", "sending"}:  # else these very bytes are being sent; if not, they are made anew
            self.run("DELETE FROM rendered WHERE letter = :letter", params)
        if not states & {"leased", "sending", "waiting", "held"}:
            self.run("UPDATE letter SET context = '{}' WHERE id = :letter", params)
        self._rename_readers(letter, keys)

    def _rename_readers(self, letter: int, keys: list[str]) -> None:
        """Whoever of these was to read the letter no longer stands in it; that it went to somebody stays."""
        params = {"letter": letter}
        row = self.one("SELECT recipients, copies FROM letter WHERE id = :letter", params)
        assert row is not None
        people = {}
        for name in ("recipients", "copies"):
            people[name] = rows.pairs(one for one in rows.addresses(row[name]) if one.key not in keys)
        self.run(
            "UPDATE letter SET recipients = :recipients, copies = :copies WHERE id = :letter", {**params, **people}
        )
        for one in self.all("SELECT id, canonical FROM delivery WHERE letter = :letter", params):
            if one["canonical"] in keys:
                named = {"id": one["id"], "nobody": NOBODY.format(f"delivery-{one['id']}")}
                self.run(
                    "UPDATE delivery SET recipient = :nobody, canonical = :nobody, error = '' WHERE id = :id", named
                )

    def _forget_events(self, data: Mapping[str, Any], nobody: str) -> None:
        """Events stay, with their time and kind; what they say of a person goes."""
        for ticket in (*data["own"], *data["others"]):
            for row in self.all("SELECT id, actor, kind, old, new FROM event WHERE ticket = :t", {"t": ticket}):
                self._forget_event(row, data["keys"], nobody, whole=ticket in data["own"])
        for row in self.all("SELECT id, actor, kind, old, new FROM event WHERE kind = 'contact-linked'", {}):
            self._forget_event(row, data["keys"], nobody, whole=False)

    def _forget_event(self, row: rows.Row, keys: list[str], nobody: str, whole: bool) -> None:
        mine = canonical(row["actor"]) in keys
        said = f"{row['old']} {row['new']}".lower()
        blank = (whole and row["kind"] in PERSONAL) or any(key.lower() in said for key in keys)
        if mine or blank:
            self.run(
                "UPDATE event SET actor = :actor, old = :old, new = :new WHERE id = :id",
                {"id": row["id"], "actor": nobody if mine else row["actor"], "old": "" if blank else row["old"],
                 "new": "" if blank else row["new"]},
            )  # fmt: skip


def _without(text: str, ids: Iterable[str]) -> str:
    for one in ids:
        text = text.replace(one, "")
    return text
