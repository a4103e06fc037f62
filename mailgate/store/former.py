"""The copies of the database made before migrations: nothing that is erased or let go later leaves them."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

_COPY = re.compile(r"mailgate\.db\.schema-[0-9]{1,9}(?:\.partial)?")


def copy_of(path: Path, version: int) -> Path:
    """Where the copy of the database at `path` lies that was made before it left that version."""
    return path.with_name(f"{path.name}.schema-{version}")


def former_copies(data: Path, before: datetime | None = None) -> list[str]:
    """Their names, in the order of names; with `before` those made earlier only."""
    found = []
    with suppress(FileNotFoundError):
        for path in sorted(data.iterdir()):
            with suppress(FileNotFoundError):
                made = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
                if _COPY.fullmatch(path.name) and (before is None or made < before):
                    found.append(path.name)
    return found


def drop_copies(data: Path, names: list[str]) -> None:
    """Delete copies, for good. Raises OSError."""
    for name in names:
        (data / name).unlink(missing_ok=True)
    if names:
        handle = os.open(data, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
