"""The folder that 0.1.0 left behind, as if that had been some minutes ago, and today's daemon on it."""

from __future__ import annotations

import contextlib
import email
import email.policy
import shutil
import sqlite3
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from scenarios.process import FOLDER, PROGRAM, Process
from upgrade.make_0_1_0 import Old

OLD = Path(__file__).with_name("0.1.0")
# What only grows while a gateway works: no upgrade and no sudden end may lose one of these or make it twice.
GROWING = (
    "mail", "raw", "parking", "ticket", "entry", "attachment", "event", "letter", "delivery", "rendered", "address",
    "contact", "participant", "mail_ticket", "msgid", "tag", "field", "vote", "reminder", "saved_reply", "ban",
)  # fmt: skip


def lay_out(folder: Path, ago: timedelta | None = None) -> Path:
    """A copy of configuration, rules, database, keys and large mail; `ago` is when the last mail had come."""
    shutil.copytree(OLD, folder)
    with tarfile.open(folder / "data.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    (folder / "data.tar.xz").unlink()
    (folder / "templates").mkdir()
    (folder / "data").chmod(0o700)
    if ago is not None:
        _move(folder / "data" / "mailgate.db", datetime.now(UTC) - ago)
    return folder


def _move(path: Path, last: datetime) -> None:
    """Every time in the database, by as much as the last mail's: the daemon has no clock but the machine's."""
    with opened(path) as database:
        [then] = database.execute("SELECT max(accepted_at) FROM mail").fetchone()
        by = int(last.timestamp() * 1_000_000) - then
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%STRICT%'"
        for (table,) in database.execute(tables).fetchall():
            for _, column, kind, *_ in database.execute(f"PRAGMA table_info({table})").fetchall():
                if kind == "INTEGER":  # only moments, in microseconds, are so large
                    database.execute(
                        f"UPDATE {table} SET {column} = {column} + ? WHERE {column} > 1000000000000000", (by,)
                    )


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database itself, while no gateway runs."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        yield database


def counts(folder: Path) -> Counter[str]:
    """How many rows each table has, how many mails each fate, how many deliveries each state, how many files."""
    found = Counter[str]()
    with opened(folder / "data" / "mailgate.db") as database:
        for table in GROWING:
            found[table] = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for fate, n in database.execute("SELECT fate, count(*) FROM mail GROUP BY fate"):
            found[f"mail {fate}"] = n
        found.update(dict(database.execute("SELECT state, count(*) FROM delivery GROUP BY state")))
    found["blobs"] = sum(1 for _ in (folder / "data" / "blobs").glob("??/*"))
    return found


def rows(data: Path, *leave_out: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, for comparing two data folders; what each draws for itself is the same."""
    with opened(data / "mailgate.db") as database:
        names = [
            row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        ]
        found = {
            name: sorted(database.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in names
            if name not in leave_out
        }
    if "setting" in found:
        found["setting"] = [(key, "drawn" if key == "words_key" else value) for key, value in found["setting"]]
    return found


class Desk(Process):
    """Today's `mailgate run` on that folder, with its own configuration; only the relay is ours."""

    def __init__(self, folder: Path, out: str = FOLDER) -> None:
        self.folder, self.data = folder, folder / "data"
        self.config = folder / "mailgate.toml"
        self.ready, self.log = folder / "ready.json", folder / "daemon.log"
        words = self.config.read_text()
        assert FOLDER in words
        self.config.write_text(words.replace(FOLDER, out))
        self.child = None
        self.program = PROGRAM

    def start(self, *wrapper: str, **environment: str) -> dict[str, Any]:
        found = super().start(*wrapper, **environment)
        self.port = int(found["smtp"][0].rpartition(":")[2])
        return found

    send = Old.send

    def letter(self, to: str, ticket: int, template: str) -> EmailMessage:
        """The newest letter of that kind as it was sent, out of the database."""
        with opened(self.data / "mailgate.db") as database:
            [raw] = database.execute(
                "SELECT bytes FROM rendered JOIN letter ON letter.id = rendered.letter LEFT JOIN ticket "
                "ON ticket.id = letter.ticket WHERE template = ? AND coalesce(number, 0) = ? "
                "AND recipients LIKE ? ORDER BY letter.id DESC LIMIT 1",
                (template, ticket, f"%{to}%"),
            ).fetchone()
        found: EmailMessage = email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[assignment]
        return found

    def left(self) -> Counter[tuple[str, str]]:
        """How often each letter lies in the outbox: (all it went to, Message-ID)."""
        found = Counter[tuple[str, str]]()
        for path in (self.folder / "outbox").rglob("*"):
            if path.is_file():
                one = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                found[str(one["To"]), str(one["Message-ID"])] += 1
        return found
