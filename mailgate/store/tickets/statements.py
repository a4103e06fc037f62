"""The SQL of tickets and their threads, and the facts of a decision, in the dialect SQLite and PostgreSQL share."""

from __future__ import annotations

from mailgate.store.outbox.statements import UNSETTLED

PRACTICE = "(SELECT name FROM department WHERE training = 1)"  # where trainees practise
# What agents have in hand, who is away, what tags they watch, what first responses take, what all are told
STANDING = """
SELECT 'agent' AS what, id AS place, name, open_tickets AS one, last_assigned_at AS other, '' AS value FROM agent
WHERE open_tickets > 0 OR last_assigned_at IS NOT NULL
UNION ALL SELECT 'away', id, agent, starts_at, ends_at, cover FROM absence
WHERE (ends_at IS NULL OR ends_at > :now) AND (ends_at IS NULL OR ends_at > starts_at)
UNION ALL SELECT 'setting', 0, key, 0, NULL, value FROM setting
WHERE key IN ('incidents', 'news', 'promises', 'customers', 'lookup')
UNION ALL SELECT 'tag', 0, agent, 0, NULL, tag FROM watched_tag
UNION ALL SELECT 'opened', 0, department, count(*), NULL, '' FROM (
  SELECT department FROM ticket WHERE created_at >= :hour ORDER BY created_at DESC LIMIT 50
) AS lately GROUP BY department
UNION ALL SELECT 'urgent', 0, agent.name, sum(tally.n), NULL, '' FROM agent
  CROSS JOIN tally ON tally.name = 'urgent:' || agent.name AND tally.bucket >= :minute GROUP BY agent.name
ORDER BY 1, 2
"""
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
INSERT INTO participant (ticket, contact, address, name, at) VALUES (:ticket, :contact, :address, :name,
  coalesce((SELECT max(at) + 1 FROM participant WHERE ticket = :ticket AND at >= :now), :now))
ON CONFLICT (ticket, contact) DO NOTHING
"""
ENTRY = """
INSERT INTO entry (ticket, mail, at, kind, author, author_name, unverified, text, quoted, html, title, only_to)
VALUES (:ticket, :mail, :at, :kind, :author, :author_name, :unverified, :text, :quoted, :html, :title, :only_to)
RETURNING id
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
# What is in no ticket may be this very mail, released, retried or no longer banned.
SAME_CONTENT = """
SELECT number, departments FROM mail
WHERE content_digest = :content_digest AND fate IN ('filed', 'duplicate') ORDER BY number LIMIT 50
"""
SAME_CONTENT_NOW = """
SELECT number, departments FROM (
  SELECT number, departments, arrived_at FROM mail
  WHERE content_digest = :content_digest AND fate IN ('filed', 'duplicate') ORDER BY number DESC LIMIT 200
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
# Whoever only told of a call, as an exchange by mail, has no telephone of their own in it.
CALLER = """
SELECT address.addr, address.name, address.contact, field.value, max(ticket.id) AS newest
FROM field JOIN ticket ON ticket.id = field.ticket JOIN address ON address.id = ticket.requester
WHERE field.name = 'phone' AND substr(replace(replace(field.value, ' ', ''), '-', ''), -7) = :tail
  AND address.canonical <> 'nobody@invalid.invalid' AND address.canonical NOT LIKE '%@invalid'
  AND NOT EXISTS (
    SELECT 1 FROM entry WHERE entry.ticket = field.ticket AND author = address.canonical AND kind = 'call')
GROUP BY address.id, field.value ORDER BY newest DESC
"""
SPOKEN = """
SELECT ticket.language FROM address JOIN ticket ON ticket.requester = address.id
WHERE address.contact = :c ORDER BY ticket.created_at DESC LIMIT 1
"""
SUCCESSOR = """
SELECT newer.number FROM link JOIN ticket AS newer ON newer.id = link.one
WHERE link.other = :id AND link.kind = 'continues' ORDER BY newer.number DESC LIMIT 1
"""
# What a letter in the thread refers to; not the letter that asks for a proof, whose id is for that person alone.
CUSTOMER_IDS = """
SELECT id, at FROM (
  SELECT mail.message_id AS id, entry.at AS at FROM entry JOIN mail ON mail.number = entry.mail
  WHERE entry.ticket = :id AND entry.kind = 'customer' AND entry.unverified = 0 AND mail.message_id <> ''
  UNION ALL
  SELECT message_id, created_at FROM letter
  WHERE ticket = :id AND audience = 'customer' AND template <> 'privacy'
) AS seen ORDER BY at DESC LIMIT 20
"""
# When somebody was last taken off a ticket, or off one it has gone into: by hand, as its requester, by taking apart.
LAST_LEFT = """
WITH RECURSIVE path (id, home) AS (
  SELECT id, merged_into FROM ticket WHERE number = :number
  UNION SELECT ticket.id, ticket.merged_into FROM ticket JOIN path ON ticket.id = path.home
)
SELECT max(event.at) FROM event JOIN path ON event.ticket = path.id
WHERE event.kind IN ('leave', 'requester', 'unmerged-from')
"""
CAME_AND_WENT = """
SELECT kind, actor, mail, old, new FROM event WHERE ticket = :id AND kind IN ('join', 'leave', 'requester')
ORDER BY id DESC LIMIT 500
"""
# Its earlier titles; subjects as our letters to its customers had them, and those the customers have given it.
SUBJECTS = """
SELECT 1 AS title, old AS subject FROM event WHERE ticket = :id AND kind = 'subject'
UNION ALL SELECT * FROM (SELECT 0, rendered.subject FROM letter JOIN rendered ON rendered.letter = letter.id
  WHERE letter.ticket = :id AND letter.audience = 'customer' ORDER BY letter.id DESC LIMIT 20)
UNION ALL SELECT * FROM (SELECT 0, title FROM entry WHERE ticket = :id AND title <> '' ORDER BY id DESC LIMIT 20)
"""
STAGE_LETTERS = """
SELECT template, created_at FROM letter WHERE ticket = :id AND purpose = 'stage' AND audience = 'customer'
  AND EXISTS (SELECT 1 FROM delivery WHERE delivery.letter = letter.id AND delivery.state <> 'dead')
ORDER BY id DESC LIMIT 20
"""
# What wrote the newest of them, how many mails from outside came since, and of this sender; always one row.
# `asked`: when their requester was asked last how it went.
# `named`: how the mail that opened it was seen, while neither its requester wrote after it nor an agent chose them.
NEWEST_FROM_CUSTOMER = """
SELECT seen.kind, seen.trace, (
  SELECT count(*) FROM event WHERE ticket = :id AND kind = 'entry' AND at >= :since AND mail IS NOT NULL
    AND new IN ('customer', 'auto')
) AS heard, (
  SELECT count(*) FROM event WHERE ticket = :id AND kind = 'entry' AND at >= :since AND mail IS NOT NULL
    AND new IN ('customer', 'auto') AND actor = :sender
) AS theirs, (
  SELECT mail.trace FROM entry AS opening JOIN mail ON mail.number = opening.mail
  WHERE opening.id = (SELECT min(id) FROM entry WHERE ticket = :id) AND NOT EXISTS (
    SELECT 1 FROM event WHERE ticket = :id AND kind = 'requester'
  ) AND NOT EXISTS (
    SELECT 1 FROM ticket JOIN address AS known ON known.id = ticket.requester
    JOIN address AS other ON other.contact = known.contact
    JOIN entry AS said ON said.ticket = ticket.id AND said.id > opening.id AND said.unverified = 0
    JOIN mail AS later ON later.number = said.mail AND later.author = other.canonical
    WHERE ticket.id = :id AND said.kind = 'customer'
  )
) AS named, (
  SELECT max(survey.at) FROM ticket JOIN address AS known ON known.id = ticket.requester
  JOIN address AS other ON other.contact = known.contact JOIN survey ON survey.address = other.id
  WHERE ticket.id = :id
    AND EXISTS (SELECT 1 FROM delivery WHERE delivery.letter = survey.letter AND delivery.state <> 'dead')
) AS asked FROM (SELECT 1) AS lately LEFT JOIN (
  SELECT entry.kind AS kind, mail.trace AS trace FROM entry LEFT JOIN mail ON mail.number = entry.mail
  WHERE entry.ticket = :id AND entry.kind IN ('customer', 'auto') AND entry.unverified = 0
  ORDER BY entry.id DESC LIMIT 1
) AS seen ON 1 = 1
"""
REOPENS = "SELECT count(*) FROM event WHERE ticket = :id AND kind = 'reopened' AND at >= :since"
TALLIED = "SELECT coalesce(sum(n), 0) FROM tally WHERE name = 'ack' AND bucket >= :minute"
# Acks to all and to this sender, who banned them or who sent it on ('' is the admin), and how many wait for a proof.
ABOUT_SENDER = f"""
SELECT count(*) AS day, coalesce(sum(created_at >= :hour), 0) AS hour, ({TALLIED}) AS tallied, (
  SELECT min(agent) FROM ban WHERE pattern IN (:sender, :domain, :through, :through_domain)
    AND (until IS NULL OR until > :now)
) AS banned, (
  SELECT count(*) FROM (
    SELECT mail, why, at FROM parking WHERE settled_at IS NULL AND mail > 0 ORDER BY mail DESC LIMIT 100
  ) AS waiting JOIN mail ON mail.number = waiting.mail
  WHERE mail.author = :sender AND waiting.at >= :hour AND waiting.why NOT IN ('commands', 'refused')
) AS unproven FROM (
  SELECT created_at FROM delivery WHERE canonical = :sender AND urgency = 1 AND created_at >= :day
  ORDER BY created_at DESC LIMIT 1000
) AS lately
"""  # noqa: S608
TICKETS_FROM = """
SELECT (SELECT count(*) FROM (
  SELECT 1 FROM ticket WHERE requester = :requester AND created_at >= :since LIMIT 1000
) AS lately) AS opened, EXISTS (SELECT 1 FROM (
  SELECT last_agent_at FROM ticket WHERE requester = :requester ORDER BY created_at DESC LIMIT 200
) AS lately WHERE last_agent_at IS NOT NULL) AS answered
"""
LAST_WORDS = "SELECT author FROM entry WHERE ticket = :id AND kind = 'agent' ORDER BY id DESC LIMIT 1"
UNSENT = """
SELECT DISTINCT letter.mail, letter.id FROM letter JOIN delivery ON delivery.letter = letter.id
WHERE letter.ticket = :id AND letter.audience IN ('customer', 'expert') AND letter.mail IS NOT NULL
  AND delivery.state IN ('waiting', 'held') ORDER BY letter.id
"""
# In the order of the index, which ends when it has enough; the index of departments would have all of them sorted, so
# the department is no bare column here. Those with a deadline stand before those without: two ranges.
QUEUE = f"""{TICKET_COLUMNS}
WHERE ticket.status NOT IN ('waiting', 'hold', 'solved', 'archived') AND ticket.due_at {{0}}
  AND coalesce(ticket.department, '') IN ({{1}}) AND (ticket.owner IS NULL OR coalesce(ticket.owner, '') = :me)
ORDER BY ticket.due_at, ticket.rank, ticket.created_at LIMIT :limit
"""
# In working order: due first, then by priority, then as they came; or as they came alone, what is urgent before it.
DUE_FIRST = "ticket.due_at IS NULL, ticket.due_at, ticket.rank, ticket.created_at, ticket.number"
FIRST_COME = "ticket.rank > 0, ticket.created_at, ticket.number"
# First come, first served: the work of those departments is sorted; it is what is to be done, not what was.
QUEUE_BY_ARRIVAL = f"""{TICKET_COLUMNS}
WHERE ticket.department IN ({{0}}) AND ticket.status IN ('new', 'open')
  AND (ticket.owner IS NULL OR ticket.owner = :me) ORDER BY {FIRST_COME} LIMIT :limit
"""
# What nobody has is new, and nothing else: these read no row that has an owner. The order is that of the queue.
UNOWNED, UNOWNED_BY_ARRIVAL = (
    f"""{TICKET_COLUMNS}
WHERE ticket.id IN (
  SELECT id FROM ticket WHERE department IN ({{0}}) AND status = 'new' AND owner IS NULL ORDER BY {order} LIMIT :limit
) ORDER BY {order}
"""  # noqa: S608
    for order in (DUE_FIRST, FIRST_COME)
)
UNOWNED_LOAD = """
SELECT department, count(*) AS tickets, coalesce(sum(due_at < :now), 0) AS overdue FROM ticket
WHERE department IN ({0}) AND status = 'new' AND owner IS NULL GROUP BY department ORDER BY department
"""
# A line of the journal is never written with a smaller number than one before it, whatever the clock does.
NEWLY_UNOWNED = """
SELECT EXISTS (
  SELECT 1 FROM ticket WHERE department IN ({0}) AND status = 'new' AND owner IS NULL AND EXISTS (
    SELECT 1 FROM event WHERE event.ticket = ticket.id AND event.id > :after
      AND (event.kind IN ('opened', 'owner', 'department', 'status') OR event.kind = 'entry' AND event.new = 'customer')
  )
)
"""
COME_BACK = f"""{TICKET_COLUMNS}
WHERE ticket.owner = :agent AND ticket.status IN ('new', 'open') AND (
  SELECT entry.kind FROM entry WHERE entry.ticket = ticket.id AND entry.kind IN ('customer', 'agent', 'bounce')
  ORDER BY entry.id DESC LIMIT 1
) = 'bounce'
ORDER BY ticket.number
"""  # noqa: S608
NEWEST_EVENT = "SELECT coalesce(max(id), 0) FROM event"
DEPARTMENTS = "SELECT name FROM department WHERE retired_at IS NULL ORDER BY id"
ADD_ALIAS = (
    "INSERT INTO alias (address, agent, at) VALUES (:address, :agent, :now) "
    "ON CONFLICT (address) DO UPDATE SET agent = excluded.agent, at = excluded.at"
)
SAVE_REPLY = (
    "INSERT INTO saved_reply (name, language, text, agent, at) "
    "VALUES (:name, :language, :text, :agent, :now) ON CONFLICT (name, language) "
    "DO UPDATE SET text = excluded.text, agent = excluded.agent, at = excluded.at"
)
CANCEL_LETTER = (
    "UPDATE delivery SET state = 'dead', due_at = NULL, error = :why "
    "WHERE letter = :letter AND state IN ('waiting', 'held')"
)
# Those that have begun by :before end, those to come are over before they begin.
END_ABSENCE = """
UPDATE absence SET ends_at = CASE WHEN starts_at < :now THEN :now ELSE starts_at END
WHERE agent = :agent AND (ends_at IS NULL OR ends_at > :now) AND starts_at <= :before
"""
# What is said last of some days counts: an earlier absence that reaches into them ends where they begin.
GIVE_WAY = """
UPDATE absence SET ends_at = CASE WHEN starts_at < :start THEN :start ELSE starts_at END
WHERE agent = :agent AND (ends_at IS NULL OR ends_at > :start) AND starts_at < :until
"""
ABSENT = "INSERT INTO absence (agent, starts_at, ends_at, cover) VALUES (:agent, :start, :until, :cover)"
OWNER_OF = "SELECT id, owner FROM ticket WHERE number = :number"
VOTE = "INSERT INTO vote (ticket, score, comment, agent, at) VALUES (:ticket, :score, :comment, :agent, :at)"
MOVE_ADDRESSES = "UPDATE address SET contact = :keep WHERE contact = :gone"
DROP_DOUBLE_PART = (
    "DELETE FROM participant WHERE contact = :gone AND ticket IN (SELECT ticket FROM participant WHERE contact = :keep)"
)
MOVE_PART = "UPDATE participant SET contact = :keep WHERE contact = :gone"
ASSIGNED = "UPDATE agent SET last_assigned_at = :now WHERE name = :name"
ADD_TAG = "INSERT INTO tag (ticket, tag) VALUES (:ticket, :tag) ON CONFLICT DO NOTHING"
DROP_TAG = "DELETE FROM tag WHERE ticket = :ticket AND tag = :tag"
FIELD = "SELECT value FROM field WHERE ticket = :ticket AND name = :name"
SET_FIELD = (
    "INSERT INTO field (ticket, name, value) VALUES (:ticket, :name, :value) "
    "ON CONFLICT (ticket, name) DO UPDATE SET value = excluded.value"
)
DROP_FIELD = "DELETE FROM field WHERE ticket = :ticket AND name = :name"
ENTRIES_OF = "SELECT id FROM entry WHERE ticket = :id"
WATCH = "INSERT INTO watcher (ticket, agent) VALUES (:ticket, :agent) ON CONFLICT DO NOTHING"
UNWATCH = "DELETE FROM watcher WHERE ticket = :ticket AND agent = :agent"
END_REMINDERS = "UPDATE reminder SET done_at = :now WHERE ticket = :ticket AND agent = :agent AND done_at IS NULL"
REMIND = "INSERT INTO reminder (ticket, agent, at, text) VALUES (:ticket, :agent, :at, :text)"
BOUNCED = (
    "UPDATE delivery SET state = 'dead', due_at = NULL, error = :error WHERE canonical = :canonical "
    "AND letter = (SELECT id FROM letter WHERE message_id = :message_id)"
)
UNLINK = (
    "DELETE FROM link WHERE (one = :id AND other = (SELECT id FROM ticket WHERE number = :number)) "
    "OR (other = :id AND kind = 'link' AND one = (SELECT id FROM ticket WHERE number = :number))"
)
TICKET_ID = "SELECT id FROM ticket WHERE number = :number"
LINK = "INSERT INTO link (one, other, kind, at) VALUES (:one, :other, :kind, :at) ON CONFLICT DO NOTHING"
COUNTER = "SELECT value FROM counter WHERE name = :name"
MERGE_INDEX = "INSERT INTO words (words, rank) VALUES ('merge', :pages)"
TOUCHED = "UPDATE ticket SET updated_at = :at WHERE id = :id"
NUMBER_OF = "SELECT number FROM ticket WHERE id = :id"
MERGED_INTO = "SELECT merged_into FROM ticket WHERE id = :home"
TICKET_OF_ENTRY = "SELECT ticket FROM entry WHERE id = :id"
LAST_MERGE = (
    "SELECT event.old FROM event JOIN ticket ON ticket.id = event.ticket WHERE event.ticket = :ticket "
    "AND event.kind = 'merged' AND ticket.merged_into IS NOT NULL ORDER BY event.id DESC LIMIT 1"
)
MAIL_OF_ENTRY = "SELECT mail FROM entry WHERE id = :id AND ticket = :ticket"
MOVE_ENTRY = "UPDATE entry SET ticket = :ticket WHERE id = :id"
MOVE_ID = "UPDATE msgid SET ticket = :ticket WHERE id = (SELECT message_id FROM mail WHERE number = :mail)"
RESPONDS = "(kind = 'agent' OR kind = 'call' AND instr(author, '@') = 0)"  # see `core.model.ticket.responds`
WITHDRAW = f"UPDATE entry SET kind = 'note' WHERE id = :entry AND ticket = :ticket AND {RESPONDS}"  # noqa: S608
PART_BY_ADDRESS = (
    "UPDATE participant SET address = :address WHERE ticket = :ticket AND contact = :contact AND address <> :address"
)
USED_NOW = "UPDATE address SET used_at = :now WHERE id = :id"
LEAVE = "DELETE FROM participant WHERE ticket = :ticket AND contact = :contact"
ADDRESS_BY_ID = "SELECT addr, contact FROM address WHERE id = :id"
REQUESTER_FIRST = (
    "UPDATE participant SET address = :address, name = :name, "
    "at = (SELECT min(one.at) - 1 FROM participant AS one WHERE one.ticket = :ticket) "
    "WHERE ticket = :ticket AND contact = :contact"
)
TELL = "INSERT INTO told (ticket, department) VALUES (:ticket, :department) ON CONFLICT DO NOTHING"
CONTACT_OF_ADDRESS = "SELECT contact FROM address WHERE id = :id"
EVENTS = (
    "SELECT event.* FROM event JOIN ticket ON ticket.id = event.ticket WHERE ticket.number = :number ORDER BY event.id"
)
REMINDERS = (
    "SELECT reminder.*, ticket.number FROM reminder JOIN ticket ON ticket.id = reminder.ticket "
    "WHERE reminder.done_at IS NULL AND reminder.at <= :now ORDER BY reminder.at LIMIT :limit"
)
REMINDED = "UPDATE reminder SET done_at = :now WHERE id = :id"
SET_COUNTER = (
    "INSERT INTO counter (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
TICKET_ROW = "SELECT id, subject FROM ticket WHERE number = :number"
OPEN_TICKETS = "UPDATE agent SET open_tickets = open_tickets + :step WHERE name = :name"
FEED = "INSERT INTO words (rowid, subject, body) VALUES (:id, :subject, :body)"
# The index keeps no text of its own: what is taken out must be said exactly as it was put in (FTS5 section 4.4.4).
TAKE_OUT = "INSERT INTO words (words, rowid, subject, body) VALUES ('delete', :id, :subject, :body)"
INDEXED = "SELECT id, author, author_name, title, text FROM entry WHERE id = :id AND id <= :cursor"
NEWEST_SAID = """
SELECT id, substr(text, 1, :longest) AS text, author, author_name FROM entry
WHERE ticket = :ticket AND kind IN ('customer', 'agent') AND unverified = 0 AND text <> '' ORDER BY id DESC LIMIT :limit
"""
FOLLOW = "SELECT id, number, merged_into, subject FROM ticket WHERE number = :number"
FOLLOW_ON = "SELECT id, number, merged_into, subject FROM ticket WHERE id = :id"
TO_INDEX = """
SELECT entry.id, ticket.subject, entry.author, entry.author_name, entry.title, entry.text FROM entry
JOIN ticket ON ticket.id = entry.ticket WHERE entry.id > :after ORDER BY entry.id LIMIT :limit
"""
SOLVED_BEFORE = f"""{TICKET_COLUMNS}
WHERE ticket.status = 'solved' AND ticket.status_since <= :before ORDER BY ticket.status_since LIMIT :limit
"""
OLD_THREADS = f"""
SELECT ticket.number FROM ticket
WHERE ticket.status IN ('solved', 'archived') AND ticket.status_since < :before AND ticket.number > :after
  AND (EXISTS (SELECT 1 FROM entry WHERE entry.ticket = ticket.id
               AND (entry.text <> '' OR entry.quoted <> '' OR entry.html <> ''))
       OR EXISTS (SELECT 1 FROM letter WHERE letter.ticket = ticket.id AND letter.context <> '{{}}'))
  AND NOT EXISTS (SELECT 1 FROM letter JOIN delivery ON delivery.letter = letter.id
                  WHERE letter.ticket = ticket.id AND delivery.state IN {UNSETTLED})
  AND NOT EXISTS (SELECT 1 FROM letter JOIN mail ON mail.number = letter.mail
                  WHERE letter.ticket = ticket.id AND mail.fate = 'parked')
ORDER BY ticket.number LIMIT :limit
"""  # noqa: S608
ANSWERS = f"{RESPONDS} AND only_to IN ('', (SELECT canonical FROM address WHERE id = :requester))"  # noqa: S608
WORDS_LEFT = f"""
SELECT max(CASE WHEN {ANSWERS} THEN at END) AS agent,
  min(CASE WHEN {ANSWERS} AND id < :entry THEN at END) AS before,
  min(CASE WHEN {ANSWERS} THEN at END) AS first,
  max(CASE WHEN kind = 'agent' OR kind = 'customer' AND unverified = 0 THEN at END) AS public
FROM entry WHERE ticket = :ticket
"""  # noqa: S608
