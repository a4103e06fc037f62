"""Whether a database is built as mailgate builds it: every table of its version, and nothing that acts by itself."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass

from mailgate.store.sqlite import schema

# Made by libraries, whose words for the same columns differ from release to release.
BORROWED = re.compile(r"_sqlite_migrations|words_\w+")
INERT = re.compile(r"CREATE (?:TABLE|UNIQUE INDEX|INDEX) .*", re.DOTALL | re.IGNORECASE)
# Somebody's own index for their reports does no harm: it asks nothing and refuses nothing.
HARMLESS = re.compile(r'CREATE INDEX ["\w]+ ON ["\w]+ ?\([\w", ]+\)', re.IGNORECASE)

Found = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a database is built."""

    parts: Found  # (kind, name) -> the words that made it, or its columns
    steps: tuple[str, ...]  # its migrations, in order


def oddities(connection: sqlite3.Connection, version: int) -> list[str]:
    """What is missing, different or foreign in a database of that schema version, in words; empty when all is well."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        schema.migrate(model, version)
        return differences(shape_of(connection), shape_of(model))


def shape_of(connection: sqlite3.Connection) -> Shape:
    """The shape of a database, mailgate's or another."""
    parts = _parts(connection)
    return Shape(parts, _steps(connection) if ("table", "_sqlite_migrations") in parts else ())


def differences(found: Shape, wanted: Shape) -> list[str]:
    """What is missing, different or foreign where another shape is wanted, in words; empty when there is nothing."""
    there, wants = found.parts, wanted.parts
    said = [f"{kind} {name} is missing" for kind, name in wants if (kind, name) not in there]
    said += [
        f"{kind} {name} is not as mailgate makes it"
        for (kind, name), words in wants.items()
        if (kind, name) in there and there[kind, name] != words
    ]
    said += [
        f"{kind} {name} is not mailgate's"
        for (kind, name), words in there.items()
        if (kind, name) not in wants and not (kind == "index" and HARMLESS.fullmatch(words))
    ]
    if not said and found.steps != wanted.steps:
        said.append("its migrations are not those of its schema")
    return said


def _parts(connection: sqlite3.Connection) -> Found:
    found: Found = {}
    for kind, name, words in connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall():
        if name.startswith("sqlite_"):
            continue  # SQLite's own: sequences, statistics, the indexes of UNIQUE
        if BORROWED.fullmatch(name) and kind in ("table", "index") and INERT.fullmatch(str(words)):
            found[kind, name] = _columns(connection, kind, name)
        else:
            found[kind, name] = " ".join(str(words).split())
    return found


def _columns(connection: sqlite3.Connection, kind: str, name: str) -> str:
    listed = connection.execute(f"SELECT name FROM pragma_{kind}_info(?)", (name,)).fetchall()  # noqa: S608
    return " ".join(str(row[0]) for row in listed)


def _steps(connection: sqlite3.Connection) -> tuple[str, ...]:
    asked = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'mailgate' ORDER BY name"
    return tuple(str(row[0]) for row in connection.execute(asked).fetchall())
