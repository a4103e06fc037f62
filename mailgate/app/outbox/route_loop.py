"""One route at work: claim what is due for it, word it, mark it `sending`, send it outside any transaction, mark it."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from mailgate import BUILT, crash
from mailgate.app.in_force import Clock, InForce
from mailgate.app.outbox import outcome
from mailgate.app.outbox.delivery_marks import DeliveryMarks, Failed, MarksToWrite
from mailgate.app.outbox.errands import Errands
from mailgate.app.outbox.in_flight import InFlight, ReadyDeliveries, ReadyDelivery, Unannounced
from mailgate.app.outbox.outcome import Mark
from mailgate.app.outbox.route import Route, Transport
from mailgate.app.outbox.wording import PATIENCE, LetterWording, Problem, ReadyLetter, WordingBegun
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.model.policy import Mode
from mailgate.core.model.said import said
from mailgate.errors import MailgateError, Permanent, RouteDown, Temporary, Uncertain
from mailgate.store.base import Store

log = logging.getLogger(__name__)

BATCH = 64  # deliveries claimed at once
WINDOW = 0.05  # seconds of sending between two commits: what a crash can double or leave in doubt (threats O-13)
RESTS = (30.0, 60.0, 120.0, 300.0, 600.0)  # seconds after the first, second, ... failure of the route in a row
POLL = 5.0  # seconds between two looks for letters whose time has come
IDLE = 30.0  # seconds a connection is kept for the next letter
SPARE = 600.0  # seconds a lease outlasts the longest send
SILENT = 0.25  # seconds without getting ahead after which letters announced are not in doubt any more
LOOK = 0.1  # seconds between two looks at what is in flight
AGREEING, LEAVING, GONE = 4.0, 12.0, 1.0  # seconds we wait, when we stop: for a relay's consent, its receipt, a thread
SLOW = 256  # letters that may be without words at a time


Told = tuple[Mark, DueLetter, DueDelivery]


@dataclass(frozen=True, slots=True)
class OutboxParts:
    """What all loops share."""

    store: Store
    in_force: InForce
    wording: LetterWording
    clock: Clock
    on_failed: Failed
    on_problem: Problem
    chance: Callable[[], float]
    monotonic: Callable[[], float] = time.monotonic


class RouteLoop:
    """The loop of one route; `not_mine` names the departments whose letters leave by another."""

    def __init__(self, route: Route, work: OutboxParts, not_mine: Callable[[], Iterable[str]]) -> None:
        self.route, self.work, self._not_mine = route, work, not_mine
        self._next_route = route  # other settings, taken when no letter is in hand
        self.down = ""  # why the route rests, "" when it works
        self._rests_until = 0.0
        self._failures = 0
        self._suspects: set[int] = set()  # deliveries on which a working route failed
        self._told: date | None = None  # when the admin heard last that it is down
        self._null_refused = False
        self._pace = WINDOW  # seconds a letter, a running mean
        self._left: deque[float] = deque()  # when the letters of the last span left
        self._transports: list[Transport] = []
        self._late: list[WordingBegun] = []  # letters that still wait for their words
        self._errands = Errands(f"out-{route.name}", 64)
        self._marks = DeliveryMarks(work.store, work.clock, work.on_failed)
        self._guard = threading.Lock()
        self._busy = threading.Lock()
        self._stopping = threading.Event()
        self._wake = threading.Event()

    # --- from outside ---

    def drain(self, limit: int | None = None, *, patient: bool = True) -> int:
        """Send what is due until nothing is, or the route rests; returns how many letters were looked at.

        A letter whose words take long is waited for when `patient`, else left to a later call. Raises Temporary when
        the store cannot be written now.
        """
        handled = 0
        with self._busy:
            while self._may_go() and (limit is None or handled < limit):
                self._change_over()
                self._marks.write_owed()
                batch = self._claim(BATCH if limit is None else limit - handled)
                if not batch and not (self._late and (patient or any(one.done for one in self._late))):
                    break
                crash.point("after-claim")
                self._handle(batch, PATIENCE if batch or not patient else self.work.wording.longest)
                handled += len(batch)
        return handled

    def run(self, stop: threading.Event) -> None:
        """`drain` until `stop`, at once after `wake` and every few seconds."""
        last = self.work.monotonic()
        while not stop.is_set():
            self._wake.clear()
            pause = POLL
            try:
                if self.drain(patient=False):
                    last = self.work.monotonic()
                elif self.work.monotonic() - last > IDLE:
                    self.close()
            except MailgateError as error:
                log.error("sending paused", extra={"route": self.route.name, "error": str(error)})
                pause = 1.0
            except Exception:
                log.exception("sending failed", extra={"route": self.route.name})
            rest = self.seconds_paused()
            self._wake.wait(min(rest, POLL) if rest > 0 else pause)
        with self._busy, suppress(MailgateError):
            self._marks.write(
                MarksToWrite([self._untouched(one.due, each) for one in self._late for each in one.due.deliveries])
            )
            self._late = []

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the letter in hand and give back the others."""
        self._stopping.set()
        self._wake.set()

    def close(self) -> None:
        """Let go of the connections, unless a letter is in hand."""
        if self._busy.acquire(blocking=False):
            try:
                for transport in self._transports:
                    transport.close()
            finally:
                self._busy.release()

    def adopt(self, route: Route) -> None:
        """Go by these settings from the next batch on; a rest ends, since they may be the cure."""
        if route.made_from != self.route.made_from:
            with self._guard:
                self._next_route, self._rests_until = route, 0.0
            self.wake()

    @property
    def _allowed(self) -> int:
        """Letters within any `_span` seconds."""
        return max(1, int(self.route.rate))

    @property
    def _span(self) -> float:
        return 60.0 if self.route.rate >= 1 or not self.route.rate else 60 / self.route.rate

    def _change_over(self) -> None:
        with self._guard:
            if self._next_route is self.route:
                return
            old, self._transports = self._transports, []
            self.route, self._null_refused = self._next_route, False
        for transport in old:
            transport.close()

    def seconds_paused(self) -> float:
        """Seconds until the route may send again, after a failure of its own or when its rate is used up."""
        now = self.work.monotonic()
        with self._guard:
            while self._left and self._left[0] <= now - self._span:
                self._left.popleft()
            used_up = self.route.rate > 0 and len(self._left) >= self._allowed
            return max(self._rests_until - now, self._left[0] + self._span - now if used_up else 0.0)

    # --- a batch ---

    def _may_go(self) -> bool:
        if self._stopping.is_set() or self.work.clock() < BUILT:  # no clock: letters would be dated 1970 (threats K-08)
            return False
        return self.work.in_force.policy.mode is not Mode.WATCH and self.seconds_paused() <= 0

    def _claim(self, most: int) -> list[DueLetter]:
        """Lease what is due for us: one letter to probe a route that failed, else about a second's work."""
        limit = 1 if self._failures else min(most, BATCH, max(2 * self.route.connections, int(1 / self._pace)))
        if self.route.rate:
            limit = max(1, min(limit, self._allowed - len(self._left)))
        limit = min(limit, SLOW - len(self._late))
        if limit <= 0:
            return []
        now, lease, skip = self.work.clock(), self._lease(), tuple(self._not_mine())
        return self.work.store.write(lambda tx: tx.outbox.claim(now, lease, limit, skip, self.route.only)).result()

    def _lease(self) -> datetime:
        """Until when a letter is ours."""
        return self.work.clock() + timedelta(seconds=2 * (self._transport(0).longest + SPARE))

    def _handle(self, batch: list[DueLetter], patience: float) -> None:
        until = self.work.monotonic() + self._transport(0).longest + SPARE  # no send may outlast its lease
        aside = MarksToWrite()
        try:
            sifted = [replace(due, deliveries=left) for due in batch if (left := self._sift(due, aside))]
            try:
                begun = self._late + self.work.wording.begin(sifted, self.work.clock())
            except MailgateError as error:
                aside.marks += [self._untouched(due, each, str(error)) for due in sifted for each in due.deliveries]
                raise
            self._late = []
            self._hand_out(begun, aside, patience, until)
        finally:
            self._marks.write(aside, owe=True)

    def _hand_out(self, begun: list[WordingBegun], aside: MarksToWrite, patience: float, until: float) -> None:
        """Each connection takes what is ready; what is not by the end of patience is `_late`."""
        feed = ReadyDeliveries(self._items(begun, aside, patience))
        slots = min(self.route.connections, sum(len(one.due.deliveries) for one in begun) // 4)
        if self._failures:
            slots = 1
        flights = [InFlight(self._marks, self._lease) for _ in range(max(1, slots))]
        work = [
            self._errands.submit(partial(self._work_off, feed, at, flight, until)) for at, flight in enumerate(flights)
        ]
        self._attend(work, flights)
        self._late += begun
        for one in begun:
            if one.answer is not None:
                one.answer.add_done_callback(lambda _: self.wake())
        for done in work:
            if done.done():
                done.result()

    def _attend(self, work: list[Future[None]], flights: list[InFlight]) -> None:
        """Until nothing is in flight. What a silent relay keeps is not in doubt; when we stop, it is not waited for."""
        left = dict(zip(work, enumerate(flights), strict=True))
        stopped = 0.0
        while left:
            for done in wait(left, LOOK).done:
                del left[done]
            now = time.monotonic()
            stopped = stopped or (now if self._stopping.is_set() else 0.0)
            for errand, (slot, flight) in list(left.items()):
                if now - flight.since > SILENT and not flight.nothing_in_doubt:
                    with suppress(MailgateError):  # the next look comes soon
                        flight.retract()
                patience = LEAVING if flight.leaving else AGREEING
                if stopped and now - stopped > patience:
                    self._transport(slot).abort()
                if stopped and now - stopped > patience + GONE:
                    log.warning(
                        "delivery still being sent at shutdown",
                        extra={"route": self.route.name, "delivery": flight.current},
                    )
                    del left[errand]

    def _items(
        self, begun: list[WordingBegun], aside: MarksToWrite, patience: float
    ) -> Generator[ReadyDelivery, None, None]:
        """Each delivery as soon as its letter has words, while children find those of the next."""
        for due, ready in self.work.wording.ready(begun, self.work.clock(), patience):
            crash.point("after-render")
            for delivery in due.deliveries:
                if isinstance(ready, ReadyLetter):
                    yield ReadyDelivery(ready, delivery)
                elif isinstance(ready, Temporary):  # we are stopping
                    aside.marks.append(self._untouched(due, delivery, str(ready)))
                else:
                    aside.marks.append((self._outcome(ready, due, delivery), due, delivery))

    def _sift(self, due: DueLetter, marked: MarksToWrite) -> tuple[DueDelivery, ...]:
        """The deliveries to be tried; the others are marked."""
        left = []
        policy, now = self.work.in_force.policy, self.work.clock()
        for delivery in due.deliveries:
            refusal = outcome.why_not_tried(due, delivery, policy, now)
            if refusal is None:
                left.append(delivery)
            else:
                outcome.record(log, "not sent", due, delivery, why=refusal.error)
                marked.marks.append((refusal, due, delivery))
        return tuple(left)

    def _work_off(self, feed: ReadyDeliveries, slot: int, flight: InFlight, until: float) -> None:
        """Send, a few letters between two commits."""
        try:
            while self._may_go() and self.work.monotonic() < until and (chunk := feed.take(self._chunk())):
                flight.take(chunk)
                while self._may_go() and (item := flight.next()) is not None:
                    flight.settle(*self._attempt(item, slot, flight))
        except Unannounced as error:
            log.error("sending paused", extra={"route": self.route.name, "error": str(error)})
        for item in flight.not_begun():
            flight.settle(*self._back(item))
        while rest := feed.take(BATCH):
            for item in rest:
                flight.settle(*self._back(item))
        flight.finish()

    def _chunk(self) -> int:
        """How many letters leave within the window, as far as we know this relay."""
        return 1 if self._failures else max(1, min(BATCH, int(WINDOW / self._pace)))

    def _back(self, item: ReadyDelivery) -> Told:
        return self._untouched(item.ready.due, item.delivery, self.down)

    @staticmethod
    def _untouched(due: DueLetter, delivery: DueDelivery, why: str = "") -> Told:
        return outcome.untouched(due, delivery, why), due, delivery

    # --- one letter ---

    def _attempt(self, item: ReadyDelivery, slot: int, flight: InFlight) -> Told:
        due, delivery = item.ready.due, item.delivery
        begun = self.work.monotonic()
        try:
            remote_id = self._send(item, self._transport(slot), flight)
            crash.point("after-relay")
        except Unannounced:
            raise
        except Exception as error:
            if self._stopping.is_set():  # we broke it off ourselves, most likely
                doubt = isinstance(error, Permanent | Uncertain)
                return (self._outcome(error, due, delivery), due, delivery) if doubt else self._back(item)
            if not isinstance(error, MailgateError):
                log.exception("sending failed", extra={"delivery": delivery.id})
            outcome.record(log, "not sent", due, delivery, route=self.route.name, why=str(error))
            return self._outcome(self._weighed(error, delivery), due, delivery), due, delivery
        finally:
            now = self.work.monotonic()
            with self._guard:
                self._pace += ((now - begun) - self._pace) / 8
                self._left.append(now)
        outcome.record(log, "sent", due, delivery, remote=remote_id)
        self._works(delivery)
        return outcome.sent(delivery, remote_id), due, delivery

    def _send(self, item: ReadyDelivery, transport: Transport, flight: InFlight) -> str:
        """Null sender where it belongs, until this relay is known to refuse it."""
        ready, bounce = item.ready, item.ready.bounces[item.delivery.id]
        sender = self.route.sender(null=ready.null and not self._null_refused, bounce=bounce)
        try:
            return transport.send(sender, item.delivery.recipient, ready.raw, utf8=ready.utf8, before=flight.announce)
        except RouteDown as error:
            if not error.null_sender_refused:
                raise
        remote_id = transport.send(bounce, item.delivery.recipient, ready.raw, utf8=ready.utf8, before=flight.announce)
        self._null_refused = True
        self.work.on_problem(said("problem.null_sender", route=self.route.name))
        return remote_id

    def _outcome(self, error: Exception, due: DueLetter, delivery: DueDelivery) -> Mark:
        if isinstance(error, RouteDown) and error.on_letter:  # the next probe is another letter
            after = self.work.clock() + timedelta(seconds=self.seconds_paused() + 1)
            return replace(outcome.untouched(due, delivery, str(error)), due_at=after)
        return outcome.failed(error, due, delivery, self.work.clock(), self.route.retry_for, self.work.chance())

    def _weighed(self, error: Exception, delivery: DueDelivery) -> Exception:
        """Whose fault is it? A route that fails rests, unless it fails again and again on one letter alone."""
        if isinstance(error, RouteDown) and error.on_letter:
            with self._guard:
                known, working = delivery.id in self._suspects, not self._failures
                self._suspects.add(delivery.id)
            if known and working:
                return Temporary(str(error))
        if isinstance(error, RouteDown | Uncertain):
            self._rest_now(str(error))
        return error

    def _rest_now(self, why: str) -> None:
        """The route failed: it rests, then one letter probes it."""
        now = self.work.monotonic()
        today = self.work.clock().date()
        with self._guard:
            tell, self._told = self._told != today or not self._failures, today
            if now >= self._rests_until:
                self._failures += 1
            rest = RESTS[min(self._failures, len(RESTS)) - 1]
            self._rests_until = now + rest * (1 - outcome.JITTER + 2 * outcome.JITTER * self.work.chance())
            self.down = why
        log.warning("route paused", extra={"route": self.route.name, "why": why, "seconds": round(rest)})
        if tell:
            self.work.on_problem(said("problem.route", route=self.route.name, why=why))

    def _works(self, delivery: DueDelivery) -> None:
        with self._guard:
            self._suspects.discard(delivery.id)
            again, self._failures, self.down, self._rests_until = bool(self._failures), 0, "", 0.0
        if again:
            log.info("route works again", extra={"route": self.route.name})

    def _transport(self, slot: int) -> Transport:
        with self._guard:
            while len(self._transports) <= slot:
                self._transports.append(self.route.open())
            return self._transports[slot]
