"""The SQL of the hot path, one catalogue, in the dialect SQLite and PostgreSQL share."""

from __future__ import annotations

# --- mail in ----------------------------------------------------------------------------------------------------------

KEEP = """
INSERT INTO mail (source, sender, recipients, peer, login, mailbox, folder, uidvalidity, uid, accepted_at, arrived_at,
  origin, size, raw_digest, blob)
VALUES (:source, :sender, :recipients, :peer, :login, :mailbox, :folder, :uidvalidity, :uid, :accepted_at, :arrived_at,
  :origin, :size, :raw_digest, :blob)
ON CONFLICT DO NOTHING RETURNING number
"""
KEEP_RAW = "INSERT INTO raw (mail, bytes) VALUES (:mail, :bytes)"
BY_UID = """
SELECT number, raw_digest FROM mail
WHERE mailbox = :mailbox AND folder = :folder AND uidvalidity = :uidvalidity AND uid = :uid AND uid > 0
"""
FREE_UID = "UPDATE mail SET uid = 0 WHERE number = :number"
SAME_BYTES = """
SELECT number, recipients FROM mail WHERE raw_digest = :raw_digest AND number < :number ORDER BY number LIMIT 50
"""
SAME_BYTES_NOW = """
SELECT number, recipients FROM (
  SELECT number, recipients, arrived_at FROM mail WHERE raw_digest = :raw_digest AND number < :number
  ORDER BY number DESC LIMIT 200
) AS newest WHERE arrived_at BETWEEN :since AND :until ORDER BY number
"""
REPEATED = """
UPDATE mail SET fate = 'duplicate', reason = 'same-bytes', decided_at = :now, duplicate_of = :first
WHERE number = :number
"""
OPEN_MAILS = "SELECT number FROM mail WHERE fate IS NULL ORDER BY number LIMIT :limit"
IS_OPEN = "SELECT 1 FROM mail WHERE number = :number AND fate IS NULL"
WAITING = """
SELECT mail.*, raw.bytes FROM mail LEFT JOIN raw ON raw.mail = mail.number
WHERE mail.number = :number AND mail.fate IS NULL
"""
ATTEMPT = "UPDATE mail SET attempts = attempts + 1 WHERE number = :number RETURNING attempts"
# `deciding` says that a decision was begun: 1 among others, 2 alone. A fate takes it back, and so does a clean end.
DECIDING = "UPDATE mail SET deciding = :how WHERE number = :number AND fate IS NULL"
ALONE_AT_THE_END = "UPDATE mail SET alone = alone + 1, deciding = 1 WHERE fate IS NULL AND deciding = 2"
UNFINISHED = "SELECT number FROM mail WHERE fate IS NULL AND deciding > 0 ORDER BY number"
MAIL_TIMES = "SELECT arrived_at, origin FROM mail WHERE number = :number"
DECIDED = """
UPDATE mail SET fate = :fate, reason = :reason, trace = :trace, decided_at = :now, duplicate_of = :duplicate_of,
  deciding = 0
WHERE number = :number
"""
STAMPED = """
UPDATE mail SET fate = :fate, reason = :reason, trace = :trace, decided_at = :now, duplicate_of = :duplicate_of,
  content_digest = :content_digest, message_id = :message_id, author = :author, author_name = :author_name,
  deciding = 0, subject = :subject, date = :date, departments = :departments, flags = :flags
WHERE number = :number
"""
QUARANTINE = """
UPDATE mail SET fate = 'quarantined', reason = :reason, error = :error, decided_at = :now, deciding = 0
WHERE number = :number
"""
RETRY_MAIL = """
UPDATE mail SET fate = NULL, reason = '', error = '', attempts = 0, alone = 0, decided_at = NULL, retried = 1
WHERE number = :number AND fate = 'quarantined'
"""
DROP_MAIL = """
UPDATE mail SET fate = 'dropped', reason = :reason, decided_at = :now
WHERE number = :number AND fate IN ('quarantined', 'parked')
"""
PARK = """
INSERT INTO parking (mail, why, agent, nonce, understood, at, doubt, asks, asked_at, text)
VALUES (:mail, :why, :agent, '', :understood, :at, :doubt, :asks, :asked_at, :text)
ON CONFLICT (mail) DO UPDATE SET why = excluded.why, agent = excluded.agent, understood = excluded.understood,
  at = excluded.at, doubt = excluded.doubt, asks = excluded.asks, asked_at = excluded.asked_at, text = excluded.text,
  told_at = NULL, settled_at = NULL
"""
SETTLE = "UPDATE parking SET settled_at = :now, text = '' WHERE mail = :mail AND settled_at IS NULL"
ASKED_AT = "SELECT max(asked_at) FROM parking WHERE agent = :agent AND doubt = 1 AND settled_at IS NULL"
RELEASE_MAIL = """
UPDATE mail SET fate = NULL, reason = '', attempts = 0, alone = 0, decided_at = NULL, released_as = :agent,
  release_mode = :mode
WHERE number = :mail AND fate = 'parked'
"""
FILE_MAIL = "INSERT INTO mail_ticket (mail, ticket) VALUES (:mail, :ticket) ON CONFLICT DO NOTHING"
OWN_ID = "INSERT INTO msgid (id, ticket) VALUES (:id, :ticket) ON CONFLICT DO NOTHING"

# --- people -----------------------------------------------------------------------------------------------------------

ADDRESS = "SELECT id, contact, addr, name, used_at FROM address WHERE canonical = :canonical"
NEW_CONTACT = "INSERT INTO contact (created_at) VALUES (:now) RETURNING id"
NEW_ADDRESS = """
INSERT INTO address (canonical, addr, name, contact, used_at) VALUES (:canonical, :addr, :name, :contact, :used_at)
RETURNING id
"""
USED = "UPDATE address SET used_at = :now, name = :name WHERE id = :id"
PEOPLE = "SELECT name, open_tickets, last_assigned_at FROM agent WHERE open_tickets > 0 OR last_assigned_at IS NOT NULL"
AWAY = """
SELECT agent, starts_at, ends_at, cover FROM absence
WHERE starts_at <= :now AND (ends_at IS NULL OR ends_at > :now) ORDER BY id
"""
BANNED = """
SELECT 1 FROM ban WHERE pattern IN (:address, :domain) AND (until IS NULL OR until > :now) LIMIT 1
"""

# --- tickets ----------------------------------------------------------------------------------------------------------

NUMBER = """
INSERT INTO counter (name, value) VALUES ('ticket', :first)
ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value
"""
TICKET_COLUMNS = """
SELECT ticket.*, address.addr AS requester_addr, address.contact AS requester_contact, other.number AS merged_number
FROM ticket JOIN address ON address.id = ticket.requester LEFT JOIN ticket AS other ON other.id = ticket.merged_into
"""
TICKET = TICKET_COLUMNS + "WHERE ticket.number = :number"
PARTS = """
SELECT 'tag' AS part, tag AS value, '' AS more, 0 AS place FROM tag WHERE ticket = :id
UNION ALL SELECT 'field', name, value, 0 FROM field WHERE ticket = :id
UNION ALL SELECT 'watcher', agent, '', 0 FROM watcher WHERE ticket = :id
UNION ALL SELECT 'department', department, '', 0 FROM told WHERE ticket = :id
UNION ALL SELECT 'link', CAST(ticket.number AS TEXT), kind, ticket.number
  FROM link JOIN ticket ON ticket.id = link.other WHERE link.one = :id
UNION ALL SELECT 'backlink', CAST(ticket.number AS TEXT), kind, ticket.number
  FROM link JOIN ticket ON ticket.id = link.one WHERE link.other = :id
UNION ALL SELECT 'participant', address.addr, participant.name, participant.at FROM participant
  JOIN address ON address.id = participant.address WHERE participant.ticket = :id AND participant.contact <> :contact
UNION ALL SELECT 'status', old || ' ' || new, CAST(at AS TEXT), id FROM event WHERE ticket = :id AND kind = 'status'
ORDER BY 1, 4, 2
"""
OPEN = """
INSERT INTO ticket (number, subject, status, department, priority, rank, language, sla, requester, requester_name,
  created_at, updated_at, status_since)
VALUES (:number, :subject, 'new', :department, :priority, :rank, :language, :sla, :requester, :requester_name,
  :created_at, :now, :now)
RETURNING id
"""
JOIN = """
INSERT INTO participant (ticket, contact, address, name, at) VALUES (:ticket, :contact, :address, :name, :at)
ON CONFLICT (ticket, contact) DO NOTHING
"""
ENTRY = """
INSERT INTO entry (ticket, mail, at, kind, author, author_name, unverified, text, quoted, html)
VALUES (:ticket, :mail, :at, :kind, :author, :author_name, :unverified, :text, :quoted, :html) RETURNING id
"""
ATTACHMENT = """
INSERT INTO attachment (entry, mail, part, name, original_name, type, size, digest, inline, content_id)
VALUES (:entry, :mail, :part, :name, :original_name, :type, :size, :digest, :inline, :content_id)
"""
EVENT = """
INSERT INTO event (ticket, at, actor, mail, kind, old, new) VALUES (:ticket, :at, :actor, :mail, :kind, :old, :new)
"""
ENTRIES = "SELECT * FROM entry WHERE ticket = :id ORDER BY at, id"
ATTACHMENTS = """
SELECT attachment.* FROM attachment JOIN entry ON entry.id = attachment.entry WHERE entry.ticket = :id
ORDER BY attachment.id
"""

# --- facts ------------------------------------------------------------------------------------------------------------

SAME_CONTENT = """
SELECT number, departments, fate FROM mail WHERE content_digest = :content_digest ORDER BY number LIMIT 50
"""
SAME_CONTENT_NOW = """
SELECT number, departments, fate FROM (
  SELECT number, departments, fate, arrived_at FROM mail WHERE content_digest = :content_digest
  ORDER BY number DESC LIMIT 200
) AS newest WHERE arrived_at BETWEEN :since AND :until ORDER BY number
"""
TICKET_OF_MAIL = """
SELECT ticket.number FROM mail_ticket JOIN ticket ON ticket.id = mail_ticket.ticket
WHERE mail_ticket.mail = :mail ORDER BY ticket.number LIMIT 1
"""
# Whether another mail has this Message-ID, and which ticket knows it from a mail that referred to it.
OWN_ID_BEFORE = """
SELECT EXISTS (
    SELECT 1 FROM mail WHERE message_id = :message_id AND message_id <> '' AND content_digest <> :content_digest
  ) AS taken,
  (SELECT ticket.number FROM msgid JOIN ticket ON ticket.id = msgid.ticket WHERE msgid.id = :message_id
    AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.message_id = :message_id)) AS awaited
"""
TICKET_OF_ID = """
SELECT ticket.number FROM msgid JOIN ticket ON ticket.id = msgid.ticket WHERE msgid.id = :id
"""
TICKET_OF_RELAYS_ID = """
SELECT ticket.number FROM delivery JOIN letter ON letter.id = delivery.letter JOIN ticket ON ticket.id = letter.ticket
WHERE delivery.remote_id = :id AND delivery.remote_id <> '' LIMIT 1
"""
CALLER = """
SELECT address.addr, address.name FROM field JOIN ticket ON ticket.id = field.ticket
JOIN address ON address.id = ticket.requester
WHERE field.name = 'phone' AND substr(replace(replace(field.value, ' ', ''), '-', ''), -7) = :tail
  AND substr(replace(replace(field.value, ' ', ''), '-', ''), -length(:key)) = :key
  AND NOT EXISTS (
    SELECT 1 FROM entry WHERE entry.ticket = field.ticket AND author = address.canonical AND kind = 'call')
ORDER BY ticket.id DESC LIMIT 1
"""
SUCCESSOR = """
SELECT newer.number FROM link JOIN ticket AS newer ON newer.id = link.one
WHERE link.other = :id AND link.kind = 'continues' ORDER BY newer.number DESC LIMIT 1
"""
CUSTOMER_IDS = """
SELECT id, at FROM (
  SELECT mail.message_id AS id, entry.at AS at FROM entry JOIN mail ON mail.number = entry.mail
  WHERE entry.ticket = :id AND entry.kind = 'customer' AND entry.unverified = 0 AND mail.message_id <> ''
  UNION ALL
  SELECT message_id, created_at FROM letter WHERE ticket = :id AND audience = 'customer'
) AS seen ORDER BY at DESC LIMIT 20
"""
LAST_LEFT = "SELECT max(at) FROM event WHERE ticket = :id AND kind = 'leave'"
SUBJECTS = "SELECT old FROM event WHERE ticket = :id AND kind = 'subject' ORDER BY id"
STAGE_LETTERS = """
SELECT template, created_at FROM letter WHERE ticket = :id AND purpose = 'stage' AND audience = 'customer'
ORDER BY id DESC LIMIT 20
"""
NEWEST_FROM_CUSTOMER = """
SELECT entry.kind, mail.trace FROM entry LEFT JOIN mail ON mail.number = entry.mail
WHERE entry.ticket = :id AND entry.kind IN ('customer', 'auto') AND entry.unverified = 0 ORDER BY entry.id DESC LIMIT 1
"""
REOPENS = "SELECT count(*) FROM event WHERE ticket = :id AND kind = 'reopened' AND at >= :since"
ACKS_TO = """
SELECT count(*) AS day, coalesce(sum(created_at >= :hour), 0) AS hour FROM (
  SELECT created_at FROM delivery WHERE canonical = :sender AND urgency = 1 AND created_at >= :day
  ORDER BY created_at DESC LIMIT 1000
) AS lately
"""
TICKETS_FROM = """
SELECT count(*) FROM (
  SELECT 1 FROM ticket WHERE requester = :requester AND created_at >= :since LIMIT 1000
) AS lately
"""
UNPROVEN_FROM = """
SELECT count(*) FROM (
  SELECT mail, why, at FROM parking WHERE settled_at IS NULL AND mail > 0 ORDER BY mail DESC LIMIT 100
) AS lately JOIN mail ON mail.number = lately.mail
WHERE mail.author = :sender AND lately.at >= :since AND lately.why NOT IN ('commands', 'refused')
"""
TALLIED = "SELECT coalesce(sum(n), 0) FROM tally WHERE name = :name AND bucket >= :since"
TALLY = """
INSERT INTO tally (name, bucket, n) VALUES (:name, :bucket, 1)
ON CONFLICT (name, bucket) DO UPDATE SET n = tally.n + 1
"""

# --- letters out ------------------------------------------------------------------------------------------------------

LETTER = """
INSERT INTO letter (ticket, mail, template, audience, agent, purpose, department, language, subject, message_id,
  in_reply_to, refs, recipients, copies, context, attachments, urgency, created_at, dedupe)
VALUES (:ticket, :mail, :template, :audience, :agent, :purpose, :department, :language, :subject, :message_id,
  :in_reply_to, :refs, :recipients, :copies, :context, :attachments, :urgency, :created_at, :dedupe)
ON CONFLICT (dedupe) DO NOTHING RETURNING id
"""
DELIVERY = """
INSERT INTO delivery (letter, recipient, canonical, department, urgency, state, due_at, created_at)
VALUES (:letter, :recipient, :canonical, :department, :urgency, :state, :due_at, :created_at) ON CONFLICT DO NOTHING
"""
LEASE = """
UPDATE delivery SET state = 'leased', due_at = :until WHERE letter = :letter AND due_at <= :now
  AND state IN ('waiting', 'leased', 'held')
RETURNING id, recipient, attempts, first_tried_at
"""
LETTER_DUE = """
SELECT letter.*, ticket.number AS ticket_number, rendered.bytes AS bytes, rendered.subject AS rendered_subject
FROM letter LEFT JOIN ticket ON ticket.id = letter.ticket LEFT JOIN rendered ON rendered.letter = letter.id
WHERE letter.id = :letter
"""
RENDERED = """
INSERT INTO rendered (letter, subject, bytes) VALUES (:letter, :subject, :bytes) ON CONFLICT (letter) DO NOTHING
"""
MARK = """
UPDATE delivery SET state = :state, due_at = :due_at, error = :error,
  remote_id = CASE WHEN :remote_id = '' THEN remote_id ELSE :remote_id END,
  attempts = coalesce(:attempts, attempts), first_tried_at = coalesce(first_tried_at, :now),
  sent_at = CASE WHEN :state = 'sent' THEN :now ELSE sent_at END
WHERE id = :delivery
"""
DOUBTED = """
UPDATE delivery SET doubts = doubts + 1,
  state = CASE WHEN urgency = 1 OR doubts >= 1 THEN 'uncertain' ELSE 'waiting' END,
  due_at = CASE WHEN urgency = 1 OR doubts >= 1 THEN NULL ELSE :now END,
  error = 'stopped while sending'
WHERE state = 'sending' RETURNING state
"""
UNLEASE = "UPDATE delivery SET state = 'waiting', due_at = :now WHERE state = 'leased'"
REVOKE = """
UPDATE letter SET revoked_at = :now WHERE ticket = :ticket AND agent = :agent AND revoked_at IS NULL
"""
REVOKE_LISTS = """
UPDATE letter SET revoked_at = :now WHERE ticket IS NULL AND agent = :agent AND created_at < :now AND revoked_at IS NULL
"""
LAST_WORDS = "SELECT author FROM entry WHERE ticket = :id AND kind = 'agent' ORDER BY id DESC LIMIT 1"
UNSENT = """
SELECT DISTINCT letter.mail, letter.id FROM letter JOIN delivery ON delivery.letter = letter.id
WHERE letter.ticket = :id AND letter.audience = 'customer' AND letter.mail IS NOT NULL
  AND delivery.state IN ('waiting', 'held') ORDER BY letter.id
"""
DEPARTMENTS = "SELECT name FROM department WHERE retired_at IS NULL ORDER BY id"
