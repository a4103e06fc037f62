"""Threads that join and part: merge a ticket into another, move an entry to a ticket of its own."""

from __future__ import annotations

from typing import Any

from mailgate.core.model.ticket import Status
from mailgate.store import rows
from mailgate.store.mail import statements as mail_sql
from mailgate.store.session import Session
from mailgate.store.tickets import statements as sql
from mailgate.store.tickets.indexing import retitle
from mailgate.store.tickets.ticket_writer import TicketWriter


def followed(session: Session, number: int) -> rows.Row | None:
    """The row (id, number) where a number leads after all merges; a loop ends where it closes (threats T-12)."""
    row = session.one(sql.FOLLOW, {"number": number})
    seen: set[int] = set()
    while row is not None and row["merged_into"] is not None and row["id"] not in seen:
        seen.add(row["id"])
        row = session.one(sql.FOLLOW_ON, {"id": row["merged_into"]})
    return row


# What a ticket gives to the one it goes into, where that has it not yet: (name in the journal, statement).
GIVEN = (
    ("people", "INSERT INTO participant (ticket, contact, address, name, at) SELECT :other, contact, address, name, at "
     "FROM participant WHERE ticket = :one ON CONFLICT DO NOTHING RETURNING contact"),
    ("watchers", "INSERT INTO watcher (ticket, agent) SELECT :other, agent FROM watcher WHERE ticket = :one "
     "ON CONFLICT DO NOTHING RETURNING agent"),
    ("tags", "INSERT INTO tag (ticket, tag) SELECT :other, tag FROM tag WHERE ticket = :one "
     "ON CONFLICT DO NOTHING RETURNING tag"),
    ("told", "INSERT INTO told (ticket, department) SELECT :other, department FROM told WHERE ticket = :one "
     "ON CONFLICT DO NOTHING RETURNING department"),
    ("mails", "INSERT INTO mail_ticket (mail, ticket) SELECT mail, :other FROM mail_ticket WHERE ticket = :one "
     "ON CONFLICT DO NOTHING RETURNING mail"),
    ("entries", "UPDATE entry SET ticket = :other WHERE ticket = :one RETURNING id"),
    ("reminders", "UPDATE reminder SET ticket = :other WHERE ticket = :one AND done_at IS NULL RETURNING id"),
)  # fmt: skip
TAKEN_BACK = {
    "people": "DELETE FROM participant WHERE ticket = :home AND contact = :value "
    "AND contact <> (SELECT address.contact FROM ticket JOIN address ON address.id = ticket.requester "
    "WHERE ticket.id = :home)",
    "watchers": "DELETE FROM watcher WHERE ticket = :home AND agent = :value",
    "tags": "DELETE FROM tag WHERE ticket = :home AND tag = :value",
    "told": "DELETE FROM told WHERE ticket = :home AND department = :value",
    "mails": "DELETE FROM mail_ticket WHERE ticket = :home AND mail = :value",
    "entries": "UPDATE entry SET ticket = :one WHERE ticket = :home AND id = :value",
    "reminders": "UPDATE reminder SET ticket = :one WHERE ticket = :home AND id = :value AND done_at IS NULL",
}
RESTORED = ("status", "status_until", "solved_at", "due_first", "due_resolve", "due_manual", "escalate_at")


def merge(desk: TicketWriter, number: int) -> None:
    """Everything of this ticket goes into that one; the journal keeps what moved, so that it can be taken apart.

    A merge that would close a loop is written down and not done.
    """
    session, at = desk.session, desk.writing.moment
    target = followed(session, number)
    if target is None or target["id"] == desk.id or desk.row["merged_into"] is not None:
        desk.event("merge-refused", new=number)
        return
    params = {"one": desk.id, "other": target["id"]}
    before = {name: desk.row[name] for name in RESTORED}
    desk.flush()
    moved = {name: sorted(row[0] for row in session.all(statement, params)) for name, statement in GIVEN}
    retitle(session, moved["entries"], desk.row["subject"], target["subject"])
    session.run(sql.TOUCHED, {"at": at, "id": target["id"]})
    desk.event("merged", rows.dumps({"before": before, **moved}), target["number"])
    _note(desk, target["id"], "merged-in")
    old = desk.row["status"]
    if not Status(old).done:
        desk.event("status", old, Status.SOLVED.value)
        desk.work(desk.row["owner"], Status.SOLVED.value)
        desk.put(status_since=at, solved_at=at)
    desk.put(merged_into=target["id"], due_first=None, due_resolve=None, due_manual=None, escalate_at=None)


def unmerge(desk: TicketWriter) -> None:
    """Out of the ticket it went into, with what it brought there; what was split off or answered since stays there.

    Message-IDs never moved: replies to mail of this ticket find it again by themselves.
    """
    session, at = desk.session, desk.writing.moment
    if desk.row["merged_into"] is None:
        desk.event("unmerge-refused")
        return
    desk.flush()  # a merge of this very decision is read back, too
    session.many(sql.EVENT, desk.writing.events)
    desk.writing.events.clear()
    moved = before = _moved(session, desk.id)
    home = desk.row["merged_into"]
    found = followed(session, desk.number)
    assert found is not None
    inside = [
        entry for entry in moved.get("entries", ()) if session.scalar(sql.TICKET_OF_ENTRY, {"id": entry}) == found["id"]
    ]
    retitle(session, inside, found["subject"], desk.row["subject"])
    while home is not None:  # what came here may have gone on with a further merge
        for name, statement in TAKEN_BACK.items():
            session.many(statement, [{"home": home, "one": desk.id, "value": one} for one in moved.get(name, ())])
        session.run(sql.TOUCHED, {"at": at, "id": home})
        further = _moved(session, home)
        moved = {name: [one for one in moved.get(name, ()) if one in further.get(name, ())] for name in TAKEN_BACK}
        home = session.scalar(sql.MERGED_INTO, {"home": home}) if further else None
    other = session.scalar(sql.NUMBER_OF, {"id": desk.row["merged_into"]})
    desk.event("unmerged", new=other)
    _note(desk, desk.row["merged_into"], "unmerged-from")
    columns = {"solved_at": None, **before.get("before", {})}
    status = columns.pop("status", Status.OPEN.value if desk.row["owner"] else Status.NEW.value)
    if status != desk.row["status"]:
        desk.event("status", desk.row["status"], status)
        desk.work(desk.row["owner"], status)
        desk.put(status_since=at)
    desk.put(merged_into=None, **columns)


def _moved(session: Session, ticket: int) -> dict[str, Any]:
    """What went along when this ticket was merged last, as journalled; empty when it stands alone."""
    return dict(
        rows.loads(
            session.scalar(sql.LAST_MERGE, {"ticket": ticket}),
            {},
        )
    )


def _note(desk: TicketWriter, other: int, kind: str) -> None:
    """A line in the other ticket's journal that names this one."""
    writing = desk.writing
    writing.events.append(
        {"ticket": other, "at": writing.moment, "actor": writing.actor, "mail": writing.mail, "kind": kind, "old": "",
         "new": str(desk.number)}
    )  # fmt: skip


def split(origin: TicketWriter, entry: int, target: TicketWriter) -> None:
    """An entry moves to the ticket opened for it; its mail and its Message-ID follow, so that replies do too."""
    session = origin.session
    row = session.one(sql.MAIL_OF_ENTRY, {"id": entry, "ticket": origin.id})
    if row is None:
        origin.event("split-refused", new=entry)
        return
    session.run(sql.MOVE_ENTRY, {"id": entry, "ticket": target.id})
    retitle(session, [entry], origin.row["subject"], target.row["subject"])
    if row["mail"] is not None:
        params = {"mail": row["mail"], "ticket": target.id}
        session.run(mail_sql.FILE_MAIL, params)
        session.run(sql.MOVE_ID, params)
    origin.event("split", entry, target.number)
    target.event("split-from", entry, origin.number)
