"""Small things kept: settings, bans, IMAP cursors, reminders, runs of jobs; and the figures of the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mailgate.core.model.mail import canonical
from mailgate.store import rows
from mailgate.store.base import Cursor
from mailgate.store.session import TransactionPart


class Settings(TransactionPart):
    """Odds and ends, each one statement."""

    # --- settings, jobs, bans -----------------------------------------------------------------------------------------

    def setting(self, key: str) -> str | None:
        """A value kept under a name."""
        value = self.scalar("SELECT value FROM setting WHERE key = :key", {"key": key})
        return None if value is None else str(value)

    def set_setting(self, key: str, value: str | None) -> None:
        """Keep a value; None forgets it."""
        if value is None:
            self.run("DELETE FROM setting WHERE key = :key", {"key": key})
            return
        self.run(
            "INSERT INTO setting (key, value) VALUES (:key, :value) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            {"key": key, "value": rows.clean(value)},
        )

    def revoke_agent(self, agent: str, now: datetime) -> int:
        """Every token an agent has ever been sent proves nothing any more; how many letters that were."""
        params = {"agent": agent, "now": rows.micros(now)}
        return self.run("UPDATE letter SET revoked_at = :now WHERE agent = :agent AND revoked_at IS NULL", params)

    def ran(self, job: str, now: datetime, count: int) -> None:
        """A scheduled job ended well."""
        self.run(
            "INSERT INTO job_run (name, at, count) VALUES (:name, :at, :count) "
            "ON CONFLICT (name) DO UPDATE SET at = excluded.at, count = excluded.count",
            {"name": job, "at": rows.micros(now), "count": count},
        )

    def ban(self, pattern: str, until: datetime | None, why: str, now: datetime) -> None:
        """Nothing more from an address or `@domain`, for good or until a time."""
        self.run(
            "INSERT INTO ban (pattern, until, why, at) VALUES (:pattern, :until, :why, :at) "
            "ON CONFLICT (pattern) DO UPDATE SET until = excluded.until, why = excluded.why, at = excluded.at",
            {
                "pattern": rows.clean(canonical(pattern)),
                "until": rows.micros_or_none(until),
                "why": rows.clean(why),
                "at": rows.micros(now),
            },
        )

    def unban(self, pattern: str) -> bool:
        """Welcome again; False when it was not banned."""
        return self.run("DELETE FROM ban WHERE pattern = :pattern", {"pattern": rows.clean(canonical(pattern))}) > 0

    def bans(self, now: datetime) -> list[Mapping[str, Any]]:
        """The bans in force."""
        return [
            {
                "pattern": row["pattern"],
                "until": rows.moment(row["until"]),
                "why": row["why"],
                "at": rows.time_of(row["at"]),
            }
            for row in self.all(
                "SELECT * FROM ban WHERE until IS NULL OR until > :now ORDER BY pattern", {"now": rows.micros(now)}
            )
        ]

    # --- IMAP ---------------------------------------------------------------------------------------------------------

    def cursor(self, mailbox: str, folder: str) -> Cursor | None:
        """How far an IMAP folder has been read."""
        row = self.one(
            "SELECT uidvalidity, uid FROM imap_cursor WHERE mailbox = :mailbox AND folder = :folder",
            {"mailbox": mailbox, "folder": folder},
        )
        return None if row is None else Cursor(row["uidvalidity"], row["uid"])

    def set_cursor(self, mailbox: str, folder: str, cursor: Cursor, now: datetime) -> None:
        """Everything up to this UID is accounted for; under one UIDVALIDITY it only goes forward."""
        self.run(
            "INSERT INTO imap_cursor (mailbox, folder, uidvalidity, uid, at) "
            "VALUES (:mailbox, :folder, :uidvalidity, :uid, :at) ON CONFLICT (mailbox, folder) DO UPDATE SET "
            "uid = CASE WHEN imap_cursor.uidvalidity = excluded.uidvalidity AND imap_cursor.uid > excluded.uid "
            "AND excluded.uid > 0 "
            "THEN imap_cursor.uid ELSE excluded.uid END, uidvalidity = excluded.uidvalidity, at = excluded.at",
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
        """See `base.Tx.put_aside`."""
        return int(
            self.scalar(
                "INSERT INTO imap_aside (mailbox, folder, uidvalidity, uid, why, size, tries, at) "
                "VALUES (:mailbox, :folder, :uidvalidity, :uid, :why, :size, 1, :at) "
                "ON CONFLICT (mailbox, folder, uidvalidity, uid) DO UPDATE SET why = excluded.why, "
                "size = excluded.size, tries = imap_aside.tries + 1, at = excluded.at RETURNING tries",
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

    def set_aside(self, mailbox: str = "") -> list[Mapping[str, Any]]:
        """IMAP mail that could not be fetched and has not been taken in since."""
        return [
            {**dict(row), "at": rows.time_of(row["at"])}
            for row in self.all(
                "SELECT * FROM imap_aside AS aside WHERE (:mailbox = '' OR mailbox = :mailbox) AND NOT EXISTS "
                "(SELECT 1 FROM mail WHERE mail.mailbox = aside.mailbox AND mail.folder = aside.folder "
                "AND mail.uidvalidity = aside.uidvalidity AND mail.uid = aside.uid AND mail.uid > 0) "
                "ORDER BY mailbox, folder, uid",
                {"mailbox": mailbox},
            )
        ]

    def taken(self, mailbox: str, folder: str, uidvalidity: int) -> Mapping[int, Mapping[str, Any]]:
        """See `base.Read.taken`."""
        found = self.all(
            "SELECT uid, raw_digest, size, arrived_at FROM mail "
            "WHERE mailbox = :mailbox AND folder = :folder AND uidvalidity = :uidvalidity AND uid > 0",
            {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity},
        )
        return {row["uid"]: {**dict(row), "arrived_at": rows.time_of(row["arrived_at"])} for row in found}

    # --- people's own -------------------------------------------------------------------------------------------------

    def asked(self, mails: Iterable[int], now: datetime) -> None:
        """A letter has asked the agent about these parked mails."""
        statement = "UPDATE parking SET asks = asks + 1, asked_at = :now WHERE mail = :mail"
        self.many(statement, [{"mail": mail, "now": rows.micros(now)} for mail in mails])

    def told(self, mails: Iterable[int], now: datetime) -> None:
        """A lead has heard of these parked mails, or nobody needs to."""
        statement = "UPDATE parking SET told_at = :now WHERE mail = :mail"
        self.many(statement, [{"mail": mail, "now": rows.micros(now)} for mail in mails])

    def reminded(self, reminder: int, now: datetime) -> None:
        """A reminder has been given."""
        self.run("UPDATE reminder SET done_at = :now WHERE id = :id", {"id": reminder, "now": rows.micros(now)})

    def saved_replies(self) -> list[Mapping[str, Any]]:
        """Canned answers kept by agents, by name and language."""
        return [
            {**dict(row), "at": rows.time_of(row["at"])}
            for row in self.all("SELECT * FROM saved_reply ORDER BY name, language", {})
        ]

    def agent_aliases(self) -> Mapping[str, tuple[str, ...]]:
        """Further addresses agents confirmed, by agent."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.all("SELECT agent, address FROM alias ORDER BY agent, address", {}):
            found[row["agent"]].append(row["address"])
        return {agent: tuple(addresses) for agent, addresses in found.items()}

    # --- figures ------------------------------------------------------------------------------------------------------

    def desk(self, now: datetime) -> Mapping[str, Any]:
        """The workload at a glance: unsolved tickets by status, department and owner; `today` is the UTC day."""
        at = rows.micros(now)
        midnight = rows.micros(now.replace(hour=0, minute=0, second=0, microsecond=0))
        load = [
            dict(row)
            for row in self.all(
                "SELECT status, department, owner, count(*) AS tickets, min(created_at) AS oldest, "
                "sum(due_at IS NOT NULL AND due_at < :now AND status IN ('new', 'open')) AS overdue FROM ticket "
                "WHERE status IN ('new', 'open', 'waiting', 'hold') GROUP BY status, department, owner "
                "ORDER BY status, department, owner",
                {"now": at},
            )
        ]
        for row in load:
            row["oldest"] = rows.moment(row["oldest"])
        counted = self.one(
            "SELECT (SELECT count(*) FROM ticket WHERE created_at >= :midnight) AS opened, "
            "(SELECT count(*) FROM ticket WHERE status = 'solved' AND status_since >= :midnight) AS solved, "
            "(SELECT count(*) FROM mail WHERE accepted_at >= :midnight) AS mails",
            {"midnight": midnight},
        )
        assert counted is not None
        return {
            "load": load,
            "overdue": sum(row["overdue"] for row in load),
            "oldest": min((row["oldest"] for row in load), default=None),
            "today": dict(counted),
        }

    def queues(self) -> Mapping[str, Any]:
        """See `base.Read.queues`."""
        deliveries = {
            row["state"]: {"count": row["n"], "oldest": rows.moment(row["oldest"])}
            for row in self.all(
                "SELECT state, count(*) AS n, min(created_at) AS oldest FROM delivery "
                "WHERE state IN ('waiting', 'leased', 'sending', 'uncertain', 'held', 'dead') GROUP BY state",
                {},
            )
        }
        mails = self.one(
            "SELECT (SELECT count(*) FROM mail WHERE fate IS NULL) AS waiting, "
            "(SELECT min(accepted_at) FROM mail WHERE fate IS NULL) AS oldest, "
            "(SELECT count(*) FROM mail WHERE fate = 'quarantined') AS quarantined, "
            "(SELECT count(*) FROM parking WHERE settled_at IS NULL) AS parked, "
            "(SELECT max(accepted_at) FROM mail) AS last",
            {},
        )
        assert mails is not None
        return {
            "mail": {"waiting": mails["waiting"], "oldest": rows.moment(mails["oldest"])},
            "last_mail_at": rows.moment(mails["last"]),
            "quarantined": mails["quarantined"],
            "parked": mails["parked"],
            "outbox": deliveries,
        }
