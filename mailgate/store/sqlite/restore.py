"""A backup laid down in an empty data folder, nothing of it believed before it is proved (threats D-12)."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tarfile
import time
import zlib
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Literal

from mailgate import newfile
from mailgate.errors import ConfigError, Permanent
from mailgate.store.blobs import blob_path
from mailgate.store.sqlite import connection as opening
from mailgate.store.sqlite import schema, shape
from mailgate.store.sqlite.backup import DATABASE, END, FORMAT, MANIFEST, Copied, bare, counts, large_mail

ADVANCE = 1000  # numbers the copy leaves free for tickets opened after it was made
SPARE = 64 * 2**20  # octets that stay free
MANIFEST_MAX = 64 * 1024  # octets
HEADER_MAX = 64 * 1024  # octets of what an archive says about one file beside its header
CHUNK = 2**20
DIGEST = re.compile(r"[0-9a-f]{64}")
BLOB = re.compile(r"blobs/([0-9a-f]{2})/(\1[0-9a-f]{62})")
MAGIC = b"SQLite format 3\x00"


class _Member(tarfile.TarInfo):
    """A file of an archive whose extended headers are not read into memory however long they claim to be."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) and self.size > HEADER_MAX:
            raise ConfigError("a header in it is longer than any backup's")
        found: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return found


def restore(file: Path, path: Path, *, first_number: int = 1001) -> Copied:
    """Lay a backup down as the database at `path`; its outbox is held and its numbers go on 1,000 higher.

    Raises ConfigError when live data stand there, or when the file is no backup, is damaged, holds what no backup of
    mailgate holds or more than there is room for; InUse while a daemon runs. Then nothing is left behind.
    """
    data = path.parent
    try:
        newfile.folder(data)
        lock = opening.take_lock(data)
        try:
            if os.path.lexists(path):
                raise ConfigError(f"{path} exists: move it away before restoring over it")
            for left in data.glob(".restore-*"):  # of one that was killed
                shutil.rmtree(left)
            work = Path(mkdtemp(dir=data, prefix=".restore-"))
            try:
                copied = _Unpacking(file, work).run(first_number)
                _lay(work, path)
            finally:
                shutil.rmtree(work)
        finally:
            os.close(lock)
    except OSError as problem:
        raise Permanent(f"cannot restore {file}: {problem}") from problem
    return copied


class _Unpacking:
    """One archive on its way into a work folder, each file judged before its first octet is written."""

    def __init__(self, file: Path, work: Path) -> None:
        self.file, self.work = file, work
        self.ends = False  # 0.1.0 did not mark the end

    def run(self, first_number: int) -> Copied:
        """Unpack, check, hold the outbox, advance the numbers. Raises ConfigError, OSError."""
        try:
            with tarfile.open(self.file, _mode(self.file), tarinfo=_Member) as tar:
                self._manifest(tar)
                path = self._database(tar)
                with closing(bare(path)) as copy:
                    self._check(copy, path)
                    known = large_mail(copy)
                    put = self._large_mail(tar, known)
                    self._end(tar)
                    held = _settle(copy, first_number)
                    mails, tickets = counts(copy)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as problem:  # cut or changed
            why = str(problem).partition("\n")[0].removesuffix(":")
            raise self._refused(f"it is no archive, or damaged: {why}") from problem
        except RecursionError as problem:  # a header that announces a header that announces
            raise self._refused("headers in it are nested deeper than in any backup") from problem
        except sqlite3.Error as problem:
            raise self._refused(f"its database is damaged: {problem}") from problem
        return Copied(mails, tickets, put, len(known) - put, held)

    def _refused(self, why: str) -> ConfigError:
        return ConfigError(f"{self.file} is not a backup of mailgate that can be restored: {why}")

    def _manifest(self, tar: tarfile.TarFile) -> None:
        """What the archive says of itself; the room it asks for. Raises ConfigError."""
        member = tar.next()
        if member is None or member.name != MANIFEST or not _plain(member) or member.size > MANIFEST_MAX:
            raise self._refused(f"it does not begin with {MANIFEST}")
        try:
            words = json.loads(_opened(tar, member).read())
            made = {name: int(words.get(name) or 0) for name in ("format", "schema", "octets")}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as problem:
            raise self._refused(f"{MANIFEST} in it cannot be read") from problem
        if made["format"] > FORMAT or made["schema"] > schema.VERSION:
            raise self._refused(
                f"a newer mailgate made it (format {made['format']}, schema {made['schema']}; this one knows "
                f"{FORMAT} and {schema.VERSION})"
            )
        self.ends = words.get("ends") is True
        self._room(made["octets"])

    def _room(self, octets: int) -> None:
        free = shutil.disk_usage(self.work).free - SPARE
        if octets > free:
            raise self._refused(f"it needs {_said(octets)}, and there is room for {_said(max(0, free))}")

    def _database(self, tar: tarfile.TarFile) -> Path:
        member = tar.next()
        if member is None or member.name != DATABASE or not _plain(member):
            raise self._refused(f"{DATABASE} is not the second file in it")
        self._room(member.size)
        source, path = _opened(tar, member), self.work / DATABASE
        head = source.read(100)
        page = int.from_bytes(head[16:18], "big") or 1
        pages = int.from_bytes(head[28:32], "big")
        if head[:16] != MAGIC:
            raise self._refused(f"{DATABASE} in it is {'empty' if not head else 'no SQLite database'}")
        if (65536 if page == 1 else page) * pages != member.size:
            raise self._refused(f"{DATABASE} in it is cut, or padded")
        _written(path, head, source)
        return path

    def _check(self, copy: sqlite3.Connection, path: Path) -> None:
        version = schema.version(copy)
        mark = int(copy.execute("PRAGMA application_id").fetchone()[0])
        if not version or mark != schema.APPLICATION_ID:
            raise self._refused("its database is not mailgate's")
        opening.refuse_newer(copy, self.file)
        odd = shape.oddities(copy, version)  # before anything is asked of tables that may be traps
        if odd:
            more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
            raise self._refused(f"in its database {'; '.join(odd[:3])}{more}")
        found = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
        if found != "ok":
            raise self._refused(f"its database is damaged ({' '.join(found.split())})")
        for (name,) in copy.execute("SELECT DISTINCT blob FROM mail WHERE blob IS NOT NULL"):
            if not DIGEST.fullmatch(name):  # a path; whoever reads or purges that mail would follow it
                raise self._refused(f"its database names large mail {ascii(name)[:100]}")

    def _large_mail(self, tar: tarfile.TarFile, known: dict[str, int]) -> int:
        """Only what the database speaks of, in the length it says, with the digest it is named by."""
        self._room(sum(known.values()))
        seen: set[str] = set()
        while (member := tar.next()) is not None and member.name != END:
            found = BLOB.fullmatch(member.name)
            if found is None or not _plain(member):
                raise self._refused(f"it holds {ascii(member.name)[:100]}, which no backup does")
            digest = found[2]
            if known.get(digest) != member.size or digest in seen:
                raise self._refused(f"its database does not speak of {member.name} with {member.size} octets")
            seen.add(digest)
            home = blob_path(self.work, digest)
            newfile.folder(home.parent)
            if _written(home, b"", _opened(tar, member)) != digest:
                raise self._refused(f"{member.name} in it has been changed")
        if self.ends and member is None:
            raise self._refused("it is cut: its end is missing")
        return len(seen)

    def _end(self, tar: tarfile.TarFile) -> None:
        """Nothing follows but the padding of a tar; a compressed one is read to its checksum."""
        if tar.next() is not None:
            raise self._refused("something follows its end")
        rest = tar.fileobj.read(2 * tarfile.RECORDSIZE) if tar.fileobj else b""
        if rest.strip(b"\0") or len(rest) >= 2 * tarfile.RECORDSIZE:
            raise self._refused("something follows its end")


def _mode(file: Path) -> Literal["r:gz", "r:"]:
    with file.open("rb") as stream:
        return "r:gz" if stream.read(2) == b"\x1f\x8b" else "r:"


def _plain(member: tarfile.TarInfo) -> bool:
    return member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()


def _opened(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    found = tar.extractfile(member)
    assert found is not None, "a plain file"
    return found


def _written(path: Path, head: bytes, source: IO[bytes]) -> str:
    """A new file of `head` and what follows; returns its sha256."""
    digest = hashlib.sha256(head)
    with os.fdopen(newfile.create(path), "wb") as file:
        file.write(head)
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _said(octets: int) -> str:
    return f"{octets / 10**9:.1f} GB" if octets >= 10**9 else f"{octets / 10**6:.0f} MB"


def _settle(copy: sqlite3.Connection, first_number: int) -> int:
    """Hold the outbox, advance the numbers; returns how many deliveries are held."""
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
    # Programs may have been told since: what waited for them is there to be told by hand, and nothing goes by itself.
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'hook_row'").fetchone():
        copy.execute(
            "UPDATE hook_row SET state = 'dropped', ended_at = :now, error = 'restored from a backup' "
            "WHERE state = 'waiting'",
            {"now": time.time_ns() // 1000},
        )
        copy.execute("UPDATE hook SET seen = (SELECT coalesce(max(id), 0) FROM event)")
    # What was being archived then: a purge would cut the archive back to its length of that day.
    copy.execute("DELETE FROM setting WHERE key = 'archiving'")
    copy.execute("COMMIT")
    return held


def _lay(work: Path, path: Path) -> None:
    """Large mail first, the database last: whatever has a name is complete."""
    for blob in sorted((work / "blobs").glob("??/*")):
        home = blob_path(path.parent, blob.name)
        newfile.folder(home.parent)
        newfile.sync(blob)
        blob.replace(home)
        newfile.sync(home.parent)
    newfile.sync(work / DATABASE)
    (work / DATABASE).replace(path)
    newfile.sync(path.parent)
