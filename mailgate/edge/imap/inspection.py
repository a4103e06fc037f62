"""Looks into a mailbox without taking anything: for `check --connect` and for the reconciliation of `audit`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import decode_header, make_header
from typing import Any

from imapclient import IMAPClient
from imapclient.response_types import Envelope

from mailgate.edge.imap.box import Mailbox, MailboxTrouble
from mailgate.edge.imap.connect import close, connect, sorted_troubles

BATCH = 200
LISTED = 5_000  # mails of which sizes and dates are asked for at once


@dataclass(frozen=True, slots=True)
class FolderContents:
    """What one folder holds now."""

    folder: str
    uidvalidity: int
    uids: tuple[int, ...]
    said: Mapping[int, tuple[int, datetime | None]] = field(default_factory=dict)  # UID -> octets, INTERNALDATE


@dataclass(frozen=True, slots=True)
class MailHead:
    """Enough of a mail for a person to find it; the server's words, not to be believed nor shown uncleaned."""

    uid: int
    arrived: datetime | None = None
    sender: str = ""
    subject: str = ""


def try_mailbox(mailbox: Mailbox) -> str:
    """Log in and look for every configured folder; one line that says what was found. Raises Trouble, MailgateError."""
    client, _ = connect(mailbox)
    try:
        with sorted_troubles():
            missing = [name for name in mailbox.every_folder if not client.folder_exists(name)]
            if missing:
                known = sorted(name for _, _, name in client.list_folders())
                there = ", ".join(known[:20])
                raise MailboxTrouble("folder", f"no folder {', '.join(map(repr, missing))}; there are: {there}")
            for name in mailbox.every_folder:  # Microsoft says only here that a mailbox may not be read
                client.select_folder(name, readonly=True)
            able = [name for name in ("IDLE", "MOVE", "UIDPLUS") if client.has_capability(name)]
            return f"{mailbox.host}:{mailbox.port} lets {mailbox.user} in ({', '.join(able) or 'no extensions'})"
    finally:
        close(client)


class FolderLook:
    """A connection that only looks; see `looking`."""

    def __init__(self, client: IMAPClient, mailbox: Mailbox) -> None:
        self._client = client
        self._mailbox = mailbox

    def inventory(self) -> list[FolderContents]:
        """The UIDs in each folder, `done_folder` left out (it has UIDs of its own). Raises Trouble."""
        with sorted_troubles():
            held = []
            for name in self._mailbox.every_folder:
                answer = self._client.select_folder(name, readonly=True)
                uids = tuple(sorted(self._client.search(["ALL"])))
                held.append(FolderContents(name, int(answer.get(b"UIDVALIDITY", 0)), uids, self._said(uids)))
            return held

    def _said(self, uids: Sequence[int]) -> dict[int, tuple[int, datetime | None]]:
        found: dict[int, tuple[int, datetime | None]] = {}
        for start in range(0, len(uids), LISTED):
            answers = self._client.fetch(uids[start : start + LISTED], ["RFC822.SIZE", "INTERNALDATE"])
            found.update({uid: (int(one.get(b"RFC822.SIZE") or 0), _arrived(one)) for uid, one in answers.items()})
        return found

    def raws(self, folder: str, uids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """The octets of these mails one by one; one that does not come is left out. Raises Trouble."""
        with sorted_troubles():
            self._client.select_folder(folder, readonly=True)
            for uid in uids:
                raw = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
                if isinstance(raw, bytes):
                    yield uid, raw

    def heads(self, folder: str, uids: Sequence[int]) -> tuple[MailHead, ...]:
        """Whom these mails are from and what they are called; one that has gone is left out. Raises Trouble."""
        with sorted_troubles():
            self._client.select_folder(folder, readonly=True)
            found: dict[int, dict[bytes, Any]] = {}
            for start in range(0, len(uids), BATCH):
                found.update(self._client.fetch(uids[start : start + BATCH], ["ENVELOPE", "INTERNALDATE"]))
            return tuple(_head(uid, found[uid]) for uid in uids if uid in found)


@contextlib.contextmanager
def looking(mailbox: Mailbox) -> Iterator[FolderLook]:
    """Log in to look around. Raises Trouble, MailgateError."""
    client, _ = connect(mailbox)
    try:
        yield FolderLook(client, mailbox)
    finally:
        close(client)


def _head(uid: int, answer: dict[bytes, Any]) -> MailHead:
    when, envelope = _arrived(answer), answer.get(b"ENVELOPE")
    if not isinstance(envelope, Envelope):
        return MailHead(uid, when)
    sender = ", ".join(
        f"{(one.mailbox or b'').decode('utf-8', 'replace')}@{(one.host or b'').decode('utf-8', 'replace')}"
        for one in envelope.from_ or ()
    )
    return MailHead(uid, when, sender, _decoded(envelope.subject or b""))


def _arrived(answer: dict[bytes, Any]) -> datetime | None:
    arrived = answer.get(b"INTERNALDATE")
    return arrived.astimezone(UTC) if isinstance(arrived, datetime) else None


def _decoded(subject: bytes) -> str:
    text = subject.decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):
        return text


__all__ = ["FolderContents", "FolderLook", "MailHead", "MailboxTrouble", "looking", "try_mailbox"]
