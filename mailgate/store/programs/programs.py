"""Programs and their tokens, each a row; what was done under a key is a row for a day, without a word of it."""

from __future__ import annotations

from datetime import datetime

from mailgate.core.programs.once import LASTS, Kept
from mailgate.core.programs.program import Program
from mailgate.core.programs.tickets import Found, Wanted
from mailgate.store import rows
from mailgate.store.programs import ticket_pages
from mailgate.store.session import Room, Session
from mailgate.store.tickets.queries import Tickets

COLUMNS = "SELECT name, id, scopes, departments, networks, vouches, at, until, used_at FROM program"
ALL = f"{COLUMNS} ORDER BY name"
OF = f"{COLUMNS} WHERE digest = :digest"
ADD = (
    "INSERT INTO program (name, id, digest, scopes, departments, networks, vouches, at, until) "
    "VALUES (:name, :id, :digest, :scopes, :departments, :networks, :vouches, :at, :until)"
)
REVOKE = "DELETE FROM program WHERE name = :name"
USED = "UPDATE program SET used_at = :at WHERE id = :id"
KEPT = "SELECT body, at, answer FROM program_answer WHERE program = :program AND key = :key"
BEGIN = (
    "INSERT INTO program_answer (program, key, body, at) VALUES (:program, :key, :body, :at) "
    "ON CONFLICT (program, key) DO NOTHING"
)
DONE = "UPDATE program_answer SET answer = :answer, mail = :mail WHERE program = :program AND key = :key"
TIDY = "DELETE FROM program_answer WHERE at < :before"


class Programs(Room):
    """Each one or two statements."""

    def __init__(self, session: Session, tickets: Tickets) -> None:
        super().__init__(session)
        self._tickets = tickets

    def all(self) -> list[Program]:
        """See `programs_asked.ProgramsRead.all`."""
        return [_program(row) for row in self.session.all(ALL, {})]

    def of(self, digest: str) -> Program | None:
        """See `programs_asked.ProgramsRead.of`."""
        row = self.session.one(OF, {"digest": digest})
        return None if row is None else _program(row)

    def kept(self, program: str, key: str) -> Kept | None:
        """See `programs_asked.ProgramsRead.kept`."""
        row = self.session.one(KEPT, {"program": program, "key": key})
        return None if row is None else Kept(row["body"], rows.time_of(row["at"]), row["answer"])

    def tickets(self, wanted: Wanted) -> Found:
        """See `programs_asked.ProgramsRead.tickets`."""
        return ticket_pages.found(self.session, self._tickets, wanted)

    def add(self, program: Program, digest: str) -> None:
        """See `programs_asked.ProgramsTx.add`."""
        self.session.run(
            ADD,
            {
                "name": program.name,
                "id": program.id,
                "digest": digest,
                "scopes": " ".join(program.scopes),
                "departments": "\n".join(program.departments),
                "networks": " ".join(program.networks),
                "vouches": int(program.vouches),
                "at": rows.micros(program.at),
                "until": rows.micros_or_none(program.until),
            },
        )

    def revoke(self, name: str) -> bool:
        """See `programs_asked.ProgramsTx.revoke`."""
        return self.session.run(REVOKE, {"name": name}) > 0

    def used(self, id_: str, now: datetime) -> None:
        """See `programs_asked.ProgramsTx.used`."""
        self.session.run(USED, {"id": id_, "at": rows.micros(now)})

    def begin(self, program: str, key: str, body: str, now: datetime) -> None:
        """See `programs_asked.ProgramsTx.begin`."""
        self.session.run(TIDY, {"before": rows.micros(now - LASTS)})
        self.session.run(BEGIN, {"program": program, "key": key, "body": body, "at": rows.micros(now)})

    def done(self, program: str, key: str, mail: int | None, answer: str) -> None:
        """See `programs_asked.ProgramsTx.done`."""
        self.session.run(DONE, {"program": program, "key": key, "mail": mail, "answer": answer})

    def tidy(self, before: datetime) -> int:
        """See `programs_asked.ProgramsTx.tidy`."""
        return self.session.run(TIDY, {"before": rows.micros(before)})


def _program(row: rows.Row) -> Program:
    return Program(
        name=row["name"],
        id=row["id"],
        scopes=tuple(row["scopes"].split()),
        at=rows.time_of(row["at"]),
        departments=tuple(one for one in row["departments"].split("\n") if one),
        networks=tuple(row["networks"].split()),
        until=rows.moment(row["until"]),
        vouches=bool(row["vouches"]),
        used_at=rows.moment(row["used_at"]),
    )
