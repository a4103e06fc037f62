"""Taking mail in: receive has the raw bytes kept before anybody looks inside; run decides, each mail in its turn."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from mailgate import crash
from mailgate.app.children.pool import Children
from mailgate.app.health.pulse import Pulse
from mailgate.app.in_force import Clock, InForce, Snapshot
from mailgate.app.intake.backpressure import Backpressure
from mailgate.app.intake.deciding import Deciding, Settled
from mailgate.app.intake.in_hand import GLANCE, WINDOW, Hand, InHand
from mailgate.app.intake.keeping import MailKeeper
from mailgate.app.intake.lanes import Turn
from mailgate.core.model.mail import Envelope
from mailgate.errors import ChildDied, MailgateError, Temporary
from mailgate.store.base import Ids, Kept, Store, Tx

log = logging.getLogger(__name__)

BATCH = 64  # mails that share a commit
GATHER = 0.02  # seconds to wait for more of them while the children have many
ATTEMPTS = 3  # children that may die on a mail
ENDS = 3  # unclean ends of the gateway at which a mail may have been alone in hand
POISON = f"its child died {ATTEMPTS} times"
DAEMON_DIED = f"mailgate itself ended {ENDS} times while it decided this mail alone"
PAUSE = 1.0  # seconds before another look, when the database or the machine is in trouble
IDLE = 5.0  # seconds before another look, when nothing is to be done
DONE = ("cpu", "memory", "wall", "size")  # limits a second try would only meet again

__all__ = ["Intake", "Settled"]


class Intake:
    """The way of a mail from the socket to its fate."""

    def __init__(
        self,
        store: Store,
        children: Children,
        in_force: InForce,
        ids: Ids,
        clock: Clock,
        keeping: MailKeeper,
        pulse: Pulse,
        *,
        on_letters: Callable[[], None] = lambda: None,
        on_people: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._in_force, self.keeping = store, in_force, keeping
        self._pulse, self._on_letters, self._on_people = pulse, on_letters, on_people
        self._wake = threading.Event()
        self._news = True  # the store may have more than is in hand
        self._backpressure = Backpressure()
        self.hand = Hand(store, children, monotonic, self._wake.set)
        self.deciding = Deciding(store, in_force, ids, clock)
        self._resting: set[int] = set()  # it was their turn, and something that is not theirs stopped them
        self._suspects: set[int] = set()  # they were being decided when a gateway ended uncleanly
        self._looked_back = False
        self._awaited: dict[int, threading.Event] = {}  # mails whose fate somebody waits for
        self.asked_for: Callable[[tuple[str, ...]], None] = lambda customers: None
        self.settled: Callable[[Settled], None] = lambda settled: None

    # --- receive: at the socket -----------------------------------------------------------------------------------

    def receive(self, raw: bytes, envelope: Envelope) -> Future[Kept]:
        """Keep a mail; the future resolves after the fsynced commit and only then may anybody say 250."""
        return self._woken(self.keeping.receive(raw, envelope))

    def take_in(self, name: str, envelope: Envelope) -> Future[Kept]:
        """The same for a large mail whose file lies in `incoming/` under that name."""
        return self._woken(self.keeping.take_in(name, envelope))

    def _woken(self, kept: Future[Kept]) -> Future[Kept]:
        self._backpressure.arrived()
        kept.add_done_callback(lambda done: self.wake())
        return kept

    def await_fate(self, number: int, seconds: float) -> bool:
        """Wait until a mail that was kept has its fate, for so many seconds at most; False when it has none yet."""
        settled = self._awaited.setdefault(number, threading.Event())
        try:
            open_still = self._store.read(lambda read: read.mail.is_undecided(number))
            return not open_still or settled.wait(seconds)
        finally:
            self._awaited.pop(number, None)

    def wake(self) -> None:
        """There is something new in the store, or something came back."""
        self._news = True
        self._wake.set()

    # --- process: each in its turn --------------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Process until `stop`; an error of ours is logged and met again, never lost."""
        while not stop.is_set():
            self._wake.clear()
            self._backpressure.wait_for_intake(stop)
            try:
                busy = self.drain()
            except (MailgateError, MemoryError) as error:
                log.error("processing paused", extra={"error": str(error) or type(error).__name__})
                stop.wait(PAUSE)
                continue
            except Exception:
                log.exception("processing failed")
                stop.wait(PAUSE)
                continue
            if not busy:
                self._backpressure.caught_up()
                reading = self.hand.reading()
                patience = min(GLANCE if reading else IDLE, self.hand.held_up() or IDLE)
                if not self._wake.wait(timeout=patience) and not reading:
                    self._news = True
            elif self.hand.reading() > BATCH // 2 and self.hand.ready() < BATCH // 2:
                stop.wait(GATHER)  # so that many share a commit
        self._finish()

    def work_off(self) -> None:
        """Process until nothing is left without a fate, for a command without a daemon. Raises Temporary."""
        self._news = True
        while True:
            if self.drain():
                continue
            if not len(self.hand):
                return
            self._wake.wait(timeout=GLANCE)
            self._wake.clear()

    def drain(self) -> int:
        """One pass: load, read ahead, decide whose turn it is; returns how much was done. Raises Temporary."""
        snapshot = self._in_force.snapshot
        if not self._looked_back:
            self._suspects.update(self._store.write(lambda tx: tx.mail.unfinished()).result())
            self._looked_back = True
        if self._resting:
            self._store.write(self._at_rest).result()
            self._resting.clear()
        done = self._load(snapshot)
        for each in list(self.hand.condemned.values()):
            self._set_aside(each)
        done += self.hand.read_ahead(snapshot.policy)
        for each, error in self.hand.gather():
            self._failed(each, error)
        turns = self.hand.choose(BATCH, self._suspects)
        self._decide(turns, snapshot)
        if self._resting:
            raise Temporary("mail put back: the database or a child process is not to be had")
        return done + len(turns)

    def _load(self, snapshot: Snapshot) -> int:
        if not (self._news or self.hand.wants_more()):
            return 0
        self._news = False
        try:
            return self.hand.load(snapshot.policy, self._judge)
        except Temporary:
            self._news = True
            raise

    def _judge(self, each: InHand) -> None:
        """What has killed often enough is not read again."""
        if each.mail.attempts >= ATTEMPTS:  # it was counted, and then its quarantine failed
            self.hand.condemn(each, "poison", POISON)
        elif each.mail.alone >= ENDS:
            self.hand.condemn(each, "daemon_died", DAEMON_DIED)

    def _at_rest(self, tx: Tx) -> None:
        """A suspect stays one until it has its fate."""
        tx.mail.at_rest(self._resting)
        tx.mail.deciding(self._resting & self._suspects)

    def _finish(self) -> None:
        """Before we end: what has been read is decided, and no mail is blamed for our leaving."""
        try:
            self.hand.gather()
            while not self._resting and (turns := self.hand.choose(BATCH, self._suspects)):
                self._decide(turns, self._in_force.snapshot)
        except MailgateError as error:
            log.error("mail left for the next start", extra={"error": str(error)})
        if self._resting:
            self._store.write(self._at_rest).exception()  # as well as we can

    def _decide(self, turns: list[Turn], snapshot: Snapshot) -> None:
        """Decide mails, all or nothing each. Raises Temporary when some were put back."""
        if not turns:
            return
        left = {turn.number: self.hand[turn.number] for turn in turns}
        try:
            self.deciding.mark(left, alone=len(left) == 1 and turns[0].number in self._suspects)
            futures = []
            for turn in turns:
                each = left[turn.number]
                assert each.parsed is not None
                futures.append((each, self.deciding.begin(each.mail, each.parsed, snapshot, turn.after)))
            for each, future in futures:
                self._collect(each, future)
                if each.number not in self._resting:
                    del left[each.number]
        finally:
            for each in left.values():
                self.hand.put_back(each)
                self._resting.add(each.number)
        self._on_letters()

    def _collect(self, each: InHand, future: Future[Settled | None]) -> None:
        try:
            settled = future.result()
        except (Temporary, MemoryError):  # ours is short: the mail cannot help it
            self._resting.add(each.number)
        except Exception as error:
            log.exception("decision failed", extra={"mail": each.number})
            self.hand.condemn(each, "bug", f"{type(error).__name__}: {error}")
            self._set_aside(each)
        else:
            crash.point("after-processing")
            self.hand.remove(each)
            if settled is not None:
                if settled.people:
                    self._on_people()
                if settled.released:
                    self.wake()
                self._tell(settled)

    def _tell(self, settled: Settled) -> None:
        self._suspects.discard(settled.number)
        self._pulse.settled(settled.fate, settled.reason)
        odd = {"flags": list(settled.flags)} if settled.flags else {}
        log.info("mail settled", extra={"mail": settled.number, "fate": str(settled.fate), "reason": settled.reason,
                                        "tickets": list(settled.tickets), "from": settled.sender,
                                        "to": settled.recipients, "message_id": settled.message_id, **odd})  # fmt: skip
        awaited = self._awaited.get(settled.number)
        if awaited is not None:
            awaited.set()
        if settled.asked_for:
            self.asked_for(settled.asked_for)
        self.settled(settled)

    # --- when we fail ---------------------------------------------------------------------------------------------

    def _failed(self, each: InHand, error: Exception) -> None:
        """A child's end on this mail: a limit is final, a crash is tried again, anything else is our bug."""
        if isinstance(error, Temporary | MemoryError):
            self._resting.add(each.number)
            return
        if not isinstance(error, ChildDied):
            self.hand.condemn(each, "parse_error", str(error))
        elif error.reason in DONE:
            self.hand.condemn(each, f"limit_{error.reason}", str(error))
        elif self._deaths(each) >= ATTEMPTS:
            self.hand.condemn(each, "poison", POISON)
        else:
            self._wake.set()
            return
        self._set_aside(each)

    def _deaths(self, each: InHand) -> int:
        """Count a child's death against the mail it read; returns the count."""
        try:
            deaths = self._store.write(lambda tx: tx.mail.attempt(each.number)).result()
        except Temporary:
            self._resting.add(each.number)
            return 0
        log.warning("child process died while reading a mail", extra={"mail": each.number, "attempt": deaths})
        return deaths

    def _set_aside(self, each: InHand) -> None:
        """A condemned mail goes into quarantine: its raw bytes stay, people see a ticket, the admin is told."""
        assert each.verdict is not None
        reason, error = each.verdict
        try:
            if reason == "daemon_died":
                self.deciding.mark([each.number], alone=True)  # its quarantine may kill us too
            settled = self.deciding.set_aside(each.mail, reason, error, bare=each.mail.alone > ENDS)
        except (Temporary, MemoryError):
            self._resting.add(each.number)
            return
        self.hand.remove(each)
        self._tell(settled)
        self._on_letters()

    def count_in_hand(self) -> dict[str, int | bool]:
        """How many mails are in hand, how many may be, and whether more wait behind these."""
        return {"mails": len(self.hand), "window": WINDOW, "full": self.hand.full}

    def close(self) -> None:
        """Let go of the threads that write large mail."""
        self.keeping.close()
