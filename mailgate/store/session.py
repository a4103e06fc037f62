"""What every room of the store shares inside one transaction: the connection and where the files lie."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mailgate.core.model.mail import Address, canonical
from mailgate.store import rows
from mailgate.store.people import statements as sql

Params = Mapping[str, Any]
WRITES_ADDRESS = ("UPDATE address ", "INTO address ", "DELETE FROM address ")
_LARGEST = 2**63 - 1  # what an INTEGER of SQLite holds


class Session:
    """One transaction on one connection: the rooms of the store put their verbs on it."""

    def __init__(self, connection: sqlite3.Connection, data: Path, first_number: int) -> None:
        self.connection = connection
        self.data = data
        self.first_number = first_number
        self.words_key: bytes | None = None  # once it has been asked for: a batch of mails asks for each
        self.mail_times: dict[int, tuple[int, str]] = {}  # when a mail arrived and its origin: these never change
        self._known: dict[str, Mapping[str, Any] | None] = {}  # addresses asked for, until one is written

    def one(self, statement: str, params: Params) -> rows.Row | None:
        """The first row, None when there is none."""
        row: rows.Row | None = self._execute(statement, params).fetchone()
        return row

    def all(self, statement: str, params: Params) -> list[rows.Row]:
        """Every row."""
        return self._execute(statement, params).fetchall()

    def scalar(self, statement: str, params: Params) -> Any:
        """The first column of the first row, None when there is none."""
        row = self._execute(statement, params).fetchone()
        return None if row is None else row[0]

    def run(self, statement: str, params: Params) -> int:
        """Execute; returns how many rows changed."""
        return self._execute(statement, params).rowcount

    def _execute(self, statement: str, params: Params) -> sqlite3.Cursor:
        self._forget_known(statement)
        try:
            return self.connection.execute(statement, params)
        except OverflowError:  # people ask for numbers that no column can hold: nothing has the largest one either
            held = {name: max(-_LARGEST, min(v, _LARGEST)) if isinstance(v, int) else v for name, v in params.items()}
            return self.connection.execute(statement, held)

    def many(self, statement: str, params: Iterable[Params]) -> None:
        """Execute for each, as one statement; nothing is executed for none."""
        whole = list(params)
        if whole:
            self._forget_known(statement)
            self.connection.executemany(statement, whole)

    def _forget_known(self, statement: str) -> None:
        if self._known and any(words in statement for words in WRITES_ADDRESS):
            self._known.clear()

    def known(self, addr: str) -> Mapping[str, Any] | None:
        """The address row, found by its canonical form; one decision asks for the same one again and again."""
        key = rows.clean(canonical(addr))
        if key not in self._known:
            row = self.one(sql.ADDRESS, {"canonical": key})
            self._known[key] = None if row is None else dict(row)
        return self._known[key]

    def person(self, who: Address, now: int, used: bool = False) -> tuple[int, int]:
        """(address id, contact id), made when unknown; `used` says a mail just came from there."""
        row = self.known(who.addr)
        name = rows.clean(who.name)
        if row is None:
            contact = self.scalar(sql.NEW_CONTACT, {"now": now})
            address = self.scalar(
                sql.NEW_ADDRESS,
                {
                    "canonical": rows.clean(canonical(who.addr)),
                    "addr": rows.clean(who.addr.strip()),
                    "name": name,
                    "contact": contact,
                    "used_at": now if used else None,
                },
            )
            self._known[rows.clean(canonical(who.addr))] = {
                "id": address, "contact": contact, "addr": rows.clean(who.addr.strip()), "name": name,
                "used_at": now if used else None,
            }  # fmt: skip
            return int(address), int(contact)
        if used:
            self.run(sql.USED, {"id": row["id"], "now": now, "name": name or row["name"]})
        return int(row["id"]), int(row["contact"])


class Room:
    """Verbs about one kind of thing, on a session shared with the other rooms."""

    def __init__(self, session: Session) -> None:
        self.session = session
