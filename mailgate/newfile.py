"""The one way a file or folder of ours is made: new, through no link that somebody laid, for the owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def create(path: Path) -> int:
    """A descriptor of a new file, mode 0600; a file or a link of that name is left alone. Raises OSError."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def append(path: Path) -> int:
    """A descriptor at the end of a file of ours, made with mode 0600 when it is missing. Raises OSError for a link."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def standing(path: Path) -> int:
    """A descriptor of a file of ours that stays, to read, write and lock; made with mode 0600 when it is missing.

    Raises OSError for a link.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def write(path: Path, data: bytes) -> None:
    """A new file with these bytes, or none. Raises OSError."""
    handle = create(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace(path: Path, data: bytes, *, lasting: bool = False) -> None:
    """These bytes under that name from one moment to the next, on disk when `lasting`; a link gives way to the file.

    Raises OSError; then what was there stays.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = create(draft)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """What was written to a file, or into a folder, is on disk when this returns. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder(path: Path) -> None:
    """The folder, and each above it that is missing, mode 0700; what is there stays as it is. Raises OSError."""
    for each in (*reversed(path.parents), path):
        if not each.is_dir():
            each.mkdir(mode=0o700, exist_ok=True)
