"""SqliteStore: one file, one writing thread, group commit, short-lived readers."""

from __future__ import annotations

import logging
import os
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from mailgate import crash, newfile
from mailgate.core.model.policy import Agent, Department
from mailgate.errors import ConfigError, Older, ShortOfMemory, Temporary
from mailgate.store.base import Read, Tx
from mailgate.store.former import copy_of
from mailgate.store.people import known
from mailgate.store.sqlite import connection as opening
from mailgate.store.sqlite import schema
from mailgate.store.sqlite.backup import copy_database
from mailgate.store.sqlite.faults import sqlite_fault
from mailgate.store.tx import Transaction

log = logging.getLogger(__name__)
T = TypeVar("T")
BATCH = 64  # jobs a commit: enough to share an fsync, few enough that none waits long
READERS = 4
STEPS = 1_000_000  # of SQLite's machine between two signs of progress
PAUSE = 5.0  # seconds at most between two tables of a check


@dataclass(slots=True)
class _Job:
    """Something to do inside a transaction, and who waits for it."""

    run: Callable[[Tx], Any]
    first: bool
    last: Callable[[sqlite3.Connection], Any] | None = None  # after the commit; what it says is the answer
    future: Future[Any] = field(default_factory=Future)


class SqliteStore:
    """The default memory: `data/mailgate.db`, and beside it `incoming/`, `blobs/` and `mailgate.lock`."""

    def __init__(
        self,
        path: Path,
        *,
        first_number: int = 1001,
        writable: bool = True,
        check: bool = True,
        connect: opening.Connect = sqlite3.connect,
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        """Open and migrate. Raises ConfigError (damaged, newer, on a network disk, read-only) or InUse.

        `check` looks through a small file at once; a large one is left to `check`, whose time is beside the work.
        `progress` is called again and again while a migration gets ahead.
        """
        self.path = path
        self.data = path.parent
        self._first_number = first_number
        self._connect = connect
        self._progress = progress
        self._damage = ""
        self.on_suspect: Callable[[], None] = lambda: None  # called from the writer after an error of the disk
        self.on_commit: Callable[[], None] = lambda: None  # called from the writer, and may not wait
        self._readers: deque[sqlite3.Connection] = deque()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = threading.Lock()
        self._lock: int | None = None
        self._writer: sqlite3.Connection | None = None
        self._log: tuple[sqlite3.Connection, tuple[int, int]] | None = None  # a writer, and which file its log is
        self._thread: threading.Thread | None = None
        if writable:
            self._open(check)
            self._file = opening.identity(path)
            self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
            self._thread.start()
        elif not path.exists():
            raise ConfigError(f"{path} does not exist yet: start mailgate once")
        else:
            self._file = opening.identity(path)
            self._readers.append(self._reader())
            if opening.refuse_newer(self._readers[0], path) < schema.VERSION:
                self.close()
                raise Older(f"{path} was made by an earlier version, or not finished: start mailgate once")

    def _open(self, check: bool) -> None:
        try:
            newfile.folder(self.data)
            opening.refuse_network(self.data)
            self._lock = opening.take_lock(self.data)
            opening.look(self.path)
        except OSError as problem:
            self._let_go()
            raise ConfigError(f"{self.data} cannot be written: {problem.strerror}") from problem
        except BaseException:
            self._let_go()
            raise
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._writer = opening.open_writer(self.path, self._connect)
            if check and opening.check_at_once(self.path):
                opening.quick_check(self._writer, self.path)
            found = opening.refuse_newer(self._writer, self.path)
            if 0 < found < schema.VERSION:
                copy_database(self.path, copy_of(self.path, found), self._progress)
                crash.point("copied")
            if found < schema.VERSION:
                self._migrate(self._writer)
        except OSError as problem:
            self._let_go()
            raise ConfigError(f"{self.path} cannot be written: {problem.strerror}") from problem
        except sqlite3.Error as problem:
            self._let_go()
            if opening.primary(problem) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise opening.damaged(self.path, problem) from problem
            raise ConfigError(f"{self.path} cannot be opened: {problem}") from problem
        except BaseException:
            self._let_go()
            raise

    def _migrate(self, writer: sqlite3.Connection) -> None:
        writer.set_progress_handler(self._progress, STEPS)
        try:
            schema.migrate(writer)
        finally:
            writer.set_progress_handler(None, 0)

    # --- the interface ------------------------------------------------------------------------------------------------

    def write(self, job: Callable[[Tx], T], *, first: bool = False) -> Future[T]:
        """See `base.Store.write`."""
        return self._hand_in(_Job(job, first))

    def empty_log(self) -> Future[bool]:
        """See `base.Store.empty_log`."""
        return self._hand_in(_Job(lambda tx: None, False, opening.empty_log))

    def _hand_in(self, entry: _Job) -> Future[Any]:
        first = entry.first
        with self._closed:
            if first and self._damage:  # whoever brings new mail keeps it, until a sound database takes it
                entry.future.set_exception(Temporary(self._damage))
            elif self._thread is None:
                entry.future.set_exception(Temporary("the store is closed"))
            else:
                self._jobs.put(entry)
        return entry.future

    def read(self, job: Callable[[Read], T]) -> T:
        """See `base.Store.read`. Raises Temporary when the file cannot be read now."""
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self._reader()
        sound = False
        try:
            connection.execute("BEGIN")
            try:
                result = job(Transaction(connection, self.data, self._first_number))
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            sound = True
        except sqlite3.Error as problem:
            raise opening.translated(problem) from problem
        finally:
            if sound and len(self._readers) < READERS:
                self._readers.append(connection)
            else:
                connection.close()
        return result

    def sync_people(self, agents: Sequence[Agent], departments: Sequence[Department]) -> Mapping[str, int]:
        """See `base.Store.sync_people`. Raises ConfigError when one still referred to is gone."""
        return self.write(lambda tx: known.sync(tx.session, agents, departments)).result()  # type: ignore[attr-defined]

    def healthy(self) -> str:
        """See `base.Store.healthy` (threats D-06)."""
        return self._replaced() or self._damage

    def _replaced(self) -> str:
        path, writer = self.path, self._writer
        try:
            if opening.identity(path) != self._file:
                return f"{path} was replaced while in use"
            if writer is not None:
                path = Path(f"{path}-wal")
                log = opening.identity(path)
                if self._log is None or self._log[0] is not writer:
                    self._log = (writer, log)
                if self._log[1] != log:  # a reader that is opened makes one where there is none
                    return f"{path} was replaced while in use"
        except OSError:
            return f"{path} was deleted while in use"
        return ""

    def check(self, stop: threading.Event) -> str:
        """See `base.Store.check`."""
        table, connection = "the schema", self._reader()
        try:
            for table in opening.tables(connection):
                began = time.monotonic()
                found = opening.check_table(connection, table)
                if found:
                    return self._damaged(table, found)
                if stop.wait(min(time.monotonic() - began, PAUSE)):  # others use the disk too
                    raise Temporary("the check was broken off")
        except sqlite3.Error as problem:
            if opening.primary(problem) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return self._damaged(table, problem)
            raise opening.translated(problem) from problem
        finally:
            connection.close()
        self._damage = ""
        return ""

    def _damaged(self, table: str, found: object) -> str:
        self._damage = str(opening.damaged(self.path, f"{table}: {found}"))
        return self._damage

    def fault(self) -> str:
        """See `base.Store.fault`."""
        return sqlite_fault()

    def free_space(self) -> int:
        """See `base.Store.free_space`."""
        found = os.statvfs(self.data)
        return found.f_bavail * found.f_frsize

    def close(self) -> None:
        """See `base.Store.close`."""
        with self._closed:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._jobs.put(None)
        if thread is not None:
            thread.join()
        while self._readers:
            self._readers.pop().close()
        self._let_go()

    # --- the writer ---------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Take whatever waits, write it in one transaction, answer; nothing waits for a timer."""
        more = True
        while more:
            batch: list[_Job] = []
            entry = self._jobs.get()
            while entry is not None:
                batch.append(entry)
                if len(batch) >= BATCH:
                    break
                try:
                    entry = self._jobs.get_nowait()
                except queue.Empty:
                    break
            more = entry is not None
            batch = [each for each in batch if each.future.set_running_or_notify_cancel()]
            batch.sort(key=lambda each: not each.first)
            if batch:
                try:
                    self._write(batch)
                except MemoryError as short:  # everybody gets an answer, and the writer goes on
                    self._again([each for each in batch if not each.future.done()], short, worth=False)

    def _write(self, batch: list[_Job]) -> None:
        """One BEGIN IMMEDIATE, a savepoint a job, one COMMIT; then, and only then, the answers."""
        answers: list[tuple[_Job, Any, BaseException | None]] = []
        began = False
        try:
            writer = self._healthy_writer()
            crash.point("before-begin")
            if writer.in_transaction:  # memory ran out before the last one could be undone
                writer.execute("ROLLBACK")
            writer.execute("BEGIN IMMEDIATE")
            began = True
            for entry in batch:
                answers.append((entry, *self._savepoint(writer, entry)))
            crash.point("before-commit")
            writer.execute("COMMIT")
            crash.point("after-commit")
        except BaseException as caught:
            problem = caught.problem if isinstance(caught, _Gone) else caught
            self._after(problem)
            self._again(batch, problem, worth=began and not opening.suspicious(problem))
            return
        self.on_commit()
        for entry, result, failure in answers:
            said, why = self._afterwards(writer, entry) if entry.last and failure is None else (result, failure)
            if why is None:
                entry.future.set_result(said)
            else:
                entry.future.set_exception(why)

    def _afterwards(self, writer: sqlite3.Connection, entry: _Job) -> tuple[Any, BaseException | None]:
        """What a job does once all is committed; its failure is its own, for nothing can be undone any more."""
        assert entry.last is not None
        try:
            return entry.last(writer), None
        except sqlite3.Error as problem:
            self._after(problem)
            return None, _told(problem)

    def _savepoint(self, writer: sqlite3.Connection, entry: _Job) -> tuple[Any, BaseException | None]:
        """Run one job; its own failure undoes it alone, unless SQLite undid everything."""
        writer.execute("SAVEPOINT job")
        try:
            result = entry.run(Transaction(writer, self.data, self._first_number))
        except BaseException as problem:
            if not writer.in_transaction or opening.suspicious(problem):
                raise _Gone(problem) from problem
            writer.execute("ROLLBACK TO job")
            writer.execute("RELEASE job")
            return None, _told(problem)
        writer.execute("RELEASE job")
        return result, None

    def _again(self, batch: list[_Job], problem: BaseException, worth: bool) -> None:
        """The whole transaction is gone: each job by itself, so that one too large for the disk harms no other.

        Not `worth` it when nobody's job was the cause: a locked file or a failing disk would make each wait in turn.
        """
        if len(batch) > 1 and worth:
            for entry in batch:
                self._write([entry])
            return
        for entry in batch:
            entry.future.set_exception(_told(problem))

    def _after(self, problem: BaseException) -> None:
        """SQLite may have rolled back by itself; an I/O error makes the connection suspect (threats D-02, D-03)."""
        writer = self._writer
        if writer is None:
            return
        try:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
        except sqlite3.Error as worse:
            problem = worse
        if opening.suspicious(problem):
            log.error("database error, opening it anew", extra={"error": str(problem)})
            self._writer = None
            writer.close()
            self.on_suspect()

    def _healthy_writer(self) -> sqlite3.Connection:
        """The connection, opened and checked anew after an I/O error; raises Temporary when its file is not ours."""
        trouble = self._replaced()
        if trouble:
            raise Temporary(trouble)
        if self._writer is None:
            writer = opening.open_writer(self.path, self._connect)
            try:
                if opening.check_at_once(self.path):
                    opening.quick_check(writer, self.path)
            except ConfigError as problem:
                writer.close()
                raise Temporary(str(problem)) from problem
            self._writer = writer
        return self._writer

    def _reader(self) -> sqlite3.Connection:
        try:
            return opening.open_reader(self.path)
        except sqlite3.Error as problem:
            raise opening.translated(problem) from problem

    def _let_go(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        lock, self._lock = self._lock, None  # whoever else closes us finds none: the number may be another's by then
        if lock is not None:
            os.close(lock)


class _Gone(Exception):
    """SQLite rolled the whole transaction back under a job."""

    def __init__(self, problem: BaseException) -> None:
        self.problem = problem
        super().__init__(str(problem))


def _told(problem: BaseException) -> BaseException:
    if isinstance(problem, MemoryError):  # SQLITE_NOMEM among them
        return ShortOfMemory()
    return opening.translated(problem) if isinstance(problem, sqlite3.Error) else problem
