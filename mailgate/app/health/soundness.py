"""Looks through the whole database beside the work: after each start, every week, and after an error of the disk."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from mailgate.app.in_force import Clock
from mailgate.errors import MailgateError
from mailgate.store.base import Store

log = logging.getLogger(__name__)

EVERY = 7 * 24 * 3600.0  # seconds from the end of one check to the next
AGAIN = 3600.0  # seconds until another try after one that could not be finished
NICE = 10  # how far the checking thread stands back behind the others


class Soundness:
    """The state of the check; `found` is called with what is damaged."""

    def __init__(self, store: Store, clock: Clock, found: Callable[[], None] = lambda: None) -> None:
        self._store, self._clock, self.found = store, clock, found
        self._wake = threading.Event()
        self._running_since: datetime | None = None
        self._ended_at: datetime | None = None
        self._damage = self._error = ""

    def wake(self) -> None:
        """Something makes the database suspect, or we stop."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Check now and then until `stop`, which is to be followed by `wake`."""
        with suppress(OSError):  # forbidden under systemd
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        while not stop.is_set():
            self._wake.clear()
            self._wake.wait(EVERY if self.look(stop) else AGAIN)

    def look(self, stop: threading.Event) -> bool:
        """One check; False when it could not be finished."""
        self._running_since = self._clock()
        try:
            self._damage = self._store.check(stop)
        except MailgateError as error:
            self._error = str(error)
            if not stop.is_set():
                log.warning("database not checked", extra={"error": self._error})
            return False
        except Exception as error:
            self._error = type(error).__name__
            log.exception("database not checked")
            return False
        finally:
            begun, self._running_since = self._running_since, None
        self._error, self._ended_at = "", self._clock()
        seconds = round((self._ended_at - begun).total_seconds(), 1)
        if self._damage:
            log.critical("database damaged", extra={"found": self._damage})
            try:
                self.found()
            except Exception:
                log.exception("alarm about a damaged database failed")
        else:
            log.info("database check found no damage", extra={"seconds": seconds})
        return True

    def state(self) -> dict[str, Any]:
        """For `status`: `state` is `waiting`, `checking`, `sound`, `damaged` or `unchecked`; times in RFC 3339."""
        if self._running_since is not None:
            name = "checking"
        elif self._damage:
            name = "damaged"
        elif self._error:
            name = "unchecked"
        else:
            name = "sound" if self._ended_at else "waiting"
        ended = self._ended_at.isoformat(timespec="seconds") if self._ended_at else None
        return {"state": name, "checked_at": ended, "error": self._damage or self._error or None}
