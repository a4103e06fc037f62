"""The SQL of agents and customers, in the dialect SQLite and PostgreSQL share."""

from __future__ import annotations

ASKED_AT = "SELECT max(asked_at) FROM parking WHERE agent = :agent AND doubt = 1 AND settled_at IS NULL"
ADDRESS = "SELECT id, contact, addr, name, used_at FROM address WHERE canonical = :canonical"
NEW_CONTACT = "INSERT INTO contact (created_at) VALUES (:now) RETURNING id"
NEW_ADDRESS = """
INSERT INTO address (canonical, addr, name, contact, used_at) VALUES (:canonical, :addr, :name, :contact, :used_at)
RETURNING id
"""
USED = "UPDATE address SET used_at = :now, name = :name WHERE id = :id"
AWAY = """
SELECT agent, starts_at, ends_at, cover FROM absence
WHERE starts_at <= :now AND (ends_at IS NULL OR ends_at > :now) ORDER BY id
"""
WATCH_TAG = "INSERT INTO watched_tag (agent, tag, at) VALUES (:agent, :tag, :now) ON CONFLICT DO NOTHING"
UNWATCH_TAG = "DELETE FROM watched_tag WHERE agent = :agent AND tag = :tag"
UNWATCH_TAGS = "DELETE FROM watched_tag WHERE agent = :agent"
WATCHED_TAGS = "SELECT tag FROM watched_tag WHERE agent = :agent ORDER BY tag"
AWAY_BEFORE = """
SELECT agent, starts_at, ends_at, cover FROM absence
WHERE ends_at > :since AND ends_at <= :now AND ends_at > starts_at ORDER BY id
"""
GIVEN_BACK = """
SELECT DISTINCT ticket.number FROM event JOIN ticket ON ticket.id = event.ticket
WHERE event.kind = 'away' AND event.at > :since AND event.at <= :now AND event.old = :agent ORDER BY 1
"""
DROP_ATTACHMENTS_OF_ENTRY = "DELETE FROM attachment WHERE entry = :entry"
SILENCE = "UPDATE entry SET text = '', quoted = '', html = '', title = '' WHERE id = :entry"
DROP_RENDERED_OF_TICKET = "DELETE FROM rendered WHERE letter IN (SELECT id FROM letter WHERE ticket = :ticket)"
DROP_LETTER_WORDS_OF_TICKET = "DELETE FROM letter_words WHERE letter IN (SELECT id FROM letter WHERE ticket = :ticket)"
BLANK_LETTERS = "UPDATE letter SET context = '{}' WHERE ticket = :ticket"
FORGOTTEN = (
    "INSERT INTO event (ticket, at, actor, mail, kind, old, new) "
    "VALUES (NULL, :at, :actor, NULL, 'forgotten', '', :new)"
)
FORGET_ADDRESS = "UPDATE address SET canonical = :new, addr = :new, name = '' WHERE id = :id"
FORGET_NAME = "UPDATE participant SET name = '' WHERE contact = :c"
FORGET_PART = "DELETE FROM participant WHERE ticket = :t AND contact = :c"
WORDS_IN = "SELECT author, text FROM entry WHERE ticket = :t"
SAVED_WORDS = "SELECT name, language, text FROM saved_reply"
MEND_SAVED = "UPDATE saved_reply SET text = :text WHERE name = :name AND language = :language"
NAMES_OF_MAIL = "SELECT sender, author, recipients, message_id FROM mail WHERE number = :m"
DROP_ID = "DELETE FROM msgid WHERE id = :message_id"
FORGET_ANSWER = "DELETE FROM program_answer WHERE mail = :mail"
FORGET_PARKING = (
    "UPDATE parking SET understood = '[]', text = '', settled_at = coalesce(settled_at, at) WHERE mail = :mail"
)
FORGET_MAIL = (
    "UPDATE mail SET sender = :sender, author = :author, author_name = '', recipients = :recipients, "
    "peer = '', login = '', message_id = '', subject = '', error = '', trace = '', "
    "reason = CASE WHEN fate IN ('parked', 'quarantined') THEN 'forgotten' ELSE reason END, "
    "fate = CASE WHEN fate IN ('parked', 'quarantined') THEN 'dropped' ELSE fate END WHERE number = :mail"
)
SUBJECT_OF = "SELECT subject FROM ticket WHERE id = :id"
FORGET_TITLE = "UPDATE ticket SET subject = :title, requester_name = '' WHERE id = :id"
FORGET_FIELDS = "DELETE FROM field WHERE ticket = :id"
FORGET_REMINDERS = "UPDATE reminder SET text = '' WHERE ticket = :id"
FORGET_COMMENTS = "UPDATE vote SET comment = '' WHERE ticket = :id"
FORGET_NAMES = "UPDATE participant SET name = '' WHERE ticket = :id"
FORGET_IDS = "DELETE FROM msgid WHERE ticket = :id AND id NOT IN (SELECT message_id FROM letter WHERE ticket = :id)"
ENTRIES_WITH_WORDS = "SELECT id, author, title, text FROM entry WHERE ticket = :id ORDER BY id"
FORGET_QUOTED = "UPDATE entry SET quoted = '', html = '' WHERE ticket = :id"
MEND_ENTRY = "UPDATE entry SET text = :text, title = '' WHERE id = :id"
LATER_MAIL = (
    "SELECT DISTINCT entry.mail FROM entry WHERE entry.ticket = :ticket AND entry.id > :entry "
    "AND entry.mail IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry AS said "
    "JOIN attachment ON attachment.entry = said.id WHERE said.mail = entry.mail)"
)
AUTHORS_IN = "SELECT id, author FROM entry WHERE ticket = :id"
FORGET_ONLY = "UPDATE entry SET only_to = :nobody WHERE ticket = :id AND only_to = :key"
FORGET_AUTHOR = "UPDATE entry SET author = :nobody, author_name = '' WHERE id = :id"
DELIVERIES_TO = "SELECT id, letter FROM delivery WHERE canonical = :key"
TO_OTHERS = "SELECT 1 FROM delivery WHERE letter = :letter AND canonical <> :key"
LETTERS_ABOUT = "SELECT id FROM letter WHERE ticket = :t"
LETTERS_BY_MAIL = "SELECT id FROM letter WHERE mail = :mail"
# Lists, receipts and answers to questions that agents got about no ticket: they may show anybody.
LETTERS_NAMING = """
SELECT id FROM letter WHERE ticket IS NULL AND context <> '{}' AND instr(lower(context), lower(:said)) > 0
"""
FORGET_LETTER = (
    "UPDATE letter SET subject = :title, context = '{}', in_reply_to = '', refs = '', attachments = '[]' "
    "WHERE id = :letter"
)
THREADING_OF = "SELECT in_reply_to, refs FROM letter WHERE id = :letter"
MEND_THREADING = "UPDATE letter SET in_reply_to = :in_reply_to, refs = :refs WHERE id = :letter"
STATES_OF = "SELECT state FROM delivery WHERE letter = :letter"
READERS_OF = "SELECT recipients, copies FROM letter WHERE id = :letter"
MEND_READERS = "UPDATE letter SET recipients = :recipients, copies = :copies WHERE id = :letter"
RECIPIENTS_OF = "SELECT id, canonical FROM delivery WHERE letter = :letter"
FORGET_ERRORS = "UPDATE delivery SET error = '' WHERE letter = :letter AND error <> ''"
# What a program answered may quote what it was told of them.
_TOLD = """error <> '' AND ticket IN (
  SELECT ticket.number FROM json_each(:tickets) AS theirs JOIN ticket ON ticket.id = theirs.value)"""
FORGET_HOOK = f"UPDATE hook SET error = '' WHERE error IN (SELECT error FROM hook_row WHERE {_TOLD})"  # noqa: S608
FORGET_HOOK_ROWS = f"UPDATE hook_row SET error = '' WHERE {_TOLD}"  # noqa: S608
FORGET_CHAT = "UPDATE chat_message SET remote_id = '' WHERE delivery = :delivery"
FORGET_RECIPIENT = """UPDATE delivery SET recipient = :nobody, canonical = :nobody, error = '', remote_id = ''
WHERE id = :id"""
LINKED_CONTACTS = "SELECT id, actor, kind, old, new FROM event WHERE kind = 'contact-linked'"
EVENTS_IN = "SELECT id, actor, kind, old, new FROM event WHERE ticket = :t"
MEND_EVENT = "UPDATE event SET actor = :actor, old = :old, new = :new WHERE id = :id"
AGENTS_NOW = "SELECT id, name FROM agent WHERE retired_at IS NULL"
AGENT_KNOWN = (
    "INSERT INTO agent (name, address, created_at) VALUES (:name, :address, :now) "
    "ON CONFLICT (name) DO UPDATE SET address = excluded.address, retired_at = NULL"
)
DEPARTMENT_KNOWN = (
    "INSERT INTO department (name, created_at, training) VALUES (:name, :now, :training) "
    "ON CONFLICT (name) DO UPDATE SET retired_at = NULL, training = excluded.training"
)
AGENT_IDS = "SELECT name, id FROM agent"
ALIASES = "SELECT agent, address FROM alias ORDER BY agent, address"
KEEP_ARTICLE = (
    "INSERT INTO article (name, language, title, text, agent, at, stands) "
    "VALUES (:name, :language, :title, :text, :agent, :now, :stands) "
    "ON CONFLICT (name, language, stands) DO UPDATE SET title = excluded.title, "
    "text = excluded.text, agent = excluded.agent, at = excluded.at"
)
DROP_ASKED_ARTICLE = "DELETE FROM article WHERE name = :name AND language = :language AND stands = 0"
ARTICLES = "SELECT * FROM article WHERE stands = 1 ORDER BY name, language"
# One statement, as every mail of an agent asks: canned answers, and articles that wait for a lead.
WRITTEN = """
SELECT name, language, '' AS title, text, at, 0 AS waits FROM saved_reply
UNION ALL SELECT name, language, title, text, at, 1 FROM article WHERE stands = 0 ORDER BY 1, 2
"""
ARTICLES_USED = "SELECT name, at FROM article_used"
ARTICLE_USED = (
    "INSERT INTO article_used (name, at) VALUES (:name, :at) ON CONFLICT (name) DO UPDATE SET at = excluded.at"
)
ARTICLE_WORDS = "SELECT name, language, stands, title, text FROM article"
MEND_ARTICLE = (
    "UPDATE article SET title = :title, text = :text WHERE name = :name AND language = :language AND stands = :stands"
)
SAVED_REPLIES = "SELECT * FROM saved_reply ORDER BY name, language"
BANS = "SELECT * FROM ban WHERE until IS NULL OR until > :now ORDER BY pattern"
BAN = (
    "INSERT INTO ban (pattern, until, why, at) VALUES (:pattern, :until, :why, :at) "
    "ON CONFLICT (pattern) DO UPDATE SET until = excluded.until, why = excluded.why, at = excluded.at, agent = ''"
)
UNBAN = "DELETE FROM ban WHERE pattern = :pattern"
ASKED = "UPDATE parking SET asks = asks + 1, asked_at = :now WHERE mail = :mail"
TOLD = "UPDATE parking SET told_at = :now WHERE mail = :mail"
CONTACTS = (
    "SELECT contact, addr, name, used_at, (SELECT count(*) FROM ticket WHERE ticket.requester = address.id) "
    "AS tickets FROM address ORDER BY contact, used_at IS NULL, used_at DESC, id"
)
ADDRESSES_OF = "SELECT id, canonical, addr, name FROM address WHERE contact = :c"
TICKETS_WITH_MAIL = "SELECT ticket FROM mail_ticket WHERE mail = :mail"
ANSWERED_INSTEAD = (
    "SELECT DISTINCT other.contact FROM address JOIN mail ON mail.author = address.canonical COLLATE NOCASE "
    "JOIN entry ON entry.mail = mail.number JOIN ticket ON ticket.id = entry.ticket "
    "JOIN address AS other ON other.id = ticket.requester "
    "WHERE address.contact = :contact AND other.contact <> :contact "
    "AND entry.id = (SELECT min(id) FROM entry AS first WHERE first.ticket = ticket.id)"
)
KEYS_OF = "SELECT canonical FROM address WHERE contact = :c"
TICKETS_OF = (
    "SELECT ticket.id FROM ticket JOIN address ON address.id = ticket.requester WHERE address.contact = :contact"
)
TAKES_PART = "SELECT ticket AS id FROM participant WHERE contact = :contact"
PRIVACY_LINES = """
SELECT event.id, ticket.number AS ticket, event.at, actor, mail, kind, old, new
FROM event JOIN ticket ON ticket.id = event.ticket
WHERE event.ticket IN (SELECT asked.ticket FROM event AS asked WHERE asked.kind = 'privacy')
  AND kind IN ('privacy', 'requester') ORDER BY event.id
"""
VOTES_ON = """
SELECT ticket.number, vote.at, vote.score, vote.comment FROM vote JOIN ticket ON ticket.id = vote.ticket
WHERE vote.ticket = :t ORDER BY vote.id
"""
MAILS_IN = "SELECT mail FROM mail_ticket WHERE ticket = :t"
WAITS = """
SELECT parking.mail, parking.agent, parking.why, parking.at, parking.doubt, parking.asks, parking.asked_at,
  parking.told_at, parking.text, mail.subject, mail.author, mail.arrived_at FROM parking
JOIN mail ON mail.number = parking.mail
WHERE parking.settled_at IS NULL AND parking.agent <> ''
"""
UNANSWERED = f"""{WAITS} AND (parking.asks = 0 AND parking.doubt = 1 OR parking.asks = 1 AND parking.asked_at <= :again
  OR parking.told_at IS NULL AND parking.at <= :tell)
ORDER BY parking.mail LIMIT :limit
"""
DOUBTED = f"{WAITS} AND parking.agent = :agent AND parking.doubt = 1 ORDER BY parking.asks, parking.mail LIMIT :limit"
# A sender is shut out by an agent; what the admin banned stays as it is.
SHUT_OUT = """
INSERT INTO ban (pattern, until, why, at, agent) VALUES (:pattern, :until, :why, :now, :agent)
ON CONFLICT (pattern) DO UPDATE SET until = excluded.until, why = excluded.why, at = excluded.at, agent = excluded.agent
WHERE ban.agent <> '' OR ban.until <= :now
"""
LET_IN = "DELETE FROM ban WHERE pattern = :pattern AND agent <> '' RETURNING until"
# Whom a ticket is from: acknowledged to, answered in any of their tickets, shut out until when.
SENDER = """
SELECT EXISTS (SELECT 1 FROM letter WHERE letter.ticket = ticket.id AND letter.purpose = 'ack') AS acknowledged,
EXISTS (SELECT 1 FROM (
  SELECT last_agent_at FROM ticket AS other WHERE other.requester = ticket.requester
  ORDER BY created_at DESC LIMIT 200
) AS lately WHERE last_agent_at IS NOT NULL) AS answered,
(SELECT max(until) FROM ban WHERE pattern = :sender AND agent <> '' AND until > :now) AS address_until,
(SELECT max(until) FROM ban WHERE pattern = :domain AND agent <> '' AND until > :now) AS domain_until
FROM ticket WHERE ticket.id = :id
"""
# A walk through the addresses: it is asked where a lead wants to shut a domain out.
ANSWERED_IN_DOMAIN = """
SELECT EXISTS (SELECT 1 FROM address JOIN ticket ON ticket.requester = address.id
WHERE substr(address.canonical, instr(address.canonical, '@')) = :domain AND ticket.last_agent_at IS NOT NULL)
"""
