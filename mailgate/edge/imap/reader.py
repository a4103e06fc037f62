"""Reads mailboxes over IMAP, each in a thread of its own, and hands each mail to `receive` before it is moved."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from imapclient import IMAPClient

from mailgate.edge.imap.box import AccessToken, Cursors, Mailbox, MailboxTrouble, ReaderReport, ReaderState
from mailgate.edge.imap.connect import close, connect, sorted_troubles
from mailgate.edge.imap.folder import Folder, Receive, Unfetchable
from mailgate.edge.imap.idle import RENEW, told_since_select, wait_for_news
from mailgate.edge.imap.junk import JunkMoves
from mailgate.errors import MailgateError, ShortOfMemory

log = logging.getLogger(__name__)

_MAX_LOGINS: Final = 5
_SOON: Final = 0.5  # seconds until a folder is looked at again that changed while we looked
_AT_ONCE: Final = 1.0  # seconds of waiting below which something called us
_IN_VAIN: Final = 3  # times it may call us for nothing before we take our time
_WITHOUT_IDLE: Final = 60.0  # seconds between two looks where IDLE does not work
_IDLE_AGAIN: Final = 3600.0  # paces until it is tried again
_WORKED: Final = 30.0  # seconds after which an IDLE that broke off did work


@dataclass(frozen=True, slots=True)
class RetryPace:
    """How patient a reader is, in seconds."""

    first: float = 1.0  # after the first failure; doubles
    longest: float = 300.0
    pause: float = 3600.0  # after five refused logins: more of them would lock the account


class MailboxReader:
    """One mailbox: connect, take what is there, wait for news; after trouble wait a little longer each time."""

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        receive: Receive,
        cursors: Cursors,
        report: Callable[[str, ReaderReport], None],
        unfetchable: Unfetchable,
        junk: JunkMoves | None = None,
        pace: RetryPace = RetryPace(),
    ) -> None:
        self.mailbox = mailbox
        self._receive = receive
        self._cursors = cursors
        self._report = report
        self._unfetchable = unfetchable
        self._junk = junk
        self._pace = pace
        self._stop = threading.Event()
        self._folders: list[Folder] = []
        self._delay = 0.0
        self._refused = 0
        self._secret: object = None
        self._client: IMAPClient | None = None
        self._came = 0  # mails committed, as last seen
        self._in_vain = 0  # times that waiting ended at once and nothing had come
        self._idle_failed = 0  # times in a row
        self._idle_again = 0.0  # when IDLE is tried again (monotonic seconds)
        self._thread = threading.Thread(target=self._run, name=f"imap-{mailbox.name}", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end after the batch in hand; see `join`."""
        self._stop.set()

    def join(self, seconds: float) -> bool:
        """Wait for the thread; False when it is still busy."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def abort(self) -> None:
        """Break the connection under a server that does not answer; the next start does again what was being done."""
        client = self._client
        if client is not None:
            close(client)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._turn()
            except MemoryError:  # not even the report of it could be made
                self._stop.wait(self._pace.first)

    def _turn(self) -> None:
        """One connection, and the wait after it."""
        try:
            self._session()
        except MailboxTrouble as trouble:
            self._after(trouble.kind, str(trouble))
        except (ShortOfMemory, MemoryError):
            self._after("memory", str(ShortOfMemory()))
        except MailgateError as error:
            self._after("store", str(error))
        except Exception as error:
            log.exception("mailbox reader failed", extra={"mailbox": self.mailbox.name})
            self._after("store", type(error).__name__)

    def _after(self, kind: str, text: str) -> None:
        """Report the trouble and wait: 1 s, doubling to 5 minutes, with jitter lest mailboxes march in step.

        A connection that breaks after it brought mail is no failure that makes us wait longer each time.
        """
        if self._some_came():
            self._delay = 0.0
        self._refused = self._refused + 1 if kind == "login" else 0
        paused = self._refused >= _MAX_LOGINS
        self._delay = min(self._pace.longest, self._delay * 2 or self._pace.first)
        wait = self._pace.pause if paused else self._delay * random.uniform(0.8, 1.2)  # noqa: S311
        log.warning("mailbox failed", extra={"mailbox": self.mailbox.name, "kind": kind, "error": text})
        self._tell(ReaderState.PAUSED if paused else ReaderState.FAILING, kind, text)
        self._stop.wait(wait)

    def _some_came(self) -> bool:
        """Has mail been committed since we asked last?"""
        before, self._came = self._came, sum(folder.came for folder in self._folders)
        return self._came > before

    def _tell(self, state: ReaderState, kind: str = "", error: str = "", *, success: bool = True) -> None:
        expires = self._secret.expires if isinstance(self._secret, AccessToken) else None
        backlog = sum(folder.backlog for folder in self._folders)
        self._report(self.mailbox.name, ReaderReport(state, kind, error, backlog, expires, success))

    def _session(self) -> None:
        client, self._secret = connect(self.mailbox)
        self._client = client
        try:
            with sorted_troubles():
                if not self._folders:
                    self._folders = [
                        Folder(self.mailbox, name, self._cursors, self._receive, self._unfetchable, self._pace.first)
                        for name in self.mailbox.every_folder
                    ]
                for folder in self._folders:
                    folder.forget_connection()
                while not self._stop.is_set():
                    self._take_all(client)
                    if self._junk is not None and not self._stop.is_set():
                        self._junk.carry_out(client, self._stop.is_set)
                    if self._stop.is_set():
                        break
                    self._refused, self._delay = 0, 0.0
                    self._tell_how_it_went()
                    began, came = time.monotonic(), self._some_came()
                    self._wait(client)
                    self._take_our_time(came, time.monotonic() - began)
                with contextlib.suppress(Exception):
                    client.logout()
        finally:
            self._client = None
            close(client)

    def _tell_how_it_went(self) -> None:
        complaints = "; ".join(folder.complaint for folder in self._folders if folder.complaint)
        if complaints:
            log.warning("mailbox failed", extra={"mailbox": self.mailbox.name, "kind": "folder", "error": complaints})
            self._tell(ReaderState.FAILING, "folder", complaints)
        elif time.monotonic() < self._idle_again:
            self._tell(ReaderState.IDLE, "idle", "IDLE does not work there: looking for new mail at intervals")
        else:
            self._tell(ReaderState.IDLE)

    def _take_all(self, client: IMAPClient) -> None:
        """Batch by batch through all folders in turn, so that a large one does not keep the others waiting."""
        for folder in self._folders:
            folder.begin_pass()
        busy = list(self._folders)
        while busy and not self._stop.is_set():
            for folder in list(busy):
                if folder.open(client) and self._take_some(client, folder) and not folder.restless:
                    continue
                busy.remove(folder)
        for folder in self._folders:
            folder.end_pass()

    def _take_some(self, client: IMAPClient, folder: Folder) -> bool:
        """A batch, or all of a folder that would give its mails other UIDs when opened again; False: nothing left."""
        uids = folder.pending(client)
        while uids and not self._stop.is_set():
            before = folder.came
            self._tell(ReaderState.READING, success=False)
            folder.take(client, uids)
            if folder.came > before:
                self._tell(ReaderState.READING)
            if not folder.restless:
                return True
            uids = folder.pending(client)
        folder.move(client)
        return False

    def _wait(self, client: IMAPClient) -> None:
        """Until there is news, a mail that failed is due, or the time to poll has come."""
        if any(folder.restless for folder in self._folders):
            self._stop.wait(self._pace.longest)
            return
        seconds = min(self.mailbox.poll, RENEW)
        due = [folder.next_try for folder in self._folders if folder.next_try is not None]
        if due:
            seconds = max(0.0, min(seconds, min(due) - time.monotonic()))
        first = self._folders[0]
        if not self.mailbox.idle or not client.has_capability("IDLE"):
            self._stop.wait(seconds)
        elif time.monotonic() < self._idle_again:
            self._stop.wait(min(seconds, _WITHOUT_IDLE))
        elif not first.open(client):
            self._stop.wait(seconds)
        elif not first.pending(client):
            self._idle(client, min(seconds, _SOON) if told_since_select(client) else seconds)

    def _idle(self, client: IMAPClient, seconds: float) -> None:
        """Wait by IDLE; a server on which it fails twice in a row is asked at intervals, and tried again in an hour."""
        began, worked = time.monotonic(), False
        try:
            worked = wait_for_news(client, seconds, self._stop)
        finally:
            self._idle_failed = 0 if worked or time.monotonic() - began >= _WORKED else self._idle_failed + 1
            if self._idle_failed >= 2:
                self._idle_failed = 1
                self._idle_again = time.monotonic() + _IDLE_AGAIN * self._pace.first
                log.warning("idle does not work", extra={"mailbox": self.mailbox.name})

    def _take_our_time(self, came: bool, waited: float) -> None:
        """A server that calls us again and again for nothing is listened to less and less."""
        called = waited < min(_AT_ONCE, 0.9 * self.mailbox.poll)
        self._in_vain = self._in_vain + 1 if called and not came else 0
        if self._in_vain > _IN_VAIN:
            self._stop.wait(min(self._pace.longest, self._pace.first * 2.0 ** min(self._in_vain - _IN_VAIN - 1, 30)))


class Mailboxes:
    """All readers together."""

    def __init__(self, readers: Iterable[MailboxReader]) -> None:
        self.readers = tuple(readers)

    def start(self) -> None:
        """Start every reader."""
        for reader in self.readers:
            reader.start()

    def stop(self, grace: float = 6.0, after: float = 2.0) -> bool:
        """Stop all of them: after `grace` seconds their connections are broken.

        False when one was still busy `after` seconds later: its thread ends with the process.
        """
        for reader in self.readers:
            reader.stop()
        self._join(grace)
        for reader in self.readers:
            reader.abort()
        return self._join(after)

    def _join(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        return all(reader.join(max(0.0, end - time.monotonic())) for reader in self.readers)


__all__ = ["Cursors", "Mailbox", "MailboxReader", "Mailboxes", "ReaderReport", "ReaderState", "RetryPace"]
