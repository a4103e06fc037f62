"""Compares what the IMAP folders hold with what was accepted, and names every mail that nobody took."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from mailgate.config.tree import Config, ImapBox
from mailgate.core.model.mail_rows import TakenMail
from mailgate.errors import MailgateError
from mailgate.store.base import Cursor, Read, Store
from mailgate.wire.mime.content_digest import raw_digest


class Held(Protocol):
    """What one folder holds now."""

    @property
    def folder(self) -> str:
        """Its name."""
        ...

    @property
    def uidvalidity(self) -> int:
        """RFC 9051 section 2.3.1.1."""
        ...

    @property
    def uids(self) -> tuple[int, ...]:
        """Its mails."""
        ...

    @property
    def said(self) -> Mapping[int, tuple[int, datetime | None]]:
        """What the server says of each: octets, INTERNALDATE."""
        ...


class Head(Protocol):
    """Enough of a mail for a person to find it; the server's words, not to be believed nor shown uncleaned."""

    @property
    def uid(self) -> int:
        """Its UID."""
        ...

    @property
    def arrived(self) -> datetime | None:
        """INTERNALDATE, aware."""
        ...

    @property
    def sender(self) -> str:
        """From."""
        ...

    @property
    def subject(self) -> str:
        """Subject, decoded."""
        ...


class FolderLook(Protocol):
    """A connection that only looks. Its calls raise MailgateError."""

    def inventory(self) -> Sequence[Held]:
        """The UIDs in each folder."""
        ...

    def heads(self, folder: str, uids: Sequence[int]) -> Sequence[Head]:
        """Whom these mails are from and what they are called."""
        ...

    def raws(self, folder: str, uids: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """The octets of these mails, one by one."""
        ...


Looking = Callable[[ImapBox], AbstractContextManager[FolderLook]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One folder of one mailbox against the store; every mail it holds is in exactly one of the four counts."""

    mailbox: str
    folder: str = ""
    accepted: int = 0  # in the `mail` table: its fate is counted there
    set_aside: tuple[int, ...] = ()  # UIDs we were not given; the admin was told
    waiting: int = 0  # beyond the cursor: not read yet
    missing: tuple[Head, ...] = ()  # the cursor has passed them and nobody took them
    problem: str = ""  # why the mailbox could not be looked at

    @property
    def held(self) -> int:
        """How many mails the folder holds."""
        return self.accepted + len(self.set_aside) + self.waiting + len(self.missing)


def compare(config: Config, store: Store, looking: Looking) -> Iterator[Compared]:
    """Every folder of every mailbox in turn; a mailbox that cannot be looked at is one row with its problem.

    `done_folder` is left out: mail has UIDs of its own there, and only mail that was accepted is moved.
    """
    for box in config.imap:
        try:
            yield from _mailbox(box, store, looking)
        except MailgateError as error:
            yield Compared(box.name, problem=str(error))


def _mailbox(box: ImapBox, store: Store, looking: Looking) -> Iterator[Compared]:
    with looking(box) as look:
        for held in look.inventory():
            # The store is asked after the server: a mail taken meanwhile is found, not missed.
            others = _others(box.name, held, store, look)
            one, lost = store.read(partial(sort_folder, mailbox=box.name, held=held, others=others))
            yield one if not lost else _named(one, look.heads(held.folder, lost))


def _named(one: Compared, heads: Sequence[Head]) -> Compared:
    return Compared(one.mailbox, one.folder, one.accepted, one.set_aside, one.waiting, tuple(heads))


def _others(mailbox: str, held: Held, store: Store, look: FolderLook) -> set[int]:
    """UIDs under which another mail was accepted: a folder that was laid back gave them away a second time.

    A mail of the same size that arrived in the same second is the same; of any other the octets are asked for.
    """
    known = store.read(lambda read: read.mail.taken(mailbox, held.folder, held.uidvalidity))
    doubtful = [uid for uid in held.uids if uid in known and held.said.get(uid) != _said(known[uid])]
    if not doubtful:
        return set()
    return {uid for uid, raw in look.raws(held.folder, doubtful) if raw_digest(raw) != known[uid].raw_digest}


def _said(row: TakenMail) -> tuple[int, datetime]:
    return row.size, row.arrived_at


def sort_folder(read: Read, mailbox: str, held: Held, others: Collection[int] = ()) -> tuple[Compared, tuple[int, ...]]:
    """What became of each mail in a folder, and the UIDs of those nobody took; `others` are not the mails we know."""
    cursor = read.settings.cursor(mailbox, held.folder) or Cursor(held.uidvalidity, 0)
    passed = cursor.uid if cursor.uidvalidity == held.uidvalidity else 0  # rebuilt: all of it is read again
    accepted = read.mail.taken(mailbox, held.folder, held.uidvalidity).keys() - set(others)
    aside = {
        row.uid
        for row in read.settings.set_aside(mailbox)
        if (row.folder, row.uidvalidity) == (held.folder, held.uidvalidity)
    }
    left = [uid for uid in held.uids if uid not in accepted and uid not in aside]
    lost = tuple(uid for uid in left if uid <= passed)
    named = tuple(uid for uid in held.uids if uid in aside and uid not in accepted)
    taken = len(held.uids) - len(left) - len(named)
    return Compared(mailbox, held.folder, taken, named, len(left) - len(lost)), lost
