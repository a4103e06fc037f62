"""Out of file descriptors: said once, then counted, and said once more when it is over."""

from __future__ import annotations

import errno
import logging
import resource
from collections.abc import MutableMapping

log = logging.getLogger(__name__)

SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
EVERY = 60.0  # seconds between two counts
OVER = 5.0  # seconds without a refusal: asyncio tries each listener again after one
HEALTH = "descriptors"
KEPT = 64  # for the database, children, mailboxes, relays, commands and pages
FEWEST = 4  # connections that are let in whatever the limit is


def affordable(wanted: int, others: int = 0) -> int:
    """How many connections may be let in at once, so that clients who say nothing leave descriptors for all else.

    Of `wanted`, besides KEPT and `others` for what is connected by us. The soft limit is raised first, if it may be.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    kept = KEPT + others
    if soft == resource.RLIM_INFINITY:
        return wanted
    if soft < wanted + kept and (hard == resource.RLIM_INFINITY or hard > soft):
        soft = wanted + kept if hard == resource.RLIM_INFINITY else min(hard, wanted + kept)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    found = min(wanted, max(FEWEST, soft - kept))
    if found < wanted:
        log.warning("fewer connections than max_connections, raise LimitNOFILE", extra={"let_in": found, "limit": soft})
    return found


class Descriptors:
    """Whether the process may still open files and sockets; in the loop's thread alone."""

    def __init__(self, health: MutableMapping[str, str]) -> None:
        """`health` says what is wrong while it is."""
        self._health = health
        self._refused = 0
        self._last = self._said = 0.0

    def refused(self, problem: object, now: float) -> bool:
        """Take note (monotonic seconds) of what may be such an error; False when it is another."""
        if not isinstance(problem, OSError) or problem.errno not in SHORT:
            return False
        if not self._refused:
            said = f"{problem.strerror}: nobody is let in until some of what is open is closed"
            self._health[HEALTH] = (
                f"out of file descriptors ({said}); raise LimitNOFILE or lower [smtp] max_connections"
            )
            log.error("out of file descriptors", extra={"error": said})
            self._said = now
        self._refused += 1
        self._last = now
        return True

    def full(self, now: float) -> None:
        """Somebody was sent away (monotonic seconds) so that the rest of us keeps descriptors."""
        self.refused(OSError(errno.EMFILE, "Too many open files"), now)

    def look(self, now: float) -> None:
        """Say how many refusals there were, at times; and that it is over, once."""
        if self._refused and now - self._last >= OVER:
            log.warning("file descriptors are free again", extra={"refused": self._refused})
            self._refused = 0
            self._health.pop(HEALTH, None)
        elif self._refused and now - self._said >= EVERY:
            log.warning("still out of file descriptors", extra={"refused": self._refused})
            self._said = now
