"""Puts letters into a Maildir folder instead of sending them: for trying out, and for other programs to carry on."""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from mailgate import newfile
from mailgate.core.channels.whereabouts import is_chat
from mailgate.errors import Permanent, RouteDown


class FolderTransport:
    """A Maildir (cr.yp.to/proto/maildir.html); each letter is a file in `new`, its envelope in the first two lines."""

    longest = 60.0  # seconds for one letter; a disk has no say in it beyond that

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = itertools.count()
        self._host = socket.gethostname().replace("/", "_").replace(":", "_")

    def send(
        self, sender: str, recipient: str, raw: bytes, *, utf8: bool = False, before: Callable[[], None] = lambda: None
    ) -> str:
        """Write the letter durably; returns the file's name. Raises Permanent or RouteDown like any transport.

        `before` is called before anything is written.
        """
        if is_chat(recipient):
            raise Permanent("no mail goes to a chat")
        if not recipient.isprintable() or not sender.isprintable() or "@" not in recipient:
            raise Permanent(f"not an address: {ascii(recipient)[:100]}")
        head = f"Return-Path: <{sender}>\nDelivered-To: {recipient}\n".encode()
        before()
        now = time.time_ns()
        name = f"{now // 10**9}.M{now % 10**9 // 1000}P{os.getpid()}Q{next(self._count)}R{id(self):x}.{self._host}"
        data = head + raw.replace(b"\r\n", b"\n")
        try:
            try:
                self._write(name, data)
            except FileNotFoundError:
                for part in ("tmp", "new", "cur"):
                    newfile.folder(self.folder / part)
                self._write(name, data)
        except OSError as error:
            raise RouteDown(f"{self.folder}: {error.strerror or error}") from None
        return name

    def close(self) -> None:
        """Nothing is kept open."""

    def abort(self) -> None:
        """A disk that hangs cannot be told to let go."""

    def _write(self, name: str, data: bytes) -> None:
        temporary = self.folder / "tmp" / name
        try:
            with os.fdopen(newfile.create(temporary), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(self.folder / "new" / name)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        newfile.sync(self.folder / "new")
