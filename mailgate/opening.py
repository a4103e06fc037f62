"""The store for commands that only look: all they need of the composition root, and quick to import."""

from __future__ import annotations

from mailgate.config import Config
from mailgate.store.base import Store
from mailgate.store.sqlite import SqliteStore


def reader(config: Config) -> Store:
    """A store to ask; made on the first call so that commands work before the first mail. Raises ConfigError."""
    if not config.store.path.exists():
        SqliteStore(config.store.path, first_number=config.policy.tickets.first_number).close()
    return SqliteStore(config.store.path, writable=False)
