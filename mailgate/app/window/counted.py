"""Reports that were counted lately, for everybody who may see them."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final

from mailgate.app.questions import report as reporting
from mailgate.core.commands.report_words import ReportAsked
from mailgate.core.figures.tally import PeriodReport
from mailgate.core.model.policy import Policy
from mailgate.store.base import Store

FRESH: Final = timedelta(minutes=1)
KEPT: Final = 40  # reports that are remembered at once


class CountedReports:
    """Reports that were counted lately; one is counted at a time, however many ask."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._found: dict[tuple[object, ...], tuple[datetime, PeriodReport]] = {}

    def of(self, store: Store, policy: Policy, asked: ReportAsked, now: datetime) -> PeriodReport:
        """The figures, a minute old at most, whoever asked for them first; counted by a reader, never the writer."""
        key = (id(policy), asked.period, asked.department, asked.agent)
        with self._guard:
            known = self._found.get(key)
            if known is not None and timedelta() <= now - known[0] < FRESH:
                return known[1]
            found = store.read(
                lambda read: reporting.of_period(read, policy, now, asked.period, asked.department, asked.agent)
            )
            self._found.pop(key, None)
            self._found[key] = (now, found)
            while len(self._found) > KEPT:
                del self._found[next(iter(self._found))]
            return found
