"""Mail taken in: kept, waiting, tried, set aside for a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailgate.core.model.facts import AGAIN
from mailgate.core.model.mail import Envelope, canonical
from mailgate.store import rows
from mailgate.store import statements as sql
from mailgate.store.base import Incoming, Kept, WaitingMail
from mailgate.store.blobs import blob_path, link
from mailgate.store.session import TransactionPart

AMONG_OTHERS, ALONE = 1, 2  # how a mail is being decided


class MailTable(TransactionPart):
    """The first half of a mail's life: from the socket to its turn."""

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
        """See `base.Tx.keep`. Raises Temporary or OutOfSpace when a large mail cannot get its name on disk."""
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
        number = self.scalar(sql.KEEP, row)
        if number is None:
            there = self.one(sql.BY_UID, row)
            assert there is not None
            if there["raw_digest"] == raw_digest:
                return Kept(there["number"], there["number"])
            # A folder was laid anew, or back, and gave the UID to another mail (RFC 9051 section 2.3.1.1).
            self.run(sql.FREE_UID, {"number": there["number"]})
            number = self.scalar(sql.KEEP, row)
        if large is not None:
            link(self.data, large)
        else:
            self.run(sql.KEEP_RAW, {"mail": number, "bytes": raw})
        arrived = envelope.arrived_at or now
        near = {} if named else {"since": rows.micros(arrived - AGAIN), "until": rows.micros(arrived + AGAIN)}
        same = {"raw_digest": raw_digest, "number": number, **near}
        for earlier in self.all(sql.SAME_BYTES if named else sql.SAME_BYTES_NOW, same):
            if set(rows.loads(earlier["recipients"], [])) == set(recipients):
                self.run(sql.REPEATED, {"number": number, "now": at, "first": earlier["number"]})
                return Kept(int(number), int(earlier["number"]))
        return Kept(int(number))

    def open_mails(self, limit: int) -> list[int]:
        """The numbers of mails without a fate, in order of arrival."""
        return [row["number"] for row in self.all(sql.OPEN_MAILS, {"limit": limit})]

    def is_open(self, number: int) -> bool:
        """True for a mail without a fate."""
        return self.scalar(sql.IS_OPEN, {"number": number}) is not None

    def waiting(self, numbers: Iterable[int]) -> list[WaitingMail]:
        """See `base.Read.waiting`."""
        found = (self.one(sql.WAITING, {"number": number}) for number in numbers)
        return [
            WaitingMail(
                number=row["number"],
                raw=row["bytes"],
                path=str(blob_path(self.data, row["blob"])) if row["blob"] else None,
                envelope=rows.envelope(row),
                accepted_at=rows.time_of(row["accepted_at"]),
                arrived_at=rows.time_of(row["arrived_at"]),
                attempts=row["attempts"],
                alone=row["alone"],
                size=row["size"],
                released_as=row["released_as"],
                release_mode=row["release_mode"],
                retried=bool(row["retried"]),
            )
            for row in found
            if row is not None
        ]

    def attempt(self, number: int) -> int:
        """See `base.Tx.attempt`."""
        attempts = self.scalar(sql.ATTEMPT, {"number": number})
        if attempts is None:
            raise KeyError(number)
        return int(attempts)

    def deciding(self, numbers: Iterable[int], *, alone: bool = False) -> None:
        """See `base.Tx.deciding`."""
        self.many(sql.DECIDING, [{"number": number, "how": ALONE if alone else AMONG_OTHERS} for number in numbers])

    def at_rest(self, numbers: Iterable[int]) -> None:
        """Take the mark back: they are not being decided after all, and wait."""
        self.many(sql.DECIDING, [{"number": number, "how": 0} for number in numbers])

    def unfinished(self) -> list[int]:
        """See `base.Tx.unfinished`."""
        self.run(sql.ALONE_AT_THE_END, {})
        return [row["number"] for row in self.all(sql.UNFINISHED, {})]

    def quarantine_mail(self, number: int, reason: str, error: str, now: datetime) -> None:
        """We failed on this mail: its bytes stay, people are told, `retry_mail` runs it again."""
        self.run(
            sql.QUARANTINE,
            {"number": number, "reason": reason, "error": rows.clean(error)[:4000], "now": rows.micros(now)},
        )

    def retry_mail(self, number: int) -> bool:
        """See `base.Tx.retry_mail`."""
        return self.run(sql.RETRY_MAIL, {"number": number}) > 0

    def drop_mail(self, number: int, reason: str, now: datetime) -> bool:
        """See `base.Tx.drop_mail`."""
        at = rows.micros(now)
        self.run(sql.SETTLE, {"mail": number, "now": at})
        return self.run(sql.DROP_MAIL, {"number": number, "reason": reason, "now": at}) > 0
