"""What is old enough goes: raw mail first, then words; files of large mail when nobody speaks of them any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from mailgate.store import rows
from mailgate.store.blobs import blob_path
from mailgate.store.session import TransactionPart
from mailgate.store.sqlite.connection import open_reader
from mailgate.store.tickets.indexing import put_in, take_out

SPOKEN_OF = "SELECT 1 FROM mail WHERE blob = :blob LIMIT 1"
UNSETTLED = "('waiting', 'leased', 'sending', 'held')"
# Raw bytes still here of mail with a final fate: those in the database and those in files, each by its own index.
OLD_MAILS = f"""
SELECT mail.number, mail.sender, mail.arrived_at FROM mail
WHERE mail.number > :after AND mail.accepted_at < :before AND mail.fate IN ('filed', 'duplicate', 'dropped')
  AND mail.number IN (SELECT raw.mail FROM raw WHERE raw.mail > :after
                      UNION ALL SELECT number FROM mail WHERE blob IS NOT NULL AND number > :after)
  AND NOT EXISTS (SELECT 1 FROM mail_ticket JOIN ticket ON ticket.id = mail_ticket.ticket
                  WHERE mail_ticket.mail = mail.number AND ticket.status NOT IN ('solved', 'archived'))
  AND NOT EXISTS (SELECT 1 FROM letter JOIN delivery ON delivery.letter = letter.id
                  WHERE letter.mail = mail.number AND delivery.state IN {UNSETTLED})
ORDER BY mail.number LIMIT :limit
"""  # noqa: S608
OLD_THREADS = f"""
SELECT ticket.number FROM ticket
WHERE ticket.status IN ('solved', 'archived') AND ticket.status_since < :before AND ticket.number > :after
  AND (EXISTS (SELECT 1 FROM entry WHERE entry.ticket = ticket.id
               AND (entry.text <> '' OR entry.quoted <> '' OR entry.html <> ''))
       OR EXISTS (SELECT 1 FROM letter WHERE letter.ticket = ticket.id AND letter.context <> '{{}}'))
  AND NOT EXISTS (SELECT 1 FROM letter JOIN delivery ON delivery.letter = letter.id
                  WHERE letter.ticket = ticket.id AND delivery.state IN {UNSETTLED})
ORDER BY ticket.number LIMIT :limit
"""  # noqa: S608


class Erasing(TransactionPart):
    """Deletes by age."""

    def old_mails(self, before: datetime, after: int, limit: int) -> list[Mapping[str, Any]]:
        """See `base.Read.old_mails`."""
        found = self.all(OLD_MAILS, {"before": rows.micros(before), "after": after, "limit": limit})
        return [{**dict(row), "arrived_at": rows.time_of(row["arrived_at"])} for row in found]

    def old_threads(self, before: datetime, after: int, limit: int) -> list[int]:
        """See `base.Read.old_threads`."""
        found = self.all(OLD_THREADS, {"before": rows.micros(before), "after": after, "limit": limit})
        return [row["number"] for row in found]

    def drop_raw(self, mails: Iterable[int]) -> list[str]:
        """See `base.Tx.drop_raw`: attachments first, since they are an index into the raw mail."""
        blobs: list[str] = []
        for mail in mails:
            params = {"mail": mail}
            self.run("DELETE FROM attachment WHERE entry IN (SELECT id FROM entry WHERE mail = :mail)", params)
            self.run("DELETE FROM raw WHERE mail = :mail", params)
            blob = self.scalar("SELECT blob FROM mail WHERE number = :mail", params)
            if blob:
                self.run("UPDATE mail SET blob = NULL WHERE number = :mail", params)
                blobs.append(blob)
        return blobs

    def drop_texts(self, numbers: Iterable[int]) -> None:
        """See `base.Tx.drop_texts`."""
        for number in numbers:
            ticket = self.one("SELECT id, subject FROM ticket WHERE number = :number", {"number": number})
            if ticket is not None:
                said = self.all("SELECT id FROM entry WHERE ticket = :id", {"id": ticket["id"]})
                self.silence([row["id"] for row in said], ticket["subject"])
                self.blank_letters(ticket["id"])

    def silence(self, entries: Iterable[int], subject: str) -> None:
        """These entries say nothing any more; who spoke when stays."""
        gone = list(entries)
        take_out(self, gone, subject)
        for entry in gone:
            params = {"entry": entry}
            self.run("DELETE FROM attachment WHERE entry = :entry", params)
            self.run("UPDATE entry SET text = '', quoted = '', html = '' WHERE id = :entry", params)
        put_in(self, gone, subject)

    def blank_letters(self, ticket: int) -> None:
        """What was written about a ticket goes; to whom and when stays."""
        params = {"ticket": ticket}
        self.run("DELETE FROM rendered WHERE letter IN (SELECT id FROM letter WHERE ticket = :ticket)", params)
        self.run("UPDATE letter SET context = '{}' WHERE ticket = :ticket", params)

    def drop_blobs(self, blobs: Iterable[str]) -> int:
        """See `base.Tx.drop_blobs`: run by the one writer, so that no mail with the same bytes is kept meanwhile.

        A file cannot be rolled back: neither this transaction may speak of it nor what is committed, which comes back
        when the commit fails.
        """
        there = [blob for blob in dict.fromkeys(blobs) if blob_path(self.data, blob).exists()]
        count = 0
        if there:
            file = next(row["file"] for row in self.all("PRAGMA database_list", {}) if row["name"] == "main")
            with closing(open_reader(Path(file))) as committed:
                for blob in there:
                    params = {"blob": blob}
                    if self.scalar(SPOKEN_OF, params) is None and not committed.execute(SPOKEN_OF, params).fetchone():
                        blob_path(self.data, blob).unlink()
                        count += 1
        return count

    def drop_incoming(self, names: Iterable[str]) -> None:
        """See `base.Tx.drop_incoming`."""
        gone = list(names)
        self.drop_blobs(name.partition(".")[0] for name in gone)
        for name in gone:
            (self.data / "incoming" / name).unlink(missing_ok=True)
