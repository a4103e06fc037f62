"""What the IMAP readers are told of a mailbox, what they remember, and what they report."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from mailgate.store.base import Cursor


@dataclass(frozen=True, slots=True)
class Password:
    """A password; its text is never shown."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token and when it ends (aware UTC), when that is known."""

    text: str = field(repr=False)
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox to read; times in seconds, sizes in octets. Raises ValueError for control characters in folder names.

    `credentials` is asked before every login, in the mailbox's own thread; it may raise Temporary or Permanent.
    """

    name: str
    address: str  # the department's: stands for the envelope recipient
    host: str
    user: str
    credentials: Callable[[], Password | AccessToken]
    port: int = 993
    tls: Literal["tls", "starttls", "none"] = "tls"
    folders: tuple[str, ...] = ("INBOX",)
    junk: str = ""
    sent_folder: str = ""
    done_folder: str = ""  # "": mail stays where it is
    moves: Callable[[], bool] = lambda: True  # False while we only watch; asked each time
    since: datetime | None = None  # older mail is history; None: mail that was there before the first connection is
    idle: bool = True
    poll: float = 300.0
    ssl_context: ssl.SSLContext | None = None  # None: the system's authorities
    timeout: float = 60.0
    max_size: int = 104_857_600

    def __post_init__(self) -> None:
        for folder in (*self.every_folder, self.done_folder):
            if any(ord(letter) < 32 or ord(letter) == 127 for letter in folder):
                raise ValueError(f"folder name with a control character: {folder!r}")

    @property
    def every_folder(self) -> tuple[str, ...]:
        """All folders to read, each once, the one to IDLE in first."""
        wanted = (*self.folders, self.junk, self.sent_folder)
        return tuple(dict.fromkeys(folder for folder in wanted if folder))


class Cursors(Protocol):
    """The readers' memory. Called from the mailboxes' threads."""

    def get(self, mailbox: str, folder: str) -> Cursor | None:
        """Everything up to this UID is accounted for; None when the folder was never read."""
        ...

    def set(self, mailbox: str, folder: str, cursor: Cursor) -> None:
        """Remember it; returns once it is safe."""
        ...

    def first_seen(self, mailbox: str) -> datetime:
        """When this mailbox was connected for the first time: the first call remembers its own time (aware UTC)."""
        ...


class ReaderState(StrEnum):
    """What a reader is doing."""

    READING = "reading"  # connected; `backlog` mails are still to be taken
    IDLE = "idle"  # everything is taken; waiting for news
    FAILING = "failing"  # something is wrong; it will be tried again
    PAUSED = "paused"  # logins were refused too often: somebody must look


@dataclass(frozen=True, slots=True)
class ReaderReport:
    """What a reader tells about itself; IDLE is a success, and READING when mail has come."""

    state: ReaderState
    kind: str = ""  # of the trouble: login, certificate, network, busy, quota, protocol, folder, memory, store
    error: str = ""  # one line for the admin, without secrets
    backlog: int = 0
    token_expires: datetime | None = None
    success: bool = True  # False: READING, and nothing has come since the last report


class MailboxTrouble(Exception):
    """Something went wrong with a mailbox; `kind` as in `ReaderReport`."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        super().__init__(text)
