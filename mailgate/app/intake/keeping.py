"""At the socket: a mail's raw bytes are safe, and only then may anybody say 250."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from mailgate.app.in_force import Clock
from mailgate.core.model.mail import Envelope
from mailgate.errors import OutOfSpace, Temporary
from mailgate.store.base import Incoming, Kept, Store, Tx
from mailgate.store.blobs import discard, linked
from mailgate.wire.mime.content_digest import is_named, raw_digest

FREE_SPACE = 512 * 2**20  # octets below which no mail is taken (threats D-09)
SMALL = 64 * 1024  # octets; above it a page chain in SQLite costs more than a file

T = TypeVar("T")


class MailKeeper:
    """Takes raw mail into the store, large mail by way of a file of its own.

    `reserve` says whether a large mail of so many octets could be written now, and raises Temporary when not. `adopt`
    looks at a file that somebody else has written, and raises Temporary when it is not to be had.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        write_large: Callable[[bytes], Incoming],
        reserve: Callable[[int], None] = lambda octets: None,
        adopt: Callable[[str], tuple[Incoming, bytes]] | None = None,
    ) -> None:
        self._store, self._clock, self._write_large, self._reserve = store, clock, write_large, reserve
        self._adopt = adopt
        self._large = ThreadPoolExecutor(2, thread_name_prefix="large-mail")
        self._refused: tuple[int, str] | None = None  # octets of the last large mail, when it could not be kept

    def trouble(self) -> str:
        """Why large mail cannot be kept, `""` when it can or nobody knows of a trouble; asks the disk again."""
        refused = self._refused
        if refused is None:
            return ""
        try:
            self._reserve(refused[0])
        except Temporary as error:
            return str(error)
        self._refused = None
        return ""

    def _note(self, octets: int, done: Future[Any]) -> None:
        error = None if done.cancelled() else done.exception()
        self._refused = (octets, str(error)) if isinstance(error, Temporary) else None

    def receive(self, raw: bytes, envelope: Envelope) -> Future[Kept]:
        """Keep a mail; the future resolves after the fsynced commit and only then may anybody say 250.

        Large mail is written to its file first, in a thread of its own, so that a slow disk never holds up the socket.
        """
        now = self._clock()
        if self._store.free_space() <= max(FREE_SPACE, len(raw) * 3 // 2):
            return _failed(OutOfSpace(f"less than {FREE_SPACE // 2**20} MB free on the disk"))
        if len(raw) <= SMALL:
            return self._keep(raw, envelope, now, None)
        try:
            written = self._large.submit(self._write_large, raw)
        except RuntimeError:  # the threads have been let go
            return _failed(Temporary("the gateway is stopping"))
        kept = _chain(written, lambda large: self._keep(raw, envelope, now, large))
        kept.add_done_callback(partial(self._note, len(raw)))
        return kept

    def take_in(self, name: str, envelope: Envelope) -> Future[Kept]:
        """Keep a large mail that lies in `incoming/` under that name already; else as `receive`."""
        now = self._clock()
        if self._adopt is None or self._store.free_space() <= FREE_SPACE:
            return _failed(OutOfSpace(f"less than {FREE_SPACE // 2**20} MB free on the disk"))
        try:
            adopted = self._large.submit(self._adopt, name)
        except RuntimeError:  # the threads have been let go
            return _failed(Temporary("the gateway is stopping"))
        return _chain(adopted, lambda found: self._keep(found[1], envelope, now, found[0]))

    def unwritten(self, octets: int, why: str) -> None:
        """Somebody else could not write a large mail of so many octets."""
        self._refused = (octets, why)

    def _keep(self, raw: bytes, envelope: Envelope, now: datetime, large: Incoming | None) -> Future[Kept]:
        digest, named = raw_digest(raw), is_named(raw)
        return self._hand_in(large, lambda tx: tx.mail.keep(raw, envelope, digest, now, large, named=named), first=True)

    def keep_by(self, raw: bytes, job: Callable[[Tx, Incoming | None], T]) -> Future[T]:
        """Have `job` keep a mail and do more in the same transaction; it is handed what `keep` wants for large mail.

        Raises OutOfSpace or Temporary when a large mail cannot be written.
        """
        large = self._write_large(raw) if len(raw) > SMALL else None
        return self._hand_in(large, lambda tx: job(tx, large))

    def _hand_in(self, large: Incoming | None, job: Callable[[Tx], T], *, first: bool = False) -> Future[T]:
        future = self._store.write(job, first=first)
        if large is not None:
            future.add_done_callback(partial(self._tidy, large))
        return future

    def _tidy(self, large: Incoming, done: Future[T]) -> None:
        """Kept or refused, the name in `incoming/` is not needed; a name in `blobs/` without a row goes by the writer.

        When neither works now, the sweep comes by in a day.
        """
        refused = done.cancelled() or done.exception() is not None
        if refused and linked(large):
            self._store.write(lambda tx: tx.mail.drop_incoming([large.path.name]))
        else:
            discard(large)

    def close(self) -> None:
        """Let go of the threads that write large mail."""
        self._large.shutdown(wait=True)


def _failed(error: Exception) -> Future[Kept]:
    future: Future[Kept] = Future()
    future.set_exception(error)
    return future


def _chain(first: Future[T], then: Callable[[T], Future[Kept]]) -> Future[Kept]:
    """A future for the second of two steps; an error of the first is its error. Once begun it cannot be cancelled."""
    whole: Future[Kept] = Future()
    whole.set_running_or_notify_cancel()

    def second(done: Future[Kept]) -> None:
        error = done.exception()
        if error is not None:
            whole.set_exception(error)
        else:
            whole.set_result(done.result())

    def begin(done: Future[T]) -> None:
        error = done.exception()
        if error is not None:
            whole.set_exception(error)
            return
        try:
            then(done.result()).add_done_callback(second)
        except Exception as problem:
            whole.set_exception(problem)

    first.add_done_callback(begin)
    return whole
