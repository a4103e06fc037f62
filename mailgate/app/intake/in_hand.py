"""The mails in hand: loaded with their keys, read ahead in the children, ready to be decided."""

from __future__ import annotations

import logging
import queue
import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Container
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mailgate.app.children.pool import Children, FileBytes
from mailgate.app.intake import quotable
from mailgate.app.intake.lanes import Lanes, Turn
from mailgate.app.lookup.holding import Hold
from mailgate.core.model.mail import InboundMail
from mailgate.core.model.policy import Policy
from mailgate.core.quoting.known import KnownLetters
from mailgate.store.base import Read, Store, WaitingMail
from mailgate.wire.mime.lane_keys import HEAD, Keys, keys

log = logging.getLogger(__name__)

WINDOW = 4096  # mails in hand; those behind wait in the store
LOAD = 512  # mails taken in hand before the next look at what can be decided
CHUNK = 64  # mails a look into the store
AHEAD = 128  # mails read, or given to be read, that could be decided at once
BLOCKED = 128  # the same for mails that wait for others
HANDED = 8 * 2**20  # octets of known letters that the children have not yet read mails with
OCTETS = 32 * 2**20  # of the mails read ahead; what is read of one may be held until its turn
SLOW = 2.0  # seconds of reading after which a mail holds up others by ids alone
PASSED = 60.0  # seconds of reading after which it holds up nobody: longer than a child may read
GLANCE = 0.25  # seconds between two looks at who reads for how long

READ = "mailgate.wire.mime.parse:parse"  # what a child does with a mail


@dataclass(slots=True, eq=False)
class InHand:
    """One mail between the store and its fate."""

    mail: WaitingMail  # its octets are kept only until a child has them
    keys: Keys
    future: Future[Any] | None = None
    serial: int = 0  # of its latest reading
    given: float = 0.0  # when that was
    since: float | None = None  # when a child began to read it, or passed it over for a later one
    marks: tuple[str, ...] = ()  # tokens in its body, once those in its header did not explain what it quotes
    holds: int = 2  # 2: by all its keys, 1: by ids alone, 0: nobody
    handed: int = 0  # octets of the letters it may quote, while they are with the children
    parsed: InboundMail | None = None
    verdict: tuple[str, str] | None = None  # why it goes into quarantine

    @property
    def number(self) -> int:
        """Its place in the order of arrival."""
        return self.mail.number


class Hand:
    """For one thread; only the answers of the children come in from others, through a queue."""

    def __init__(
        self, store: Store, children: Children, monotonic: Callable[[], float], stir: Callable[[], None]
    ) -> None:
        self._store, self.children, self._monotonic, self._stir = store, children, monotonic, stir
        self._all: dict[int, InHand] = {}
        self._idle: list[int] = []  # not read and not being read, in order
        self._unread: dict[int, InHand] = {}  # given to a child
        self._ready: dict[int, InHand] = {}  # read
        self._lanes = Lanes()
        self._answers: queue.SimpleQueue[tuple[InHand, Future[Any]]] = queue.SimpleQueue()
        self.wait_for: Callable[[InboundMail, Callable[[], None]], Hold | None] = lambda mail, then: None
        self._holds: dict[int, tuple[threading.Event, float]] = {}  # read, and what they wait for, until when
        self.condemned: dict[int, InHand] = {}  # they go into quarantine, and are not there yet
        self._serial = self._furthest = 0
        self._next_look = 0.0
        self._filling = False
        self.full = False  # there is more in the store than the window holds

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, number: int) -> InHand:
        return self._all[number]

    def reading(self) -> int:
        """How many are with the children."""
        return len(self._unread)

    def ready(self) -> int:
        """How many are read, and wait for their turn."""
        return len(self._ready)

    def wants_more(self) -> bool:
        """True while the window is being filled, and when half of a full one is done."""
        return self._filling or (self.full and len(self._all) <= WINDOW // 2)

    # --- in ---

    def load(self, policy: Policy, judge: Callable[[InHand], None]) -> int:
        """Take in what has no fate and is not in hand, the earliest first: new mail, and what comes back to its place.

        So many at a time; each is shown to `judge`. Returns how many. Raises Temporary.
        """
        numbers = self._store.read(lambda read: read.mail.undecided(WINDOW))
        fresh = [number for number in numbers if number not in self._all]
        self._filling = len(fresh) > LOAD
        for at in range(0, min(len(fresh), LOAD), CHUNK):
            for mail in self._store.read(partial(_waiting, fresh[at : at + CHUNK])):
                judge(self._add(mail, policy, without_raw=at > 0))
        self.full = len(numbers) >= WINDOW
        return len(fresh)

    def _add(self, mail: WaitingMail, policy: Policy, *, without_raw: bool) -> InHand:
        found = InHand(replace(mail, raw=None) if without_raw else mail, _keys(mail, policy))
        self._all[mail.number] = found
        insort(self._idle, mail.number)
        self._lanes.add(mail.number, found.keys)
        return found

    # --- reading ---

    def read_ahead(self, policy: Policy) -> int:
        """Give the children what may be decided next, and some of what waits behind it; returns how many."""
        begin = self._next_to_read()
        known = self._store.read(partial(_known, begin, policy, self._handed())) if begin else []
        begin = begin[: len(known)]
        if not begin:
            return 0
        bare = [each.number for each in begin if each.mail.raw is None and each.mail.path is None]
        whole = {mail.number: mail for mail in self._store.read(partial(_waiting, bare))} if bare else {}
        calls = []
        for each, letters in zip(begin, known, strict=True):
            mail = whole.get(each.number, each.mail)
            raw = FileBytes(mail.path) if mail.path else mail.raw or b""
            calls.append((raw, mail.envelope, policy.limits, letters))
            each.handed = _size(letters)
        peers = [each.mail.envelope.peer for each in begin]
        now = self._monotonic()
        for each, future in zip(begin, self.children.submit_many(READ, calls, peers), strict=True):
            self._serial += 1
            each.mail, each.future = replace(each.mail, raw=None), future
            each.serial, each.given = self._serial, now
            del self._idle[bisect_left(self._idle, each.number)]
            self._unread[each.number] = each
            future.add_done_callback(partial(self._answered, each))
        return len(begin)

    def _handed(self) -> int:
        return sum(each.handed for each in self._unread.values())

    def _next_to_read(self) -> list[InHand]:
        """Neither those that wait nor the slow keep those from being read that need not wait."""
        lately = self._monotonic() - SLOW
        room = {True: AHEAD, False: BLOCKED}
        octets = OCTETS
        for each in (*self._unread.values(), *self._ready.values()):
            if each.parsed is not None or each.given > lately:
                room[self._lanes.free(each.number)] -= 1
                octets -= min(each.mail.size, HEAD * 16)
        begin: list[InHand] = []
        for number in self._idle:
            if room[True] <= 0 and (room[False] <= 0 or octets <= 0):
                break
            each = self._all[number]
            free = self._lanes.free(number)
            if number not in self.condemned and room[free] > 0 and (free or octets > 0):
                begin.append(each)
                room[free] -= 1
                octets -= min(each.mail.size, HEAD * 16)
        return begin

    def _answered(self, each: InHand, future: Future[Any]) -> None:
        self._answers.put((each, future))
        self._stir()

    def gather(self) -> list[tuple[InHand, Exception]]:
        """Take what the children have read; returns those that came to nothing, and why."""
        failed: list[tuple[InHand, Exception]] = []
        while not self._answers.empty():
            each, future = self._answers.get()
            if each.future is not future:
                continue
            self._furthest = max(self._furthest, each.serial)
            del self._unread[each.number]
            each.handed = 0
            error = future.exception()
            if error is None and self._read_twice(each, future.result()):
                self.again(each)
                self._stir()
            elif error is None:
                each.parsed = future.result()
                self._ready[each.number] = each
                self._hold(each)
            elif isinstance(error, Exception):
                self.again(each)
                failed.append((each, error))
            else:
                raise error
        self._look()
        return failed

    def _read_twice(self, each: InHand, parsed: InboundMail) -> bool:
        """True, once, for a mail with tokens in its body alone: it is read anew beside the letters these are of."""
        marks = () if each.marks else quotable.unexplained(parsed)
        each.marks = each.marks or marks
        return bool(marks)

    def again(self, each: InHand) -> None:
        """It has not been read: it keeps its place, and what it holds up."""
        each.future = None
        insort(self._idle, each.number)

    def _look(self) -> None:
        """Whoever is read for long holds up others by ids alone, and at last nobody."""
        now = self._monotonic()
        if now < self._next_look:
            return
        self._next_look = now + GLANCE
        for number, each in self._unread.items():
            assert each.future is not None
            if each.since is None and (each.future.running() or each.serial < self._furthest):
                each.since = now
            if each.since is None:
                continue
            if each.holds and now - each.since >= PASSED:
                each.holds = 0
                self._lanes.let_pass(number)
            elif each.holds == 2 and now - each.since >= SLOW:
                each.holds = 1
                self._lanes.ease(number)

    # --- out ---

    def choose(self, most: int, alone: Container[int]) -> list[Turn]:
        """Those whose turn it is, in order; they no longer hold up others, until they are put back."""
        if self._holds:
            self.held_up()
        ready = self._ready.keys() - self._holds.keys() if self._holds else self._ready
        return self._lanes.choose(ready, most, alone)

    def _hold(self, each: InHand) -> None:
        """It may wait for what is said of its sender, and holds up those behind it in its lanes meanwhile."""
        assert each.parsed is not None
        hold = self.wait_for(each.parsed, self._stir)
        if hold is not None:
            self._holds[each.number] = hold.done, self._monotonic() + hold.seconds

    def held_up(self) -> float | None:
        """Seconds until the next of those that wait has waited long enough; None when none waits."""
        now = self._monotonic()
        self._holds = {
            number: (done, until)
            for number, (done, until) in self._holds.items()
            if number in self._ready and not done.is_set() and now < until
        }
        return min(until for _, until in self._holds.values()) - now if self._holds else None

    def put_back(self, each: InHand) -> None:
        """It was its turn, and something that is not its own stopped it."""
        self._lanes.add(each.number, each.keys)
        each.holds = 2

    def remove(self, each: InHand) -> None:
        """It has its fate."""
        number = each.number
        self._lanes.remove(number)
        self._all.pop(number, None)
        self._unread.pop(number, None)
        self._ready.pop(number, None)
        self.condemned.pop(number, None)
        each.future = None
        at = bisect_left(self._idle, number)
        if self._idle[at : at + 1] == [number]:
            del self._idle[at]

    def condemn(self, each: InHand, reason: str, error: str) -> None:
        """It goes into quarantine; it is read and decided no more."""
        each.verdict = (reason, error)
        self.condemned[each.number] = each
        if self._ready.pop(each.number, None):
            insort(self._idle, each.number)


def _known(mails: list[InHand], policy: Policy, handed: int, read: Read) -> list[KnownLetters | None]:
    """What each of these may quote, for as many as there is room; where nothing is handed yet for one at least."""
    found: list[KnownLetters | None] = []
    for each in mails:
        if handed >= HANDED:
            break
        found.append(known := quotable.letters(read, each.keys.answered, policy, each.marks))
        handed += _size(known)
    return found


def _size(known: KnownLetters | None) -> int:
    """Octets, as many as matter."""
    return (
        sum(map(len, (*known.letters, *known.notes))) + 2 * sum(len(one.text) for one in known.entries) if known else 0
    )


def _waiting(numbers: list[int], read: Read) -> list[WaitingMail]:
    return read.mail.waiting(numbers)


def _keys(mail: WaitingMail, policy: Policy) -> Keys:
    """What it may belong to; a mistake of ours costs it its place behind others, and nothing else."""
    try:
        return keys(_head(mail), mail.envelope, policy)
    except Exception:
        log.exception("no keys for a mail", extra={"mail": mail.number})
        return Keys()


def _head(mail: WaitingMail) -> bytes:
    """The top of the raw octets; what cannot be read has no keys but its envelope's."""
    if mail.path is None:
        return (mail.raw or b"")[:HEAD]
    try:
        with Path(mail.path).open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""
