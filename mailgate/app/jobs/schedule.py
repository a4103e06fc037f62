"""The clock of the daemon: one table of jobs, run by APScheduler, their state in the store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from mailgate import BUILT
from mailgate.app.calls import recordings
from mailgate.app.gateway import Gateway
from mailgate.app.jobs import digests, privacy, ticks
from mailgate.app.jobs.answering import answer_many
from mailgate.app.jobs.customers import customers
from mailgate.app.jobs.escalating import escalate
from mailgate.app.jobs.promises import promises
from mailgate.app.jobs.waking import wake
from mailgate.app.jobs.waves import waves
from mailgate.core.model.said import said
from mailgate.errors import Temporary

log = logging.getLogger(__name__)

Job = Callable[[Gateway, datetime], int]

# Name -> what it does and how often the daemon looks whether it is time (contract: `mailgate job NAME`).
JOBS: dict[str, tuple[Job, timedelta]] = {
    "escalate": (escalate, timedelta(seconds=20)),
    "wake": (wake, timedelta(seconds=20)),
    "waves": (waves, timedelta(seconds=20)),
    "digest": (digests.send_morning_letters, timedelta(minutes=5)),
    "answers": (answer_many, timedelta(seconds=5)),
    "customers": (customers, timedelta(seconds=20)),
    "drain": (ticks.drain, timedelta(seconds=30)),
    "backfill": (ticks.backfill, timedelta(seconds=60)),
    "index": (ticks.index, timedelta(seconds=5)),
    "privacy": (privacy.carry_out, timedelta(seconds=30)),
    "recordings": (recordings.fetch, timedelta(seconds=15)),
    "promises": (promises, timedelta(hours=24)),
    "purge": (ticks.purge, timedelta(hours=6)),
    "sweep": (ticks.sweep, timedelta(hours=6)),
    "watch": (ticks.watch, timedelta(seconds=60)),
}
# Wrong when the clock is.
BY_THE_CLOCK = frozenset(("escalate", "wake", "waves", "digest", "promises", "purge", "sweep"))

DRIFT = timedelta(minutes=5)  # between wall clock and monotonic clock: more is a jump
SOON = timedelta(minutes=1)  # after the start every job has had its first turn
HOLD = timedelta(seconds=60)  # longer than any cycle of the jobs that decide by deadlines


def run_job(gateway: Gateway, name: str, now: datetime) -> int:
    """Run one job once; returns how much it did and writes that down.

    Raises KeyError for an unknown name, Temporary for a time before mailgate was made (threats K-08).
    """
    job, _ = JOBS[name]
    if now < BUILT and (name in BY_THE_CLOCK or name == "drain"):
        raise Temporary(f"the clock shows {now:%Y-%m-%d}: nothing is sent or decided by time until it is set")
    count = job(gateway, now)
    if count:
        gateway.store.write(lambda tx: tx.settings.ran(name, now, count)).result()
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
        self._held_until = 0.0  # on the monotonic clock
        self._guard = threading.Lock()

    def start(self) -> None:
        """Begin to tick."""
        begun = datetime.now(UTC)
        for name, (_, every) in JOBS.items():
            soon = begun + min(every, SOON)  # a daemon that is restarted often must not starve the rare jobs
            self._scheduler.add_job(
                self._tick, "interval", args=[name], seconds=every.total_seconds(), id=name, next_run_time=soon
            )
        self._scheduler.start()

    def stop(self) -> None:
        """No new ticks; a job in hand is finished."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _difference(self) -> float:
        return self._gateway.clock().timestamp() - self._monotonic()

    def _tick(self, name: str) -> None:
        if not self._clock_sound() and name in BY_THE_CLOCK:
            return
        try:
            run_job(self._gateway, name, self._gateway.clock())
            self._gateway.health.pop(f"job {name}", None)
        except Temporary as error:
            log.warning("job postponed", extra={"job": name, "error": str(error)})
        except Exception as error:
            log.exception("job failed", extra={"job": name})
            self._gateway.health[f"job {name}"] = type(error).__name__

    def _clock_sound(self) -> bool:
        """False while deadlines must wait: before the clock is set, and for a cycle after it left the monotonic one.

        A clock that is set wrong and put right at once, and a machine that slept, must not make everything late in one
        moment (threats K-02, K-07, K-08). The jump is told to the admin; what stands at its new time is then done.
        """
        with self._guard:
            difference, monotonic = self._difference(), self._monotonic()
            jumped = difference - self._offset
            if abs(jumped) > DRIFT.total_seconds():
                self._offset = difference
                self._held_until = monotonic + HOLD.total_seconds()
            held = monotonic < self._held_until
        if abs(jumped) > DRIFT.total_seconds():
            text = said("alarm.clock_text", jump=_clock_time(jumped))
            self._gateway.health["clock"] = "the clock has jumped; deadlines wait for a minute"
            self._gateway.alarms.tell("clock", said("alarm.clock"), text, said("alarm.clock_remedy"))
        unset = self._gateway.clock() < BUILT
        if unset:
            self._gateway.health["clock"] = "the clock has not been set; nothing is sent"
        elif not held:
            self._gateway.health.pop("clock", None)
        return not held and not unset


def _clock_time(seconds: float) -> str:
    """`-26:00:05`: hours, minutes and seconds, in no language."""
    minutes, rest = divmod(abs(round(seconds)), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
