"""Which job a child is given next: slow ones share one child, and of a slow peer two are in hand at a time."""

from __future__ import annotations

import itertools
import pickle
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from mailgate.app.children.child import MARK, frame
from mailgate.errors import Temporary

AT_A_TIME = 2  # jobs of one peer in the children while a job of its is slow
NOBODY = object()
_numbers = itertools.count()  # for all pools of this process: no two jobs have one mark


class Job:
    """A call of `"module:function"` as octets, the future somebody holds, and whose it is ("": it does not matter).

    The child repeats the `mark` in front of its answer.
    """

    __slots__ = ("data", "doubted", "future", "mark", "peer", "slow")

    def __init__(self, function: str, args: tuple[Any, ...], peer: str = "") -> None:
        self.mark = MARK.pack(next(_numbers))
        self.data = frame(self.mark + pickle.dumps((function, args), pickle.HIGHEST_PROTOCOL))
        self.peer, self.slow, self.doubted = peer, False, False
        self.future: Future[Any] = Future()

    def begin(self) -> bool:
        """True when somebody still waits for it; from here on it counts as begun."""
        return self.future.running() or self.future.set_running_or_notify_cancel()

    def fail(self, error: Exception) -> None:
        """Tell whoever waits that nothing will come of it."""
        if self.begin():
            self.future.set_exception(error)


class GivenJob:
    """A job in the child's pipe; without `job` its answer is not wanted any more."""

    __slots__ = ("job", "mark", "size")

    def __init__(self, job: Job) -> None:
        self.job: Job | None = job
        self.mark, self.size = job.mark, len(job.data)


def abandon(jobs: Iterable[Job]) -> None:
    """Nobody will do these any more."""
    for job in jobs:
        job.fail(Temporary("the pool of children is closed"))


class JobTurns:
    """Jobs that wait for a child. Not for several threads at once: the pool holds its lock.

    `in_hand` tells the peers of all jobs that children have, one item a job.
    """

    def __init__(self, in_hand: Callable[[], Iterable[str]]) -> None:
        self._in_hand = in_hand
        self._fast: deque[Job] = deque()
        self._slow: deque[Job] = deque()
        self._holder: object = NOBODY  # the child that slow jobs share
        self._held = ""  # the peer of the job that made it so

    def __len__(self) -> int:
        return len(self._fast) + len(self._slow)

    def add(self, jobs: Iterable[Job]) -> None:
        """New jobs, behind the others."""
        self._fast.extend(jobs)

    def put_back(self, jobs: Iterable[Job]) -> None:
        """Jobs taken and not begun go to the front again, in their order."""
        self._fast.extendleft(reversed(list(jobs)))

    def put_aside(self, job: Job) -> None:
        """A job that turned out to be slow, and was stopped: it waits for the one child."""
        job.slow = True
        self._slow.append(job)

    def clear(self) -> list[Job]:
        """Everything that waits, taken out."""
        jobs = [*self._fast, *self._slow]
        self._fast.clear()
        self._slow.clear()
        return jobs

    def claim(self, child: object, peer: str) -> bool:
        """The job in this child turned out to be slow: True when the child becomes the one that slow jobs share."""
        if self._holder is not NOBODY and self._holder is not child:
            return False
        self._holder, self._held = child, peer
        return True

    def gone(self, child: object) -> None:
        """A child takes no more jobs."""
        if self._holder is child:
            self._holder, self._held = NOBODY, ""

    def next(self, child: object, *, only_fast: bool = False) -> Job | None:
        """The next job for a child with nothing in hand."""
        if self._slow and not only_fast and self._holder in (NOBODY, child):
            job = self._fairest()
            self._holder, self._held = child, job.peer
            return job
        self.gone(child)
        return self._next_fast()

    def more(self, child: object, behind: int, room: int) -> Job | None:
        """A further job for a child that has some; only from a backlog of more than `behind`, within `room` octets."""
        if len(self._fast) <= behind or self._holder is child or len(self._fast[0].data) > room:
            return None
        if self._crowded(self._fast[0].peer, self._heavy()):
            return None
        return self._fast.popleft()

    def _next_fast(self) -> Job | None:
        heavy = self._heavy()
        if not heavy:
            return self._fast.popleft() if self._fast else None
        for at, job in enumerate(self._fast):
            if not self._crowded(job.peer, heavy):
                del self._fast[at]
                return job
        return None

    def _fairest(self) -> Job:
        """Peers take turns: the first whose peer was not served last."""
        at = next((at for at, job in enumerate(self._slow) if job.peer != self._held), 0)
        job = self._slow[at]
        del self._slow[at]
        return job

    def _heavy(self) -> set[str]:
        """Peers a slow job of which waits or is in hand."""
        return ({job.peer for job in self._slow} | {self._held}) - {""}

    def _crowded(self, peer: str, heavy: set[str]) -> bool:
        return peer in heavy and sum(other == peer for other in self._in_hand()) >= AT_A_TIME
