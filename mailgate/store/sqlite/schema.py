"""The tables, laid by numbered migrations that run whole or not at all."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from mailgate import crash

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

# What 0.1.0 counted as attempts were leases: a daemon that was killed blamed every mail in hand.
ALONE = """
ALTER TABLE mail ADD COLUMN deciding INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mail ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
UPDATE mail SET attempts = 0 WHERE fate IS NULL;
"""

# How far each piece of work on old rows has come (`backfill.FILLS`).
BACKFILL = """
CREATE TABLE backfill (name TEXT PRIMARY KEY, cursor INTEGER NOT NULL, done INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

# Which parked mails an agent was asked about, how often and when last; one question may name several that are in doubt.
ASKED = """
ALTER TABLE parking ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parking ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parking ADD COLUMN asked_at INTEGER;
ALTER TABLE parking ADD COLUMN told_at INTEGER;
ALTER TABLE parking ADD COLUMN text TEXT NOT NULL DEFAULT '';
UPDATE parking SET asks = 1, asked_at = at WHERE settled_at IS NULL
  AND EXISTS (SELECT 1 FROM letter WHERE letter.mail = parking.mail AND letter.purpose = 'release');
UPDATE parking SET asks = 2 WHERE settled_at IS NULL
  AND EXISTS (SELECT 1 FROM letter WHERE letter.dedupe = 'parked:' || parking.mail || ':' || parking.at || ':author');
UPDATE parking SET told_at = at WHERE settled_at IS NULL
  AND EXISTS (SELECT 1 FROM letter WHERE letter.dedupe = 'parked:' || parking.mail || ':' || parking.at || ':lead');
UPDATE parking SET doubt = 1 WHERE settled_at IS NULL AND agent <> '' AND NOT EXISTS (SELECT 1 FROM letter
  WHERE letter.mail = parking.mail AND letter.purpose = 'release' AND letter.template <> 'was_it_you');
CREATE INDEX parking_asked ON parking(agent, asked_at) WHERE settled_at IS NULL AND doubt = 1;
"""

# What a letter is found by, whatever carries its token: TICKET.KIND.NONCE. Letters of 0.1.0 come in by `0005_signed`.
SIGNED = """
CREATE TABLE letter_token (
  token TEXT PRIMARY KEY, letter INTEGER NOT NULL REFERENCES letter(id), scheme INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

# The words of a letter as keyed hashes (`core.quoting.fingerprint`): what answers quote of it is known by them. The key
# is drawn once; it is none of those that sign, for these retire.
LETTER_WORDS = """
CREATE TABLE letter_words (letter INTEGER PRIMARY KEY REFERENCES letter(id), words BLOB NOT NULL) STRICT;
INSERT INTO setting (key, value) VALUES ('words_key', lower(hex(randomblob(16))));
"""

# Whom the first line of a letter named as those an answer to it reaches (ids of addresses), and the Message-ID of the
# receipt whose answer released a mail.
PROMISED = """
ALTER TABLE letter ADD COLUMN promised TEXT;
ALTER TABLE mail ADD COLUMN released_by TEXT NOT NULL DEFAULT '';
"""

# A subject that a customer's mail gave its ticket.
TITLE = "ALTER TABLE entry ADD COLUMN title TEXT NOT NULL DEFAULT '';"

# The notes in a letter to an agent alone, in the same way: pasted into an answer about another ticket they are known.
LETTER_NOTES = """
CREATE TABLE letter_notes (
  letter INTEGER PRIMARY KEY REFERENCES letter_words(letter) ON DELETE CASCADE, agent TEXT NOT NULL, words BLOB NOT NULL
) STRICT;
CREATE INDEX letter_notes_agent ON letter_notes(agent);
"""

# Who was asked how it went, by which letter and when: one person is asked rarely, whatever their tickets.
SURVEY = """
CREATE TABLE survey (
  letter INTEGER PRIMARY KEY REFERENCES letter(id), address INTEGER NOT NULL REFERENCES address(id), at INTEGER NOT NULL
) STRICT;
CREATE INDEX survey_address ON survey(address, at);
"""

# Tags whose every ticket an agent hears of, coming ones too.
WATCHED_TAG = """
CREATE TABLE watched_tag (
  agent TEXT NOT NULL, tag TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (agent, tag)
) STRICT, WITHOUT ROWID;
"""

# Who shut a sender out ('' is the admin).
BANNED_BY = "ALTER TABLE ban ADD COLUMN agent TEXT NOT NULL DEFAULT '';"

# What customers were promised: a row for each answer or solution that was owed, from when (`since`: the opening, or our
# words before theirs), by when, and how it ended. None is ever deleted; a promise taken up again is the same row.
PROMISE = """
CREATE TABLE promise (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL REFERENCES ticket(id), which TEXT NOT NULL,
  since INTEGER NOT NULL, made_at INTEGER NOT NULL, due_at INTEGER NOT NULL, ended_at INTEGER, kept INTEGER,
  UNIQUE (ticket, which, since)
) STRICT;
CREATE INDEX promise_made ON promise(made_at);
CREATE INDEX promise_due ON promise(due_at);
CREATE INDEX promise_ended ON promise(ended_at) WHERE ended_at IS NOT NULL;
"""

# Originals in IMAP mailboxes that belong in the junk folder, or back where they came from; `next_at` is null once done.
JUNK = """
CREATE TABLE junk_move (
  mail INTEGER PRIMARY KEY REFERENCES mail(number), to_junk INTEGER NOT NULL, tries INTEGER NOT NULL, next_at INTEGER
) STRICT;
CREATE INDEX junk_move_due ON junk_move(next_at) WHERE next_at IS NOT NULL;
"""

# Who settled a parked mail: whoever taps after them is told.
SETTLED_BY = "ALTER TABLE parking ADD COLUMN settled_by TEXT NOT NULL DEFAULT '';"

# Departments in which trainees practise: their letters to outsiders are never written, and their tickets not counted.
TRAINING = "ALTER TABLE department ADD COLUMN training INTEGER NOT NULL DEFAULT 0;"

# Near-equal mails of people nobody knew: what the lead was asked and said, and the tickets that wait for it.
WAVES = """
CREATE TABLE wave (
  key TEXT PRIMARY KEY, department TEXT NOT NULL, sketch TEXT NOT NULL, began_at INTEGER NOT NULL, asked_at INTEGER,
  verdict TEXT NOT NULL DEFAULT '', settled_at INTEGER
) STRICT;
CREATE INDEX wave_settled ON wave(settled_at);
CREATE TABLE wave_ticket (
  ticket INTEGER PRIMARY KEY REFERENCES ticket(id), wave TEXT NOT NULL REFERENCES wave(key), ack TEXT NOT NULL,
  told INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX wave_ticket_waits ON wave_ticket(wave) WHERE done = 0;
"""

# One answer for many tickets while it is on its way: whose words, and which tickets wait or were passed over, and why.
MAILING = """
CREATE TABLE mailing (
  mail INTEGER PRIMARY KEY, name TEXT NOT NULL, department TEXT NOT NULL, agent TEXT NOT NULL,
  lead TEXT NOT NULL, text TEXT NOT NULL, solve INTEGER NOT NULL, event INTEGER NOT NULL, begins_at INTEGER NOT NULL
) STRICT;
CREATE TABLE mailing_ticket (
  mailing INTEGER NOT NULL REFERENCES mailing(mail), ticket INTEGER NOT NULL, became TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (mailing, ticket)
) STRICT, WITHOUT ROWID;
"""

# Whom alone an agent's words went to (`#only`), as a canonical address.
ONLY_TO = "ALTER TABLE entry ADD COLUMN only_to TEXT NOT NULL DEFAULT '';"
# Articles agents wrote, and when each name was last sent to a customer.
ARTICLES = """
CREATE TABLE article (
  name TEXT NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, agent TEXT NOT NULL,
  at INTEGER NOT NULL, stands INTEGER NOT NULL, PRIMARY KEY (name, language, stands)
) STRICT;
CREATE TABLE article_used (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
"""

# Steps only add, and cost nothing on a large database: what looks at old rows is a back-fill (`backfill.FILLS`).
# A step that stands here is never changed.
MIGRATIONS = (
    ("0001_first", FIRST), ("0002_alone", ALONE), ("0003_backfill", BACKFILL), ("0004_asked", ASKED),
    ("0005_signed", SIGNED), ("0006_letter_words", LETTER_WORDS), ("0007_promised", PROMISED),
    ("0008_title", TITLE), ("0009_letter_notes", LETTER_NOTES),
    ("0010_survey", SURVEY), ("0011_watched_tag", WATCHED_TAG),
    ("0012_banned_by", BANNED_BY),
    ("0013_promise", PROMISE), ("0014_junk", JUNK),
    ("0015_settled_by", SETTLED_BY), ("0016_training", TRAINING),
    ("0017_waves", WAVES), ("0018_mailing", MAILING),
    ("0019_only_to", ONLY_TO),
    ("0020_articles", ARTICLES),
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
