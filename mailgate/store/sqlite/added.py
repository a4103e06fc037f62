"""What each step after the first adds to the tables; a script that has landed is never changed."""

from __future__ import annotations

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

# What is at work by its place, and what was solved by its day: an index each, of those rows alone. They are small
# beside the table (work at hand; what has a solution), and made in one look at it.
AT_HAND = """
CREATE INDEX ticket_live ON ticket(status, department, owner, due_at, created_at)
  WHERE status NOT IN ('solved', 'archived');
CREATE INDEX ticket_solved ON ticket(solved_at) WHERE solved_at IS NOT NULL;
"""

# Logging in at the window: letters that do so (`browser`, the digest of what asked), sessions and walls by digests.
WINDOW = """
CREATE TABLE web_login (
  letter INTEGER PRIMARY KEY REFERENCES letter(id), agent TEXT NOT NULL, browser TEXT NOT NULL, at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, spent_at INTEGER
) STRICT;
CREATE INDEX web_login_agent ON web_login(agent, at);
CREATE INDEX web_login_browser ON web_login(browser) WHERE browser <> '';
CREATE TABLE web_session (
  digest TEXT PRIMARY KEY, agent TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE wall (
  name TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, agents INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
"""

# Customers the desk was told of, from one generation of their file until another, and all they are found by: addresses,
# `@domain`s, `#` with a customer number, `tel:` with the last digits of a telephone number.
CUSTOMERS = """
CREATE TABLE customer (
  id INTEGER PRIMARY KEY, keys TEXT NOT NULL, name TEXT NOT NULL, company TEXT NOT NULL, number TEXT NOT NULL,
  phones TEXT NOT NULL, language TEXT NOT NULL, tier TEXT NOT NULL, agent TEXT NOT NULL, links TEXT NOT NULL,
  fields TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER
) STRICT;
CREATE INDEX customer_since ON customer(since);
CREATE INDEX customer_until ON customer(until) WHERE until IS NOT NULL;
CREATE TABLE customer_key (
  key TEXT NOT NULL, customer INTEGER NOT NULL REFERENCES customer(id), PRIMARY KEY (key, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_key_customer ON customer_key(customer);
"""

# Programs that may ask, their tokens as digests, and what was answered under a key of theirs: digests, and no words.
PROGRAMS = """
CREATE TABLE program (
  name TEXT PRIMARY KEY, id TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL,
  departments TEXT NOT NULL, networks TEXT NOT NULL, vouches INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER,
  used_at INTEGER
) STRICT;
CREATE TABLE program_answer (
  program TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, mail INTEGER, answer TEXT,
  PRIMARY KEY (program, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX program_answer_at ON program_answer(at);
CREATE INDEX program_answer_mail ON program_answer(mail) WHERE mail IS NOT NULL;
"""

# What another program said of a customer, by address or `tel:` with the last digits of a number: one of them (`said`,
# JSON), nobody, or how many people; after `until` it counts for nothing.
LOOKED_UP = """
CREATE TABLE looked_up (
  key TEXT PRIMARY KEY, outcome TEXT NOT NULL, people INTEGER NOT NULL, said TEXT NOT NULL, as_of INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX looked_up_until ON looked_up(until);
"""

# Calls as an exchange's events have them; `fetch_at`: when the recording is fetched that belongs to a memo.
CALLS = """
CREATE TABLE call (
  program TEXT NOT NULL, key TEXT NOT NULL, line TEXT NOT NULL, number TEXT NOT NULL, called TEXT NOT NULL,
  agent TEXT NOT NULL, at INTEGER NOT NULL, rang INTEGER NOT NULL, answered_at INTEGER, over TEXT NOT NULL,
  seconds INTEGER, recording TEXT NOT NULL, message_id TEXT NOT NULL DEFAULT '', fetch_at INTEGER,
  tries INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (program, key)
) STRICT;
CREATE INDEX call_line ON call(line, at);
CREATE INDEX call_at ON call(at);
CREATE INDEX call_message ON call(message_id) WHERE message_id <> '';
CREATE INDEX call_fetch ON call(fetch_at) WHERE fetch_at IS NOT NULL;
"""

# Each message of ours to a chat, by the id it has for its bridge: of which delivery it is a part, and how far it came.
CHATS = """
CREATE TABLE chat_message (
  id TEXT PRIMARY KEY, channel TEXT NOT NULL, delivery INTEGER NOT NULL REFERENCES delivery(id),
  remote_id TEXT NOT NULL DEFAULT '', state TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_message_delivery ON chat_message(delivery);
CREATE INDEX chat_message_remote ON chat_message(channel, remote_id) WHERE remote_id <> '';
"""

# Tickets in the order in which they changed, for programs that ask what is new; made in one look at the table.
UPDATED = "CREATE INDEX ticket_updated ON ticket(updated_at);"

# Programs that are told, each with how far it has read the journal, and what each is to be told: no words, these are
# read where they stand when it leaves.
HOOKS = """
CREATE TABLE hook (
  name TEXT PRIMARY KEY, seen INTEGER NOT NULL, off TEXT NOT NULL DEFAULT '', off_at INTEGER,
  rests INTEGER NOT NULL DEFAULT 0, rests_until INTEGER, error TEXT NOT NULL DEFAULT '', told_at INTEGER,
  alarmed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE hook_row (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hook TEXT NOT NULL, uid TEXT NOT NULL UNIQUE, ticket INTEGER NOT NULL,
  type TEXT NOT NULL, at INTEGER NOT NULL, facts TEXT NOT NULL, entry INTEGER, state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER,
  error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX hook_row_due ON hook_row(hook, due_at) WHERE state = 'waiting';
CREATE INDEX hook_row_order ON hook_row(hook, ticket, id) WHERE state = 'waiting';
CREATE INDEX hook_row_ended ON hook_row(ended_at) WHERE ended_at IS NOT NULL;
"""
