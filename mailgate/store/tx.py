"""Every verb of the store on one transaction."""

from __future__ import annotations

from mailgate.store import backfill
from mailgate.store.facts import Knowing
from mailgate.store.forgetting import Forgetting
from mailgate.store.glance import Glances
from mailgate.store.inbox import Inbox
from mailgate.store.reporting import Reporting
from mailgate.store.search import Searching
from mailgate.store.timing import Timing


class Transaction(Knowing, Searching, Inbox, Glances, Reporting, Timing, Forgetting):
    """What a job is handed: `base.Tx` inside a write, `base.Read` inside a read."""

    def backfill(self, rows: int) -> float | None:
        """See `base.Tx.backfill`."""
        return backfill.advance(self, rows)
