"""One ticket being written: column changes gathered and flushed as a single UPDATE, events beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mailgate.core.change import (
    AddEntry,
    Assign,
    Bounced,
    Change,
    Join,
    Journal,
    Leave,
    LinkTo,
    MergeInto,
    Move,
    OpenTicket,
    Remind,
    RevokeTokens,
    SetDue,
    SetEscalation,
    SetField,
    SetPriority,
    SetRequester,
    SetSla,
    SetStatus,
    SetSubject,
    SplitOff,
    Tag,
    Tell,
    Watch,
)
from mailgate.core.mail import canonical
from mailgate.core.ticket import EntryKind, Priority, Status
from mailgate.store import rows
from mailgate.store import statements as sql
from mailgate.store.session import Session

AT_WORK = (Status.NEW.value, Status.OPEN.value)
DUES = {"first_response": "due_first", "resolve": "due_resolve", "manual": "due_manual"}


@dataclass(slots=True)
class Writing:
    """What is common to the whole decision."""

    mail: int | None
    actor: str
    now: int
    arrived: int  # when the mail arrived, never after `now`
    history: bool
    opened: list[Desk] = field(default_factory=list)
    split: list[tuple[Desk, int]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    filed: int | None = None  # ticket id the mail's words went to
    touched: list[int] = field(default_factory=list)  # ticket ids, in order

    @property
    def moment(self) -> int:
        """When things count as done: imported history keeps its own times."""
        return self.arrived if self.history else self.now


class Desk:
    """Writes the changes of one step to one ticket."""

    def __init__(self, session: Session, writing: Writing, row: dict[str, Any] | None) -> None:
        self.session = session
        self.writing = writing
        self.row: dict[str, Any] = row or {}
        self.changed: dict[str, Any] = {}

    @property
    def id(self) -> int:
        """The row id of the ticket."""
        return int(self.row["id"])

    @property
    def number(self) -> int:
        """The number people know."""
        return int(self.row["number"])

    def write(self, change: Change) -> None:
        """Write one change."""
        WRITERS[type(change)](self, change)

    def event(self, kind: str, old: object = "", new: object = "") -> None:
        """A line for the journal."""
        writing = self.writing
        self.writing.events.append(
            {
                "ticket": self.id,
                "at": writing.moment,
                "actor": writing.actor,
                "mail": writing.mail,
                "kind": kind,
                "old": "" if old is None else rows.clean(str(old)),
                "new": "" if new is None else rows.clean(str(new)),
            }
        )

    def put(self, **columns: Any) -> None:
        """Columns to write at the end of the step."""
        self.changed.update(columns)
        self.row.update(columns)

    def flush(self) -> None:
        """Write the gathered columns; the earliest deadline is kept beside the three it comes from."""
        if not self.changed:
            return
        due = min((self.row[name] for name in DUES.values() if self.row[name] is not None), default=None)
        self.put(updated_at=max(self.writing.moment, self.row["updated_at"]), due_at=due)
        columns = ", ".join(f"{name} = :{name}" for name in self.changed)
        self.session.run(f"UPDATE ticket SET {columns} WHERE id = :id", {**self.changed, "id": self.id})  # noqa: S608
        self.changed = {}

    def work(self, owner: str | None, status: str) -> None:
        """Owner and status together, so that each agent's count of open tickets stays right."""
        before = self.row["owner"] if self.row["status"] in AT_WORK else None
        after = owner if status in AT_WORK else None
        if before != after:
            for name, step in ((before, -1), (after, 1)):
                if name:
                    self.session.run(
                        "UPDATE agent SET open_tickets = open_tickets + :step WHERE name = :name",
                        {"name": name, "step": step},
                    )
        if (owner, status) != (self.row["owner"], self.row["status"]):
            self.put(owner=owner, status=status)

    # --- one writer a change ------------------------------------------------------------------------------------------

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
             "last_customer_at", "due_first", "due_resolve", "due_manual", "due_at", "merged_into", "escalate_at")
        )  # fmt: skip
        self.row = {**empty, **row, "status": "new", "updated_at": writing.moment, "escalation": 0}
        writing.opened.append(self)
        self.event("opened", new=change.department)
        self.take_part(address, contact, change.requester.name, 0)
        for place, person in enumerate(change.participants, 1):
            self.take_part(*session.person(person, writing.now), person.name, place)
        for name in change.departments:
            if name != change.department:
                self.tell(Tell(name))

    def take_part(self, address: int, contact: int, name: str, place: int) -> bool:
        """A contact takes part through that address; False when he already did."""
        return bool(
            self.session.run(
                sql.JOIN,
                {"ticket": self.id, "contact": contact, "address": address, "name": rows.clean(name),
                 "at": self.writing.now + place},
            )
        )  # fmt: skip

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
            session.run(sql.FILE_MAIL, {"mail": mail, "ticket": self.id})
        self.event("entry", new=change.kind.value, old=entry)
        self.put(updated_at=self.row["updated_at"])
        if change.kind is EntryKind.CUSTOMER and not change.unverified:
            self.put(last_customer_at=at, last_public_at=max(at, self.row["last_public_at"] or 0))
            self.heard_from(change.author)
        elif change.kind is EntryKind.AGENT:
            self.put(last_agent_at=writing.moment, last_public_at=writing.moment)
            if self.row["first_response_at"] is None:
                self.put(first_response_at=writing.moment)
                self.event("first-response", new=writing.moment)

    def heard_from(self, author: str) -> None:
        """Letters go to the address a person used last: a participant wrote from another address of his."""
        known = self.session.known(author)
        if known is None or known["id"] == self.row["requester"]:
            return
        params = {"ticket": self.id, "contact": known["contact"], "address": known["id"]}
        moved = self.session.run(
            "UPDATE participant SET address = :address WHERE ticket = :ticket AND contact = :contact "
            "AND address <> :address",
            params,
        )
        requester = self.session.scalar("SELECT contact FROM address WHERE id = :id", {"id": self.row["requester"]})
        if moved and requester == known["contact"]:
            self.put(requester=known["id"])
        if moved:
            self.event("address", new=author)

    def set_status(self, change: SetStatus) -> None:
        """A new status; leaving solved or archived is a reopening of its own kind for the figures."""
        old, new = self.row["status"], change.status.value
        until = rows.micros_or_none(change.until)
        if until != self.row["status_until"]:
            self.event("until", self.row["status_until"], until)
            self.put(status_until=until)
        if old == new:
            return
        self.event("status", old, new)
        if change.why:
            self.event("why", new=change.why)
        at = self.writing.moment
        was_done, is_done = Status(old).done, change.status.done
        if was_done and not is_done:
            self.event("reopened", old, new)
            self.put(solved_at=None)
        elif is_done and not was_done:
            self.put(solved_at=at)
        self.work(self.row["owner"], new)
        self.put(status_since=at)

    def assign(self, change: Assign) -> None:
        """The owner; None releases."""
        old = self.row["owner"]
        if old == change.agent:
            return
        self.event("owner", old, change.agent)
        self.work(change.agent, self.row["status"])
        if change.agent:
            self.session.run(
                "UPDATE agent SET last_assigned_at = :now WHERE name = :name",
                {"name": change.agent, "now": self.writing.now},
            )

    def move(self, change: Move) -> None:
        """To another department."""
        if change.department == self.row["department"]:
            return
        self.event("department", self.row["department"], change.department)
        if change.why:
            self.event("why", new=change.why)
        self.put(department=change.department)

    def tell(self, change: Tell) -> None:
        """A further department is told."""
        if self.session.run(
            "INSERT INTO told (ticket, department) VALUES (:ticket, :department) ON CONFLICT DO NOTHING",
            {"ticket": self.id, "department": change.department},
        ):
            self.event("told", new=change.department)

    def set_priority(self, change: SetPriority) -> None:
        """How much it matters."""
        if change.priority.value != self.row["priority"]:
            self.event("priority", self.row["priority"], change.priority.value)
            self.put(priority=change.priority.value, rank=Priority(change.priority).rank)

    def tag(self, change: Tag) -> None:
        """Tags added and removed, an event each."""
        for tag in change.add:
            params = {"ticket": self.id, "tag": rows.clean(tag)}
            if self.session.run("INSERT INTO tag (ticket, tag) VALUES (:ticket, :tag) ON CONFLICT DO NOTHING", params):
                self.event("tag", new=tag)
        for tag in change.remove:
            params = {"ticket": self.id, "tag": rows.clean(tag)}
            if self.session.run("DELETE FROM tag WHERE ticket = :ticket AND tag = :tag", params):
                self.event("tag", old=tag)

    def set_field(self, change: SetField) -> None:
        """A named value; "" removes it."""
        params = {"ticket": self.id, "name": rows.clean(change.name), "value": rows.clean(change.value)}
        old = self.session.scalar("SELECT value FROM field WHERE ticket = :ticket AND name = :name", params) or ""
        if old == params["value"]:
            return
        if change.value:
            self.session.run(
                "INSERT INTO field (ticket, name, value) VALUES (:ticket, :name, :value) "
                "ON CONFLICT (ticket, name) DO UPDATE SET value = excluded.value",
                params,
            )
        else:
            self.session.run("DELETE FROM field WHERE ticket = :ticket AND name = :name", params)
        self.event("field", f"{change.name}={old}", f"{change.name}={change.value}")

    def set_subject(self, change: SetSubject) -> None:
        """A new title; the old one stays in the journal, for replies that still carry it."""
        if change.subject != self.row["subject"]:
            self.event("subject", self.row["subject"], change.subject)
            self.put(subject=rows.clean(change.subject))

    def set_sla(self, change: SetSla) -> None:
        """Another promise."""
        if change.sla != self.row["sla"]:
            self.event("sla", self.row["sla"], change.sla)
            self.put(sla=change.sla)

    def watch(self, change: Watch) -> None:
        """An agent follows the ticket, or no longer."""
        params = {"ticket": self.id, "agent": change.agent}
        if change.on:
            if self.session.run(
                "INSERT INTO watcher (ticket, agent) VALUES (:ticket, :agent) ON CONFLICT DO NOTHING", params
            ):
                self.event("watch", new=change.agent)
        elif self.session.run("DELETE FROM watcher WHERE ticket = :ticket AND agent = :agent", params):
            self.event("watch", old=change.agent)

    def join(self, change: Join) -> None:
        """Somebody takes part."""
        address, contact = self.session.person(change.address, self.writing.now)
        if self.take_part(address, contact, change.address.name, 0):
            self.event("join", new=change.address.key)

    def leave(self, change: Leave) -> None:
        """Somebody no longer takes part; the requester always does."""
        known = self.session.known(change.address)
        if (
            known is not None
            and known["id"] != self.row["requester"]
            and self.session.run(
                "DELETE FROM participant WHERE ticket = :ticket AND contact = :contact",
                {"ticket": self.id, "contact": known["contact"]},
            )
        ):
            self.event("leave", old=canonical(change.address))

    def set_requester(self, change: SetRequester) -> None:
        """The ticket is somebody else's; the old requester goes on taking part."""
        old = self.session.one("SELECT addr, contact FROM address WHERE id = :id", {"id": self.row["requester"]})
        address, contact = self.session.person(change.address, self.writing.now)
        if address == self.row["requester"]:
            return
        self.event("requester", old["addr"] if old else "", change.address.key)
        self.put(requester=address, requester_name=rows.clean(change.address.name))
        self.take_part(address, contact, change.address.name, 0)

    def set_due(self, change: SetDue) -> None:
        """A deadline, or its end."""
        column, at = DUES[change.which], rows.micros_or_none(change.at)
        if self.row[column] != at:
            self.event(f"due-{change.which.replace('_', '-')}", self.row[column], at)
            self.put(**{column: at})

    def set_escalation(self, change: SetEscalation) -> None:
        """A step done for a deadline, and when the next one comes."""
        if self.row["escalation"] != change.level:
            due = "" if change.due_at is None else rows.micros(change.due_at)
            self.event("escalation", self.row["escalation"], f"{change.level}:{due}")
        self.put(
            escalation=change.level,
            escalate_at=rows.micros_or_none(change.next_at),
            escalation_due=rows.micros_or_none(change.due_at),
        )

    def remind(self, change: Remind) -> None:
        """A reminder, or the end of the agent's reminders here."""
        if change.at is None:
            self.session.run(
                "UPDATE reminder SET done_at = :now WHERE ticket = :ticket AND agent = :agent AND done_at IS NULL",
                {"ticket": self.id, "agent": change.agent, "now": self.writing.now},
            )
        else:
            self.session.run(
                "INSERT INTO reminder (ticket, agent, at, text) VALUES (:ticket, :agent, :at, :text)",
                {"ticket": self.id, "agent": change.agent, "at": rows.micros(change.at),
                 "text": rows.clean(change.text)},
            )  # fmt: skip
        self.event("remind", change.agent, rows.micros_or_none(change.at))

    def revoke(self, change: RevokeTokens) -> None:
        """Tokens issued so far prove nothing any more; they still match the ticket."""
        self.session.run(sql.REVOKE, {"ticket": self.id, "agent": change.agent, "now": self.writing.now})
        self.event("revoked", change.agent, change.why)

    def bounced(self, change: Bounced) -> None:
        """A delivery of ours failed or is late; only a lasting failure ends it."""
        if change.lasting:
            self.session.run(
                "UPDATE delivery SET state = 'dead', due_at = NULL, error = :error WHERE canonical = :canonical "
                "AND letter = (SELECT id FROM letter WHERE message_id = :message_id)",
                {"error": rows.clean(f"{change.status} {change.diagnostic}".strip()),
                 "canonical": rows.clean(canonical(change.address)), "message_id": change.message_id},
            )  # fmt: skip
        kind = "bounced" if change.lasting else "delayed"
        self.event(kind, change.message_id, f"{change.address} {change.status} {change.diagnostic}".strip())

    def journal(self, change: Journal) -> None:
        """A fact for the history."""
        self.event(change.kind, change.old, change.new)

    def link(self, change: LinkTo) -> None:
        """A connection, found from both ends."""
        self._between("link", change.number, change.kind)

    def merge(self, change: MergeInto) -> None:
        """See `merging.merge`."""
        from mailgate.store.merging import merge

        merge(self, change.number)

    def split_off(self, change: SplitOff) -> None:
        """Remembered until the ticket it goes to is open."""
        self.writing.split.append((self, change.entry))

    def _between(self, event: str, number: int, kind: str) -> None:
        other = self.session.scalar("SELECT id FROM ticket WHERE number = :number", {"number": number})
        if other is None or other == self.id:
            return
        if self.session.run(
            "INSERT INTO link (one, other, kind, at) VALUES (:one, :other, :kind, :at) ON CONFLICT DO NOTHING",
            {"one": self.id, "other": other, "kind": kind, "at": self.writing.moment},
        ):
            self.event(event, kind, number)


WRITERS: dict[type, Callable[[Desk, Any], None]] = {
    OpenTicket: Desk.open,
    AddEntry: Desk.add_entry,
    SetStatus: Desk.set_status,
    Assign: Desk.assign,
    Move: Desk.move,
    Tell: Desk.tell,
    SetPriority: Desk.set_priority,
    Tag: Desk.tag,
    SetField: Desk.set_field,
    SetSubject: Desk.set_subject,
    SetSla: Desk.set_sla,
    Watch: Desk.watch,
    Join: Desk.join,
    Leave: Desk.leave,
    SetRequester: Desk.set_requester,
    LinkTo: Desk.link,
    MergeInto: Desk.merge,
    SplitOff: Desk.split_off,
    SetDue: Desk.set_due,
    SetEscalation: Desk.set_escalation,
    Remind: Desk.remind,
    RevokeTokens: Desk.revoke,
    Bounced: Desk.bounced,
    Journal: Desk.journal,
}
