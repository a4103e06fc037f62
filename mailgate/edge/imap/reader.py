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
from mailgate.errors import MailgateError

log = logging.getLogger(__name__)

_MAX_LOGINS: Final = 5
_SOON: Final = 0.5  # seconds until a folder is looked at again that changed while we looked


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
        pace: RetryPace = RetryPace(),
    ) -> None:
        self.mailbox = mailbox
        self._receive = receive
        self._cursors = cursors
        self._report = report
        self._unfetchable = unfetchable
        self._pace = pace
        self._stop = threading.Event()
        self._folders: list[Folder] = []
        self._delay = 0.0
        self._refused = 0
        self._secret: object = None
        self._client: IMAPClient | None = None
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
                self._session()
            except MailboxTrouble as trouble:
                self._after(trouble.kind, str(trouble))
            except MailgateError as error:
                self._after("store", str(error))
            except Exception as error:
                log.exception("mailbox reader failed", extra={"mailbox": self.mailbox.name})
                self._after("store", type(error).__name__)

    def _after(self, kind: str, text: str) -> None:
        """Report the trouble and wait: 1 s, doubling to 5 minutes, with jitter lest mailboxes march in step."""
        self._refused = self._refused + 1 if kind == "login" else 0
        paused = self._refused >= _MAX_LOGINS
        self._delay = min(self._pace.longest, self._delay * 2 or self._pace.first)
        wait = self._pace.pause if paused else self._delay * random.uniform(0.8, 1.2)  # noqa: S311
        log.warning("mailbox failed", extra={"mailbox": self.mailbox.name, "kind": kind, "error": text})
        self._tell(ReaderState.PAUSED if paused else ReaderState.FAILING, kind, text)
        self._stop.wait(wait)

    def _tell(self, state: ReaderState, kind: str = "", error: str = "") -> None:
        expires = self._secret.expires if isinstance(self._secret, AccessToken) else None
        backlog = sum(folder.backlog for folder in self._folders)
        self._report(self.mailbox.name, ReaderReport(state, kind, error, backlog, expires))

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
                    if self._stop.is_set():
                        break
                    self._refused, self._delay = 0, 0.0
                    self._tell_how_it_went()
                    self._wait(client)
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
        else:
            self._tell(ReaderState.IDLE)

    def _take_all(self, client: IMAPClient) -> None:
        """Batch by batch through all folders in turn, so that a large one does not keep the others waiting."""
        for folder in self._folders:
            folder.complaint = ""
        busy = list(self._folders)
        while busy and not self._stop.is_set():
            for folder in list(busy):
                if folder.open(client):
                    uids = folder.pending(client)
                    if uids:
                        self._tell(ReaderState.READING)
                        folder.take(client, uids)
                        continue
                    folder.move(client)
                busy.remove(folder)

    def _wait(self, client: IMAPClient) -> None:
        """Until there is news, a mail that failed is due, or the time to poll has come."""
        seconds = min(self.mailbox.poll, RENEW)
        due = [folder.next_try for folder in self._folders if folder.next_try is not None]
        if due:
            seconds = max(0.0, min(seconds, min(due) - time.monotonic()))
        first = self._folders[0]
        if not self.mailbox.idle or not client.has_capability("IDLE") or not first.open(client):
            self._stop.wait(seconds)
        elif not first.pending(client):
            wait_for_news(client, min(seconds, _SOON) if told_since_select(client) else seconds, self._stop)


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
