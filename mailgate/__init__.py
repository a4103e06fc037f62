"""mailgate turns shared mailboxes into a ticket desk that lives entirely in e-mail."""

from datetime import UTC, datetime

__version__ = "0.2.0.dev0"
BUILT = datetime(2025, 1, 1, tzinfo=UTC)  # older than every release: a clock that shows less has not been set
