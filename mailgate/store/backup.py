"""A consistent copy while running, in one tar: the database, its large mail, and what they were."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tarfile
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from mailgate.errors import ConfigError, OutOfSpace, Permanent, Temporary
from mailgate.store import connection as opening
from mailgate.store import schema
from mailgate.store.blobs import blob_path

DATABASE = "mailgate.db"
MANIFEST = "mailgate.json"
PIECE = 4096  # pages of a copy between two signs of progress
ADVANCE = 1000  # numbers the copy leaves free for tickets opened after it was made


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup or a restore moved."""

    mails: int
    tickets: int
    blobs: int
    missing: int  # large mail the database speaks of that was purged meanwhile
    held: int = 0  # deliveries that wait for `outbox release`


def copy_database(path: Path, target: Path, progress: Callable[[], None] | None = None) -> None:
    """A consistent copy of a database in use, whole or not at all. Raises OSError, sqlite3.Error.

    With `progress` nobody else may write meanwhile: the copy is made in pieces, and it is called after each.
    """
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(handle)
    with closing(opening.open_reader(path)) as source, closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        if progress is None:
            source.backup(copy)
        else:
            source.backup(copy, pages=PIECE, progress=lambda status, left, total: progress())
        copy.execute("PRAGMA journal_mode = DELETE")
    _sync(partial)
    partial.replace(target)
    _sync(target.parent)


def backup(path: Path, file: Path) -> Copied:
    """Write the backup of the database at `path` to `file` (compressed when it ends in .gz or .tgz).

    Safe while a daemon writes: the database is one snapshot, and every large mail it speaks of was on disk before it
    was mentioned. Keys and passwords are not in it. Raises ConfigError, OutOfSpace, Temporary.
    """
    if not path.exists():
        raise ConfigError(f"{path} does not exist: there is nothing to back up")
    work = file.with_name(file.name + ".partial")
    snapshot = file.with_name(file.name + ".snapshot")
    try:
        copy_database(path, snapshot)
        with closing(_open(snapshot)) as copy:
            opening.quick_check(copy, snapshot)
            digests = [row[0] for row in copy.execute("SELECT DISTINCT blob FROM mail WHERE blob IS NOT NULL")]
            mails, tickets = _counts(copy)
        handle = os.open(work, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            if file.suffix in (".gz", ".tgz"):
                tar = tarfile.open(fileobj=out, mode="w:gz", compresslevel=1)  # noqa: SIM115
            else:
                tar = tarfile.open(fileobj=out, mode="w")  # noqa: SIM115
            with tar:
                missing = _fill(tar, path.parent, snapshot, digests)
            out.flush()
            os.fsync(out.fileno())
        work.replace(file)
        _sync(file.parent)
    except OSError as problem:
        if problem.errno in (28, 122, 27):  # ENOSPC, EDQUOT, EFBIG
            raise OutOfSpace(f"no space for {file}") from problem
        raise Temporary(f"cannot write {file}: {problem.strerror}") from problem
    except sqlite3.Error as problem:
        raise opening.translated(problem) from problem
    finally:
        for left in (work, snapshot, snapshot.with_name(snapshot.name + ".partial")):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    return Copied(mails, tickets, len(digests) - missing, missing)


def _fill(tar: tarfile.TarFile, data: Path, snapshot: Path, digests: list[str]) -> int:
    """Manifest, database, large mail; returns how many of those are gone."""
    words = {"format": 1, "schema": schema.VERSION, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    text = json.dumps(words).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(text)
    tar.addfile(member, io.BytesIO(text))
    tar.add(snapshot, DATABASE)
    missing = 0
    for digest in digests:
        try:
            tar.add(blob_path(data, digest), f"blobs/{digest[:2]}/{digest}")
        except FileNotFoundError:
            missing += 1
    return missing


def restore(file: Path, data: Path, *, first_number: int = 1001) -> Copied:
    """Lay a backup down in an empty data folder; its outbox is held and its numbers go on 1,000 higher (threats D-12).

    Raises ConfigError when live data stand there, when the file is no backup or is damaged, InUse while a daemon runs.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = opening.take_lock(data)
    try:
        if (data / DATABASE).exists():
            raise ConfigError(f"{data / DATABASE} exists: move it away before restoring over it")
        work = Path(mkdtemp(dir=data, prefix=".restore-"))
        try:
            _extract(file, work)
            copied = _settle(work, first_number)
            _lay(work, data)
        finally:
            _remove(work)
    except OSError as problem:
        raise Permanent(f"cannot restore {file}: {problem}") from problem
    finally:
        os.close(lock)
    return copied


def _extract(file: Path, work: Path) -> None:
    try:
        with tarfile.open(file, "r:*") as tar:
            names = tar.getnames()
            if MANIFEST not in names or DATABASE not in names:
                raise ConfigError(f"{file} is not a backup of mailgate")
            tar.extractall(work, filter="data")
    except (tarfile.TarError, EOFError, zlib.error) as problem:  # the latter two: a .tar.gz that was cut or changed
        why = str(problem).partition("\n")[0].removesuffix(":")
        raise ConfigError(f"{file} is not a backup of mailgate, or it is damaged: {why}") from problem


def _settle(work: Path, first_number: int) -> Copied:
    """Check what was extracted, hold its outbox, advance its numbers."""
    path = work / DATABASE
    with closing(_open(path)) as copy:
        opening.refuse_newer(copy, path)
        opening.quick_check(copy, path)
        digests = [row[0] for row in copy.execute("SELECT DISTINCT blob FROM mail WHERE blob IS NOT NULL")]
        missing = sum(not blob_path(work, digest).is_file() for digest in digests)
        copy.execute("BEGIN IMMEDIATE")
        held = copy.execute(
            "UPDATE delivery SET state = 'held', due_at = NULL WHERE state IN ('waiting', 'leased', 'held')"
        ).rowcount
        copy.execute("UPDATE delivery SET state = 'uncertain', due_at = NULL WHERE state = 'sending'")
        copy.execute(
            "INSERT INTO counter (name, value) VALUES ('ticket', :fresh) "
            "ON CONFLICT (name) DO UPDATE SET value = counter.value + :advance",
            {"fresh": first_number - 1 + ADVANCE, "advance": ADVANCE},
        )
        copy.execute("COMMIT")
        mails, tickets = _counts(copy)
    return Copied(mails, tickets, len(digests) - missing, missing, held)


def _lay(work: Path, data: Path) -> None:
    """Large mail first, the database last: whatever has a name is complete."""
    for blob in sorted((work / "blobs").glob("??/*")):
        home = blob_path(data, blob.name)
        home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(blob)
        blob.replace(home)
        _sync(home.parent)
    (work / DATABASE).chmod(0o600)
    _sync(work / DATABASE)
    (work / DATABASE).replace(data / DATABASE)
    _sync(data)


def _remove(work: Path) -> None:
    for path in sorted(work.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    work.rmdir()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _counts(connection: sqlite3.Connection) -> tuple[int, int]:
    row = connection.execute("SELECT (SELECT count(*) FROM mail), (SELECT count(*) FROM ticket)").fetchone()
    return int(row[0]), int(row[1])


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
