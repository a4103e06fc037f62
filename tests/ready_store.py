"""Databases that begin with their tables: copied from one that was migrated as ever, once for all tests of a process.

Most tests begin with an empty folder, and to make the tables took a third of what a gateway takes to start. Only an empty
file is filled so; an old one is migrated, and programs in processes of their own make all their tables themselves.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from pathlib import Path

from mailgate.store.sqlite import connection as opening
from mailgate.store.sqlite import schema

# What a step draws is drawn for each store; a step that draws something more is to be named here, and so it is asked below.
NEW_KEY = "UPDATE setting SET value = lower(hex(randomblob(16))) WHERE key = 'words_key'"

_migrate = schema.migrate
_guard = threading.Lock()
_ready: list[sqlite3.Connection] = []  # one at most


def migrate(connection: sqlite3.Connection, upto: int | None = None) -> None:
    """As `schema.migrate`."""
    if upto not in (None, schema.VERSION) or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        _migrate(connection, upto)
        return
    with _guard:
        if not _ready:
            _ready.append(_made())
        _ready[0].backup(connection)
    connection.execute(NEW_KEY)


def _made() -> sqlite3.Connection:
    assert sum(script.lower().count("random") for _, script in schema.MIGRATIONS) == 1, "draw it anew in each copy"
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    with tempfile.TemporaryDirectory() as folder:
        writer = opening.open_writer(Path(folder) / "mailgate.db", sqlite3.connect)
        try:
            _migrate(writer)
            writer.backup(copy)
        finally:
            writer.close()
    return copy


def begin() -> None:
    """From now on, in this process."""
    schema.migrate = migrate
