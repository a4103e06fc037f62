"""Every column of every table: what can hold a person's words or names loses them when they are erased.

A table or a column that is new has to be named here as ours, or the person of this test gets a row in it. The rest
follows: a canary stands in each such column of each row of hers, and is gone afterwards; or is handed to her.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

import pytest
from a_person import ADDRESS, known_person, octets, solve_all, traces
from conftest import Desk

from mailgate.app.admin import rights
from mailgate.store.people.forgetting import PERSONAL

# Tables that say nothing of customers, and why.
OURS: Mapping[str, str] = {
    "_sqlite_migrations": "steps of the schema", "absence": "agents", "agent": "agents", "alias": "agents' addresses",
    "backfill": "work on old rows", "ban": "whoever is banned stays so (docs/privacy.md)", "counter": "numbers", "department": "departments",
    "mailing": "an agent's words to many, for the minutes until they have left", "mailing_ticket": "numbers",
    "imap_aside": "numbers of mails nobody could fetch", "imap_cursor": "how far folders were read", "job_run": "jobs", "junk_move": "numbers",
    "link": "numbers", "letter_token": "tokens", "promise": "times", "saved_reply": "found by what she wrote: see test_rights",
    "article": "likewise", "article_used": "names and times",
    "setting": "keys and what leads say", "survey": "numbers", "tag": "tags stay, for the figures", "tally": "counts", "told": "departments",
    "watched_tag": "agents", "watcher": "agents", "wave": "what many wrote, as hashes", "wave_ticket": "numbers",
    "chat_message": "ids of messages and how far they came",
    "hook": "names of programs that are told",
    "program": "tokens of programs", "program_answer": "digests and numbers, of a day",
    "wall": "screens", "web_login": "agents", "web_session": "agents", "words": "the index, looked through whole",
}  # fmt: skip
# Columns of codes, of our own people, of digests; and JSON of those.
CODES: Mapping[str, str] = {
    "attachment": "part type digest",
    "call": "program over",
    "customer": "language agent", "looked_up": "outcome",
    "delivery": "department state",
    "entry": "kind",
    "event": "kind",
    "field": "name",
    "hook_row": "hook uid type facts state",
    "letter": "template audience agent purpose department language message_id attachments dedupe promised",
    "letter_notes": "agent",
    "mail": "source mailbox folder origin raw_digest blob fate reason content_digest departments flags released_as release_mode released_by",
    "parking": "why agent nonce settled_by",
    "reminder": "agent",
    "ticket": "status department owner priority language sla",
    "vote": "agent",
}  # fmt: skip
# What other columns are found by, JSON that must stay readable, and hashes: the scenario itself fills these.
FILLED = {
    "call.line", "call.message_id", "address.canonical", "address.addr", "delivery.recipient", "delivery.canonical", "entry.author", "entry.only_to", "event.actor", "letter.recipients", "letter.copies",
    "letter.context", "mail.sender", "mail.recipients", "mail.author", "mail.trace", "parking.understood", "raw.bytes", "rendered.bytes",
    "letter_words.words", "letter_notes.words", "customer.keys", "customer.phones", "customer.links", "customer.fields", "customer_key.key",
    "looked_up.key", "looked_up.said",
}  # fmt: skip
HANDED_OVER = {
    "customer.name", "customer.company", "customer.number", "customer.tier",
    "address.name", "attachment.name", "entry.author_name", "entry.text", "field.value", "mail.subject", "ticket.subject", "vote.comment", "rendered.subject",
}  # fmt: skip
# Not handed over: notes and letters of the house, what stands in her mails anyway, what we made of it.
WITHHELD = {
    "call.key", "call.number", "call.called", "call.agent", "call.recording",  # for a month; the memo is handed over
    "attachment.original_name", "attachment.content_id", "delivery.error", "delivery.remote_id", "hook_row.error", "entry.quoted", "entry.html", "entry.title", "event.old", "event.new",
    "letter.in_reply_to", "letter.refs", "mail.peer", "mail.login", "mail.message_id", "mail.author_name", "mail.error", "msgid.id", "parking.text",
    "participant.name", "reminder.text", "letter.subject", "ticket.requester_name",
}  # fmt: skip
OWN = "SELECT ticket.id FROM ticket JOIN address ON address.id = ticket.requester WHERE address.canonical = :a"
LETTERS = f"SELECT id FROM letter WHERE ticket IN ({OWN})"
LINE = "126998877"
HER_ROWS: Mapping[str, str] = {
    "hook_row": f"ticket IN (SELECT number FROM ticket WHERE id IN ({OWN}))",
    "call": f"line = '{LINE}'",
    "customer": "id IN (SELECT customer FROM customer_key WHERE key = :a)", "customer_key": "key = :a", "looked_up": "key = :a",
    "address": "canonical = :a", "mail": "author = :a", "ticket": f"id IN ({OWN})", "letter": f"id IN ({LETTERS})",
    "event": f"ticket IN ({OWN}) AND kind IN {PERSONAL}",  # the others hold codes
    "entry.author_name": "author = :a",  # agents are called by their names
    "delivery.remote_id": "canonical = :a",  # a messenger's own ids may hold whose account it is
    "attachment": f"entry IN (SELECT id FROM entry WHERE ticket IN ({OWN}))", "msgid": f"ticket IN ({OWN})",
}  # fmt: skip
BY = {"ticket": OWN, "letter": LETTERS, "mail": "SELECT number FROM mail WHERE author = :a"}


def personal(db: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """(table, column, which rows are hers) of each column that may hold something of a customer."""
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        if table in OURS or table.startswith(("words_", "sqlite_")):
            continue
        names = {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")}
        whose = HER_ROWS.get(table) or next((f"{by} IN ({rows})" for by, rows in BY.items() if by in names), "")
        for name, kind in names.items():
            if kind in ("TEXT", "BLOB") and name not in CODES.get(table, "").split():
                hers = HER_ROWS.get(f"{table}.{name}", whose)
                assert hers, f"{table} has no column that says whose its rows are: name it in OURS or in HER_ROWS"
                yield table, name, hers


def canary(table: str, column: str) -> str:
    return f"xylophone {table} {column} canary"


@pytest.fixture
def everywhere(desk: Desk) -> Desk:
    """She has a row in every table, and a canary in each of its columns."""
    known_person(desk)
    solve_all(desk)
    with sqlite3.connect(desk.folder / "data" / "mailgate.db") as db:
        mine = db.execute("SELECT min(number) FROM mail WHERE author = ?", (ADDRESS,)).fetchone()
        db.execute(
            "INSERT INTO parking (mail, why, agent, nonce, understood, at) VALUES (?, 'commands', 'anna', '', '[]', 1)",
            mine,
        )
        db.execute(
            "INSERT INTO call (program, key, line, number, called, agent, at, rang, over, recording, message_id) "
            "VALUES ('pbx', '1', ?, '', '', '', 1, 0, '', '', ?)",
            (LINE, canary("mail", "message_id")),
        )
        db.execute(
            "INSERT INTO hook_row (hook, uid, ticket, type, at, facts, state, due_at, created_at, ended_at) "
            "SELECT 'crm', 'msg_1', number, 'vote', 1, '{}', 'failed', 1, 1, 1 FROM ticket "
            f"WHERE id IN ({OWN}) LIMIT 1",
            {"a": ADDRESS},
        )
        db.execute("INSERT INTO hook (name, seen, error) VALUES ('crm', 0, ?)", (canary("hook_row", "error"),))
        for table, column, hers in [*personal(db)]:
            if f"{table}.{column}" in FILLED:
                full = db.execute(
                    f"SELECT count(*) FROM {table} WHERE {hers} AND length({column})", {"a": ADDRESS}
                ).fetchone()[0]
                assert full, f"{table}.{column} is empty: let known_person fill it"
                continue
            word = f"'{canary(table, column)}'" + (" || ' ' || id" if table == "msgid" else "")  # ids are unique
            done = db.execute(f"UPDATE {table} SET {column} = {word} WHERE {hers}", {"a": ADDRESS})
            assert done.rowcount, f"{table} has no row of hers: let known_person fill it, or name it in OURS"
    db.close()
    return desk


def test_every_column_is_known_and_nothing_of_hers_is_left_in_any(everywhere: Desk) -> None:
    with sqlite3.connect(everywhere.folder / "data" / "mailgate.db") as db:
        known = {f"{table}.{column}" for table, column, _ in personal(db)}
        assert known == FILLED | HANDED_OVER | WITHHELD, "is it handed over with `export`, or withheld, and why?"
        letters = [row[0] for row in db.execute(LETTERS, {"a": ADDRESS})]
        assert db.execute("SELECT count(*) FROM letter_words").fetchone()[0]
    db.close()
    rights.forget(everywhere.gateway, ADDRESS)
    assert traces(everywhere) == set()
    assert octets(everywhere) == set(), "nor in any file beside the database"
    with sqlite3.connect(everywhere.folder / "data" / "mailgate.db") as db:
        for table in ("letter_words", "letter_notes"):  # hashes: no trace is to be seen in them
            among = ", ".join(map(str, letters))
            assert db.execute(f"SELECT count(*) FROM {table} WHERE letter IN ({among})").fetchone() == (0,)
    db.close()


def test_what_is_handed_over_holds_every_column_that_is_hers(everywhere: Desk) -> None:
    policy, now = everywhere.gateway.in_force.policy, everywhere.gateway.clock()
    files = everywhere.gateway.store.read(lambda read: str(list(rights.export(read, policy, ADDRESS, now))))
    with sqlite3.connect(everywhere.folder / "data" / "mailgate.db") as db:
        found = {f"{table}.{column}" for table, column, _ in personal(db) if canary(table, column) in files}
    db.close()
    assert found == HANDED_OVER
