"""A database that this version cannot use is refused with one sentence, by every command, and not one octet changes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import programs
import pytest
from upgrade.old_desk import Desk, lay_out

from mailgate.errors import ConfigError
from mailgate.store.sqlite import schema
from mailgate.store.sqlite.backup import backup
from mailgate.store.sqlite.connection import take_lock
from mailgate.store.sqlite.store import SqliteStore


def script(path: Path, words: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(words)


def newer(path: Path) -> None:
    SqliteStore(path).close()
    script(path, f"PRAGMA journal_mode = DELETE; PRAGMA user_version = {schema.VERSION + 1}")


def newer_with_tables_of_its_own(path: Path) -> None:
    newer(path)
    script(path, "ALTER TABLE mail RENAME TO letters_in; CREATE TABLE mail (id INTEGER PRIMARY KEY)")


def anothers(path: Path) -> None:
    script(path, "CREATE TABLE song (title TEXT); INSERT INTO song VALUES ('Hey'); PRAGMA user_version = 2")


def anothers_without_a_version(path: Path) -> None:
    script(path, "CREATE TABLE ticket (seat TEXT); INSERT INTO ticket VALUES ('12b')")


def anothers_without_a_version_or_a_name_in_common(path: Path) -> None:
    script(path, "CREATE TABLE song (title TEXT); INSERT INTO song VALUES ('Hey')")


def before_the_first(path: Path) -> None:
    script(path, f"PRAGMA application_id = {schema.APPLICATION_ID}; CREATE TABLE mail (number INTEGER)")


NEWER = f"has schema {schema.VERSION + 1}, this mailgate knows {schema.VERSION}"
CASES = [
    (newer, NEWER),
    (newer_with_tables_of_its_own, NEWER),
    (anothers, "is not a mailgate database"),
    (anothers_without_a_version, "is not a mailgate database"),
    (anothers_without_a_version_or_a_name_in_common, "is not a mailgate database"),
    (before_the_first, "is not a mailgate database"),
]


@pytest.mark.parametrize(("make", "said"), CASES, ids=[make.__name__ for make, _ in CASES])
def test_it_is_refused_before_it_is_touched(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    path = tmp_path / "data" / "mailgate.db"
    path.parent.mkdir()
    make(path)
    before = path.read_bytes()
    for writable in (True, False):
        with pytest.raises(ConfigError, match=said) as refused:
            SqliteStore(path, writable=writable)
        assert len(str(refused.value).splitlines()) == 1
    assert path.read_bytes() == before
    assert {one.name for one in path.parent.iterdir()} == {"mailgate.db", "mailgate.lock"}
    os.close(take_lock(path.parent))  # nobody holds it any more


def test_what_is_no_database_of_ours_is_not_backed_up(tmp_path: Path) -> None:
    path = tmp_path / "mailgate.db"
    for make in (anothers, anothers_without_a_version, before_the_first):
        make(path)
        with pytest.raises(ConfigError, match="is not a mailgate database"):
            backup(path, tmp_path / "backup.tar")
        path.unlink()
    assert [one.name for one in tmp_path.iterdir()] == []


@pytest.mark.parametrize("command", ["run", "status", "audit", "job backfill", "bans", "tickets list", "backup x.tar"])
def test_every_command_says_so_in_one_sentence(tmp_path: Path, command: str) -> None:
    """An old binary meets a newer database, as after `install.sh rollback`."""
    desk = Desk(lay_out(tmp_path / "desk"))
    path = desk.data / "mailgate.db"
    for left in desk.data.glob("mailgate.db*"):
        left.unlink()
    make = anothers if command.startswith("backup") else newer  # a newer one may still be backed up
    make(path)
    before = path.read_bytes()
    done = programs.run(["--config", str(desk.config), *command.split()], cwd=tmp_path)
    assert done.returncode == 1
    said = [line for line in (done.stdout + done.stderr).splitlines() if "mailgate.db" in line]
    assert len(said) == 1 and "Traceback" not in done.stderr, done.stderr
    assert path.read_bytes() == before
