"""Every verb of the store on one transaction."""

from __future__ import annotations

from mailgate.store import backfill
from mailgate.store.inbox import MailTable
from mailgate.store.lookups import Lookups
from mailgate.store.people.forgetting import Forgetting
from mailgate.store.reporting import Reporting
from mailgate.store.tickets.facts import FactsReading
from mailgate.store.tickets.search import Searching
from mailgate.store.tickets.timing import DueByTime


class Transaction(FactsReading, Searching, MailTable, Lookups, Reporting, DueByTime, Forgetting):
    """What a job is handed: `base.Tx` inside a write, `base.Read` inside a read."""

    def backfill(self, rows: int) -> float | None:
        """See `base.Tx.backfill`."""
        return backfill.advance(self, rows)
