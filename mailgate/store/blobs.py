"""Large raw mail in files: written whole under a name of its own, named by its digest only beside the row about it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from mailgate import crash, newfile
from mailgate.errors import OutOfSpace, Temporary
from mailgate.store.values import Incoming

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OURS = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{16}")
NO_NAMELESS = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL)  # no O_TMPFILE on this file system
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)  # a file system without a second name for a file


def blob_path(data: Path, digest: str) -> Path:
    """Where the bytes with this sha256 lie once a row speaks of them."""
    return data / "blobs" / digest[:2] / digest


def write(data: Path, raw: bytes) -> Incoming:
    """Write and fsync the bytes into `incoming/`, for `MailTx.keep`; nobody else knows the name.

    Safe from any thread. Raises OutOfSpace or Temporary; then nothing is left behind.
    """
    digest = hashlib.sha256(raw).hexdigest()
    path = data / "incoming" / f"{digest}.{secrets.token_hex(8)}"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = newfile.create(path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
    except OSError as problem:
        raise _told(problem) from problem
    crash.point("after-incoming")
    return Incoming(digest, len(raw), path)


def adopt(data: Path, most: int, name: str) -> tuple[Incoming, bytes]:
    """A file of at most `most` octets that another process of ours has written into `incoming/`, and its bytes.

    It speaks with strangers, so nothing it says is believed: the name is one of ours and no way out of the folder, the
    file is a plain one that has no other name, no larger than a mail, and the digest is made here. Raises Temporary.
    """
    path = data / "incoming" / name
    try:
        if not _OURS.fullmatch(name):
            raise Temporary("no file of ours")
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_uid != os.geteuid():
                raise Temporary("no file of ours")
            if found.st_size > most:
                raise Temporary("a file larger than any mail")
            raw = file.read(most)
    except OSError as problem:
        raise Temporary(f"cannot read a mail from disk: {problem.strerror}") from problem
    digest = hashlib.sha256(raw).hexdigest()
    if digest != name.partition(".")[0]:
        raise Temporary("another file than was written")
    return Incoming(digest, len(raw), path), raw


def reserve(data: Path, octets: int) -> None:
    """See whether so large a mail could be written now; nothing is left behind, whatever happens.

    A file without a name takes the room for a moment, in both folders. Raises OutOfSpace or Temporary.
    """
    try:
        for folder in (data / "incoming", data / "blobs"):
            folder.mkdir(mode=0o700, exist_ok=True)
            try:
                handle = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            except OSError as problem:
                if problem.errno in NO_NAMELESS:
                    continue
                raise
            try:
                os.posix_fallocate(handle, 0, max(1, octets))
            finally:
                os.close(handle)
    except OSError as problem:
        raise _told(problem) from problem


def link(data: Path, incoming: Incoming) -> None:
    """Name the bytes by their digest, on disk when this returns; run by the one writer, beside the row about them.

    The bytes that may lie there already stay when they are whole. The name in `incoming/` stays too: the transaction
    may be undone and run again. Raises OutOfSpace or Temporary.
    """
    path = blob_path(data, incoming.digest)
    try:
        newfile.folder(path.parent)
        if _size(path) != incoming.size:
            _name(incoming.path, path)
        for folder in (path.parent, path.parent.parent, data):  # who made them may have died before they were on disk
            newfile.sync(folder)
    except OSError as problem:
        raise _told(problem) from problem
    crash.point("after-link")


def _name(incoming: Path, path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()  # a damaged file gives way to a sound one
    try:
        os.link(incoming, path)
    except OSError as problem:
        if problem.errno == errno.EXDEV:
            _copy(incoming, path)
        elif problem.errno in NO_LINKS:
            incoming.replace(path)
        else:
            raise


def _copy(incoming: Path, path: Path) -> None:
    """Where `blobs/` is a disk of its own there are no two names for one file."""
    other = path.with_name(incoming.name)
    try:
        with os.fdopen(newfile.create(other), "wb") as file, incoming.open("rb") as source:
            shutil.copyfileobj(source, file, 2**20)
            file.flush()
            os.fsync(file.fileno())
        other.replace(path)
    except BaseException:
        with suppress(OSError):
            other.unlink()
        raise


def linked(incoming: Incoming) -> bool:
    """True when the bytes may have got their name: ask the writer before they go."""
    try:
        return incoming.path.stat().st_nlink > 1 or blob_path(incoming.path.parent.parent, incoming.digest).exists()
    except OSError:
        return True


def discard(incoming: Incoming) -> None:
    """The name in `incoming/` has done its work; what cannot be removed now is swept later."""
    crash.point("before-discard")
    with suppress(OSError):
        incoming.path.unlink(missing_ok=True)


def left_over(data: Path, before: datetime) -> list[str]:
    """Names of ours in `incoming/` last written before then: nobody is at work on them any more."""
    found = []
    with suppress(FileNotFoundError):
        for path in sorted((data / "incoming").iterdir()):
            with suppress(FileNotFoundError):
                if _OURS.fullmatch(path.name) and datetime.fromtimestamp(path.lstat().st_mtime, UTC) < before:
                    found.append(path.name)
    return found


def names_of(data: Path, digests: Collection[str]) -> list[str]:
    """Names in `incoming/` that bytes with these digests still have."""
    with suppress(FileNotFoundError):
        return [path.name for path in (data / "incoming").iterdir() if path.name.partition(".")[0] in digests]
    return []


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _told(problem: OSError) -> Temporary:
    if problem.errno in NO_ROOM:
        return OutOfSpace("no space for a mail")
    return Temporary(f"cannot write a mail to disk: {problem.strerror}")
