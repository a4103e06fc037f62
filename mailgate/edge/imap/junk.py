"""Takes the originals of spam to the mailbox's junk folder, and what was none back to where it came from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailgate.edge.imap.box import Mailbox
from mailgate.edge.imap.talk import fetch, search
from mailgate.store.base import Original

log = logging.getLogger(__name__)

_SPECIAL: Final = b"\\junk"  # RFC 6154 section 2
_ROUNDS: Final = 50  # of twenty or so in one pass: then new mail is looked for again
_LOOKED_AT: Final = 5  # mails of one Message-ID and size that are compared


class Originals(Protocol):
    """What is to be moved, remembered elsewhere. Called from the mailbox's thread."""

    def due(self, mailbox: str) -> Sequence[Original]:
        """Those to be moved now, a few."""
        ...

    def same(self, raw: bytes, original: Original) -> bool:
        """True for the very bytes that were accepted."""
        ...

    def settle(self, mail: int) -> None:
        """It lies where it should, or nowhere any more."""
        ...

    def put_off(self, mail: int) -> bool:
        """It could not be moved; False when it was tried often enough."""
        ...


class JunkMoves:
    """The moves of one mailbox; lives in its thread."""

    def __init__(self, mailbox: Mailbox, originals: Originals) -> None:
        self._mailbox, self._originals = mailbox, originals

    def carry_out(self, client: IMAPClient, stopping: Callable[[], bool] = lambda: False) -> None:
        """Move what is due, each by itself; what fails is tried again later. Raises what an aborted connection raises.

        Nothing is done while we only watch. What is put back into a folder that is read comes once more under another
        UID: the store knows its bytes.
        """
        if not self._mailbox.moves():
            return
        due = self._originals.due(self._mailbox.name)
        junk = (self._mailbox.junk or _special_folder(client)) if due else ""
        rounds = 0
        while due and rounds < _ROUNDS and not stopping():
            self._move_all(client, due, junk)
            due, rounds = self._originals.due(self._mailbox.name), rounds + 1

    def _move_all(self, client: IMAPClient, due: Sequence[Original], junk: str) -> None:
        for one in due:
            where = {"mailbox": self._mailbox.name, "mail": one.mail}
            try:
                why = self._move(client, one, junk) if junk else "the mailbox has no junk folder"
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                if not self._originals.put_off(one.mail):
                    log.warning("original could not be moved", extra={**where, "why": str(error)[:300]})
                continue
            self._originals.settle(one.mail)
            log.info("original moved" if not why else "original not moved", extra={**where, "why": why})

    def _move(self, client: IMAPClient, one: Original, junk: str) -> str:
        """Move one mail; returns why it was not, "" when it was. A mail that has gone is nobody's trouble."""
        home = self._mailbox.done_folder or one.folder
        places = (one.folder, self._mailbox.done_folder) if one.to_junk else (junk,)
        target = junk if one.to_junk else home
        for folder in dict.fromkeys(place for place in places if place and place != target):
            if not client.folder_exists(folder):
                continue
            validity = int(client.select_folder(folder).get(b"UIDVALIDITY", 0))
            for uid in self._candidates(client, one, folder, validity):
                if not self._is_it(client, uid, one):
                    continue
                if not client.folder_exists(target):
                    return "its folder is gone"
                return _take(client, uid, target)
        return "it is no longer there"

    def _candidates(self, client: IMAPClient, one: Original, folder: str, validity: int) -> Iterator[int]:
        """Where it was taken from, while the UIDs are the same; else whatever has its Message-ID."""
        if folder == one.folder and validity == one.uidvalidity and one.uid and search(client, one.uid, one.uid):
            yield one.uid
        if one.message_id and one.message_id.isascii():
            yield from sorted(client.search(["HEADER", "Message-ID", one.message_id]))[-_LOOKED_AT:]

    def _is_it(self, client: IMAPClient, uid: int, one: Original) -> bool:
        """True for the very bytes that were accepted: another mail may have the UID or the Message-ID by now."""
        sizes = [answer.get(b"RFC822.SIZE") for answer in fetch(client, [uid], "(RFC822.SIZE)")]
        if sizes != [one.size]:
            return False
        raws = [answer.get(b"BODY[]") for answer in fetch(client, [uid], "(BODY.PEEK[])", one.size + 1024)]
        return any(isinstance(raw, bytes) and self._originals.same(raw, one) for raw in raws)


def _special_folder(client: IMAPClient) -> str:
    """The folder the server itself calls its junk folder; "" when it names none."""
    for flags, _, name in client.list_folders():
        if any(flag.lower() == _SPECIAL for flag in flags if isinstance(flag, bytes)):
            return str(name)
    return ""


def _take(client: IMAPClient, uid: int, target: str) -> str:
    """MOVE (RFC 6851), else a copy and this one mail expunged (RFC 4315): never others that are marked as deleted."""
    if client.has_capability("MOVE"):
        client.move([uid], target)
    elif client.has_capability("UIDPLUS"):
        client.copy([uid], target)
        client.delete_messages([uid], silent=True)
        client.uid_expunge([uid])
    else:
        return "the server has neither MOVE nor UIDPLUS"
    return ""
