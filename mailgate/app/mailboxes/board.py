"""What each IMAP mailbox last said of itself, and since when one has been silent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

WELL = frozenset(("reading", "idle"))  # states that are successes


class ReaderReport(Protocol):
    """What a reader tells about itself."""

    @property
    def state(self) -> str:
        """`reading`, `idle`, `failing` or `paused`."""
        ...

    @property
    def error(self) -> str:
        """One line for the admin, without secrets."""
        ...

    @property
    def backlog(self) -> int:
        """Mails still to be taken."""
        ...

    @property
    def token_expires(self) -> datetime | None:
        """When its access token ends."""
        ...

    @property
    def success(self) -> bool:
        """False for a `reading` that has brought nothing yet."""
        ...


@dataclass(frozen=True, slots=True)
class LastHeard:
    """One mailbox as last heard of."""

    since: datetime  # when we began to listen: silence counts from here until the first success
    alarm_after: timedelta
    report: ReaderReport | None = None
    success_at: datetime | None = None

    def silent(self, now: datetime) -> bool:
        """No success for longer than the admin allows."""
        return now - (self.success_at or self.since) > self.alarm_after


class MailboxBoard:
    """Collects the readers' reports; called from their threads, asked from any."""

    def __init__(self, clock: Callable[[], datetime], alarm_after: Mapping[str, timedelta]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        now = clock()
        self._seen = {name: LastHeard(now, patience) for name, patience in alarm_after.items()}

    def report(self, name: str, report: ReaderReport) -> None:
        """Hear a mailbox."""
        now = self._clock()
        with self._lock:
            seen = self._seen.get(name)
            if seen is None:
                return
            good = report.state in WELL and report.success
            if report.state in WELL and not good and seen.report and seen.report.error:
                return  # it tries again: what was wrong stays to be read until mail comes
            self._seen[name] = replace(seen, report=report, success_at=now if good else seen.success_at)

    def states(self) -> list[dict[str, Any]]:
        """One row a mailbox, as `mailgate status --json` prints it; times in RFC 3339."""
        now = self._clock()
        with self._lock:
            seen = dict(self._seen)
        return [_row(name, one, now) for name, one in seen.items()]


def _row(name: str, seen: LastHeard, now: datetime) -> dict[str, Any]:
    report = seen.report
    expires = report.token_expires if report else None
    return {
        "name": name,
        "state": str(report.state) if report else "connecting",
        "error": (report.error or None) if report else None,
        "backlog": report.backlog if report else None,
        "success_at": seen.success_at.isoformat() if seen.success_at else None,
        "token_expires": expires.isoformat() if expires else None,
        "silent": seen.silent(now),
    }
