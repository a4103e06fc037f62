"""The tables, laid by numbered migrations that run whole or not at all."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from mailgate import crash
from mailgate.store.sqlite import added

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x4D474154  # "MGAT"

# The due time of a ticket is the earliest of its deadlines; `rank` sorts priorities in SQL. Tickets at work are named
# by what they are not, in indexes and queries: an IN would make the planner prefer the index on status.
FIRST = """
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE tally (name TEXT NOT NULL, bucket INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (name, bucket)) STRICT;
CREATE TABLE job_run (name TEXT PRIMARY KEY, at INTEGER NOT NULL, count INTEGER NOT NULL) STRICT;

CREATE TABLE agent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, address TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL, retired_at INTEGER, last_assigned_at INTEGER, open_tickets INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE department (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, retired_at INTEGER
) STRICT;
CREATE TABLE alias (address TEXT PRIMARY KEY, agent TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE absence (
  id INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL, starts_at INTEGER NOT NULL, ends_at INTEGER,
  cover TEXT NOT NULL
) STRICT;
CREATE TABLE saved_reply (
  name TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, agent TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (name, language)
) STRICT;
CREATE TABLE ban (pattern TEXT PRIMARY KEY, until INTEGER, why TEXT NOT NULL, at INTEGER NOT NULL) STRICT;

CREATE TABLE contact (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE address (
  id INTEGER PRIMARY KEY AUTOINCREMENT, canonical TEXT NOT NULL UNIQUE, addr TEXT NOT NULL, name TEXT NOT NULL,
  contact INTEGER NOT NULL REFERENCES contact(id), used_at INTEGER
) STRICT;
CREATE INDEX address_contact ON address(contact);

CREATE TABLE mail (
  number INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,
  peer TEXT NOT NULL, login TEXT NOT NULL, mailbox TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL,
  uid INTEGER NOT NULL, accepted_at INTEGER NOT NULL, arrived_at INTEGER NOT NULL, origin TEXT NOT NULL,
  size INTEGER NOT NULL, raw_digest TEXT NOT NULL, blob TEXT, attempts INTEGER NOT NULL DEFAULT 0,
  retried INTEGER NOT NULL DEFAULT 0,
  fate TEXT, reason TEXT NOT NULL DEFAULT '', decided_at INTEGER, duplicate_of INTEGER, content_digest TEXT,
  message_id TEXT NOT NULL DEFAULT '', author TEXT NOT NULL DEFAULT '', author_name TEXT NOT NULL DEFAULT '',
  subject TEXT NOT NULL DEFAULT '', date INTEGER, departments TEXT NOT NULL DEFAULT '', flags TEXT NOT NULL DEFAULT '',
  released_as TEXT NOT NULL DEFAULT '', release_mode TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',
  trace TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX mail_open ON mail(number) WHERE fate IS NULL;
CREATE INDEX mail_fate ON mail(fate);
CREATE INDEX mail_raw_digest ON mail(raw_digest);
CREATE INDEX mail_content_digest ON mail(content_digest) WHERE content_digest IS NOT NULL;
CREATE INDEX mail_message_id ON mail(message_id) WHERE message_id <> '';
CREATE INDEX mail_accepted ON mail(accepted_at);
CREATE INDEX mail_blob ON mail(blob) WHERE blob IS NOT NULL;
CREATE UNIQUE INDEX mail_imap ON mail(mailbox, folder, uidvalidity, uid) WHERE uid > 0;
CREATE TABLE raw (mail INTEGER PRIMARY KEY REFERENCES mail(number), bytes BLOB NOT NULL) STRICT;
CREATE TABLE parking (
  mail INTEGER PRIMARY KEY REFERENCES mail(number), why TEXT NOT NULL, agent TEXT NOT NULL, nonce TEXT NOT NULL,
  understood TEXT NOT NULL, at INTEGER NOT NULL, settled_at INTEGER
) STRICT;
CREATE INDEX parking_open ON parking(mail) WHERE settled_at IS NULL;
CREATE TABLE imap_cursor (
  mailbox TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (mailbox, folder)
) STRICT;
CREATE TABLE imap_aside (
  mailbox TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL, why TEXT NOT NULL,
  size INTEGER NOT NULL, tries INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (mailbox, folder, uidvalidity, uid)
) STRICT;

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL UNIQUE, subject TEXT NOT NULL, status TEXT NOT NULL,
  department TEXT NOT NULL, owner TEXT, priority TEXT NOT NULL, rank INTEGER NOT NULL, language TEXT NOT NULL, sla TEXT,
  requester INTEGER NOT NULL REFERENCES address(id), requester_name TEXT NOT NULL, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, status_since INTEGER NOT NULL, status_until INTEGER, first_response_at INTEGER,
  solved_at INTEGER, last_public_at INTEGER, last_agent_at INTEGER, last_customer_at INTEGER, due_first INTEGER,
  due_resolve INTEGER, due_manual INTEGER, due_at INTEGER, escalation INTEGER NOT NULL DEFAULT 0,
  escalation_due INTEGER, escalate_at INTEGER, merged_into INTEGER REFERENCES ticket(id),
  first_kept INTEGER, resolve_kept INTEGER
) STRICT;
CREATE INDEX ticket_queue ON ticket(due_at, rank, created_at)
  WHERE status NOT IN ('waiting', 'hold', 'solved', 'archived');
CREATE INDEX ticket_escalate ON ticket(escalate_at)
  WHERE escalate_at IS NOT NULL AND status NOT IN ('waiting', 'hold', 'solved', 'archived');
CREATE INDEX ticket_wake ON ticket(status_until) WHERE status_until IS NOT NULL;
CREATE INDEX ticket_status ON ticket(status, status_since);
CREATE INDEX ticket_owner ON ticket(owner, status) WHERE owner IS NOT NULL;
CREATE INDEX ticket_department ON ticket(department, status);
CREATE INDEX ticket_requester ON ticket(requester, created_at);
CREATE INDEX ticket_created ON ticket(created_at);
CREATE INDEX ticket_merged ON ticket(merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE told (
  ticket INTEGER NOT NULL REFERENCES ticket(id), department TEXT NOT NULL, PRIMARY KEY (ticket, department)
) STRICT, WITHOUT ROWID;
CREATE TABLE tag (
  ticket INTEGER NOT NULL REFERENCES ticket(id), tag TEXT NOT NULL, PRIMARY KEY (ticket, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_tag ON tag(tag, ticket);
CREATE TABLE field (
  ticket INTEGER NOT NULL REFERENCES ticket(id), name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (ticket, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX field_phone ON field(substr(replace(replace(value, ' ', ''), '-', ''), -7)) WHERE name = 'phone';
CREATE TABLE watcher (
  ticket INTEGER NOT NULL REFERENCES ticket(id), agent TEXT NOT NULL, PRIMARY KEY (ticket, agent)
) STRICT, WITHOUT ROWID;
CREATE INDEX watcher_agent ON watcher(agent);
CREATE TABLE participant (
  ticket INTEGER NOT NULL REFERENCES ticket(id), contact INTEGER NOT NULL REFERENCES contact(id),
  address INTEGER NOT NULL REFERENCES address(id), name TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (ticket, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_contact ON participant(contact);
CREATE TABLE link (
  one INTEGER NOT NULL REFERENCES ticket(id), other INTEGER NOT NULL REFERENCES ticket(id), kind TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (one, other, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_other ON link(other, kind);
CREATE TABLE reminder (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL REFERENCES ticket(id), agent TEXT NOT NULL,
  at INTEGER NOT NULL, text TEXT NOT NULL, done_at INTEGER
) STRICT;
CREATE INDEX reminder_due ON reminder(at) WHERE done_at IS NULL;
CREATE TABLE vote (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL REFERENCES ticket(id), score INTEGER NOT NULL,
  comment TEXT NOT NULL, agent TEXT, at INTEGER NOT NULL
) STRICT;
CREATE INDEX vote_ticket ON vote(ticket);
CREATE INDEX vote_at ON vote(at);
CREATE TABLE mail_ticket (
  mail INTEGER NOT NULL REFERENCES mail(number), ticket INTEGER NOT NULL REFERENCES ticket(id),
  PRIMARY KEY (mail, ticket)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_ticket_ticket ON mail_ticket(ticket);

CREATE TABLE entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL REFERENCES ticket(id), mail INTEGER,
  at INTEGER NOT NULL, kind TEXT NOT NULL, author TEXT NOT NULL, author_name TEXT NOT NULL, unverified INTEGER NOT NULL,
  text TEXT NOT NULL, quoted TEXT NOT NULL, html TEXT NOT NULL
) STRICT;
CREATE INDEX entry_ticket ON entry(ticket);
CREATE INDEX entry_mail ON entry(mail) WHERE mail IS NOT NULL;
CREATE TABLE attachment (
  id INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER NOT NULL REFERENCES entry(id), mail INTEGER, part TEXT NOT NULL,
  name TEXT NOT NULL, original_name TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL,
  inline INTEGER NOT NULL, content_id TEXT NOT NULL
) STRICT;
CREATE INDEX attachment_entry ON attachment(entry);
CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER REFERENCES ticket(id), at INTEGER NOT NULL, actor TEXT NOT NULL,
  mail INTEGER, kind TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL
) STRICT;
CREATE INDEX event_ticket ON event(ticket, kind);
CREATE INDEX event_kind ON event(kind, at);
CREATE TRIGGER event_is_append_only BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TABLE msgid (id TEXT PRIMARY KEY, ticket INTEGER NOT NULL REFERENCES ticket(id)) STRICT, WITHOUT ROWID;
CREATE INDEX msgid_ticket ON msgid(ticket);

CREATE TABLE letter (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER REFERENCES ticket(id), mail INTEGER, template TEXT NOT NULL,
  audience TEXT NOT NULL, agent TEXT NOT NULL, purpose TEXT NOT NULL, department TEXT NOT NULL, language TEXT NOT NULL,
  subject TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE, in_reply_to TEXT NOT NULL, refs TEXT NOT NULL,
  recipients TEXT NOT NULL, copies TEXT NOT NULL, context TEXT NOT NULL, attachments TEXT NOT NULL,
  urgency INTEGER NOT NULL, created_at INTEGER NOT NULL, dedupe TEXT UNIQUE, revoked_at INTEGER
) STRICT;
CREATE INDEX letter_ticket ON letter(ticket) WHERE ticket IS NOT NULL;
CREATE INDEX letter_mail ON letter(mail) WHERE mail IS NOT NULL;
CREATE TABLE rendered (
  letter INTEGER PRIMARY KEY REFERENCES letter(id), subject TEXT NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT, letter INTEGER NOT NULL REFERENCES letter(id), recipient TEXT NOT NULL,
  canonical TEXT NOT NULL, department TEXT NOT NULL, urgency INTEGER NOT NULL, state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  doubts INTEGER NOT NULL DEFAULT 0, due_at INTEGER, created_at INTEGER NOT NULL, first_tried_at INTEGER,
  sent_at INTEGER, remote_id TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '', UNIQUE (letter, canonical)
) STRICT;
CREATE INDEX delivery_due ON delivery(urgency, due_at, department, letter)
  WHERE state IN ('waiting', 'leased', 'held') AND due_at IS NOT NULL;
CREATE INDEX delivery_state ON delivery(state);
CREATE INDEX delivery_remote ON delivery(remote_id) WHERE remote_id <> '';
CREATE INDEX delivery_ack ON delivery(canonical, created_at) WHERE urgency = 1;

CREATE VIRTUAL TABLE words USING fts5(subject, body, content='', tokenize='unicode61 remove_diacritics 2');
"""

# Steps only add, and cost nothing on a large database: what looks at old rows is a back-fill (`backfill.FILLS`).
# A step that stands here is never changed.
MIGRATIONS = (
    ("0001_first", FIRST), ("0002_alone", added.ALONE), ("0003_backfill", added.BACKFILL), ("0004_asked", added.ASKED),
    ("0005_signed", added.SIGNED), ("0006_letter_words", added.LETTER_WORDS), ("0007_promised", added.PROMISED),
    ("0008_title", added.TITLE), ("0009_letter_notes", added.LETTER_NOTES),
    ("0010_survey", added.SURVEY), ("0011_watched_tag", added.WATCHED_TAG),
    ("0012_banned_by", added.BANNED_BY),
    ("0013_promise", added.PROMISE), ("0014_junk", added.JUNK),
    ("0015_settled_by", added.SETTLED_BY), ("0016_training", added.TRAINING),
    ("0017_waves", added.WAVES), ("0018_mailing", added.MAILING),
    ("0019_only_to", added.ONLY_TO),
    ("0020_articles", added.ARTICLES), ("0021_at_hand", added.AT_HAND),
    ("0022_window", added.WINDOW), ("0023_customers", added.CUSTOMERS),
    ("0024_programs", added.PROGRAMS),
    ("0025_looked_up", added.LOOKED_UP),
    ("0026_calls", added.CALLS),
    ("0027_chats", added.CHATS),
    ("0028_updated", added.UPDATED),
    ("0029_hooks", added.HOOKS),
)  # fmt: skip
VERSION = len(MIGRATIONS)
OLDEST = 1  # of 0.1.0: from here on everything is taken over


def migrate(connection: sqlite3.Connection, upto: int | None = None) -> None:
    """Run what is missing up to a version or the newest, all inside one BEGIN IMMEDIATE; killed midway nothing remains.

    The version is set in the same transaction, so a second process either waits or finds nothing left to do.
    """
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    upto = VERSION if upto is None else upto
    steps = Migrations("mailgate")
    for name, script in MIGRATIONS[:upto]:
        steps(name=name)(lambda db, script=script: _step(script, db))
    connection.execute("BEGIN IMMEDIATE")
    try:
        steps.apply(Database(connection, execute_plugins=False, strict=True))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {upto}")
        crash.point("before-migrated")
        connection.execute("COMMIT")
        crash.point("migrated")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _step(script: str, database: Database) -> None:
    crash.point("migration-step")
    database.executescript(script)


def version(connection: sqlite3.Connection) -> int:
    """The schema version of the file, 0 when it is empty."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
