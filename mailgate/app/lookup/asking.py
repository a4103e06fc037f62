"""Asks another program about customers: in threads of its own, about each person one question at a time."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from mailgate.app.in_force import Clock
from mailgate.app.lookup import reading
from mailgate.app.lookup.mapping import Unfit
from mailgate.app.lookup.pauses import Pauses, Trouble
from mailgate.app.lookup.question import fits, personal
from mailgate.config.tree import Lookup
from mailgate.core.customers.answer import Answer, Outcome
from mailgate.core.customers.customer import has_phone, of_company
from mailgate.core.customers.question import Person, Said
from mailgate.errors import MailgateError
from mailgate.store.base import Read, Store, Tx

log = logging.getLogger(__name__)

THREADS: Final = 2
WAITING: Final = 500  # people about whom a question waits; later ones are asked about when they write again
IDLE: Final = 10.0  # seconds after which a thread with nothing to ask ends
AT_ONCE: Final = 10.0  # seconds: what `rate` allows in these may be asked at once, after a time of rest
SHORTER: Final = 24  # that nobody, or nobody in particular, was found is kept for so much less
SHORTEST: Final = timedelta(minutes=1)

Ask = Callable[[Lookup, Person], Said | None]


class Tells(Protocol):
    """What the admin hears: when it is given up (why, for how many seconds), and when it is back (None)."""

    def __call__(self, trouble: Trouble | None) -> None: ...


@dataclass(slots=True, eq=False)
class Question:
    """About one person, on its way."""

    person: Person
    done: threading.Event = field(default_factory=threading.Event)
    then: list[Callable[[], None]] = field(default_factory=list)  # called once it is done
    unwanted: bool = False  # they were erased meanwhile


@dataclass(slots=True)
class Counts:
    """Since the start."""

    asked: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class LookupState:
    """What `status` tells."""

    asked: int  # questions since the start
    failed: int  # those without an answer
    waiting: int  # people to be asked about
    off: bool  # given up for a while
    resting: int  # seconds until it is tried again
    why: str  # of the latest failure


class Lookups:
    """The background of `[lookup]`; every method returns at once, and may be called from any thread."""

    def __init__(
        self,
        store: Store,
        settings: Lookup,
        ask: Ask,
        clock: Clock,
        tell: Tells,
        hang_up: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings  # a reload puts others in place of these
        self._store, self._ask, self._clock, self._tell = store, ask, clock, tell
        self._hang_up, self._monotonic = hang_up, monotonic
        self._stopping = threading.Event()
        self.pauses = Pauses(monotonic)
        self.counts = Counts()
        self._lock = threading.Lock()
        self._open: dict[str, Question] = {}
        self._queue: queue.Queue[Question | None] = queue.Queue()  # None: an end
        self._threads: list[threading.Thread] = []
        self._next = 0.0  # when the next question may be asked, by `rate`

    def about(self, person: Person, *, anew: bool = False, then: Callable[[], None] | None = None) -> Question | None:
        """Have somebody asked about, unless what is known of them is fresh; `anew` asks all the same.

        None when there is nothing to wait for: off, given up, fresh, too many questions, or nobody to ask about.
        """
        if not self.settings.on or not person.key or not self.pauses.may_ask() or self._stopping.is_set():
            return None
        if not anew and self._known(person.key):
            return None
        with self._lock:
            question = self._open.get(person.key)
            if question is None:
                if len(self._open) >= WAITING:
                    return None
                question = self._open[person.key] = Question(person)
                self._queue.put(question)
                self._begin()
            if then is not None:
                question.then.append(then)
        return question

    def _known(self, key: str) -> bool:
        """True when what is known is fresh, or nobody can tell."""
        try:
            return self._store.read(lambda read: self._fresh(read, key))
        except MailgateError:
            return True

    def _fresh(self, read: Read, key: str) -> bool:
        known = read.lookups.about(key)
        return known is not None and self._clock() - known.as_of < self._kept(known.answer)

    def _kept(self, answer: Answer) -> timedelta:
        cache = self.settings.cache
        return cache if answer.outcome is Outcome.PERSON else max(cache / SHORTER, min(SHORTEST, cache))

    def forget(self, keys: set[str]) -> None:
        """What is on its way about these people is kept no more."""
        with self._lock:
            for key in keys & self._open.keys():
                self._open[key].unwanted = True

    def state(self) -> LookupState | None:
        """How it is; None when there is nobody to ask."""
        if not self.settings.on:
            return None
        counts, pauses = self.counts, self.pauses
        resting = round(pauses.resting())
        return LookupState(counts.asked, counts.failed, len(self._open), pauses.off, resting, pauses.why)

    def close(self) -> None:
        """Ask nothing any more, and end what is being asked."""
        self._stopping.set()
        self._hang_up()
        for _ in range(THREADS):
            self._queue.put(None)

    # --- in threads of its own ----------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Start a thread when a question has none."""
        if len(self._threads) < min(THREADS, len(self._open)):
            thread = threading.Thread(target=self._work, name=f"lookup-{len(self._threads) + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                question = self._queue.get(timeout=IDLE)
            except queue.Empty:
                with self._lock:
                    if not self._open:
                        self._threads.remove(threading.current_thread())
                        return
                continue
            if question is None:
                return
            try:
                self._answer(question)
            except Exception:
                if not self._stopping.is_set():  # the store may be closed already
                    log.exception("looking up a customer failed")
            finally:
                with self._lock:
                    self._open.pop(question.person.key, None)
                question.done.set()
                for then in question.then:
                    then()

    def _answer(self, question: Question) -> None:
        settings = self.settings
        person = self._store.read(lambda read: complete(question.person, read))
        if not (fits(settings, person) and self._in_turn() and self.pauses.begin()):
            return
        self.counts.asked += 1
        now = self._clock()
        try:
            answer = reading.read(self._ask(settings, person), settings, now)
            if answer.customer is not None and not personal(settings, person):
                company = of_company(answer.customer)
                answer = replace(answer, customer=company) if company.known else Answer(Outcome.NOBODY)
        except (MailgateError, Unfit) as error:
            self.counts.failed += 1
            log.warning("customer was not looked up", extra={"error": str(error)})
            trouble = self.pauses.failed(str(error))
            if trouble is not None and not self._stopping.is_set():
                self._tell(trouble)
            return
        except BaseException:
            self.pauses.failed("a bug of ours")
            raise
        if self.pauses.worked():
            self._tell(None)
        self._store.write(lambda tx: _keep(tx, question, answer, now, now + settings.stale)).result()

    def _in_turn(self) -> bool:
        """Wait until `rate` allows one more; False when we end before."""
        rate = self.settings.rate
        with self._lock:
            now = self._monotonic()
            at = max(self._next, now - AT_ONCE)
            self._next = at + (60 / rate if rate else 0.0)
        return not self._stopping.wait(max(0.0, at - now))


def complete(person: Person, read: Read) -> Person:
    """With what our own table knows to ask by.

    A telephone that somebody with an address called from may be a house's, the number of a domain's row is a company's.
    """
    if not person.address:
        return person
    known, own = read.customers.by_address(person.address), read.customers.of_person(person.address)
    phone = person.phone or next(iter(known.phones if known else ()), "")
    number = known.number if known else ""
    shared = {"phone"} if phone and not any(has_phone(one, phone) for one in own) else set()
    shared |= {"number"} if number and not any(one.number for one in own) else set()
    return replace(person, phone=phone, number=number, shared=frozenset(shared))


def _keep(tx: Tx, question: Question, answer: Answer, now: datetime, until: datetime) -> None:
    if not question.unwanted:
        tx.lookups.keep(question.person.key, answer, now, until)
