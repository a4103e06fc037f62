"""Large raw mail in files named by digest, on disk before the row that speaks of them."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from mailgate.errors import OutOfSpace, Temporary


def blob_path(data: Path, digest: str) -> Path:
    """Where the bytes with this sha256 lie."""
    return data / "blobs" / digest[:2] / digest


def keep_blob(data: Path, raw: bytes) -> str:
    """Write and fsync the bytes under their sha256, folder included; returns the digest for `Tx.keep`.

    Safe from any thread. Raises OutOfSpace or Temporary; nothing half-written is ever found under the name.
    """
    digest = hashlib.sha256(raw).hexdigest()
    path = blob_path(data, digest)
    try:
        if path.exists() and path.stat().st_size == len(raw):
            _sync(path)  # an earlier writer may have died before its own fsync
            return digest
        made = not path.parent.exists()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        _sync(path.parent)
        if made:
            _sync(path.parent.parent)
            _sync(data)
    except OSError as problem:
        if problem.errno in (28, 122, 27):  # ENOSPC, EDQUOT, EFBIG
            raise OutOfSpace("no space for a mail") from problem
        raise Temporary("cannot write a mail to disk") from problem
    return digest


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
