"""What a bridge must not lose: what came and is not in mailgate yet, and what the provider took of an answer.

One SQLite file, written through to the disk before anybody is told that we have it. Once mailgate has a message its
words and its sender are wiped here; what stays is a digest of its id, so that the same again is known for ever.
"""

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT = 30 * 86_400.0  # seconds for which it is known what the provider took of which answer: receipts come late

TABLES = """
CREATE TABLE IF NOT EXISTS heard (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, person TEXT NOT NULL, body TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting');
CREATE INDEX IF NOT EXISTS heard_waiting ON heard(person, number) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS heard_order ON heard(number) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS took (
    id TEXT NOT NULL, part INTEGER NOT NULL, theirs TEXT NOT NULL, person TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (id, part)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS took_theirs ON took(theirs);
CREATE INDEX IF NOT EXISTS took_person ON took(person, at);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

KEEP = "INSERT OR IGNORE INTO heard (id, person, body) VALUES (?, ?, ?)"
# The first that is due of each person: a person's messages reach mailgate in their order.
NEXT = """
SELECT number, body, tries FROM heard AS h WHERE state = 'waiting' AND due <= ?
AND NOT EXISTS (SELECT 1 FROM heard AS e WHERE e.state = 'waiting' AND e.person = h.person AND e.number < h.number)
ORDER BY number LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that came, its document, and how often it was tried in vain."""

    number: int
    body: dict[str, Any]
    tries: int


def digest(id: str) -> bytes:
    return hashlib.sha256(id.encode("utf-8", "surrogatepass")).digest()


class Spool:
    """Every verb is one transaction, safe from any thread."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("PRAGMA secure_delete = ON")  # words that are wiped are gone
        self._base.executescript(TABLES)

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def _do(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            return self._base.execute(sql, values).fetchall()

    def keep(self, came: Iterable[tuple[str, str, dict[str, Any]]]) -> int:
        """Keeps (id, person, document), all or none, those known by their id left out; how many were new."""
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                new = sum(
                    self._base.execute(KEEP, (digest(id), person, json.dumps(body))).rowcount
                    for id, person, body in came
                )
                self._base.execute("COMMIT")
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
        return new

    def next(self) -> Waiting | None:
        for number, body, tries in self._do(NEXT, time.time()):
            return Waiting(number, json.loads(body), tries)
        return None

    def rewrite(self, number: int, body: dict[str, Any]) -> None:
        """What is sent at every try: the same octets, files and all."""
        self._do("UPDATE heard SET body = ? WHERE number = ?", json.dumps(body), number)

    def later(self, number: int, seconds: float) -> None:
        self._do("UPDATE heard SET tries = tries + 1, due = ? WHERE number = ?", time.time() + seconds, number)

    def done(self, number: int) -> None:
        self._do("UPDATE heard SET state = 'done', person = '', body = '' WHERE number = ?", number)

    def refused(self, number: int) -> None:
        """Stays with its words, for a person to look at; it holds up nobody."""
        self._do("UPDATE heard SET state = 'refused' WHERE number = ?", number)

    def again(self) -> int:
        sql = "UPDATE heard SET state = 'waiting', due = 0, tries = 0 WHERE state = 'refused' RETURNING 1"
        return len(self._do(sql))

    def shown(self) -> str:
        """What waits and what was refused, a line each, for the person who asks for it."""
        sql = "SELECT number, state, tries, substr(body, 1, 300) FROM heard WHERE state != 'done' ORDER BY number"
        lines = [f"{number} {state}, tried {tries}: {body}" for number, state, tries, body in self._do(sql)]
        return "\n".join(lines) or "nothing waits"

    def counts(self) -> dict[str, int]:
        return dict(self._do("SELECT state, count(*) FROM heard WHERE state != 'done' GROUP BY state"))

    def took(self, id: str, person: str) -> dict[int, str]:
        """The parts of an answer of mailgate's that left, with the provider's ids; empty ones may not have arrived."""
        return dict(self._do("SELECT part, theirs FROM took WHERE id = ? AND person = ?", id, person))

    def note(self, id: str, part: int, theirs: str, person: str) -> None:
        now = time.time()
        self._do("INSERT OR REPLACE INTO took VALUES (?, ?, ?, ?, ?)", id, part, theirs, person, now)
        self._do("DELETE FROM took WHERE at < ?", now - KEPT)

    def back(self, id: str, part: int) -> None:
        """The provider did not take it: it is to be sent again."""
        self._do("DELETE FROM took WHERE id = ? AND part = ?", id, part)

    def ours(self, theirs: str) -> str | None:
        """mailgate's id of what the provider calls so."""
        for (id,) in self._do("SELECT id FROM took WHERE theirs = ?", theirs):
            return str(id)
        return None

    def until(self, person: str, at: float) -> list[str]:
        """mailgate's ids of what a person was sent up to a moment (seconds)."""
        sql = "SELECT id FROM took WHERE person = ? AND at <= ? GROUP BY id ORDER BY max(at)"
        return [id for (id,) in self._do(sql, person, at)]

    def setting(self, name: str) -> str:
        for (value,) in self._do("SELECT value FROM setting WHERE name = ?", name):
            return str(value)
        return ""

    def set(self, name: str, value: str) -> None:
        self._do("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value)
