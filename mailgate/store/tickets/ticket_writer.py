"""One ticket being written: column changes gathered and flushed as a single UPDATE, events beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mailgate.core.model.ticket import Status
from mailgate.store import rows
from mailgate.store.session import Session
from mailgate.store.tickets import statements as sql

AT_WORK = (Status.NEW.value, Status.OPEN.value)
DUES = {"first_response": "due_first", "resolve": "due_resolve", "manual": "due_manual"}


@dataclass(slots=True)
class DecisionWriting:
    """What is common to the whole decision."""

    mail: int | None
    actor: str
    now: int
    arrived: int  # when the mail arrived, never after `now`
    history: bool
    opened: list[TicketWriter] = field(default_factory=list)
    split: list[tuple[TicketWriter, int]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    promises: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)  # by ticket and which: as it stands
    tokens: list[dict[str, Any]] = field(default_factory=list)  # of the step's letters, as are the next two
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    ids: list[dict[str, Any]] = field(default_factory=list)
    filed: int | None = None  # ticket id the mail's words went to
    touched: list[TicketWriter] = field(default_factory=list)  # one a step, in order

    @property
    def moment(self) -> int:
        """When things count as done: imported history keeps its own times."""
        return self.arrived if self.history else self.now


class TicketWriter:
    """The row of one ticket while a step is written."""

    def __init__(self, session: Session, writing: DecisionWriting, row: dict[str, Any] | None) -> None:
        self.session = session
        self.writing = writing
        self.row: dict[str, Any] = row or {}
        self.changed: dict[str, Any] = {}
        self.noted = False  # the journal has something new to say of this ticket

    @property
    def id(self) -> int:
        """The row id of the ticket."""
        return int(self.row["id"])

    @property
    def number(self) -> int:
        """The number people know."""
        return int(self.row["number"])

    def event(self, kind: str, old: object = "", new: object = "") -> None:
        """A line for the journal."""
        writing = self.writing
        self.noted = True
        writing.events.append(
            {
                "ticket": self.id,
                "at": writing.moment,
                "actor": writing.actor,
                "mail": writing.mail,
                "kind": kind,
                "old": "" if old is None else rows.clean(str(old)),
                "new": "" if new is None else rows.clean(str(new)),
            }
        )

    def put(self, **columns: Any) -> None:
        """Columns to write at the end of the step."""
        self.changed.update(columns)
        self.row.update(columns)

    def flush(self) -> None:
        """Write the gathered columns; the earliest deadline is kept beside the three it comes from."""
        updated = max(self.writing.moment, self.row["updated_at"]) if self.noted else self.row["updated_at"]
        if not self.changed and updated == self.row["updated_at"]:
            return
        due = min((self.row[name] for name in DUES.values() if self.row[name] is not None), default=None)
        self.put(updated_at=updated, due_at=due)
        columns = ", ".join(f"{name} = :{name}" for name in self.changed)
        self.session.run(f"UPDATE ticket SET {columns} WHERE id = :id", {**self.changed, "id": self.id})  # noqa: S608
        self.changed, self.noted = {}, False

    def work(self, owner: str | None, status: str) -> None:
        """Owner and status together, so that each agent's count of open tickets stays right."""
        before = self.row["owner"] if self.row["status"] in AT_WORK else None
        after = owner if status in AT_WORK else None
        if before != after:
            for name, step in ((before, -1), (after, 1)):
                if name:
                    self.session.run(sql.OPEN_TICKETS, {"name": name, "step": step})
        if (owner, status) != (self.row["owner"], self.row["status"]):
            self.put(owner=owner, status=status)
