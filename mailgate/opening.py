"""The store for commands that only look: all they need of the composition root, and quick to import."""

from __future__ import annotations

import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from mailgate.store.sqlite.backup import Copied, backup
from mailgate.store.sqlite.restore import restore
from mailgate.store.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from mailgate.config.tree import Config
    from mailgate.store.base import Store


def reader(config: Config) -> Store:
    """A store to ask; an empty one elsewhere before the first start, for looking makes nothing. Raises ConfigError."""
    if config.store.path.exists():
        return existing(config.store.path)
    folder = tempfile.TemporaryDirectory(prefix="mailgate-")
    empty = Path(folder.name) / "empty.db"
    SqliteStore(empty, first_number=config.policy.tickets.first_number).close()
    store = existing(empty)
    store.data = next(place for place in config.store.path.parents if place.exists())  # whose disk it will lie on
    weakref.finalize(store, folder.cleanup)
    return store


def existing(database: Path) -> SqliteStore:
    """The store in a database that is there. Raises ConfigError."""
    return SqliteStore(database, writable=False)


__all__ = ["Copied", "backup", "existing", "reader", "restore"]
