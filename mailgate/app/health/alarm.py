"""Calling people when something is wrong: a letter to the admin, and their own program for the day mail is broken."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from mailgate.app.in_force import Clock, InForce
from mailgate.core.letters import readers
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.said import Said, Words, said
from mailgate.errors import MailgateError
from mailgate.store.base import Ids, Store
from mailgate.wire import words

log = logging.getLogger(__name__)

AGAIN = timedelta(hours=24)  # a trouble that lasts is told again after so long
PAUSE = 60.0  # seconds between two runs of the admin's program
LONGEST = 30.0  # seconds it may take
WAITING = 50  # alarms kept for its next run
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "HOME")  # no secrets of ours


@dataclass(frozen=True, slots=True)
class HealthTrouble:
    """One thing that is not as it should be; `grave` when mail itself does not flow as it must.

    What no letter tells stands as it is: it is read at the shell alone.
    """

    key: str
    text: Words
    remedy: Words
    grave: bool = False
    told: bool = False  # the admin gets a letter although mail still flows

    def in_english(self) -> dict[str, Any]:
        """As `status` shows it, and its JSON."""
        return {**asdict(self), "text": words.said("en", self.text), "remedy": words.said("en", self.remedy)}


def calls(key: str, text: Said, remedy: Said | str, *, grave: bool = True, told: bool = False) -> HealthTrouble:
    """A trouble that a letter tells of, in the language of its reader; `remedy` is a sentence or a command."""
    return HealthTrouble(key, text, remedy, grave, told)


class Program:
    """`[gateway] alarm_command`: run without a shell, the alarms on standard input, one run at a time."""

    def __init__(self, argv: Sequence[str], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._argv, self._monotonic = tuple(argv), monotonic
        self._texts: deque[str] = deque(maxlen=WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._next = 0.0

    def say(self, text: str) -> None:
        """Have it told soon; what comes within a minute of the last run goes with the next."""
        if self._argv:
            self._texts.append(text)
            self.flush()

    def flush(self) -> None:
        """Run it now if there is something to say and it may run again."""
        with self._lock:
            busy = self._thread is not None and self._thread.is_alive()
            if not self._texts or busy or self._monotonic() < self._next:
                return
            text = "\n\n".join(self._texts) + "\n"
            self._texts.clear()
            self._next = self._monotonic() + PAUSE
            self._thread = threading.Thread(target=self._run, args=(text,), name="alarm-command", daemon=True)
            self._thread.start()

    def wait(self, seconds: float = LONGEST + 5) -> None:
        """Until the run in hand has ended, or so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self, text: str) -> None:
        env = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        quiet = subprocess.DEVNULL
        try:
            done = subprocess.run(  # noqa: S603  # the admin's own words, from a file only they write
                self._argv, input=text.encode(), stdout=quiet, stderr=quiet, timeout=LONGEST, check=False, env=env
            )
        except subprocess.TimeoutExpired:
            log.error("alarm command took too long", extra={"seconds": LONGEST})
        except OSError as error:
            log.error("alarm command cannot be run", extra={"error": str(error)})
        else:
            if done.returncode:
                log.error("alarm command failed", extra={"status": done.returncode})


class Alarms:
    """Tells the admin, each trouble once and again while it lasts; `look` is called every minute."""

    def __init__(
        self,
        store: Store,
        in_force: InForce,
        ids: Ids,
        clock: Clock,
        command: Sequence[str] = (),
        heartbeat: Callable[[], str] | None = None,
    ) -> None:
        self._store, self._in_force, self._ids, self._clock = store, in_force, ids, clock
        self._heartbeat = heartbeat  # returns why it was not heard
        self._told: dict[str, datetime] = {}
        self._quarantined: int | None = None
        self._unheard = False
        self.program = Program(command)

    def problem(self, text: Words) -> None:
        """Trouble with letters, as the dispatcher says it."""
        what = hashlib.sha256(words.said("en", text).encode()).hexdigest()[:12]
        self.tell(what, said("alarm.letters"), text, "mailgate outbox list")

    def tell(self, what: str, title: Words, text: Words, remedy: Words) -> None:
        """A letter to the admin (at most one an hour of its kind) and their program; the log has it in any case."""
        told = [words.said("en", one) for one in (title, text, remedy)]  # as the log has it
        log.warning("alarm", extra={"title": told[0], "text": told[1]})
        self.program.say("\n".join(told))
        now = self._clock()
        letters = readers.alarm(self._in_force.moment(now), what, title, text, remedy)
        if not letters:
            return
        decision = Decision(Fate.FILED, "alarm", letters=letters)
        hold = self._in_force.snapshot.letters_wait
        try:
            self._store.write(lambda tx: tx.apply(None, decision, now, self._ids, None, hold=hold))
        except MailgateError as error:
            log.error("alarm letter cannot be written", extra={"error": str(error)})

    def look(self, troubles: Sequence[HealthTrouble], quarantined: int | None, now: datetime) -> int:
        """Act on what `status.looked` found; returns how many alarms were raised."""
        raised = self._raise([one for one in troubles if one.grave or one.told], now)
        if quarantined is not None:
            self._watch_quarantine(quarantined)
        self.program.flush()
        if not any(one.grave for one in troubles):
            self._beat()
        return raised

    def _raise(self, troubles: Iterable[HealthTrouble], now: datetime) -> int:
        present = {one.key: one for one in troubles}
        for key in [key for key in self._told if key not in present]:
            del self._told[key]
            log.info("trouble resolved", extra={"what": key})
        due = [key for key in present if key not in self._told or now - self._told[key] >= AGAIN]
        for key in due:
            self._told[key] = now
            one = present[key]
            what = hashlib.sha256(key.encode()).hexdigest()[:12]
            self.tell(what, said("alarm.needs_you", what=key), one.text, one.remedy)
        return len(due)

    def _watch_quarantine(self, count: int) -> None:
        """A letter goes out with each mail that is quarantined; their program hears of growth here."""
        before, self._quarantined = self._quarantined, count
        if before is not None and count > before:
            self.program.say(f"Quarantine grows: {count} mails\nmailgate quarantine list")

    def _beat(self) -> None:
        if self._heartbeat is None:
            return
        error = self._heartbeat()
        if error and not self._unheard:
            log.warning("health_url does not answer", extra={"error": error})
        self._unheard = bool(error)
