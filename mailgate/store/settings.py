"""Small things kept by name: settings, runs of jobs, how far each IMAP folder has been read."""

from __future__ import annotations

from datetime import datetime

from mailgate.core.model.mail_rows import AsideMail
from mailgate.store import rows
from mailgate.store.session import Room
from mailgate.store.values import Cursor

SETTING = "SELECT value FROM setting WHERE key = :key"
SET_SETTING = (
    "INSERT INTO setting (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
WORDS_KEY = "words_key"  # set by the migration 0006_letter_words: of the fingerprints of letters, in hex
DROP_SETTING = "DELETE FROM setting WHERE key = :key"
RAN = (
    "INSERT INTO job_run (name, at, count) VALUES (:name, :at, :count) "
    "ON CONFLICT (name) DO UPDATE SET at = excluded.at, count = excluded.count"
)
CURSOR = "SELECT uidvalidity, uid FROM imap_cursor WHERE mailbox = :mailbox AND folder = :folder"
SET_CURSOR = (
    "INSERT INTO imap_cursor (mailbox, folder, uidvalidity, uid, at) "
    "VALUES (:mailbox, :folder, :uidvalidity, :uid, :at) ON CONFLICT (mailbox, folder) DO UPDATE SET "
    "uid = CASE WHEN imap_cursor.uidvalidity = excluded.uidvalidity AND imap_cursor.uid > excluded.uid "
    "AND excluded.uid > 0 "
    "THEN imap_cursor.uid ELSE excluded.uid END, uidvalidity = excluded.uidvalidity, at = excluded.at"
)
PUT_ASIDE = (
    "INSERT INTO imap_aside (mailbox, folder, uidvalidity, uid, why, size, tries, at) "
    "VALUES (:mailbox, :folder, :uidvalidity, :uid, :why, :size, 1, :at) "
    "ON CONFLICT (mailbox, folder, uidvalidity, uid) DO UPDATE SET why = excluded.why, "
    "size = excluded.size, tries = imap_aside.tries + 1, at = excluded.at RETURNING tries"
)
SET_ASIDE = (
    "SELECT * FROM imap_aside AS aside WHERE (:mailbox = '' OR mailbox = :mailbox) AND NOT EXISTS "
    "(SELECT 1 FROM mail WHERE mail.mailbox = aside.mailbox AND mail.folder = aside.folder "
    "AND mail.uidvalidity = aside.uidvalidity AND mail.uid = aside.uid AND mail.uid > 0) "
    "ORDER BY mailbox, folder, uid"
)


class Settings(Room):
    """Each one statement."""

    def get(self, key: str) -> str | None:
        """A value kept under a name."""
        value = self.session.scalar(SETTING, {"key": key})
        return None if value is None else str(value)

    def set(self, key: str, value: str | None) -> None:
        """Keep a value; None forgets it."""
        if value is None:
            self.session.run(DROP_SETTING, {"key": key})
            return
        self.session.run(SET_SETTING, {"key": key, "value": rows.clean(value)})

    def words_key(self) -> bytes:
        """See `verbs.SettingsRead.words_key`."""
        if self.session.words_key is None:
            self.session.words_key = bytes.fromhex(self.get(WORDS_KEY) or "")
        return self.session.words_key

    def ran(self, job: str, now: datetime, count: int) -> None:
        """A scheduled job ended well."""
        self.session.run(RAN, {"name": job, "at": rows.micros(now), "count": count})

    # --- IMAP ---------------------------------------------------------------------------------------------------------

    def cursor(self, mailbox: str, folder: str) -> Cursor | None:
        """How far an IMAP folder has been read."""
        row = self.session.one(CURSOR, {"mailbox": mailbox, "folder": folder})
        return None if row is None else Cursor(row["uidvalidity"], row["uid"])

    def set_cursor(self, mailbox: str, folder: str, cursor: Cursor, now: datetime) -> None:
        """Everything up to this UID is accounted for; under one UIDVALIDITY it only goes forward."""
        self.session.run(
            SET_CURSOR,
            {
                "mailbox": mailbox,
                "folder": folder,
                "uidvalidity": cursor.uidvalidity,
                "uid": cursor.uid,
                "at": rows.micros(now),
            },
        )

    def put_aside(
        self, mailbox: str, folder: str, uidvalidity: int, uid: int, why: str, now: datetime, size: int = 0
    ) -> int:
        """See `verbs.SettingsTx.put_aside`."""
        return int(
            self.session.scalar(
                PUT_ASIDE,
                {
                    "mailbox": mailbox,
                    "folder": folder,
                    "uidvalidity": uidvalidity,
                    "uid": uid,
                    "why": rows.clean(why),
                    "size": size,
                    "at": rows.micros(now),
                },
            )
        )

    def set_aside(self, mailbox: str = "") -> list[AsideMail]:
        """IMAP mail that could not be fetched and has not been taken in since."""
        return [
            AsideMail(**{**dict(row), "at": rows.time_of(row["at"])})
            for row in self.session.all(SET_ASIDE, {"mailbox": mailbox})
        ]
