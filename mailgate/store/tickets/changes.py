"""How each change of a decision is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Ban,
    Bounced,
    Change,
    Join,
    JoinWave,
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
    Unlink,
    Unmerge,
    Watch,
    Withdraw,
)
from mailgate.core.model.mail import canonical
from mailgate.core.model.ticket import Priority, Status
from mailgate.store import rows
from mailgate.store.mail import statements as mail_sql
from mailgate.store.outbox import statements as outbox_sql
from mailgate.store.people import statements as people_sql
from mailgate.store.tickets import promised, waves
from mailgate.store.tickets import statements as sql
from mailgate.store.tickets.indexing import retitle
from mailgate.store.tickets.merging import merge, unmerge
from mailgate.store.tickets.participants import Participants
from mailgate.store.tickets.ticket_writer import DUES

SPAM = "spam"


class TicketChanges(Participants):
    """Writes the changes of one step to one ticket."""

    def write(self, change: Change) -> None:
        """Write one change."""
        WRITERS[type(change)](self, change)

    # --- one writer a change ------------------------------------------------------------------------------------------

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
            self.session.run(sql.ASSIGNED, {"name": change.agent, "now": self.writing.now})

    def move(self, change: Move) -> None:
        """To another department."""
        if change.department == self.row["department"]:
            return
        self.event("department", self.row["department"], change.department)
        if change.why:
            self.event("why", new=change.why)
        self.knows(self.row["department"])
        self.put(department=change.department)

    def tell(self, change: Tell) -> None:
        """A further department is told."""
        self.tell_department(change.department)

    def set_priority(self, change: SetPriority) -> None:
        """How much it matters."""
        if change.priority.value != self.row["priority"]:
            self.event("priority", self.row["priority"], change.priority.value)
            self.put(priority=change.priority.value, rank=Priority(change.priority).rank)

    def tag(self, change: Tag) -> None:
        """Tags added and removed, an event each; one that is named for both is removed."""
        for tag in (tag for tag in change.add if tag not in change.remove):
            params = {"ticket": self.id, "tag": rows.clean(tag)}
            if self.session.run(sql.ADD_TAG, params):
                self.event("tag", new=tag)
        for tag in change.remove:
            params = {"ticket": self.id, "tag": rows.clean(tag)}
            if self.session.run(sql.DROP_TAG, params):
                self.event("tag", old=tag)
        if SPAM in (*change.add, *change.remove):  # the originals of spam lie in their mailbox's junk folder
            moves = mail_sql.FROM_JUNK if SPAM in change.remove else mail_sql.TO_JUNK
            self.session.run(moves, {"ticket": self.id, "now": self.writing.now})

    def set_field(self, change: SetField) -> None:
        """A named value; "" removes it."""
        params = {"ticket": self.id, "name": rows.clean(change.name), "value": rows.clean(change.value)}
        old = self.session.scalar(sql.FIELD, params) or ""
        if old == params["value"]:
            return
        if change.value:
            self.session.run(sql.SET_FIELD, params)
        else:
            self.session.run(sql.DROP_FIELD, params)
        self.event("field", f"{change.name}={old}", f"{change.name}={change.value}")

    def set_subject(self, change: SetSubject) -> None:
        """A new title; the old one stays in the journal, for replies that still carry it."""
        if change.subject != self.row["subject"]:
            old, new = self.row["subject"], rows.clean(change.subject)
            self.event("subject", old, new)
            said = self.session.all(sql.ENTRIES_OF, {"id": self.id})
            retitle(self.session, [row["id"] for row in said], old, new)
            self.put(subject=new)

    def set_sla(self, change: SetSla) -> None:
        """Another promise."""
        if change.sla != self.row["sla"]:
            self.event("sla", self.row["sla"], change.sla)
            self.put(sla=change.sla)

    def watch(self, change: Watch) -> None:
        """An agent follows the ticket, or no longer."""
        params = {"ticket": self.id, "agent": change.agent}
        if change.on:
            if self.session.run(sql.WATCH, params):
                self.event("watch", new=change.agent)
        elif self.session.run(sql.UNWATCH, params):
            self.event("watch", old=change.agent)

    def set_due(self, change: SetDue) -> None:
        """A deadline, or its end."""
        column, at = DUES[change.which], rows.micros_or_none(change.at)
        if self.row[column] != at:
            self.event(f"due-{change.which.replace('_', '-')}", self.row[column], at)
            self._kept(change.which, at)
            promised.note(self, change.which, at)
            self.put(**{column: at})

    def _kept(self, which: str, at: int | None) -> None:
        """For the figures: was the promise kept whose clock stops here?"""
        row, moment = self.row, self.writing.moment
        if which == "first_response" and row["first_response_at"] == moment and row["first_kept"] is None:
            self.put(first_kept=None if row["due_first"] is None else int(moment <= row["due_first"]))
        elif which == "resolve":
            self.put(resolve_kept=int(moment <= row["due_resolve"]) if at is None else None)

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
            self.session.run(sql.END_REMINDERS, {"ticket": self.id, "agent": change.agent, "now": self.writing.now})
        else:
            self.session.run(
                sql.REMIND,
                {"ticket": self.id, "agent": change.agent, "at": rows.micros(change.at),
                 "text": rows.clean(change.text)},
            )  # fmt: skip
        self.event("remind", change.agent, rows.micros_or_none(change.at))

    def revoke(self, change: RevokeTokens) -> None:
        """Tokens issued so far prove nothing any more; they still match the ticket."""
        self.session.run(outbox_sql.REVOKE, {"ticket": self.id, "agent": change.agent, "now": self.writing.now})
        self.event("revoked", change.agent, change.why)

    def bounced(self, change: Bounced) -> None:
        """A delivery of ours failed or is late; only a lasting failure ends it."""
        if change.lasting:
            self.session.run(
                sql.BOUNCED,
                {"error": rows.clean(f"{change.status} {change.diagnostic}".strip()),
                 "canonical": rows.clean(canonical(change.address)), "message_id": change.message_id},
            )  # fmt: skip
        kind = "bounced" if change.lasting else "delayed"
        self.event(kind, change.message_id, f"{change.address} {change.status} {change.diagnostic}".strip())

    def ban(self, change: Ban) -> None:
        """A sender is shut out, or let in again; the journal says until when, for whoever takes it back."""
        pattern = rows.clean(canonical(change.pattern))
        if change.until is None:
            until = self.session.scalar(people_sql.LET_IN, {"pattern": pattern})
            if until is not None:
                self.event("ban", old=f"{until} {pattern}")
            return
        until, writing = rows.micros(change.until), self.writing
        params = {"pattern": pattern, "until": until, "why": f"#{self.number}", "now": writing.now,
                  "agent": writing.actor}  # fmt: skip
        if self.session.run(people_sql.SHUT_OUT, params):
            self.event("ban", new=f"{until} {pattern}")

    def join_wave(self, change: JoinWave) -> None:
        """It waits with its like; the first of them makes the wave known."""
        at = self.row["created_at"]
        begun = {
            "wave": change.wave,
            "department": self.row["department"],
            "sketch": rows.dumps(change.sketch),
            "at": at,
        }
        self.session.run(waves.BEGUN, begun)
        joined = {"ticket": self.id, "wave": change.wave, "ack": change.ack, "told": int(change.told)}
        self.session.run(waves.JOINED, joined)

    def journal(self, change: Journal) -> None:
        """A fact for the history; that an article was sent is also noted of the article."""
        self.event(change.kind, change.old, change.new)
        if change.kind == "article":
            self.session.run(people_sql.ARTICLE_USED, {"name": rows.clean(change.new), "at": self.writing.now})

    def link(self, change: LinkTo) -> None:
        """A connection, found from both ends."""
        self._between("link", change.number, change.kind)

    def unlink(self, change: Unlink) -> None:
        """The connection from here goes; one made from the other end only when it was made by hand."""
        if self.session.run(sql.UNLINK, {"id": self.id, "number": change.number}):
            self.event("unlink", old=change.number)

    def merge(self, change: MergeInto) -> None:
        """See `merging.merge`."""
        merge(self, change.number)

    def unmerge(self, change: Unmerge) -> None:
        """See `merging.unmerge`."""
        unmerge(self)

    def split_off(self, change: SplitOff) -> None:
        """Remembered until the ticket it goes to is open."""
        self.writing.split.append((self, change.entry))

    def _between(self, event: str, number: int, kind: str) -> None:
        other = self.session.scalar(sql.TICKET_ID, {"number": number})
        if other is None or other == self.id:
            return
        if self.session.run(sql.LINK, {"one": self.id, "other": other, "kind": kind, "at": self.writing.moment}):
            self.event(event, kind, number)


WRITERS: dict[type, Callable[[TicketChanges, Any], None]] = {
    OpenTicket: TicketChanges.open,
    AddEntry: TicketChanges.add_entry,
    SetStatus: TicketChanges.set_status,
    Assign: TicketChanges.assign,
    Move: TicketChanges.move,
    Tell: TicketChanges.tell,
    SetPriority: TicketChanges.set_priority,
    Tag: TicketChanges.tag,
    SetField: TicketChanges.set_field,
    SetSubject: TicketChanges.set_subject,
    SetSla: TicketChanges.set_sla,
    Watch: TicketChanges.watch,
    Join: TicketChanges.join,
    Leave: TicketChanges.leave,
    SetRequester: TicketChanges.set_requester,
    LinkTo: TicketChanges.link,
    MergeInto: TicketChanges.merge,
    SplitOff: TicketChanges.split_off,
    SetDue: TicketChanges.set_due,
    SetEscalation: TicketChanges.set_escalation,
    Remind: TicketChanges.remind,
    RevokeTokens: TicketChanges.revoke,
    Bounced: TicketChanges.bounced,
    Ban: TicketChanges.ban,
    JoinWave: TicketChanges.join_wave,
    Journal: TicketChanges.journal,
    Unlink: TicketChanges.unlink,
    Unmerge: TicketChanges.unmerge,
    Withdraw: TicketChanges.withdraw,
}
