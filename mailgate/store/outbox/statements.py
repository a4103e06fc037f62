"""The SQL of letters, their deliveries and their tokens, in the dialect SQLite and PostgreSQL share."""

from __future__ import annotations

from mailgate.core.model.change import Urgency

UNSETTLED = "('waiting', 'leased', 'sending', 'held')"

TALLY = """
INSERT INTO tally (name, bucket, n) VALUES (:name, :bucket, 1)
ON CONFLICT (name, bucket) DO UPDATE SET n = tally.n + 1
"""
# From a department in which trainees practise nothing is written to anybody but agents.
LETTER = """
INSERT INTO letter (ticket, mail, template, audience, agent, purpose, department, language, subject, message_id,
  in_reply_to, refs, recipients, copies, context, attachments, urgency, created_at, dedupe)
SELECT :ticket, :mail, :template, :audience, :agent, :purpose, :department, :language, :subject, :message_id,
  :in_reply_to, :refs, :recipients, :copies, :context, :attachments, :urgency, :created_at, :dedupe
WHERE :audience = 'agent'
  OR NOT EXISTS (SELECT 1 FROM department WHERE name IN (:department, :home) AND training = 1)
ON CONFLICT (dedupe) DO NOTHING RETURNING id
"""
DELIVERY = """
INSERT INTO delivery (letter, recipient, canonical, department, urgency, state, due_at, created_at)
VALUES (:letter, :recipient, :canonical, :department, :urgency, :state, :due_at, :created_at) ON CONFLICT DO NOTHING
"""
SURVEYED = """
INSERT INTO survey (letter, address, at) SELECT :letter, id, :now FROM address WHERE canonical = :canonical
"""
# What is due, by one range of the due index for each urgency, so that future letters cost nothing. The hole takes the
# departments to leave out; those of LEASE and LETTERS_DUE the letters.
DUE = "\nUNION ALL ".join(
    f"""SELECT * FROM (SELECT DISTINCT letter, due_at, urgency, (
  SELECT count(*) FROM delivery AS also WHERE also.letter = delivery.letter AND also.due_at <= :now
    AND also.state IN ('waiting', 'leased', 'held')
) AS deliveries FROM delivery WHERE urgency = {urgency} AND due_at <= :now
  AND state IN ('waiting', 'leased', 'held') AND due_at IS NOT NULL {{0}} ORDER BY due_at LIMIT :limit
) AS due{urgency}"""  # noqa: S608
    for urgency in map(int, Urgency)
)
LEASE = """
UPDATE delivery SET state = 'leased', due_at = :until WHERE letter IN ({0}) AND due_at <= :now
  AND state IN ('waiting', 'leased', 'held')
RETURNING id, letter, recipient, attempts, first_tried_at
"""
LETTERS_DUE = """
SELECT letter.*, ticket.number AS ticket_number, rendered.bytes AS bytes, rendered.subject AS rendered_subject
FROM letter LEFT JOIN ticket ON ticket.id = letter.ticket LEFT JOIN rendered ON rendered.letter = letter.id
WHERE letter.id IN ({0})
"""
LETTER_DUE = LETTERS_DUE.format(":letter")
RENDERED = """
INSERT INTO rendered (letter, subject, bytes) VALUES (:letter, :subject, :bytes) ON CONFLICT (letter) DO NOTHING
"""
LETTER_WORDS = """
INSERT INTO letter_words (letter, words) VALUES (:letter, :words)
ON CONFLICT (letter) DO UPDATE SET words = excluded.words
"""
LETTER_NOTES = """
INSERT INTO letter_notes (letter, agent, words) SELECT id, agent, :words FROM letter WHERE id = :letter AND agent <> ''
ON CONFLICT (letter) DO UPDATE SET words = excluded.words
"""
PROMISED = "UPDATE letter SET promised = :promised WHERE id = :letter"
# One of them, by the address their letters on that ticket go to now: people take part as contacts.
PROMISED_PERSON = """
SELECT coalesce(used.addr, address.addr) AS addr, address.name AS name FROM address
LEFT JOIN participant ON participant.ticket = :ticket AND participant.contact = address.contact
LEFT JOIN address AS used ON used.id = participant.address WHERE address.id = :address
"""
WORDS_BY_SIGN = """
SELECT letter.id, ticket.number AS ticket_number, letter_words.words FROM letter_token
JOIN letter ON letter.id = letter_token.letter LEFT JOIN ticket ON ticket.id = letter.ticket
LEFT JOIN letter_words ON letter_words.letter = letter.id WHERE letter_token.token = :token
"""
NEWEST_WORDS = """
SELECT letter.id, letter_words.words FROM letter JOIN letter_words ON letter_words.letter = letter.id
WHERE letter.ticket = :ticket AND (letter.audience = 'customer' OR letter.audience = 'agent' AND letter.agent = :agent)
ORDER BY letter.id DESC LIMIT :limit
"""
NEWEST_NOTES = """
SELECT letter.id, letter.ticket, letter_notes.words FROM letter_notes JOIN letter ON letter.id = letter_notes.letter
WHERE letter_notes.agent = :agent ORDER BY letter_notes.letter DESC LIMIT :limit
"""
TICKET_OF_ID = "SELECT ticket.number FROM msgid JOIN ticket ON ticket.id = msgid.ticket WHERE msgid.id = :id"
TICKET_ID = "SELECT id FROM ticket WHERE number = :number"
MERGED_HERE = "SELECT id FROM ticket WHERE merged_into = :home ORDER BY id DESC LIMIT :limit"
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
HASTEN = "UPDATE delivery SET due_at = :now WHERE state = 'waiting' AND created_at > :now AND due_at = created_at"
RELEASE = "UPDATE delivery SET state = 'waiting', due_at = :now WHERE state = 'held' AND due_at IS NULL"
RELEASE_ONE = f"{RELEASE} AND id = :id"
REVOKE_AGENT = "UPDATE letter SET revoked_at = :now WHERE agent = :agent AND revoked_at IS NULL"
DELIVERIES_OF = "SELECT * FROM delivery WHERE letter = :letter ORDER BY id"
LETTERS_OF_MAIL = "SELECT id, template, recipients, copies FROM letter WHERE mail = :mail ORDER BY id"
LETTER_OF_DELIVERY = "SELECT letter FROM delivery WHERE id = :id"
LETTERS_TO_CUSTOMERS = (
    "SELECT letter.id FROM letter JOIN ticket ON ticket.id = letter.ticket "
    "WHERE ticket.number = :number AND letter.audience = 'customer' ORDER BY letter.id"
)
GATHERED = """
SELECT letter.agent, letter.id, delivery.due_at, ticket.number FROM delivery
JOIN letter ON letter.id = delivery.letter LEFT JOIN ticket ON ticket.id = letter.ticket
WHERE delivery.urgency = 2 AND delivery.due_at <= :before AND delivery.due_at IS NOT NULL
  AND delivery.state IN ('waiting', 'leased', 'held') AND delivery.state = 'held'  -- the first is the index's own
  AND (letter.template = 'notice' OR letter.template = 'escalation' AND ticket.priority = 'urgent'
    OR letter.agent = :whose)
  AND letter.agent <> ''
ORDER BY letter.agent, letter.id
"""
STUCK = """
SELECT letter.template, letter.context, delivery.recipient, delivery.state, ticket.number FROM delivery
JOIN letter ON letter.id = delivery.letter JOIN ticket ON ticket.id = letter.ticket
WHERE delivery.state IN ('uncertain', 'waiting') AND delivery.urgency = 0
  AND (delivery.state = 'uncertain' OR delivery.attempts > 0 AND delivery.created_at <= :before)
ORDER BY delivery.id LIMIT :limit
"""
SIGNED = """
INSERT INTO letter_token (token, letter, scheme) VALUES (:token, :letter, :scheme) ON CONFLICT (token) DO NOTHING
"""
LETTERS_AFTER = "SELECT id, message_id FROM letter WHERE id > :after ORDER BY id LIMIT :rows"
LETTER_BY_SIGN = """
SELECT letter.*, ticket.number AS ticket_number, letter_token.scheme AS scheme,
  EXISTS (SELECT 1 FROM letter_words WHERE letter_words.letter = letter.id) AS worded,
  (SELECT subject FROM rendered WHERE rendered.letter = letter.id) AS rendered_subject,
  (SELECT settled_by FROM parking WHERE parking.mail = letter.mail) AS settled_by FROM letter_token
JOIN letter ON letter.id = letter_token.letter LEFT JOIN ticket ON ticket.id = letter.ticket
WHERE letter_token.token = :token
"""
LETTER_BY_ID = """
SELECT letter.*, ticket.number AS ticket_number,
  (SELECT scheme FROM letter_token WHERE token = :token AND letter = letter.id) AS scheme,
  EXISTS (SELECT 1 FROM letter_words WHERE letter_words.letter = letter.id) AS worded,
  (SELECT subject FROM rendered WHERE rendered.letter = letter.id) AS rendered_subject,
  (SELECT settled_by FROM parking WHERE parking.mail = letter.mail) AS settled_by
FROM letter LEFT JOIN ticket ON ticket.id = letter.ticket WHERE letter.message_id = :id
"""
ADDRESSES_OF_LETTER = "SELECT id, canonical FROM delivery WHERE letter = :letter ORDER BY id"
SIGNED_SINCE = "SELECT applied_at FROM _sqlite_migrations WHERE migration_set = 'mailgate' AND name = :name"

# Letters in order, whether they are about no ticket, and whether a delivery or a parked mail needs their words.
LETTERS_BY_AGE = f"""
SELECT letter.id, letter.created_at, letter.ticket IS NULL AS loose,
  EXISTS (SELECT 1 FROM delivery WHERE delivery.letter = letter.id AND delivery.state IN {UNSETTLED})
  OR letter.purpose = 'release' AND EXISTS (SELECT 1 FROM mail WHERE mail.fate = 'parked'
                                            AND mail.accepted_at <= letter.created_at) AS needed
FROM letter WHERE letter.id > :after ORDER BY letter.id LIMIT :limit
"""  # noqa: S608
BLANK = "UPDATE letter SET context = '{}' WHERE id = :letter"
UNRENDER = "DELETE FROM rendered WHERE letter = :letter"
DROP_LETTER_WORDS = "DELETE FROM letter_words WHERE letter = :letter"
# A letter whose words went with those of its ticket or its age (retention, forget) would leave empty.
HAS_WORDS = """
NOT EXISTS (SELECT 1 FROM letter
            WHERE letter.id = delivery.letter AND letter.context = '{}'
            AND NOT EXISTS (SELECT 1 FROM rendered WHERE rendered.letter = letter.id)
            AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.ticket = letter.ticket
                            AND (entry.text <> '' OR entry.quoted <> '' OR entry.html <> '')))
"""
