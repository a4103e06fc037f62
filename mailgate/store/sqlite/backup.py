"""A consistent copy while running, in one tar: the database, its large mail, and what they were."""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from mailgate import newfile
from mailgate.errors import ConfigError, OutOfSpace, Temporary
from mailgate.store.blobs import NO_ROOM, blob_path
from mailgate.store.sqlite import connection as opening
from mailgate.store.sqlite import schema, shape

DATABASE = "mailgate.db"
MANIFEST = "mailgate.json"
END = "mailgate.end"  # the last file of an archive that is whole
FORMAT = 1
PIECE = 4096  # pages of a copy between two signs of progress


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup or a restore moved."""

    mails: int
    tickets: int
    blobs: int
    missing: int  # large mail the database speaks of that was purged meanwhile
    held: int = 0  # deliveries that wait for `outbox release`
    odd: tuple[str, ...] = ()  # what in the database is not mailgate's: `restore` will refuse it


def copy_database(path: Path, target: Path, progress: Callable[[], None] | None = None) -> None:
    """A consistent copy of a database in use, whole or not at all. Raises OSError, sqlite3.Error.

    With `progress` nobody else may write meanwhile: the copy is made in pieces, and it is called after each.
    """
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    os.close(newfile.create(partial))
    with closing(opening.open_reader(path)) as source, closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        if progress is None:
            source.backup(copy)
        else:
            source.backup(copy, pages=PIECE, progress=lambda status, left, total: progress())
        copy.execute("PRAGMA journal_mode = DELETE")
    newfile.sync(partial)
    partial.replace(target)
    newfile.sync(target.parent)


def backup(path: Path, file: Path) -> Copied:
    """Write the backup of the database at `path` to `file` (compressed when it ends in .gz or .tgz).

    Safe while a daemon writes: the database is one snapshot, and every large mail it speaks of was on disk before it
    was mentioned. Keys and passwords are not in it. Raises ConfigError, OutOfSpace, Temporary.
    """
    if not path.exists():
        raise ConfigError(f"{path} does not exist: there is nothing to back up")
    try:
        with _workplace(file) as work:
            done = _make(path, work, packed=file.suffix in (".gz", ".tgz"))
            (work / "backup").replace(file)
            newfile.sync(file.parent)
    except OSError as problem:
        if problem.errno in NO_ROOM:
            raise OutOfSpace(f"no space for {file}") from problem
        raise Temporary(f"cannot write {file}: {problem.strerror}") from problem
    except sqlite3.Error as problem:
        raise opening.translated(problem) from problem
    return done


@contextmanager
def _workplace(file: Path) -> Iterator[Path]:
    """A folder beside the file where nobody else can lay a link; what killed backups of that name left goes first."""
    mark = f".{file.name}."
    for left in file.parent.glob(f"{_literal(mark)}*.making"):
        if not left.is_symlink() and left.is_dir() and left.stat().st_uid == os.geteuid():
            with _held(left) as ours:
                if ours:
                    shutil.rmtree(left)
    work = Path(mkdtemp(prefix=mark, suffix=".making", dir=file.parent))  # mode 0700
    with _held(work):
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Whether nobody else is at work in the folder; then nobody is until the block ends."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _make(path: Path, work: Path, packed: bool) -> Copied:
    snapshot = work / DATABASE
    copy_database(path, snapshot)
    with closing(bare(snapshot)) as copy:
        opening.quick_check(copy, path)
        version = opening.own_version(copy, path)
        odd = shape.oddities(copy, version) if version <= schema.VERSION else []
        sizes = large_mail(copy)
        mails, tickets = counts(copy)
    there = [digest for digest in sizes if blob_path(path.parent, digest).is_file()]
    words = {
        "format": FORMAT,
        "schema": version,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "ends": True,
        "octets": snapshot.stat().st_size + sum(sizes[digest] for digest in there),
    }
    with os.fdopen(newfile.create(work / "backup"), "wb") as out:
        with _archive(out, packed) as tar:
            put = _fill(tar, path.parent, snapshot, words, there)
        out.flush()
        os.fsync(out.fileno())
    return Copied(mails, tickets, put, len(sizes) - put, odd=tuple(odd))


def _archive(out: IO[bytes], packed: bool) -> tarfile.TarFile:
    if packed:
        return tarfile.open(fileobj=out, mode="w:gz", compresslevel=1)
    return tarfile.open(fileobj=out, mode="w")


def _fill(tar: tarfile.TarFile, data: Path, snapshot: Path, words: object, digests: Iterable[str]) -> int:
    """Manifest, database, large mail; returns how much of that was still there."""
    text = json.dumps(words).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(text)
    tar.addfile(member, io.BytesIO(text))
    tar.add(snapshot, DATABASE)
    put = 0
    for digest in digests:
        try:
            tar.add(blob_path(data, digest), f"blobs/{digest[:2]}/{digest}")
        except FileNotFoundError:
            continue
        put += 1
    tar.addfile(tarfile.TarInfo(END))
    return put


def bare(path: Path) -> sqlite3.Connection:
    """A copy that nobody else has open: nothing in it may act by itself."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def large_mail(connection: sqlite3.Connection) -> dict[str, int]:
    """sha256 -> octets of all large mail the database speaks of."""
    asked = "SELECT blob, max(size) FROM mail WHERE blob IS NOT NULL GROUP BY blob"
    return {str(row[0]): int(row[1]) for row in connection.execute(asked)}


def counts(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many mails and tickets there are."""
    row = connection.execute("SELECT (SELECT count(*) FROM mail), (SELECT count(*) FROM ticket)").fetchone()
    return int(row[0]), int(row[1])
