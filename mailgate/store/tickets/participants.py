"""Who takes part in a ticket, and what they say."""

from __future__ import annotations

from typing import Any

from mailgate.core.model.change import AddEntry, Join, Leave, OpenTicket, SetRequester, Withdraw
from mailgate.core.model.mail import canonical
from mailgate.core.model.ticket import EntryKind, responds
from mailgate.store import rows
from mailgate.store.mail import statements as mail_sql
from mailgate.store.tickets import statements as sql
from mailgate.store.tickets.ticket_writer import TicketWriter


class Participants(TicketWriter):
    """Writes people and words."""

    def open(self, change: OpenTicket) -> None:
        """Draw a number and lay the row."""
        session, writing = self.session, self.writing
        address, contact = session.person(change.requester, writing.now, used=writing.mail is not None)
        row = {
            "number": session.scalar(sql.NUMBER, {"first": session.first_number}),
            "subject": rows.clean(change.subject),
            "department": change.department,
            "priority": change.priority.value,
            "rank": change.priority.rank,
            "language": change.language,
            "sla": change.sla,
            "requester": address,
            "requester_name": rows.clean(change.requester.name),
            "created_at": writing.arrived,
            "now": writing.moment,
        }
        row["id"] = session.scalar(sql.OPEN, row)
        empty: dict[str, Any] = dict.fromkeys(
            ("owner", "status_until", "first_response_at", "solved_at", "last_public_at", "last_agent_at",
             "last_customer_at", "due_first", "due_resolve", "due_manual", "due_at", "merged_into", "escalate_at",
             "first_kept", "resolve_kept")
        )  # fmt: skip
        self.row = {**empty, **row, "status": "new", "updated_at": writing.moment, "escalation": 0}
        writing.opened.append(self)
        self.event("opened", new=change.department)
        self.take_part(address, contact, change.requester.name)
        for person in change.participants:
            self.take_part(*session.person(person, writing.now), person.name)
        for name in change.departments:
            if name != change.department:
                self.tell_department(name)

    def take_part(self, address: int, contact: int, name: str) -> bool:
        """A contact takes part through that address, after all who do so far; False when they already did."""
        params = {
            "ticket": self.id,
            "contact": contact,
            "address": address,
            "name": rows.clean(name),
            "now": self.writing.now,
        }
        return bool(self.session.run(sql.JOIN, params))

    def add_entry(self, change: AddEntry) -> None:
        """Words in the thread, their attachments as an index into the raw mail."""
        session, writing = self.session, self.writing
        mail = writing.mail if change.of_mail else None
        at = writing.arrived if mail else writing.moment
        entry = session.scalar(
            sql.ENTRY,
            {
                "ticket": self.id,
                "mail": mail,
                "at": at,
                "kind": change.kind.value,
                "author": rows.clean(change.author),
                "author_name": rows.clean(change.author_name),
                "unverified": int(change.unverified),
                "text": rows.clean(change.text),
                "quoted": rows.clean(change.quoted),
                "title": rows.clean(change.title),
                "only_to": rows.clean(change.only),
                "html": rows.clean(change.html),
            },
        )
        if change.attachments:
            session.many(
                sql.ATTACHMENT,
                [
                    {"entry": entry, "mail": mail, "part": rows.clean(a.part), "name": rows.clean(a.name),
                     "original_name": rows.clean(a.original_name), "type": rows.clean(a.type), "size": a.size,
                     "digest": a.digest, "inline": int(a.inline), "content_id": rows.clean(a.content_id)}
                    for a in change.attachments
                ],
            )  # fmt: skip
        if mail is not None:
            if writing.filed is None:
                writing.filed = self.id
            session.run(mail_sql.FILE_MAIL, {"mail": mail, "ticket": self.id})
        self.event("entry", new=change.kind.value, old=entry)
        if writing.history and self.row["solved_at"] is not None:
            self.put(solved_at=max(at, self.row["solved_at"]))  # a thread of the past ended with its last words
        if change.kind is EntryKind.CUSTOMER and not change.unverified:
            self.put(last_customer_at=at, last_public_at=max(at, self.row["last_public_at"] or 0))
            self.heard_from(change.author)
        elif responds(change.kind, change.author, elsewhere=self._elsewhere(change)):
            self.put(last_agent_at=writing.moment)
            if change.kind.public:
                self.put(last_public_at=writing.moment)
            if self.row["first_response_at"] is None:
                self.put(first_response_at=writing.moment)
                self.event("first-response", new=writing.moment)

    def _elsewhere(self, change: AddEntry) -> bool:
        """True for words to somebody alone who is not the requester."""
        one = self.session.known(change.only) if change.only else None
        return bool(change.only) and (one is None or one["id"] != self.row["requester"])

    def withdraw(self, change: Withdraw) -> None:
        """An agent's words, or the memo of their call, become a note; what they had answered is owed again."""
        leaving = [entry for origin, entry in self.writing.split if origin is self]  # they move when all is written
        params = {"ticket": self.id, "entry": change.entry}
        if change.entry in leaving or not self.session.run(sql.WITHDRAW, params):
            return
        without = f" AND id NOT IN ({', '.join(str(entry) for entry in leaving)})"
        left = self.session.one(sql.WORDS_LEFT + without, {**params, "requester": self.row["requester"]})
        assert left is not None
        self.put(last_agent_at=left["agent"], last_public_at=left["public"])
        if left["before"] is None:
            self.put(first_response_at=left["first"], first_kept=None)
        self.event("withdrawn", change.entry)

    def heard_from(self, author: str) -> None:
        """Letters go to the address a person used last: a participant wrote from another address of theirs."""
        known = self.session.known(author)
        if known is None:
            return
        if known["used_at"] is None:
            self.session.run(sql.USED_NOW, {"id": known["id"], "now": self.writing.now})
        if known["id"] == self.row["requester"]:
            return
        params = {"ticket": self.id, "contact": known["contact"], "address": known["id"]}
        moved = self.session.run(sql.PART_BY_ADDRESS, params)
        if moved and self._requesting() == known["contact"]:
            self.put(requester=known["id"])
        if moved:
            self.event("address", new=author)

    def join(self, change: Join) -> None:
        """Somebody takes part."""
        address, contact = self.session.person(change.address, self.writing.now)
        if self.take_part(address, contact, change.address.name):
            self.event("join", new=change.address.key)

    def leave(self, change: Leave) -> None:
        """Somebody no longer takes part; the requester always does."""
        known = self.session.known(change.address)
        if known is None or known["contact"] == self._requesting():
            return
        params = {"ticket": self.id, "contact": known["contact"]}
        if self.session.run(sql.LEAVE, params):
            self.event("leave", old=canonical(change.address))

    def set_requester(self, change: SetRequester) -> None:
        """The ticket is somebody else's; the old requester goes on taking part."""
        old = self.session.one(sql.ADDRESS_BY_ID, {"id": self.row["requester"]})
        address, contact = self.session.person(change.address, self.writing.now)
        if address == self.row["requester"]:
            return
        self.event("requester", old["addr"] if old else "", change.address.key)
        self.put(requester=address, requester_name=rows.clean(change.address.name))
        self.take_part(address, contact, change.address.name)
        self.session.run(
            sql.REQUESTER_FIRST,
            {"ticket": self.id, "contact": contact, "address": address, "name": rows.clean(change.address.name)},
        )  # first of all, also when the ticket is somebody else's again one day

    def tell_department(self, name: str) -> None:
        """A further department is told."""
        if name != self.row["department"] and self.knows(name):
            self.event("told", new=name)

    def knows(self, department: str) -> bool:
        """This department has heard of the ticket; False when that is no news."""
        return bool(self.session.run(sql.TELL, {"ticket": self.id, "department": department}))

    def _requesting(self) -> int:
        """The contact whose ticket it is."""
        return int(self.session.scalar(sql.CONTACT_OF_ADDRESS, {"id": self.row["requester"]}))
