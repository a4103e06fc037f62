"""Files that are written without waiting for the disk: nobody pulls the plug on a test.

What is killed with its process leaves all it wrote to the system, so only a machine that stops tells the difference. That
the program waits is shown where it is traced in a process of its own, as all that is started by a command is
(`store/test_durability.py`, `scenarios/test_crash.py`), and by `store/test_writing.py`.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from mailgate.store.sqlite import connection as opening

as_ever = opening.open_writer


def open_writer(path: Path, connect: opening.Connect = sqlite3.connect) -> sqlite3.Connection:
    """As `as_ever`, but a COMMIT leaves it to the system when the log comes to the disk."""
    connection = as_ever(path, connect)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def fsync(fd: int) -> None:
    """No more than a look whether there is such a file."""
    os.fstat(fd)


def begin() -> None:
    """From now on, in this process."""
    opening.open_writer = open_writer
    os.fsync = fsync
