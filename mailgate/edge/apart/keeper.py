"""The desk's side: binds the sockets, keeps a listener alive, has its mail kept, and answers when it is."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import os
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mailgate.core.model.mail import Envelope, Source
from mailgate.edge.apart import heir, messages, program
from mailgate.edge.apart.believed import envelope_of
from mailgate.edge.apart.frames import BEAT, FrameLine
from mailgate.edge.apart.messages import (
    LARGEST,
    SMALL,
    Answer,
    Beat,
    FromListener,
    Generation,
    Mail,
    Nonsense,
    Settings,
    Taken,
)
from mailgate.edge.smtp import sockets
from mailgate.edge.smtp.admission import Admission
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.errors import OutOfSpace
from mailgate.store.values import Kept

log = logging.getLogger(__name__)

START_TIME: Final = 60.0  # seconds a listener has until it takes mail
AGREE: Final = 10.0  # seconds it has to take a new generation
SHORTEST, LONGEST = 0.1, 30.0  # seconds between two starts, doubled each time
STEADY: Final = 10.0  # seconds of life after which it was no failed start
LEAVE: Final = 2.0  # seconds beyond its grace until it is ended
IN_FLIGHT: Final = 16 * 2**20  # octets of mail that wait for the store; beyond it nothing more is read
TELLING: Final = 16  # guesses that are told at once
EACH: Final = 1024  # octets that a mail takes beside its own

Settled = concurrent.futures.Future[Kept]


@dataclass(frozen=True, slots=True)
class DeskCalls:
    """What the desk does with what a listener says; all but the first two in the loop's thread, and none may block."""

    receive: Callable[[bytes, Envelope], Settled]
    take_in: Callable[[str, Envelope], Settled]  # a large mail, by the name of its file
    unwritten: Callable[[int, str], None]  # a large mail of so many octets could not be written, and why
    guessed: Callable[[str, str, str], None]
    full: Callable[[int], None]  # a peer was not let in; the system's error, or 0


class ListenerKeeper:
    """The listener's process, supervised: started again with pauses when it ends, or when it does not answer.

    `settings` makes its first word of the descriptors of each listener's sockets and of the admission in force.
    """

    def __init__(
        self,
        listeners: Sequence[Listener],
        folder: Path,
        settings: Callable[[list[tuple[int, ...]], Admission], Settings],
        admission: Callable[[], Admission],
        desk: DeskCalls,
    ) -> None:
        self.listeners = tuple(listeners)
        self.settings, self.admission, self.desk = settings, admission, desk
        self.process: subprocess.Popen[bytes] | None = None
        self.answers = False  # it is there, takes mail and speaks
        self._folder = folder
        self._bound: list[list[socket.socket]] = []
        self._places: dict[str, list[str]] = {}
        self._lock = -1
        self._loop: asyncio.AbstractEventLoop | None = None
        self._line: FrameLine[FromListener] | None = None
        self._ended = asyncio.Event()  # the line to it is gone
        self._started: asyncio.Future[bool]
        self._stopping = False
        self._supervising: asyncio.Task[None] | None = None
        self._in_force = Admission()
        self._limits = SmtpLimits()
        self._generation = 0
        self._agreeing: dict[int, concurrent.futures.Future[None]] = {}
        self._settled: deque[tuple[object, int, int, Settled]] = deque()
        self._waking = False
        self._in_flight = 0
        self._telling: set[asyncio.Future[None]] = set()

    async def start(self) -> None:
        """Bind, and wait until a listener takes mail.

        Raises OSError when an address is taken or not allowed, or no listener can be started; then nothing stays bound.
        """
        self._loop = asyncio.get_running_loop()
        self._lock = await asyncio.to_thread(heir.inherit, self._folder)
        self._bound = sockets.bind_all(self.listeners)
        self._places = {str(kind): [] for kind in (Source.SMTP, Source.LMTP, Source.SUBMISSION)}
        for listener, bound in zip(self.listeners, self._bound, strict=True):
            self._places[str(listener.kind)] += map(sockets.place, bound)
        for listener in self.listeners:
            at = self._places[str(listener.kind)]
            log.info("listening", extra={"kind": str(listener.kind), "address": at})
        try:
            await self._begin()
        except OSError:
            await self.stop(0)
            raise
        self._supervising = asyncio.create_task(self._supervise())

    @property
    def bound(self) -> dict[str, list[str]]:
        """Where each kind of listener really is: `{"smtp": ["127.0.0.1:8025"], "lmtp": ["/run/lmtp"]}`."""
        return self._places

    def shed(self) -> None:
        """Memory ran out here: mail on its way in lies in the listener's."""

    async def stop(self, grace: float = 25.0) -> None:
        """Have it take no more and end what is in hand for at most `grace` seconds; then it is ended."""
        self._stopping, self.answers = True, False
        if self._supervising is not None:
            self._supervising.cancel()
        if self._bound:
            sockets.let_go(self._bound)
            sockets.unlink(self.listeners)
            self._bound = []
        if self._line is not None:
            self._line.send(messages.Stop(grace))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), grace + LEAVE)
        await self._bury()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # --- its life ---

    async def _begin(self) -> None:
        """Start one and wait until it takes mail. Raises OSError when it does not."""
        assert self._loop is not None
        self._ended.clear()
        self._started = self._loop.create_future()
        self._in_force = self.admission()
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                descriptors = [tuple(each.fileno() for each in bound) for bound in self._bound]
                heir.note(self._lock, 0)
                self.process = self._spawn(theirs.fileno(), [one for each in descriptors for one in each])
                heir.note(self._lock, self.process.pid)
            _, self._line = await self._loop.connect_accepted_socket(
                lambda: FrameLine(messages.of_listener, self._heard, self._lost, LARGEST), ours
            )
        except BaseException:
            ours.close()
            raise
        settings = self.settings(descriptors, self._in_force)
        self._limits = settings.limits
        self._line.send(settings)
        try:
            async with asyncio.timeout(START_TIME):
                there = await self._started
        except TimeoutError:
            there = False
        if not there:
            raise OSError("the listener's process cannot be started")
        self.answers = True

    def _spawn(self, line: int, bound: list[int]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own code
            [*program.PYTHON, f"from mailgate.listener import main; main({line})"],
            pass_fds=[line, *bound, self._lock],
            stdin=subprocess.DEVNULL,
            env=program.environment("TMPDIR", "MAILGATE_CRASH_AT"),
        )

    async def _supervise(self) -> None:
        pause = SHORTEST
        while True:
            begun = time.monotonic()
            await self._until_it_ends()
            self.answers = False
            status = await self._bury()
            log.error("the listener has ended, another one is started", extra={"status": status})
            if time.monotonic() - begun > STEADY:
                pause = SHORTEST
            while True:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST)
                try:
                    await self._begin()
                    break
                except Exception as error:
                    log.error("no listener can be started", extra={"error": str(error)})
                    await self._bury()

    async def _until_it_ends(self) -> None:
        """Until it is gone; a listener that does not answer is ended, and takes nothing with it that was answered."""
        while self._line is not None and not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), BEAT)
            if self._line.silent:
                log.error("the listener does not answer and is ended")
                return
            if self._in_flight <= IN_FLIGHT:  # else we do not listen either
                self._line.unanswered += 1
            self._line.send(Beat())

    async def _bury(self) -> int | None:
        """Leave nothing of it behind; returns its exit status."""
        if self._line is not None:
            self._line.close()
            self._line = None
        process, self.process = self.process, None
        if process is None:
            return None
        if not self._stopping:
            process.kill()
        elif process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, LEAVE)
            process.kill()
        return await asyncio.to_thread(process.wait)

    def _lost(self) -> None:
        self._ended.set()
        if not self._started.done():
            self._started.set_result(False)
        agreeing, self._agreeing = self._agreeing, {}
        for each in agreeing.values():
            each.set_result(None)  # the next one begins with it

    # --- a new generation ---

    def admit(self, admission: Admission) -> None:
        """From the return on no listener goes by another admission; from any thread but the loop's.

        A listener that does not take it in AGREE seconds is ended, and the next one begins with it.
        """
        agreed: concurrent.futures.Future[None] = concurrent.futures.Future()
        if self._loop is None or self._stopping:
            return
        try:
            self._loop.call_soon_threadsafe(self._admit, admission, agreed)
            agreed.result(AGREE)
        except TimeoutError:
            log.error("the listener does not take what was reloaded and is ended")
            if self.process is not None:
                self.process.kill()
        except RuntimeError:  # the loop has ended, and the listener with it
            pass

    def _admit(self, admission: Admission, agreed: concurrent.futures.Future[None]) -> None:
        if self._line is None or self._line.transport is None or admission == self._in_force:
            agreed.set_result(None)
            return
        self._in_force = admission
        self._generation += 1
        self._agreeing[self._generation] = agreed
        self._line.send(Generation(self._generation, admission))

    # --- what it says ---

    def _heard(self, message: FromListener) -> None:
        match message:
            case Mail():
                self._mail(message)
            case Taken():
                agreed = self._agreeing.pop(message.number, None)
                if agreed is not None:
                    agreed.set_result(None)
            case messages.Started():
                if not self._started.done():
                    self._started.set_result(True)
            case messages.Unwritten():
                if message.octets > self._limits.max_size:
                    raise Nonsense("a mail larger than any")
                self.desk.unwritten(message.octets, message.why)
            case messages.Guessed():
                self._guessed(message)
            case messages.Full():
                self.desk.full(message.error)

    def _guessed(self, guess: messages.Guessed) -> None:
        """Tell of it in a thread; who says more at once than threads can take is not heard with the rest."""
        assert self._loop is not None
        self._telling = {each for each in self._telling if not each.done()}
        if len(self._telling) < TELLING:
            told = self._loop.run_in_executor(None, self.desk.guessed, guess.what, guess.address, guess.user)
            self._telling.add(told)

    def _mail(self, mail: Mail) -> None:
        """Have it kept; everything that was said at the same moment shares a commit, each mail in its own savepoint."""
        try:
            envelope = envelope_of(mail, {each.kind for each in self.listeners}, self._limits, self._in_force)
            kept = self.desk.take_in(mail.file, envelope) if mail.file else self.desk.receive(mail.raw, envelope)
        except Nonsense:
            raise
        except Exception as error:
            kept = concurrent.futures.Future()
            kept.set_exception(error)
        size = len(mail.raw) + sum(map(len, mail.recipients)) + (SMALL if mail.file else EACH)
        self._in_flight += size
        if self._in_flight > IN_FLIGHT and self._line is not None and self._line.transport is not None:
            self._line.transport.pause_reading()
        line = self._line
        kept.add_done_callback(lambda done: self._is_settled(line, mail.serial, size, done))

    def _is_settled(self, line: object, serial: int, size: int, done: Settled) -> None:
        """In any thread: the answers of one commit go together."""
        self._settled.append((line, serial, size, done))
        if not self._waking:
            self._waking = True
            assert self._loop is not None
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        self._waking = False
        was = self._in_flight
        while self._settled:
            line, serial, size, done = self._settled.popleft()
            self._in_flight -= size
            if line is self._line and self._line is not None:  # else whoever asked has ended: sent again, it repeats
                self._line.send(_answer_of(serial, done))
        if was > IN_FLIGHT >= self._in_flight and self._line is not None and self._line.transport is not None:
            self._line.transport.resume_reading()


def _answer_of(serial: int, done: Settled) -> Answer:
    error = done.exception()
    if error is None:
        kept = done.result()
        return Answer(serial, kept.number, kept.duplicate_of)
    if isinstance(error, OutOfSpace):
        return Answer(serial, refused="space")
    log.error("mail not kept", exc_info=error)
    return Answer(serial, refused="trouble")
