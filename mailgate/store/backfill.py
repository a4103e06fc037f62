"""What an upgrade owes to old rows, done in slices beside the work, each with its cursor; a kill costs one slice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from mailgate import crash
from mailgate.store.outbox import signed
from mailgate.store.session import Session
from mailgate.store.tickets.indexing import let_go

# (session, cursor, rows) -> the next cursor, None when nothing is left. Runs inside the writer's transaction, looks at
# no more rows than it is told, and may meet rows that are right already: new ones are written while it goes on.
Slice = Callable[[Session, int, int], int | None]


@dataclass(frozen=True, slots=True)
class Fill:
    """One piece of such work, named for ever like the migration it belongs to (`0003_something`)."""

    name: str
    slice: Slice


# A migration only adds what costs nothing: columns, tables, indexes on tables that are new or stay small. Whatever
# reads old rows stands here. An index over a table that grows is a table of its own, WITHOUT ROWID, fed by the verbs
# that write the rows and filled here; until `done` says so it is not asked.
LET_GO = "0003_let_go"
FILLS: tuple[Fill, ...] = (Fill(signed.FILL, signed.find_by_token), Fill(LET_GO, let_go))

_PLACE = "SELECT cursor, done FROM backfill WHERE name = :name"
_KEPT = """
INSERT INTO backfill (name, cursor, done) VALUES (:name, :cursor, :done)
ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, done = excluded.done
"""


def advance(session: Session, rows: int) -> float | None:
    """One slice of the first fill that is not done, with its cursor; the seconds it took, None when all are done."""
    for fill in FILLS:
        cursor, is_done = place(session, fill.name)
        if not is_done:
            began = time.monotonic()
            after = fill.slice(session, cursor, rows)
            crash.point("in-a-slice")
            keep_place(session, fill.name, after)
            return time.monotonic() - began
    return None


def again(session: Session, name: str) -> None:
    """That piece is owed anew, from its beginning: done in slices by whoever advances next, or after a start."""
    keep_place(session, name, 0)


def done(session: Session, name: str) -> bool:
    """Whether all old rows have been seen."""
    return place(session, name)[1]


def place(session: Session, name: str) -> tuple[int, bool]:
    """How far a piece of work has come, and whether it is done."""
    row = session.one(_PLACE, {"name": name})
    return (0, False) if row is None else (int(row["cursor"]), bool(row["done"]))


def keep_place(session: Session, name: str, after: int | None) -> None:
    """All rows up to this one have been seen; None: these were all."""
    cursor = place(session, name)[0] if after is None else after
    session.run(_KEPT, {"name": name, "cursor": cursor, "done": after is None})
