"""The SQL of mail as it came, its fate, and how long it stays, in the dialect SQLite and PostgreSQL share."""

from __future__ import annotations

from mailgate.store.outbox.statements import UNSETTLED

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
SELECT number, recipients FROM mail
WHERE raw_digest = :raw_digest AND number < :number AND (fate IS NULL OR fate <> 'dropped') ORDER BY number LIMIT 50
"""
SAME_BYTES_NOW = """
SELECT number, recipients FROM (
  SELECT number, recipients, arrived_at FROM mail
  WHERE raw_digest = :raw_digest AND number < :number AND (fate IS NULL OR fate <> 'dropped')
  ORDER BY number DESC LIMIT 200
) AS newest WHERE arrived_at BETWEEN :since AND :until ORDER BY number
"""
REPEATED = """
UPDATE mail SET fate = 'duplicate', reason = 'same-bytes', decided_at = :now, duplicate_of = :first
WHERE number = :number
"""
OPEN_MAILS = "SELECT number FROM mail WHERE fate IS NULL ORDER BY number LIMIT :limit"
IS_OPEN = "SELECT arrived_at, origin FROM mail WHERE number = :number AND fate IS NULL"
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
  told_at = NULL, settled_at = NULL, settled_by = ''
"""
SETTLE = """
UPDATE parking SET settled_at = :now, settled_by = :by, text = '' WHERE mail = :mail AND settled_at IS NULL
"""
RELEASE_MAIL = """
UPDATE mail SET fate = NULL, reason = '', attempts = 0, alone = 0, decided_at = NULL, released_as = :agent,
  release_mode = :mode, released_by = :by
WHERE number = :mail AND fate = 'parked'
"""
FILE_MAIL = "INSERT INTO mail_ticket (mail, ticket) VALUES (:mail, :ticket) ON CONFLICT DO NOTHING"
OWN_ID = "INSERT INTO msgid (id, ticket) VALUES (:id, :ticket) ON CONFLICT DO NOTHING"
MAIL = "SELECT * FROM mail WHERE number = :number"
TICKETS_OF_MAIL = (
    "SELECT ticket.number FROM mail_ticket JOIN ticket ON ticket.id = mail_ticket.ticket "
    "WHERE mail_ticket.mail = :mail ORDER BY ticket.number"
)
MAILS_SINCE = "SELECT * FROM mail WHERE number > :after AND accepted_at >= :since ORDER BY number LIMIT :limit"
MAIL_BY_ID = "SELECT * FROM mail WHERE message_id = :id AND message_id <> '' ORDER BY number LIMIT 1"
RAW = "SELECT mail.blob, raw.bytes FROM mail LEFT JOIN raw ON raw.mail = mail.number WHERE mail.number = :number"
RAW_HEAD = (
    "SELECT mail.blob, substr(raw.bytes, 1, :octets) AS bytes FROM mail LEFT JOIN raw ON raw.mail = mail.number "
    "WHERE mail.number = :number"
)
QUARANTINED = "SELECT * FROM mail WHERE fate = 'quarantined' ORDER BY number"
PARKED = (
    "SELECT mail.number, mail.author, mail.sender, mail.subject, parking.at, parking.agent AS asked, "
    "parking.why, parking.understood FROM parking JOIN mail ON mail.number = parking.mail "
    "WHERE parking.settled_at IS NULL ORDER BY parking.mail"
)
TAKEN = (
    "SELECT uid, raw_digest, size, arrived_at FROM mail "
    "WHERE mailbox = :mailbox AND folder = :folder AND uidvalidity = :uidvalidity AND uid > 0"
)
DROP_ATTACHMENTS = "DELETE FROM attachment WHERE entry IN (SELECT id FROM entry WHERE mail = :mail)"
DROP_RAW = "DELETE FROM raw WHERE mail = :mail"
HAS_RAW = """
SELECT 1 FROM mail
WHERE number = :mail AND (blob IS NOT NULL OR EXISTS (SELECT 1 FROM raw WHERE raw.mail = mail.number))
"""
BLOB_OF = "SELECT blob FROM mail WHERE number = :mail"
DROP_BLOB = "UPDATE mail SET blob = NULL WHERE number = :mail"
SPOKEN_OF = "SELECT 1 FROM mail WHERE blob = :blob LIMIT 1"
# Raw bytes still here of mail with a final fate: those in the database and those in files, each by its own index.
NEWEST_MAIL = "SELECT coalesce(max(number), 0) FROM mail"
OLD_MAILS = f"""
SELECT mail.number, mail.sender, mail.arrived_at FROM mail
WHERE mail.number > :after AND mail.number <= :upto
  AND mail.accepted_at < :before AND mail.fate IN ('filed', 'duplicate', 'dropped')
  AND (mail.blob IS NOT NULL OR EXISTS (SELECT 1 FROM raw WHERE raw.mail = mail.number))
  AND NOT EXISTS (SELECT 1 FROM mail_ticket JOIN ticket ON ticket.id = mail_ticket.ticket
                  WHERE mail_ticket.mail = mail.number
                    AND (ticket.status NOT IN ('solved', 'archived') OR ticket.status_since >= :rested))
  AND NOT EXISTS (SELECT 1 FROM letter JOIN delivery ON delivery.letter = letter.id
                  WHERE letter.mail = mail.number AND delivery.state IN {UNSETTLED})
  AND NOT EXISTS (SELECT 1 FROM mail_ticket JOIN letter ON letter.ticket = mail_ticket.ticket
                  JOIN delivery ON delivery.letter = letter.id
                  WHERE mail_ticket.mail = mail.number AND delivery.state IN {UNSETTLED})
ORDER BY mail.number LIMIT :limit
"""  # noqa: S608
# What customers wrote to a ticket and lies in an IMAP mailbox goes to the junk folder there; what went there goes back.
TO_JUNK = """
INSERT INTO junk_move (mail, to_junk, tries, next_at)
SELECT DISTINCT mail.number, 1, 0, :now FROM entry JOIN mail ON mail.number = entry.mail
WHERE entry.ticket = :ticket AND entry.kind = 'customer' AND mail.mailbox <> '' AND mail.origin = 'live'
LIMIT 100
ON CONFLICT (mail) DO UPDATE SET to_junk = 1, tries = 0, next_at = excluded.next_at
"""
FROM_JUNK = """
UPDATE junk_move SET to_junk = 0, tries = 0, next_at = :now
WHERE to_junk = 1 AND mail IN (SELECT mail FROM entry WHERE ticket = :ticket AND mail IS NOT NULL)
"""
MISPLACED = """
SELECT junk_move.mail, junk_move.to_junk, mail.folder, mail.uidvalidity, mail.uid, mail.message_id, mail.size,
  mail.raw_digest
FROM junk_move JOIN mail ON mail.number = junk_move.mail
WHERE junk_move.next_at <= :now AND mail.mailbox = :mailbox ORDER BY junk_move.next_at LIMIT 20
"""
PLACED = "UPDATE junk_move SET next_at = NULL WHERE mail = :mail"
TRIED = """
UPDATE junk_move SET tries = tries + 1, next_at = CASE WHEN tries < :most THEN :now + :wait * (1 << 2 * tries) END
WHERE mail = :mail RETURNING next_at
"""
