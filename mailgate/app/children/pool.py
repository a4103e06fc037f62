"""The pool of limited child processes: a child that dies harms its own job alone, and is replaced."""

from __future__ import annotations

import itertools
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NoReturn

from mailgate.app import kernel
from mailgate.app.children import deadline, parcel
from mailgate.app.children.child import MARK, OUT_OF_MEMORY, ByteStream, FileBytes, Limits, TooLarge
from mailgate.app.children.turns import GivenJob, Job, JobTurns, abandon
from mailgate.errors import ChildDied, ChildFailed, ShortOfMemory, Temporary

log = logging.getLogger(__name__)

AHEAD = 8  # jobs given to one child before their turn, while there is a backlog
AHEAD_BYTES = 65536  # what fits a socket buffer while the child writes: more could block both sides for ever
SLOW = 0.5  # seconds a job may take before it counts as slow, without those it waited for a processor
SURELY_SLOW = 8.0  # with those
COMPANY = 2  # children more, while slow jobs keep the others busy
LEAVES = 60.0  # seconds without work after which such a child goes
START_TIME = 60.0
PACKED = 1 + MARK.size  # where in an answer the value begins
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "HOME")  # no secrets of ours

__all__ = ["Children", "FileBytes"]


class Children:
    """`size` child processes that run named functions: `submit("mailgate.wire.mime.parse:parse", raw, envelope)`.

    Slow jobs share one child. While they do, up to two children more are there for the others, and of a peer with slow
    jobs two are in hand at a time; a second slow job is stopped, and starts anew when that child is free.
    `wall` and `cpu` are seconds and `memory` octets a job; what it waited for a processor is not counted. A child above
    `resident` octets, or after `jobs` jobs, is replaced. Arguments are values that pickle, results what `parcel` packs;
    a child whose answer cannot be read, or is not to its job, is replaced at once, for somebody else may be speaking.
    That job is done anew, once.
    """

    def __init__(
        self,
        size: int,
        *,
        wall: float = 30.0,
        cpu: float = 20.0,
        memory: int = 400 * 2**20,
        resident: int = 150 * 2**20,
        jobs: int = 20_000,
        warm: tuple[str, ...] = ("mailgate.wire.mime.parse", "mailgate.wire.letters.compose"),
    ) -> None:
        self.wall, self.jobs = wall, jobs
        self.limits, self.warm = Limits(cpu, memory, resident), warm
        self._turns = JobTurns(self._in_hand)
        self._change = threading.Condition(threading.RLock())
        self._closing = False
        self.down = ""  # why no child can be started, `""` since one could
        self._keepers = [ChildKeeper(self, f"child-{number}") for number in range(size)]
        self._size, self._numbers = size, itertools.count(size)
        for keeper in self._keepers:
            keeper.start()

    def submit(self, function: str, *args: Any) -> Future[Any]:
        """Run `"module:function"` in a child.

        The future raises ChildDied, ChildFailed, or Temporary (no child can be started, the pool is closed).
        """
        return self.submit_many(function, [args])[0]

    def submit_many(
        self, function: str, calls: Iterable[tuple[Any, ...]], peers: Iterable[str] = ()
    ) -> list[Future[Any]]:
        """One `submit` for each argument tuple, at the price of one; `peers` tell whose each is."""
        jobs = list(map(Job, itertools.repeat(function), calls, itertools.chain(peers, itertools.repeat(""))))
        with self._change:
            closed = self._closing
            if not closed:
                self._turns.add(jobs)
                self._change.notify(len(jobs))
        if closed:
            abandon(jobs)
        return [job.future for job in jobs]

    def run(self, function: str, *args: Any) -> Any:
        """`submit` and wait for the result."""
        return self.submit(function, *args).result()

    def close(self, grace: float = 5.0) -> None:
        """Fail what waits, let the jobs in hand finish for `grace` seconds, end the children."""
        with self._change:
            self._closing = True
            waiting, keepers = self._turns.clear(), list(self._keepers)
            self._change.notify_all()
        abandon(waiting)
        deadline = time.monotonic() + grace
        for keeper in keepers:
            keeper.join(max(0.0, deadline - time.monotonic()))
        for keeper in keepers:
            keeper.kill()
            keeper.join()

    def pids(self) -> list[int]:
        """The process ids of the children alive."""
        return [process.pid for keeper in list(self._keepers) if (process := keeper.process) and process.poll() is None]

    def memory(self) -> int:
        """Octets resident in all children together."""
        return sum(kernel.resident(pid) for pid in self.pids())

    def waiting(self) -> int:
        """How many jobs no child has taken yet."""
        return len(self._turns)

    # --- for the keepers ---

    def take(self, keeper: ChildKeeper, room: int) -> Job | None:
        """The next job. A keeper with work in hand gets one only from a backlog and within `room` octets.

        An idle one waits; None sends it home.
        """
        with self._change:
            if keeper.flight:
                return self._turns.more(keeper, len(self._keepers), room)
            self._change.notify_all()  # what it had in hand may have kept another from its turn
            while not self._closing:
                job = self._turns.next(keeper, only_fast=keeper.company)
                if job is not None:
                    return job
                if not self._change.wait(LEAVES if keeper.company else None) and keeper.company:
                    break
            self.leave(keeper)
            return None

    def leave(self, keeper: ChildKeeper) -> None:
        """A keeper has gone home; the company is forgotten."""
        with self._change:
            self._turns.gone(keeper)
            if keeper.company and keeper in self._keepers:
                self._keepers.remove(keeper)

    def slow(self, keeper: ChildKeeper, job: Job | None) -> bool:
        """A keeper's job turned out to be slow: True when it may go on, as the one that slow jobs share."""
        with self._change:
            if self._closing:
                return True
            if len(self._keepers) < self._size + COMPANY:
                other = ChildKeeper(self, f"child-{next(self._numbers)}", company=True)
                with suppress(RuntimeError):  # no thread more is to be had: then without company
                    other.start()
                    self._keepers.append(other)
            return job is not None and not keeper.company and self._turns.claim(keeper, job.peer)

    def put_aside(self, job: Job) -> None:
        """A slow job whose child was stopped starts anew when its turn comes."""
        with self._change:
            if not self._closing:
                self._turns.put_aside(job)
                self._change.notify_all()
                return
        abandon([job])

    def _in_hand(self) -> list[str]:
        """The peers of the jobs that children have."""
        return [given.job.peer for keeper in self._keepers for given in list(keeper.flight) if given.job is not None]

    @property
    def closing(self) -> bool:
        """True from `close` on."""
        return self._closing

    def give_back(self, jobs: list[Job]) -> None:
        """Jobs taken but not done go to the front again."""
        with self._change:
            if not self._closing:
                self._turns.put_back(jobs)
                self._change.notify(len(jobs))
                return
        abandon(jobs)

    def fail_waiting(self, error: Exception) -> None:
        """No child can be started: whoever waits is told, instead of waiting for ever."""
        with self._change:
            waiting = self._turns.clear()
        for job in waiting:
            job.fail(error)

    def pause(self, seconds: float) -> bool:
        """Wait before another try; False when the pool closes."""
        with self._change:
            return not self._change.wait_for(lambda: self._closing, seconds)


class ChildKeeper(threading.Thread):
    """Keeps one child: gives it jobs, reads its answers, buries and replaces it."""

    def __init__(self, pool: Children, name: str, *, company: bool = False) -> None:
        super().__init__(name=name, daemon=True)
        self.pool, self.company = pool, company
        self.process: subprocess.Popen[bytes] | None = None
        self.stream: ByteStream | None = None
        self.flight: deque[GivenJob] = deque()  # oldest first

    def run(self) -> None:
        wait = 0.1
        while True:
            try:
                self.start_child()
            except (OSError, EOFError, TooLarge, MemoryError) as error:
                self.bury()
                self.pool.down = str(error) or type(error).__name__
                log.error("child process cannot be started", extra={"error": str(error)})
                if self.company:
                    self.pool.leave(self)
                    return
                self.pool.fail_waiting(Temporary("no child process can be started"))
                if not self.pool.pause(wait):
                    return
                wait = min(wait * 2, 30.0)
                continue
            wait, self.pool.down = 0.1, ""
            try:
                more = self.serve()
            except MemoryError:  # ours, not the child's: it is ended, and blamed for nothing
                self.give_back()
                more = self.pool.pause(1.0)
            self.bury()
            if not more:
                return

    def start_child(self) -> None:
        """Fork, exec and wait until it is ready; raises OSError or EOFError."""
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = (theirs.fileno(), os.getpid(), self.pool.limits, self.pool.warm)
            self.stream = ByteStream(ours)
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own code
                [
                    sys.executable,
                    "-P",
                    "-c",
                    f"from mailgate.app.children.child import Limits, main; main(*{arguments!r})",
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={key: os.environ[key] for key in KEPT_ENVIRONMENT if key in os.environ}
                | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
            )
        ours.settimeout(START_TIME)
        self.stream.receive()

    def serve(self) -> bool:
        """Work until the child has to be replaced (True) or the pool closes (False)."""
        assert self.stream is not None
        wall = self.pool.wall
        for _ in range(self.pool.jobs):
            if not self.feed():
                return False
            try:
                answer = self.answer(wall)
            except _Stopped:
                return True
            except TooLarge:
                self.post_mortem("size")
                return True
            except (OSError, EOFError) as error:
                self.post_mortem("wall" if isinstance(error, TimeoutError) else "")
                return True
            if not self.settle(self.flight.popleft(), answer) or answer[0]:
                break
        self.give_back()
        return True

    def feed(self) -> bool:
        """Give the child what it can take; False when there is no more work and never will be."""
        assert self.stream is not None and self.process is not None
        before = len(self.flight)
        room = AHEAD_BYTES - sum(given.size for given in self.flight)
        data = []
        while len(self.flight) < AHEAD:
            if (job := self.pool.take(self, room)) is None:
                break
            if job.begin():
                self.flight.append(GivenJob(job))
                room -= len(job.data)
                data.append(job.data)
        if data and self.process.poll() is not None:
            self.give_back(after=before)  # it died before it saw them
        elif data:
            self.stream.sock.settimeout(self.pool.wall)
            with suppress(OSError):  # reading the answer tells why
                self.stream.sock.sendall(b"".join(data))
        return bool(self.flight)

    def answer(self, wall: float) -> bytes:
        """The child's next answer. Those behind a slow job go to other children, and so does a second slow job.

        On a busy machine every job takes long; to stop it and start its child anew would make that worse.
        """
        assert self.stream is not None and self.process is not None
        first = self.flight[0].job
        begun, queued = time.monotonic(), kernel.queued(self.process.pid)
        if wall > SLOW and not (first is not None and first.slow):
            patience, spent = SLOW, 0.0
            while patience > 0 and spent < min(SURELY_SLOW, wall):
                self.stream.sock.settimeout(max(patience, 0.01))
                try:
                    return self.stream.receive()
                except TimeoutError:
                    self.give_back(after=1)
                spent = time.monotonic() - begun
                patience = SLOW - spent + kernel.queued(self.process.pid) - queued
            if not self.pool.slow(self, first):
                self.stop(first)
        return deadline.receive(self.stream, self.process.pid, wall, begun, queued)

    def stop(self, job: Job | None) -> NoReturn:
        """End the child over a job that takes too long here, or that nobody wants any more."""
        self.flight.clear()
        self.kill()
        if job is not None:
            self.pool.put_aside(job)
        raise _Stopped

    def give_back(self, after: int = 0) -> None:
        """All jobs in flight but the first `after` are free for others; the answers to them, if any, are ignored."""
        back = []
        for given in list(self.flight)[after:]:
            if given.job is not None:
                back.append(given.job)
                given.job = None
        self.pool.give_back(back)

    def settle(self, given: GivenJob, answer: bytes) -> bool:
        """Hand the child's answer to whoever waits for it; False when it is none, and the child not to be trusted."""
        job, mine = given.job, answer[1:PACKED] == given.mark
        if job is None:
            return mine
        if not mine and not job.doubted:
            log.error("a child process answered another job than it was given")
            job.doubted = True
            self.pool.give_back([job])
            return False
        try:
            result = parcel.unpack_answer(answer[PACKED:] if mine else b"")
        except Exception as error:
            log.error("answer of a child process refused", extra={"error": str(error)[:300]})
            failed = ChildFailed(type(error).__name__, "the answer of the child cannot be read")
            job.future.set_exception(ShortOfMemory() if isinstance(error, MemoryError) else failed)
            return False
        if len(result) == 1:
            job.future.set_result(result[0])
        else:
            job.future.set_exception(ChildFailed(*result))
        return True

    def post_mortem(self, reason: str) -> None:
        """The first job in flight killed its child; the others are innocent."""
        assert self.process is not None
        if reason:
            self.process.kill()
        status = self.process.wait()
        reason = reason or {-signal.SIGXCPU: "cpu", OUT_OF_MEMORY: "memory"}.get(status, "signal")
        guilty = self.flight.popleft().job
        self.give_back()
        if self.pool.closing:  # we ended it ourselves
            abandon([guilty] if guilty else [])
            return
        log.warning("child process died", extra={"reason": reason, "status": status, "pid": self.process.pid})
        if guilty is not None:
            guilty.fail(ChildDied(reason))

    def bury(self) -> None:
        """Leave nothing of the child behind."""
        self.flight.clear()
        if self.stream is not None:
            self.stream.sock.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """End the child at once, whatever it does."""
        if self.process is not None:
            self.process.kill()


class _Stopped(Exception):
    """The child was ended by us."""
