"""Reads one IMAP folder: oldest first, each mail committed before it is moved or passed over."""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailgate.core.model.mail import Envelope, Source
from mailgate.edge.imap.box import Cursors, Mailbox, MailboxTrouble
from mailgate.edge.imap.talk import IMPOSSIBLE, TooLong, fetch, search
from mailgate.edge.imap.uids import Failures, UidSet
from mailgate.errors import ShortOfMemory, Temporary
from mailgate.store.base import Cursor, Kept

log = logging.getLogger(__name__)

BATCH: Final = 50
RESTLESS: Final = 3  # times a folder may give its UIDs anew in one pass
LOOK_BEHIND: Final = 60.0  # paces between two looks at what lies before the cursor
_AHEAD: Final = 32  # commits under way at once
_AHEAD_OCTETS: Final = 16_777_216
_LISTED: Final = 5_000  # mails of a backlog that are remembered at once
_SUBSTITUTE: Final = b"Retrieval using the IMAP4 protocol failed"
_RETURN_PATH: Final = re.compile(rb"(?i)^return-path:[ \t]*<([\x21-\x3b\x3d\x3f-\x7e]*)>[ \t]*\r?$", re.MULTILINE)

Receive = Callable[[bytes, Envelope], "Future[Kept]"]
Unfetchable = Callable[[str, str, int, int, str, int], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """What a server says of a mail before it is fetched."""

    uid: int
    size: int
    arrived: datetime | None


class Folder:
    """One folder of one mailbox, over any number of connections; lives in the mailbox's thread.

    `unfetchable(mailbox, folder, uidvalidity, uid, reason, size)` is told of a mail that is given up; it stays on the
    server.
    """

    def __init__(
        self, mailbox: Mailbox, name: str, cursors: Cursors, receive: Receive, unfetchable: Unfetchable, pace: float
    ) -> None:
        self.mailbox = mailbox
        self.name = name
        self.backlog = 0
        self._cursors = cursors
        self._receive = receive
        self._unfetchable = unfetchable
        self._pace = pace
        self._since = mailbox.since or cursors.first_seen(mailbox.name)
        self.complaint = ""  # what the server refused in this pass
        self._place = Cursor(0, 0)
        self._queue: list[int] = []
        self._unmoved: set[int] = set()  # committed, still to be moved
        self._done_folder_checked = False
        self._copied: set[int] = set()  # of these, lying in `done_folder` already
        self._done: set[int] = set()  # accounted for, beyond the cursor
        self._failures = Failures(pace)
        self._following = 0  # UIDNEXT as last told
        self._exists = self._existed = 0  # mails in the folder now, and when nothing new was in it
        self._known: UidSet | None = None  # accounted for, before the cursor
        self._look_behind_at = 0.0
        self._anew = 0  # how often it gave its UIDs anew in this pass
        self.came = 0  # mails committed

    def forget_connection(self) -> None:
        """A new connection: what was listed on the old one is asked again."""
        self._queue = []
        self._done_folder_checked = False
        self._failures.begin()

    def begin_pass(self) -> None:
        """Everything is looked at once more."""
        self.complaint = ""
        self._anew = 0

    def end_pass(self) -> None:
        """Everything has been looked at: what fails again and again is said."""
        stuck = self._failures.complaint
        if stuck and not self.complaint:
            self.complaint = f"folder {self.name!r}: {stuck}"

    @property
    def restless(self) -> bool:
        """Its UIDs are never the same: whoever asks again reads all of it again."""
        return self._anew >= RESTLESS

    def open(self, client: IMAPClient) -> bool:
        """Select the folder and find the place in it; False, and a `complaint`, when the server does not let us."""
        try:
            answer = client.select_folder(self.name, readonly=not self._moves)
        except IMAPClientError as error:
            self._complain(f"folder {self.name!r} cannot be opened", error)
            return False
        self._exists = int(answer.get(b"EXISTS", 0))
        validity = int(answer.get(b"UIDVALIDITY", 0))
        if self._place.uidvalidity != validity:
            self._find_place(validity)
        following, before = int(answer.get(b"UIDNEXT", 0)), self._following
        self._following = following
        # It only ever grows (RFC 9051 section 2.3.1.1). One that is always too low says nothing.
        if 0 < following <= self._place.uid and not 0 < before <= following:
            log.warning("imap folder gives its UIDs anew, reading all of it again", extra=self._where())
            self._anew += 1
            self._start_at(Cursor(validity, 0))
            self._cursors.set(self.mailbox.name, self.name, self._place)
        if self.restless:
            self.complaint = f"folder {self.name!r} gives its mails other UIDs each time it is opened"
        return True

    def _find_place(self, validity: int) -> None:
        remembered = self._cursors.get(self.mailbox.name, self.name)
        if remembered is not None and remembered.uidvalidity != validity:
            log.warning("imap folder has a new UIDVALIDITY, reading all of it again", extra=self._where())
            remembered = None
            self._following = 0
            self._anew += 1
        self._start_at(remembered or Cursor(validity, 0))

    def _start_at(self, place: Cursor) -> None:
        self._place = place
        self._queue = []
        self._done.clear()
        self._unmoved.clear()
        self._copied.clear()
        self._failures.clear()
        self._known = None

    def _where(self, uid: int = 0) -> dict[str, object]:
        place: dict[str, object] = {"mailbox": self.mailbox.name, "folder": self.name}
        return place | {"uid": uid} if uid else place

    def _complain(self, what: str, error: Exception) -> None:
        """Note what the server refused; an aborted connection is not a refusal and goes on up."""
        if isinstance(error, IMAPClientAbortError):
            raise error
        self.complaint = f"{what}: {error}"[:300]

    @property
    def _moves(self) -> bool:
        """Sent mail and junk stay where they are."""
        return bool(self.mailbox.done_folder) and self.name in self.mailbox.folders and self.mailbox.moves()

    def pending(self, client: IMAPClient) -> list[int]:
        """The UIDs to take next, oldest first, at most BATCH, in the selected folder."""
        if not self._queue:
            # `n:*` names the last mail in any case, so what is behind us is taken out again.
            found = search(client, self._place.uid + 1)
            gone = {uid for uid in self._failures if uid > self._place.uid} - found
            if gone:
                self._no_longer_there(gone)
                self._remember([])
            fresh = found - self._done
            if not fresh:
                fresh = self._behind(client)
            fresh |= {uid for uid in self._failures if uid <= self._place.uid}
            self.backlog = len(fresh)
            self._queue = sorted(fresh - self._failures.waiting())[:_LISTED]
        return self._queue[:BATCH]

    def _behind(self, client: IMAPClient) -> set[int]:
        """Mails that came under UIDs the cursor has passed, which no honest server does (RFC 9051 section 2.3.1.1).

        They are looked for when the folder holds more mails than before and none of them is new.
        """
        more, self._existed = self._exists > self._existed, self._exists
        if self._known is None:  # what lies there already was there before we looked: `audit` judges of that
            self._known = UidSet(search(client, 1, self._place.uid) if self._place.uid else ())
        elif more and self._place.uid and time.monotonic() >= self._look_behind_at:
            self._look_behind_at = time.monotonic() + self._pace * LOOK_BEHIND
            found = {uid for uid in search(client, 1, self._place.uid) if uid not in self._known}
            if found:
                log.warning("imap folder has new mail under old UIDs", extra=self._where(min(found)))
            return found
        return set()

    @property
    def next_try(self) -> float | None:
        """When the next mail that failed is due (monotonic seconds)."""
        return self._failures.next_try

    def take(self, client: IMAPClient, uids: list[int]) -> None:
        """Take these mails: list, fetch, commit, then move and remember. Raises Temporary, and what imapclient raises.

        One that cannot be kept now waits on the server, and holds up no other unless none can be kept.
        Whatever breaks off, the cursor has not passed a mail that is not committed; a mail taken again is recognised by
        the store.
        """
        self._queue = self._queue[len(uids) :]
        taken: list[int] = []
        waiting: deque[tuple[int, int, Future[Kept]]] = deque()
        refused: list[Temporary] = []
        try:
            for listed in self._list(client, uids):
                for raw in self._fetch(client, listed):
                    waiting.append((listed.uid, len(raw), self._receive(raw, self._envelope(listed, raw))))
                while len(waiting) > _AHEAD or sum(size for _, size, _ in waiting) > _AHEAD_OCTETS:
                    self._collect(waiting, taken, refused)
        finally:
            while waiting:
                self._collect(waiting, taken, refused)
            self.backlog = max(0, self.backlog - len(taken))
            self._done.update(taken)
            if self._moves:
                self._unmoved.update(taken)
            else:
                self._remember(uids)
        if self._moves:
            self.move(client)
            self._remember(uids)

    def _collect(
        self, waiting: deque[tuple[int, int, Future[Kept]]], taken: list[int], refused: list[Temporary]
    ) -> None:
        """Wait for the first of them. Raises Temporary when several could not be kept, and none was."""
        uid, _, kept = waiting.popleft()
        try:
            kept.result()
        except Temporary as error:
            log.warning("imap mail could not be kept", extra=self._where(uid) | {"why": str(error)})
            self._failures.put_off(uid, str(error))
            refused.append(error)
            if not taken and len(refused) > 1:
                raise
            return
        self._failures.came(uid)
        self.came += 1
        taken.append(uid)

    def _list(self, client: IMAPClient, uids: list[int]) -> list[Listed]:
        """Size and date of each mail that is there; sets aside what is too large, forgets what has gone."""
        answers: dict[int, dict[bytes, Any]] = {}
        for answer in fetch(client, uids, "(RFC822.SIZE INTERNALDATE)"):
            known = answers.setdefault(answer[b"UID"], answer)
            sizes = [size for size in (known.get(b"RFC822.SIZE"), answer.get(b"RFC822.SIZE")) if isinstance(size, int)]
            known.update(answer)
            if sizes:
                known[b"RFC822.SIZE"] = max(sizes)  # two mails under one UID
        listed = []
        for uid in uids:
            size = answers.get(uid, {}).get(b"RFC822.SIZE")
            if not isinstance(size, int):
                self._missing(client, uid, "the server lists it without a size")
            elif size > self.mailbox.max_size:
                self._give_up(uid, "too_large", size)
            else:
                listed.append(Listed(uid, size, _utc(answers[uid].get(b"INTERNALDATE"))))
        return listed

    def _fetch(self, client: IMAPClient, listed: Listed) -> list[bytes]:
        """The mail's octets; none when it did not come, which is never taken for done (threats F9).

        Two under one UID, which no honest server has, are two mails.
        """
        uid, most = listed.uid, self.mailbox.max_size + self.mailbox.max_size // 4 + 65_536  # sizes told are not exact
        try:
            answers = fetch(client, [uid], "(BODY.PEEK[])", most)
        except MemoryError as error:
            raise ShortOfMemory from error
        except TooLong:
            self._failed(uid, IMPOSSIBLE, answered=False)
            raise
        except IMAPClientAbortError:
            self._failed(uid, "the connection broke while it was fetched", answered=False)
            raise
        except IMAPClientError as error:
            self._failed(uid, f"refused: {error}"[:200], answered=False)
            raise
        except Exception:
            self._failed(uid, "the connection broke while it was fetched", answered=False)
            raise
        found = [answer.get(b"BODY[]") for answer in answers]
        raws = list(dict.fromkeys(raw for raw in found if isinstance(raw, bytes) and (raw or not listed.size)))
        if not raws:
            self._missing(client, uid, "the server sends no text")
        elif any(
            len(raw) < 8192 and _SUBSTITUTE in raw and b"\nreceived:" not in (b"\n" + raw).lower() for raw in raws
        ):
            self._failed(uid, "the server sends a substitute: retrieval failed", answered=True)
            return []
        return raws

    def _missing(self, client: IMAPClient, uid: int, why: str) -> None:
        """Nothing came for this UID: somebody expunged it, which is fine, or the server cannot deliver it."""
        if search(client, uid, uid):
            self._failed(uid, why, answered=True)
        else:
            self._no_longer_there({uid})

    def _no_longer_there(self, uids: set[int]) -> None:
        for uid in sorted(uids):
            log.info("imap mail is no longer in its folder", extra=self._where(uid))
        self._failures.forget(uids)
        self._done |= uids

    def _failed(self, uid: int, why: str, *, answered: bool) -> None:
        tries = self._failures.failed(uid, why, answered=answered)
        if not tries:
            self._give_up(uid, why, 0)
            return
        log.warning("imap mail could not be fetched", extra=self._where(uid) | {"tries": tries, "why": why})
        if self._failures.everything_fails:
            raise MailboxTrouble("protocol", f"the server lists mail and hands none over: {why}")

    def _give_up(self, uid: int, why: str, size: int) -> None:
        self._unfetchable(self.mailbox.name, self.name, self._place.uidvalidity, uid, why, size)
        self._failures.forget({uid})
        self._done.add(uid)

    def _envelope(self, listed: Listed, raw: bytes) -> Envelope:
        end = raw.find(b"\n\r\n", 0, 65_536)
        sender = _RETURN_PATH.search(raw, 0, end if end >= 0 else min(len(raw), 65_536))
        return Envelope(
            sender=sender[1].decode("ascii") if sender else "",
            recipients=(self.mailbox.address,),
            source=Source.IMAP,
            mailbox=self.mailbox.name,
            folder=self.name,
            uid=listed.uid,
            uidvalidity=self._place.uidvalidity,
            arrived_at=listed.arrived,
            history=listed.arrived is not None and listed.arrived < self._since,
            junk=self.name == self.mailbox.junk,
            sent=self.name == self.mailbox.sent_folder,
        )

    def move(self, client: IMAPClient) -> None:
        """Put what is committed into `done_folder`, made when missing; a refusal is a `complaint`, and tried again.

        Until a mail is moved the cursor stays before it: after a restart it is fetched, recognised and moved.
        """
        if not self._unmoved or not self._moves:
            return
        try:
            if not self._done_folder_checked:
                ensure_folder(client, self.mailbox.done_folder)
                self._done_folder_checked = True
            uids = sorted(self._unmoved)
            for at in range(0, len(uids), BATCH):  # a line of commands has its limit too
                self._move(client, uids[at : at + BATCH])
        except IMAPClientError as error:
            self._complain(f"mail cannot be moved to {self.mailbox.done_folder!r}", error)
        self._remember([])

    def _move(self, client: IMAPClient, uids: list[int]) -> None:
        if client.has_capability("MOVE"):
            client.move(uids, self.mailbox.done_folder)
        else:
            fresh = [uid for uid in uids if uid not in self._copied]  # a second try makes no second copy
            if fresh:
                client.copy(fresh, self.mailbox.done_folder)
                self._copied.update(fresh)
            client.delete_messages(uids, silent=True)
            if client.has_capability("UIDPLUS"):
                client.uid_expunge(uids)
        self._unmoved.difference_update(uids)
        self._copied.difference_update(uids)

    def _remember(self, through: list[int]) -> None:
        """Move the cursor up to the first mail that is not accounted for."""
        unfinished = [uid for uid in through if uid not in self._done] + [*self._failures, *self._unmoved]
        last = min(unfinished) - 1 if unfinished else max(self._done, default=0)
        if last > self._place.uid:
            self._place = Cursor(self._place.uidvalidity, last)
            self._cursors.set(self.mailbox.name, self.name, self._place)
        passed = {uid for uid in self._done if uid <= self._place.uid}
        if self._known is not None:
            self._known.add(passed - self._unmoved)
        self._done -= passed


def ensure_folder(client: IMAPClient, name: str) -> None:
    """Make a folder when it is missing. Raises IMAPClientError when the server does not let us."""
    if not client.folder_exists(name):
        client.create_folder(name)
        client.subscribe_folder(name)


def _utc(when: object) -> datetime | None:
    if not isinstance(when, datetime) or when.tzinfo is None:
        return None
    return when.astimezone(UTC)
