"""The clock of the daemon: one table of jobs, run by APScheduler, their state in the store."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from mailgate.app import jobs
from mailgate.app.gateway import Gateway
from mailgate.errors import Temporary

log = logging.getLogger(__name__)

Job = Callable[[Gateway, datetime], int]

# Name -> what it does and how often the daemon looks whether it is time (contract: `mailgate job NAME`).
JOBS: dict[str, tuple[Job, timedelta]] = {
    "escalate": (jobs.escalate, timedelta(seconds=20)),
    "wake": (jobs.wake, timedelta(seconds=20)),
    "digest": (jobs.digest, timedelta(minutes=5)),
    "drain": (jobs.drain, timedelta(seconds=30)),
    "index": (jobs.index, timedelta(seconds=5)),
    "purge": (jobs.purge, timedelta(hours=6)),
    "watch": (jobs.watch, timedelta(seconds=60)),
}

DRIFT = timedelta(minutes=5)


def run_job(gateway: Gateway, name: str, now: datetime) -> int:
    """Run one job once; returns how much it did and writes that down. Raises KeyError for an unknown name."""
    job, _ = JOBS[name]
    count = job(gateway, now)
    if count:
        gateway.store.write(lambda tx: tx.ran(name, now, count)).result()
        log.info("job done", extra={"job": name, "count": count})
    return count


class Schedule:
    """Ticks that call the jobs; a job that fails is logged and comes again, the others go on (threats K-06)."""

    def __init__(self, gateway: Gateway, monotonic: Callable[[], float]) -> None:
        self._gateway, self._monotonic = gateway, monotonic
        # A tick that comes late is worth as much as one in time; two at once are worth less.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        self._offset = self._difference()
        self._jumped = False

    def start(self) -> None:
        """Begin to tick."""
        for name, (_, every) in JOBS.items():
            self._scheduler.add_job(self._tick, "interval", args=[name], seconds=every.total_seconds(), id=name)
        self._scheduler.start()

    def stop(self) -> None:
        """No new ticks; a job in hand is finished."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _difference(self) -> float:
        return self._gateway.clock().timestamp() - self._monotonic()

    def _tick(self, name: str) -> None:
        if self._clock_jumped() and name in ("escalate", "wake", "digest", "purge"):
            return
        try:
            run_job(self._gateway, name, self._gateway.clock())
            self._gateway.health.pop(f"job {name}", None)
        except Temporary as error:
            log.warning("job put off", extra={"job": name, "error": str(error)})
        except Exception as error:
            log.exception("job failed", extra={"job": name})
            self._gateway.health[f"job {name}"] = type(error).__name__

    def _clock_jumped(self) -> bool:
        """True for one cycle after the wall clock left the monotonic one (threats K-02, K-07)."""
        difference = self._difference()
        if abs(difference - self._offset) <= DRIFT.total_seconds():
            self._jumped = False
            self._gateway.health.pop("clock", None)
            return False
        self._offset = difference
        self._jumped = True
        log.warning("the clock has jumped; deadlines wait for one cycle")
        self._gateway.health["clock"] = "the wall clock has jumped"
        return True
