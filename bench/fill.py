"""Tickets made directly in the database, many in seconds: each with a mail, an entry, an ack and their ids."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from mailgate.store.sqlite.store import SqliteStore

CHUNK = 50_000
FIRST = 1001
# Addresses and Message-IDs are random, so that looking one up touches pages all over the index, as it does in life.
STATEMENTS = (
    "INSERT INTO contact (created_at) SELECT {at} FROM n",
    "INSERT INTO address (canonical, addr, name, contact, used_at) "
    "SELECT a, a, 'Customer ' || i, i, {at} FROM "
    "(SELECT i, lower(hex(randomblob(6))) || '@customer.example' AS a FROM n)",
    "INSERT INTO mail (source, sender, recipients, peer, login, mailbox, folder, uidvalidity, uid, accepted_at, "
    "arrived_at, origin, size, raw_digest, fate, reason, decided_at, content_digest, message_id, author, subject) "
    "SELECT 'smtp', '', '[\"support@acme.example\"]', '127.0.0.1', '', '', '', 0, 0, {at}, {at}, 'live', 400, "
    "lower(hex(randomblob(32))), 'filed', 'new', {at}, lower(hex(randomblob(32))), "
    "'<' || lower(hex(randomblob(8))) || '@customer.example>', 'old' || i, 'Order ' || i FROM n",
    "INSERT INTO raw (mail, bytes) SELECT i, CAST(hex(randomblob(200)) AS BLOB) FROM n",
    "INSERT INTO ticket (number, subject, status, department, priority, rank, language, requester, requester_name, "
    "created_at, updated_at, status_since) SELECT {first} + i - 1, 'Order ' || i, "
    "CASE WHEN i % 10 < 8 THEN 'archived' WHEN i % 10 = 8 THEN 'waiting' ELSE 'new' END, 'support', 'normal', 2, 'en', "
    "i, 'Customer ' || i, {at}, {at}, {at} FROM n",
    "INSERT INTO participant (ticket, contact, address, name, at) SELECT i, i, i, 'Customer ' || i, {at} FROM n",
    "INSERT INTO mail_ticket (mail, ticket) SELECT i, i FROM n",
    "INSERT INTO entry (ticket, mail, at, kind, author, author_name, unverified, text, quoted, html) "
    "SELECT i, i, {at}, 'customer', 'old', 'Customer ' || i, 0, hex(randomblob(200)), '', '' FROM n",
    "INSERT INTO msgid (id, ticket) SELECT message_id, number FROM mail WHERE number > {low} AND number <= {high}",
    "INSERT INTO letter (ticket, mail, template, audience, agent, purpose, department, language, subject, message_id, "
    "in_reply_to, refs, recipients, copies, context, attachments, urgency, created_at) "
    "SELECT i, i, 'ack', 'customer', '', 'ack', 'support', 'en', 'Order', '<' || lower(hex(randomblob(12))) || "
    "'@acme.example>', '', '', '[]', '[]', '{{}}', '[]', 1, {at} FROM n",
    "INSERT INTO msgid (id, ticket) SELECT message_id, ticket FROM letter WHERE id > {low} AND id <= {high}",
    "INSERT INTO rendered (letter, subject, bytes) SELECT i, 'Order', CAST(hex(randomblob(200)) AS BLOB) FROM n",
    "INSERT INTO delivery (letter, recipient, canonical, department, urgency, state, attempts, created_at, sent_at) "
    "SELECT i, canonical, canonical, 'support', 1, 'sent', 1, {at}, {at} FROM n JOIN address ON address.id = i",
    "INSERT INTO event (ticket, at, actor, mail, kind, old, new) SELECT i, {at}, '', i, 'opened', '', 'support' FROM n",
    "INSERT INTO event (ticket, at, actor, mail, kind, old, new) SELECT i, {at}, '', i, 'entry', i, 'customer' FROM n",
    "INSERT INTO words (rowid, subject, body) SELECT i, 'order ' || i, 'w' || hex(randomblob(100)) FROM n",
)


def fill(database: Path, tickets: int) -> None:
    """Make a database with so many tickets, a month old, the search index fed."""
    SqliteStore(database, first_number=FIRST).close()
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;")
    at = int((time.time() - 30 * 86400) * 1_000_000)
    for low in range(0, tickets, CHUNK):
        high = min(tickets, low + CHUNK)
        series = f"WITH RECURSIVE n(i) AS (SELECT {low + 1} UNION ALL SELECT i + 1 FROM n WHERE i < {high}) "
        connection.execute("BEGIN")
        for statement in STATEMENTS:
            body = statement.format(at=at, low=low, high=high, first=FIRST)
            before, select, after = body.partition("SELECT")
            connection.execute(before + series + select + after)
        connection.execute("COMMIT")
    for name, value in (("ticket", FIRST + tickets - 1), ("words-indexed", tickets)):
        connection.execute("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)", (name, value))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
