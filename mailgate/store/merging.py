"""Threads that join and part: merge a ticket into another, move an entry to a ticket of its own."""

from __future__ import annotations

from mailgate.core.ticket import Status
from mailgate.store import rows
from mailgate.store import statements as sql
from mailgate.store.page import Page
from mailgate.store.session import Session

FOLLOW = "SELECT id, number, merged_into FROM ticket WHERE number = :number"
STEP = "SELECT id, number, merged_into FROM ticket WHERE id = :id"


def followed(session: Session, number: int) -> rows.Row | None:
    """The row (id, number) where a number leads after all merges; a loop ends where it closes (threats T-12)."""
    row = session.one(FOLLOW, {"number": number})
    seen: set[int] = set()
    while row is not None and row["merged_into"] is not None and row["id"] not in seen:
        seen.add(row["id"])
        row = session.one(STEP, {"id": row["merged_into"]})
    return row


def merge(desk: Page, number: int) -> None:
    """Everything of this ticket goes into that one; the journal keeps which entries, so that it can be taken apart.

    A merge that would close a loop is written down and not done.
    """
    session, at = desk.session, desk.writing.moment
    target = followed(session, number)
    if target is None or target["id"] == desk.id or desk.row["merged_into"] is not None:
        desk.event("merge-refused", new=number)
        return
    params = {"one": desk.id, "other": target["id"], "at": at}
    entries = [row["id"] for row in session.all("SELECT id FROM entry WHERE ticket = :one ORDER BY id", params)]
    desk.flush()
    session.run("UPDATE entry SET ticket = :other WHERE ticket = :one", params)
    for statement in (
        "INSERT INTO participant (ticket, contact, address, name, at) SELECT :other, contact, address, name, at "
        "FROM participant WHERE ticket = :one ON CONFLICT DO NOTHING",
        "INSERT INTO watcher (ticket, agent) SELECT :other, agent FROM watcher WHERE ticket = :one "
        "ON CONFLICT DO NOTHING",
        "INSERT INTO tag (ticket, tag) SELECT :other, tag FROM tag WHERE ticket = :one ON CONFLICT DO NOTHING",
        "INSERT INTO told (ticket, department) SELECT :other, department FROM told WHERE ticket = :one "
        "ON CONFLICT DO NOTHING",
        "INSERT INTO mail_ticket (mail, ticket) SELECT mail, :other FROM mail_ticket WHERE ticket = :one "
        "ON CONFLICT DO NOTHING",
        "UPDATE reminder SET ticket = :other WHERE ticket = :one AND done_at IS NULL",
        "UPDATE ticket SET updated_at = :at WHERE id = :other",
    ):
        session.run(statement, params)
    desk.event("merged", rows.dumps(entries), target["number"])
    desk.writing.events.append(
        {"ticket": target["id"], "at": at, "actor": desk.writing.actor, "mail": desk.writing.mail, "kind": "merged-in",
         "old": "", "new": str(desk.number)}
    )  # fmt: skip
    old = desk.row["status"]
    if not Status(old).done:
        desk.event("status", old, Status.SOLVED.value)
        desk.work(desk.row["owner"], Status.SOLVED.value)
        desk.put(status_since=at, solved_at=at)
    desk.put(merged_into=target["id"], due_first=None, due_resolve=None, due_manual=None, escalate_at=None)


def split(origin: Page, entry: int, target: Page) -> None:
    """An entry moves to the ticket opened for it; its mail and its Message-ID follow, so that replies do too."""
    session = origin.session
    row = session.one("SELECT mail FROM entry WHERE id = :id AND ticket = :ticket", {"id": entry, "ticket": origin.id})
    if row is None:
        origin.event("split-refused", new=entry)
        return
    session.run("UPDATE entry SET ticket = :ticket WHERE id = :id", {"id": entry, "ticket": target.id})
    if row["mail"] is not None:
        params = {"mail": row["mail"], "ticket": target.id}
        session.run(sql.FILE_MAIL, params)
        session.run(
            "UPDATE msgid SET ticket = :ticket WHERE id = (SELECT message_id FROM mail WHERE number = :mail)", params
        )
    origin.event("split", entry, target.number)
    target.event("split-from", entry, origin.number)
