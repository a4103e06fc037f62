"""What goes to channels: the messages each delivery is cut into, and how far they have come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailgate.core.channels import message
from mailgate.core.channels.message import SentMessage
from mailgate.core.model.mail import canonical
from mailgate.store import rows
from mailgate.store.outbox import statements as sql
from mailgate.store.session import Room

TAKEN = "SELECT 1 FROM chat_message WHERE id = :id AND state <> 'leaving'"
LEAVING = """
INSERT INTO chat_message (id, channel, delivery, state, at)
SELECT :id, :channel, delivery.id, :state, :now FROM letter JOIN delivery ON delivery.letter = letter.id
WHERE letter.message_id = :letter AND delivery.canonical = :canonical
ON CONFLICT (id) DO NOTHING
"""
TOOK = "UPDATE chat_message SET state = 'taken', remote_id = :remote, at = :now WHERE id = :id AND state = 'leaving'"
TOLD = "UPDATE chat_message SET state = :state, at = :now WHERE id = :id"
_message = """
SELECT chat_message.id, chat_message.state, chat_message.delivery, delivery.letter, delivery.recipient, ticket.number
FROM chat_message JOIN delivery ON delivery.id = chat_message.delivery JOIN letter ON letter.id = delivery.letter
LEFT JOIN ticket ON ticket.id = letter.ticket
WHERE chat_message.channel = :channel AND chat_message."""
BY_ID = f"{_message}id = :named"
BY_REMOTE = f"{_message}remote_id = :named AND chat_message.remote_id <> '' ORDER BY chat_message.at DESC LIMIT 1"
# By who wrote: those taking part are few, and a person's tickets as well.
NEWEST = """
SELECT ticket.number FROM address JOIN participant ON participant.contact = address.contact
JOIN ticket ON ticket.id = participant.ticket
WHERE address.canonical = :canonical AND EXISTS (
  SELECT 1 FROM entry WHERE entry.ticket = ticket.id AND entry.author = :canonical
)
ORDER BY ticket.last_public_at DESC, ticket.id DESC LIMIT 1
"""
# Of those without a fate, which are few.
UNDECIDED = """
SELECT number FROM mail WHERE fate IS NULL AND source = 'chat' AND sender = :canonical ORDER BY number DESC LIMIT 1
"""
MAIL_OF_ID = "SELECT number FROM mail WHERE message_id = :id AND message_id <> '' ORDER BY number LIMIT 1"
WROTE = "SELECT 1 FROM mail WHERE message_id = :id AND message_id <> '' AND author = :canonical"


class Chats(Room):
    """Messages of ours to people on channels, and where people there wrote last."""

    def taken(self, ids: Sequence[str]) -> frozenset[str]:
        """See `chats_asked.ChatsRead.taken`."""
        return frozenset(one for one in ids if self.session.one(TAKEN, {"id": one}) is not None)

    def message(self, channel: str, named: str) -> SentMessage | None:
        """See `chats_asked.ChatsRead.message`."""
        params = {"channel": channel, "named": named}
        row = self.session.one(BY_ID, params) or self.session.one(BY_REMOTE, params)
        if row is None:
            return None
        return SentMessage(row["id"], row["state"], row["delivery"], row["letter"], row["recipient"], row["number"])

    def newest(self, address: str) -> int | None:
        """See `chats_asked.ChatsRead.newest`."""
        found = self.session.scalar(NEWEST, {"canonical": canonical(address)})
        return None if found is None else int(found)

    def undecided(self, address: str) -> int | None:
        """See `chats_asked.ChatsRead.undecided`."""
        found = self.session.scalar(UNDECIDED, {"canonical": canonical(address)})
        return None if found is None else int(found)

    def ticket_of(self, message_id: str) -> tuple[int | None, int | None]:
        """See `chats_asked.ChatsRead.ticket_of`."""
        params = {"id": message_id}
        return self.session.scalar(MAIL_OF_ID, params), self.session.scalar(sql.TICKET_OF_ID, params)

    def wrote(self, message_id: str, address: str) -> bool:
        """See `chats_asked.ChatsRead.wrote`."""
        return self.session.one(WROTE, {"id": message_id, "canonical": canonical(address)}) is not None

    def leaving(self, ids: Sequence[str], channel: str, letter: str, recipient: str, now: datetime) -> None:
        """See `chats_asked.ChatsTx.leaving`."""
        each = {"channel": channel, "letter": letter, "canonical": canonical(recipient), "state": message.LEAVING}
        self.session.many(LEAVING, ({**each, "id": one, "now": rows.micros(now)} for one in ids))

    def took(self, message: str, remote_id: str, now: datetime) -> None:
        """See `chats_asked.ChatsTx.took`."""
        self.session.run(TOOK, {"id": message, "remote": rows.clean(remote_id)[:200], "now": rows.micros(now)})

    def told(self, message: str, state: str, now: datetime) -> None:
        """See `chats_asked.ChatsTx.told`."""
        self.session.run(TOLD, {"id": message, "state": state, "now": rows.micros(now)})
