"""The store for commands that only look: all they need of the composition root, and quick to import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mailgate.store.backup import Copied, backup
from mailgate.store.faults import sqlite_fault
from mailgate.store.restore import restore
from mailgate.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from mailgate.config.tree import Config
    from mailgate.store.base import Store


def reader(config: Config) -> Store:
    """A store to ask; made on the first call so that commands work before the first mail. Raises ConfigError."""
    if not config.store.path.exists():
        SqliteStore(config.store.path, first_number=config.policy.tickets.first_number).close()
    return existing(config.store.path)


def existing(database: Path) -> Store:
    """The store in a database that is there. Raises ConfigError."""
    return SqliteStore(database, writable=False)


__all__ = ["Copied", "backup", "existing", "reader", "restore", "sqlite_fault"]
