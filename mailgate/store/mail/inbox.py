"""Mail: taken in, waiting, decided, set aside for a person, and let go by age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from mailgate.core.model import trace
from mailgate.core.model.facts import AGAIN
from mailgate.core.model.mail import Envelope, canonical
from mailgate.core.model.mail_rows import ParkedMail, PurgeableMail, QuarantinedMail, StoredMail, TakenMail
from mailgate.store import rows
from mailgate.store.blobs import blob_path, link
from mailgate.store.mail import statements as sql
from mailgate.store.session import Room
from mailgate.store.sqlite.connection import open_reader
from mailgate.store.values import Incoming, Kept, Original, WaitingMail

AMONG_OTHERS, ALONE = 1, 2  # how a mail is being decided
MOVED_AGAIN, MOVED_MOST = timedelta(minutes=1), 4  # an original that could not be moved: when again, how often
WINDOW = 1000  # mails looked at in one statement: one asked for all of them would look at all for each batch


class Mail(Room):
    """The life of a mail from the socket to its fate, and what is kept of it."""

    def keep(
        self,
        raw: bytes,
        envelope: Envelope,
        raw_digest: str,
        now: datetime,
        large: Incoming | None = None,
        *,
        named: bool = True,
    ) -> Kept:
        """See `verbs.MailTx.keep`. Raises Temporary or OutOfSpace when a large mail cannot get its name on disk."""
        recipients = list(dict.fromkeys(canonical(addr) for addr in envelope.recipients))
        at = rows.micros(now)
        row = {
            "source": envelope.source.value,
            "sender": rows.clean(envelope.sender),
            "recipients": rows.dumps(recipients),
            "peer": rows.clean(envelope.peer),
            "login": rows.clean(envelope.login),
            "mailbox": rows.clean(envelope.mailbox),
            "folder": rows.clean(envelope.folder),
            "uidvalidity": envelope.uidvalidity,
            "uid": envelope.uid,
            "accepted_at": at,
            "arrived_at": rows.micros(envelope.arrived_at) if envelope.arrived_at else at,
            "origin": rows.origin(envelope),
            "size": len(raw),
            "raw_digest": raw_digest,
            "blob": large.digest if large else None,
        }
        number = self.session.scalar(sql.KEEP, row)
        if number is None:
            there = self.session.one(sql.BY_UID, row)
            assert there is not None
            if there["raw_digest"] == raw_digest:
                return Kept(there["number"], there["number"])
            # A folder was laid anew, or back, and gave the UID to another mail (RFC 9051 section 2.3.1.1).
            self.session.run(sql.FREE_UID, {"number": there["number"]})
            number = self.session.scalar(sql.KEEP, row)
        if large is not None:
            link(self.session.data, large)
        else:
            self.session.run(sql.KEEP_RAW, {"mail": number, "bytes": raw})
        arrived = envelope.arrived_at or now
        near = {} if named else {"since": rows.micros(arrived - AGAIN), "until": rows.micros(arrived + AGAIN)}
        same = {"raw_digest": raw_digest, "number": number, **near}
        for earlier in self.session.all(sql.SAME_BYTES if named else sql.SAME_BYTES_NOW, same):
            if set(rows.loads(earlier["recipients"], [])) == set(recipients):
                self.session.run(sql.REPEATED, {"number": number, "now": at, "first": earlier["number"]})
                return Kept(int(number), int(earlier["number"]))
        return Kept(int(number))

    def undecided(self, limit: int) -> list[int]:
        """The numbers of mails without a fate, in order of arrival."""
        return [row["number"] for row in self.session.all(sql.OPEN_MAILS, {"limit": limit})]

    def is_undecided(self, number: int) -> bool:
        """True for a mail without a fate."""
        row = self.session.one(sql.IS_OPEN, {"number": number})
        if row is not None:
            self.session.mail_times[number] = row["arrived_at"], row["origin"]
        return row is not None

    def waiting(self, numbers: Iterable[int]) -> list[WaitingMail]:
        """See `verbs.MailRead.waiting`."""
        found = (self.session.one(sql.WAITING, {"number": number}) for number in numbers)
        return [
            WaitingMail(
                number=row["number"],
                raw=row["bytes"],
                path=str(blob_path(self.session.data, row["blob"])) if row["blob"] else None,
                envelope=rows.envelope(row),
                accepted_at=rows.time_of(row["accepted_at"]),
                arrived_at=rows.time_of(row["arrived_at"]),
                attempts=row["attempts"],
                alone=row["alone"],
                size=row["size"],
                released_as=row["released_as"],
                release_mode=row["release_mode"],
                released_by=row["released_by"],
                retried=bool(row["retried"]),
            )
            for row in found
            if row is not None
        ]

    def attempt(self, number: int) -> int:
        """See `verbs.MailTx.attempt`."""
        attempts = self.session.scalar(sql.ATTEMPT, {"number": number})
        if attempts is None:
            raise KeyError(number)
        return int(attempts)

    def deciding(self, numbers: Iterable[int], *, alone: bool = False) -> None:
        """See `verbs.MailTx.deciding`."""
        self.session.many(
            sql.DECIDING, [{"number": number, "how": ALONE if alone else AMONG_OTHERS} for number in numbers]
        )

    def at_rest(self, numbers: Iterable[int]) -> None:
        """Take the mark back: they are not being decided after all, and wait."""
        self.session.many(sql.DECIDING, [{"number": number, "how": 0} for number in numbers])

    def unfinished(self) -> list[int]:
        """See `verbs.MailTx.unfinished`."""
        self.session.run(sql.ALONE_AT_THE_END, {})
        return [row["number"] for row in self.session.all(sql.UNFINISHED, {})]

    def quarantine(self, number: int, reason: str, error: str, now: datetime) -> None:
        """We failed on this mail: its bytes stay, people are told, `retry` runs it again."""
        self.session.run(
            sql.QUARANTINE,
            {"number": number, "reason": reason, "error": rows.clean(error)[:4000], "now": rows.micros(now)},
        )

    def retry(self, number: int) -> bool:
        """See `verbs.MailTx.retry`."""
        return self.session.run(sql.RETRY_MAIL, {"number": number}) > 0

    def drop(self, number: int, reason: str, now: datetime) -> bool:
        """See `verbs.MailTx.drop`."""
        at = rows.micros(now)
        self.session.run(sql.SETTLE, {"mail": number, "now": at, "by": "mailgate"})
        return self.session.run(sql.DROP_MAIL, {"number": number, "reason": reason, "now": at}) > 0

    # --- looked at ----------------------------------------------------------------------------------------------------

    def row(self, number: int) -> StoredMail | None:
        """See `verbs.MailRead.row`."""
        row = self.session.one(sql.MAIL, {"number": number})
        return None if row is None else self._mail(row)

    def _mail(self, row: rows.Row) -> StoredMail:
        found = dict(row)
        for name in ("accepted_at", "arrived_at", "decided_at", "date"):
            found[name] = rows.moment(found[name])
        for name in ("recipients", "departments", "flags"):
            found[name] = tuple(rows.loads(found[name], []))
        found["trace"] = trace.from_plain(rows.loads(found["trace"], {}))
        tickets = self.session.all(sql.TICKETS_OF_MAIL, {"mail": row["number"]})
        return StoredMail(**found, tickets=tuple(each["number"] for each in tickets))

    def since(self, since: datetime, after: int = 0, limit: int = 500) -> list[StoredMail]:
        """See `verbs.MailRead.since`."""
        return [
            self._mail(row)
            for row in self.session.all(sql.MAILS_SINCE, {"after": after, "since": rows.micros(since), "limit": limit})
        ]

    def by_message_id(self, message_id: str) -> StoredMail | None:
        """The first mail with that Message-ID, angle brackets optional."""
        wanted = message_id if message_id.startswith("<") else f"<{message_id}>"
        row = self.session.one(sql.MAIL_BY_ID, {"id": rows.clean(wanted)})
        return None if row is None else self._mail(row)

    def has_raw(self, number: int) -> bool:
        """See `verbs.MailRead.has_raw`."""
        return self.session.one(sql.HAS_RAW, {"mail": number}) is not None

    def raw(self, number: int) -> bytes:
        """See `verbs.MailRead.raw`."""
        return self._octets(number, self.session.one(sql.RAW, {"number": number}), -1)

    def head(self, number: int, octets: int) -> bytes:
        """See `verbs.MailRead.head`."""
        return self._octets(number, self.session.one(sql.RAW_HEAD, {"number": number, "octets": octets}), octets)

    def _octets(self, number: int, row: rows.Row | None, most: int) -> bytes:
        """What lies in the row itself, or so many octets of its file, all for -1."""
        if row is None or (row["bytes"] is None and row["blob"] is None):
            raise KeyError(number)
        if row["bytes"] is not None:
            return bytes(row["bytes"])
        try:
            with blob_path(self.session.data, row["blob"]).open("rb") as file:
                return file.read(most)
        except FileNotFoundError as problem:
            raise KeyError(number) from problem

    def envelope(self, number: int) -> Envelope:
        """What the transport said of a mail; raises KeyError."""
        row = self.session.one(sql.MAIL, {"number": number})
        if row is None:
            raise KeyError(number)
        return rows.envelope(row)

    def quarantined(self) -> list[QuarantinedMail]:
        """What we failed on, oldest first."""
        return [
            QuarantinedMail(
                id=row["number"],
                mail=row["number"],
                at=rows.moment(row["decided_at"]),
                error=row["error"] or row["reason"],
                from_=row["author"] or row["sender"],
                subject=row["subject"],
                size=row["size"],
            )
            for row in self.session.all(sql.QUARANTINED, {})
        ]

    def parked(self) -> list[ParkedMail]:
        """What waits for a person's word, oldest first."""
        return [
            ParkedMail(
                id=row["number"],
                mail=row["number"],
                at=rows.time_of(row["at"]),
                from_=row["author"] or row["sender"],
                subject=row["subject"],
                agent=row["asked"] or None,
                why=row["why"],
                understood=tuple(rows.loads(row["understood"], [])),
            )
            for row in self.session.all(sql.PARKED, {})
        ]

    def taken(self, mailbox: str, folder: str, uidvalidity: int) -> Mapping[int, TakenMail]:
        """See `verbs.MailRead.taken`."""
        found = self.session.all(sql.TAKEN, {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity})
        return {
            row["uid"]: TakenMail(row["uid"], row["raw_digest"], row["size"], rows.time_of(row["arrived_at"]))
            for row in found
        }

    # --- let go -------------------------------------------------------------------------------------------------------

    def older_than(
        self, before: datetime, after: int, limit: int, rested: datetime | None = None
    ) -> list[PurgeableMail]:
        """See `verbs.MailRead.older_than`."""
        since = None if rested is None else rows.micros(rested)
        params = {"before": rows.micros(before), "rested": since, "limit": limit}
        for start in range(after, self.session.scalar(sql.NEWEST_MAIL, {}), WINDOW):
            found = self.session.all(sql.OLD_MAILS, {**params, "after": start, "upto": start + WINDOW})
            if found:
                return [PurgeableMail(row["number"], row["sender"], rows.time_of(row["arrived_at"])) for row in found]
        return []

    # --- originals in their mailboxes --------------------------------------------------------------------------------

    def misplaced(self, mailbox: str, now: datetime) -> list[Original]:
        """See `verbs.MailRead.misplaced`."""
        params = {"mailbox": mailbox, "now": rows.micros(now)}
        found = self.session.all(sql.MISPLACED, params)
        return [Original(**{**dict(row), "to_junk": bool(row["to_junk"])}) for row in found]

    def placed(self, number: int) -> None:
        """See `verbs.MailTx.placed`."""
        self.session.run(sql.PLACED, {"mail": number})

    def misplaced_still(self, number: int, now: datetime) -> bool:
        """See `verbs.MailTx.misplaced_still`: after a minute, then four, and so on; four times more in all."""
        wait = int(MOVED_AGAIN.total_seconds()) * 1_000_000
        params = {"mail": number, "now": rows.micros(now), "wait": wait, "most": MOVED_MOST}
        return self.session.scalar(sql.TRIED, params) is not None

    def drop_raw(self, mails: Iterable[int]) -> list[str]:
        """See `verbs.MailTx.drop_raw`: attachments first, since they are an index into the raw mail."""
        blobs: list[str] = []
        for mail in mails:
            params = {"mail": mail}
            self.session.run(sql.DROP_ATTACHMENTS, params)
            self.session.run(sql.DROP_RAW, params)
            blob = self.session.scalar(sql.BLOB_OF, params)
            if blob:
                self.session.run(sql.DROP_BLOB, params)
                blobs.append(blob)
        return blobs

    def drop_blobs(self, blobs: Iterable[str]) -> int:
        """See `verbs.MailTx.drop_blobs`: run by the one writer, so that no mail with the same bytes is kept meanwhile.

        A file cannot be rolled back: neither this transaction may speak of it nor what is committed, which comes back
        when the commit fails.
        """
        there = [blob for blob in dict.fromkeys(blobs) if blob_path(self.session.data, blob).exists()]
        count = 0
        if there:
            file = next(row["file"] for row in self.session.all("PRAGMA database_list", {}) if row["name"] == "main")
            with closing(open_reader(Path(file))) as committed:
                for blob in there:
                    params = {"blob": blob}
                    if (
                        self.session.scalar(sql.SPOKEN_OF, params) is None
                        and not committed.execute(sql.SPOKEN_OF, params).fetchone()
                    ):
                        blob_path(self.session.data, blob).unlink()
                        count += 1
        return count

    def drop_incoming(self, names: Iterable[str]) -> None:
        """See `verbs.MailTx.drop_incoming`."""
        gone = list(names)
        self.drop_blobs(name.partition(".")[0] for name in gone)
        for name in gone:
            (self.session.data / "incoming" / name).unlink(missing_ok=True)
