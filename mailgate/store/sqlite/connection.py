"""Opening the file: settings, checks that refuse what cannot be trusted, and SQLite's errors in our own words."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from mailgate.errors import ConfigError, OutOfSpace, Temporary
from mailgate.store.base import InUse
from mailgate.store.sqlite import schema

Connect = Callable[..., sqlite3.Connection]
NETWORK = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs"))
PATIENCE = 5000  # milliseconds for which somebody else's lock is waited for
AT_ONCE = 32 * 2**20  # octets of a database that is checked before it is used
# Errors after which nothing this connection believes about the file can be trusted.
SUSPECT = frozenset((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN))


def primary(problem: sqlite3.Error) -> int:
    """The primary result code, 0 when the error came from Python's own module."""
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF


def translated(problem: sqlite3.Error) -> Exception:
    """An error of the file or the disk as Temporary; a mistake of ours (a constraint, bad SQL) stays what it is."""
    code = primary(problem)
    if code == sqlite3.SQLITE_FULL:
        return OutOfSpace("the disk is full")
    if code in SUSPECT or code in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_AUTH,
    ):
        return Temporary(f"the database cannot be used now: {problem}")
    return problem


def open_writer(path: Path, connect: Connect = sqlite3.connect) -> sqlite3.Connection:
    """The one writing connection: WAL, each COMMIT on disk before it returns (threats F8)."""
    connection = connect(str(path), isolation_level=None, check_same_thread=False, timeout=5, cached_statements=512)
    _settle(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 1000")
    connection.execute("PRAGMA cache_size = -16384")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted or moved is overwritten with zeros
    return connection


def empty_log(writer: sqlite3.Connection) -> bool:
    """Take the log over into the file and cut it to nothing; False while somebody reads what was before."""
    writer.execute("PRAGMA busy_timeout = 0")  # the writer is not held: who wants it empty asks again
    try:
        return not writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as problem:
        if primary(problem) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return False
        raise
    finally:
        writer.execute(f"PRAGMA busy_timeout = {PATIENCE}")


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that can neither write nor checkpoint."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=5,
        cached_statements=256,
    )
    _settle(connection)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def _settle(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    for pragma in (f"busy_timeout = {PATIENCE}", "foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")


def quick_check(connection: sqlite3.Connection, path: Path) -> None:
    """Raises ConfigError with the remedy when a page is damaged."""
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as problem:
        found = str(problem)
    if found != "ok":
        raise damaged(path, found)


def check_at_once(path: Path) -> bool:
    """True for a file so small that looking through it delays nobody; larger ones are checked beside the work."""
    return path.stat().st_size <= AT_ONCE


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables to be checked one by one: the virtual ones lie in others."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    return [row[0] for row in rows]


def check_table(connection: sqlite3.Connection, table: str) -> str:
    """What is wrong with one table and its indexes, `""` when nothing is. Raises sqlite3.Error when unreadable."""
    name = table.replace("'", "''")
    found = str(connection.execute(f"PRAGMA quick_check('{name}')").fetchone()[0])
    return "" if found == "ok" else found


def damaged(path: Path, found: object) -> ConfigError:
    """What to say, and what to do, about a file with broken pages."""
    return ConfigError(f"{path} is damaged ({found}); put it aside and run: mailgate restore BACKUP-FILE")


def look(path: Path) -> None:
    """Refuse a file that is not ours to use before anything in it is changed. Raises ConfigError as `refuse_newer`."""
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with closing(open_reader(path)) as connection:
            refuse_newer(connection, path)
    except sqlite3.Error:
        return  # whoever opens it to write says what is wrong, or mends what a sudden end left


def refuse_newer(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the file, 0 for an empty one; raises ConfigError for a newer one, or somebody else's database."""
    if not schema.version(connection) and connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is None:
        return 0
    found = own_version(connection, path)
    if found > schema.VERSION:
        raise ConfigError(
            f"{path} has schema {found}, this mailgate knows {schema.VERSION}: install the newer version that wrote it,"
            " or restore the backup it made before"
        )
    return found


def own_version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a database of ours, newer ones too; raises ConfigError for anybody else's, and an empty one."""
    found = schema.version(connection)
    mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if mark != schema.APPLICATION_ID or found < schema.OLDEST:
        raise ConfigError(f"{path} is not a mailgate database")
    return found


def refuse_network(data: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Raises ConfigError when the folder lies on a network file system: its locks cannot be relied on."""
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return  # not a Linux: nothing to ask
    best, kind = "", ""
    wanted = str(data.resolve())
    for line in lines:
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if (wanted == point or wanted.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, fields[2]
    if kind in NETWORK:
        raise ConfigError(f"{data} lies on a network file system ({kind}); SQLite needs a local disk")


def take_lock(data: Path) -> int:
    """An open descriptor that holds `mailgate.lock`; raises InUse when another process does (threats D-14)."""
    path = data / "mailgate.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
        os.close(handle)
        raise InUse(f"{data} is in use by process {owner or 'unknown'}") from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def suspicious(problem: BaseException) -> bool:
    """Whether an error tells of a disk or a file that may be damaged."""
    return isinstance(problem, sqlite3.Error) and primary(problem) in SUSPECT


def identity(path: Path) -> tuple[int, int]:
    """Device and inode of the file that has that name now; raises OSError where there is none."""
    found = path.stat()
    return found.st_dev, found.st_ino
