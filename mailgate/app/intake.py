"""Taking mail in: receive has the raw bytes kept before anybody looks inside; process decides, in order of arrival."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mailgate import crash
from mailgate.app import answers
from mailgate.app.children import Children, FileBytes
from mailgate.app.keeping import Keeping
from mailgate.app.live import Clock, Live, Snapshot
from mailgate.app.pulse import Pulse
from mailgate.app.rush import Rush
from mailgate.core import rule, unreadable
from mailgate.core.change import AddAlias, Decision, Fate
from mailgate.core.decide import decide, needs
from mailgate.core.mail import Envelope, InboundMail
from mailgate.core.match import referred
from mailgate.errors import ChildDied, MailgateError, Temporary
from mailgate.store.base import Ids, Kept, Stamp, Store, Tx, WaitingMail

log = logging.getLogger(__name__)

BATCH = 64
PATIENCE = 1.0  # seconds a mail may be unparsed before the others pass it
ATTEMPTS = 3  # children that may die on a mail
ENDS = 3  # unclean ends of the gateway at which a mail may have been alone in hand
POISON = f"its child died {ATTEMPTS} times"
DAEMON_DIED = f"mailgate itself ended {ENDS} times while it decided this mail alone"
READ = "mailgate.wire.parse:parse"  # what a child does with a mail
PAUSE = 1.0  # seconds before another look, when the database or the machine is in trouble
DONE = ("cpu", "memory", "wall", "size")  # limits a second try would only meet again


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one mail."""

    number: int
    fate: str
    reason: str
    tickets: tuple[int, ...] = ()
    people: bool = False  # something was learnt of an agent


class Intake:
    """The way of a mail from the socket to its fate."""

    def __init__(
        self,
        store: Store,
        children: Children,
        live: Live,
        ids: Ids,
        clock: Clock,
        keeping: Keeping,
        pulse: Pulse,
        *,
        on_letters: Callable[[], None] = lambda: None,
        on_people: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._children, self._live, self._ids, self._clock = store, children, live, ids, clock
        self.keeping, self._pulse, self._on_letters, self._on_people = keeping, pulse, on_letters, on_people
        self._wake = threading.Event()
        self._rush = Rush()
        self._late: dict[int, tuple[WaitingMail, Future[Any]]] = {}
        self._resting: set[int] = set()  # they were to be decided, and something that is not theirs stopped them
        self._suspects: set[int] = set()  # they were being decided when a gateway ended uncleanly
        self._looked_back = False
        self.settled: Callable[[Settled], None] = lambda settled: None

    # --- receive: at the socket -----------------------------------------------------------------------------------

    def receive(self, raw: bytes, envelope: Envelope) -> Future[Kept]:
        """Keep a mail; the future resolves after the fsynced commit and only then may anybody say 250."""
        self._rush.arrived()
        kept = self.keeping.receive(raw, envelope)
        kept.add_done_callback(lambda done: self.wake())
        return kept

    def wake(self) -> None:
        """There is something to process."""
        self._wake.set()

    # --- process: in order of arrival -----------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Process until `stop`; an error of ours is logged and met again, never lost."""
        while not stop.is_set():
            self._wake.clear()
            self._rush.give_way(stop)
            try:
                busy = self.drain()
            except MailgateError as error:
                log.error("processing paused", extra={"error": str(error)})
                stop.wait(PAUSE)
                continue
            except Exception:
                log.exception("processing failed")
                stop.wait(PAUSE)
                continue
            if not busy:
                self._rush.caught_up()
                self._wake.wait(timeout=5.0 if not self._late else PATIENCE / 10)
        self._finish()

    def drain(self) -> int:
        """One pass over the mails without a fate; returns how many were looked at."""
        if not self._looked_back:
            self._suspects.update(self._store.write(lambda tx: tx.unfinished()).result())
            self._looked_back = True
        done = self.drain_late(wait=False)
        if self._resting:
            self._store.write(self._at_rest).result()
            self._resting.clear()
        waiting = self._next()
        if not waiting:
            return done
        self._process(waiting)
        return len(waiting)

    def _next(self) -> list[WaitingMail]:
        """The next mails. One that was being decided when a gateway ended uncleanly is taken alone."""
        found = self._store.read(lambda read: read.waiting(BATCH + len(self._late)))
        waiting = [mail for mail in found if mail.number not in self._late][:BATCH]
        suspect = next((at for at, mail in enumerate(waiting) if mail.number in self._suspects), len(waiting))
        return waiting[: suspect or 1]

    def _at_rest(self, tx: Tx) -> None:
        """A suspect stays one until it has its fate."""
        tx.at_rest(self._resting)
        tx.deciding(self._resting & self._suspects)

    def _put_back(self, mail: WaitingMail) -> None:
        """It keeps its place: what stopped it was the database or the machine."""
        self._resting.add(mail.number)

    def _finish(self) -> None:
        """Before we end: what is parsed is applied, and no mail is blamed for our leaving."""
        try:
            self.drain_late(wait=True)
        except MailgateError as error:
            log.error("mail left for the next start", extra={"error": str(error)})
        if self._resting:
            self._store.write(self._at_rest).exception()  # as well as we can

    def _process(self, waiting: list[WaitingMail]) -> None:
        snapshot = self._live.snapshot
        limits = snapshot.policy.limits
        good = [mail for mail in waiting if not self._condemned(mail)]
        calls = [(_bytes(mail), mail.envelope, limits) for mail in good]
        parsing = self._children.submit_many(READ, calls, [mail.envelope.peer for mail in good])
        ready: list[tuple[WaitingMail, InboundMail]] = []
        for mail, future in zip(good, parsing, strict=True):
            try:
                ready.append((mail, future.result(timeout=PATIENCE)))
            except Late:
                self._late[mail.number] = (mail, future)
            except Temporary:
                self._put_back(mail)
            except MailgateError as error:
                self._failed(mail, error)
        self._decide(ready, snapshot)
        if self._resting:
            raise Temporary("mail put back: the database or a child process is not to be had")

    def _condemned(self, mail: WaitingMail) -> bool:
        """True for a mail that has killed too often; it lies in quarantine then."""
        if mail.attempts >= ATTEMPTS:  # it was counted, and then its quarantine failed
            self._quarantine(mail, "poison", POISON)
        elif mail.alone >= ENDS:
            self._store.write(lambda tx: tx.deciding([mail.number], alone=True)).result()
            self._quarantine(mail, "daemon_died", DAEMON_DIED, bare=mail.alone > ENDS)
        else:
            return False
        return True

    def _decide(self, ready: list[tuple[WaitingMail, InboundMail]], snapshot: Snapshot) -> None:
        """Decide mails, all or nothing each; that their decision begins is on disk before, whatever it does to us."""
        if not ready:
            return
        numbers = [mail.number for mail, _ in ready]
        alone = len(ready) == 1 and numbers[0] in self._suspects
        try:
            self._store.write(lambda tx: tx.deciding(numbers, alone=alone)).result()
        except Temporary:
            for mail, _ in ready:
                self._put_back(mail)
            raise
        self._collect([(mail, self._submit(mail, parsed, snapshot)) for mail, parsed in ready])

    def drain_late(self, *, wait: bool) -> int:
        """Mails that stepped aside and are parsed by now; with `wait` those still in hand too."""
        ready = [number for number, (_, future) in self._late.items() if wait or future.done()]
        for number in ready:
            mail, future = self._late.pop(number)
            try:
                parsed = future.result()
            except Temporary:
                self._put_back(mail)
            except MailgateError as error:
                self._failed(mail, error)
            else:
                self._decide([(mail, parsed)], self._live.snapshot)
        return len(ready)

    def _submit(self, mail: WaitingMail, parsed: InboundMail, snapshot: Snapshot) -> Future[Settled]:
        """The decision on its way into the store; a future that failed when we could not even get there."""
        try:
            return self._decided(mail, parsed, snapshot)
        except Exception as error:
            failed: Future[Settled] = Future()
            failed.set_exception(error)
            return failed

    def _decided(self, mail: WaitingMail, parsed: InboundMail, snapshot: Snapshot) -> Future[Settled]:
        """What the mail alone tells is worked out here, what the store knows inside the transaction."""
        now = self._clock()
        moment = mail.arrived_at if mail.envelope.history else now
        examined = rule.examine(snapshot.rules, parsed)
        wanted = needs(parsed, snapshot.policy, mail.arrived_at, examined, mail.released_as)
        stamp = _stamp(parsed, wanted.departments)

        def job(tx: Tx) -> Settled:
            facts = tx.facts(wanted, now)
            decision = decide(
                parsed,
                facts,
                snapshot.policy,
                snapshot.rules,
                now,
                examined=examined,
                in_hours=snapshot.in_hours(now),
                released_as=mail.released_as,
                release_mode=mail.release_mode,
            )
            stub = _stub_of(tx, mail.number) if mail.retried else None
            if stub is not None:
                decision = unreadable.adopt(decision, stub)
            decision = answers.fill(tx, decision, snapshot.policy, now)
            applied = tx.apply(mail.number, decision, moment, self._ids, stamp, hold=snapshot.holds)
            crash.point("mid-processing")
            learnt = any(isinstance(effect, AddAlias) for effect in decision.effects)
            return Settled(mail.number, decision.fate, decision.reason, applied.tickets, learnt)

        return self._store.write(job)

    def _collect(self, applying: list[tuple[WaitingMail, Future[Settled]]]) -> None:
        trouble: Temporary | None = None
        for mail, future in applying:
            try:
                settled = future.result()
            except Temporary as error:
                trouble = error
                self._put_back(mail)
            except Exception as error:
                log.exception("decision failed", extra={"mail": mail.number})
                self._quarantine(mail, "bug", f"{type(error).__name__}: {error}")
            else:
                crash.point("after-processing")
                if settled.people:
                    self._on_people()
                self._tell(settled)
        if applying:
            self._on_letters()
        if trouble is not None:
            raise trouble

    def _tell(self, settled: Settled) -> None:
        self._suspects.discard(settled.number)
        self._pulse.settled(settled.fate, settled.reason)
        log.info("mail settled", extra={"mail": settled.number, "fate": str(settled.fate), "reason": settled.reason,
                                        "tickets": list(settled.tickets)})  # fmt: skip
        self.settled(settled)

    # --- when we fail ---------------------------------------------------------------------------------------------

    def _failed(self, mail: WaitingMail, error: MailgateError) -> None:
        """A child's end on this mail: a limit is final, a crash is tried again, anything else is our bug."""
        if isinstance(error, ChildDied):
            if error.reason in DONE:
                self._quarantine(mail, f"limit_{error.reason}", str(error))
            elif self._died(mail) >= ATTEMPTS:
                self._quarantine(mail, "poison", POISON)
            return
        self._quarantine(mail, "parse_error", str(error))

    def _died(self, mail: WaitingMail) -> int:
        """Count a child's death against the mail it read; returns the count."""
        try:
            attempts = self._store.write(lambda tx: tx.attempt(mail.number)).result()
        except Temporary:
            self._put_back(mail)
            return mail.attempts
        log.warning("child process died while reading a mail", extra={"mail": mail.number, "attempt": attempts})
        self.wake()
        return attempts

    def _quarantine(self, mail: WaitingMail, reason: str, error: str, *, bare: bool = False) -> None:
        """Raw bytes stay, people see a ticket, the admin is told; `mailgate quarantine retry` runs it again."""
        try:
            settled = self._store.write(partial(self._set_aside, mail, reason, error, bare=bare)).result()
        except Temporary:
            self._put_back(mail)
            return
        except Exception:
            log.exception("no ticket about an unreadable mail", extra={"mail": mail.number})
            settled = self._store.write(partial(self._set_aside, mail, reason, error, bare=True)).result()
        self._tell(settled)
        self._on_letters()

    def _set_aside(self, mail: WaitingMail, reason: str, error: str, tx: Tx, *, bare: bool = False) -> Settled:
        """`bare` without stub ticket and letters: whatever is wrong with those, the mails behind must go on."""
        now = self._clock()
        if bare:
            decision = Decision(Fate.QUARANTINED, reason)
        else:
            decision = unreadable.decide(mail.envelope, mail.number, reason, self._live.policy, now)
            if _stub_of(tx, mail.number) is not None:
                decision = replace(decision, steps=())
        applied = tx.apply(mail.number, decision, now, self._ids, None, hold=self._live.snapshot.holds)
        tx.quarantine_mail(mail.number, reason, error[:2000], now)
        return Settled(mail.number, decision.fate, reason, applied.tickets)

    def close(self) -> None:
        """Let go of the threads that write large mail."""
        self.keeping.close()


def _bytes(mail: WaitingMail) -> bytes | FileBytes:
    """The raw mail for a child: small ones in the pipe, large ones by path."""
    return FileBytes(mail.path) if mail.path else mail.raw or b""


def _stub_of(tx: Tx, number: int) -> int | None:
    """The ticket that was opened when this mail went into quarantine."""
    row = tx.mail(number)
    return next(iter(row["tickets"]), None) if row else None


def _stamp(mail: InboundMail, departments: tuple[str, ...]) -> Stamp:
    return Stamp(
        content_digest=mail.content_digest,
        message_id=mail.message_id,
        ids=referred(mail),
        author=mail.author.key if mail.author else "",
        author_name=mail.author.name if mail.author else "",
        subject=mail.subject,
        date=mail.date,
        departments=departments,
        flags=tuple(sorted(mail.flags)),
    )
