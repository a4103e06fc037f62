"""What a program is told of one line of the journal: how the ticket stands and what changed, and nobody's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mailgate.core.model.ticket import EntryKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Type(StrEnum):
    """The events there are."""

    OPENED = "ticket.opened"
    OWNED = "ticket.owned"
    STATUS = "ticket.status"
    PRIORITY = "ticket.priority"
    IN = "message.in"
    OUT = "message.out"
    DUE = "promise.due"
    BROKEN = "promise.broken"
    VOTE = "vote"
    TEST = "test"  # asked for at the shell; no `events` choose it


EVENTS = tuple(one for one in Type if one is not Type.TEST)


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the journal beside its ticket as it stands now; `due` are the ticket's deadlines by their names."""

    id: int
    kind: str
    old: str
    new: str
    at: datetime
    number: int
    department: str
    status: str
    owner: str | None
    priority: str
    language: str
    created_at: datetime
    due_first: datetime | None = None
    due_resolve: datetime | None = None
    due_manual: datetime | None = None
    again: bool = False  # this promise was said to be broken before


@dataclass(frozen=True, slots=True)
class Told:
    """One event, as every format says it; `owner` is the name commands use, never an address."""

    type: Type
    at: datetime
    ticket: int | None
    department: str = ""
    status: str = ""
    owner: str | None = None
    priority: str = ""
    language: str = ""
    created_at: datetime | None = None
    due_at: datetime | None = None  # the nearest deadline, or the promise's that this is about
    was: str | None = None  # status, owner or priority before
    promise: str = ""  # first_response, resolve or manual
    score: int | None = None
    entry: int | None = None  # whose words may be added


def told_of(line: Happened) -> Told | None:
    """The event that a line of the journal is for programs; None for what is nobody's business outside."""
    kind, was, extra = _TYPES.get(line.kind), None, _Extra()
    if line.kind == "entry":
        kind = {EntryKind.CUSTOMER.value: Type.IN, EntryKind.AGENT.value: Type.OUT}.get(line.new)
        extra = _Extra(entry=_number(line.old))
    elif line.kind == "escalation":
        kind, extra = _promise(line)
    elif line.kind == "vote":
        extra = _Extra(score=_number(line.new))
    elif line.kind in ("owner", "status", "priority"):
        was = line.old or None
        if line.kind == "priority" and line.at <= line.created_at:
            return None  # its opening says so
    if kind is None:
        return None
    return Told(
        type=kind,
        at=line.at,
        ticket=line.number,
        department=line.department,
        status=line.status,
        owner=line.owner,
        priority=line.priority,
        language=line.language,
        created_at=line.created_at,
        due_at=extra.due_at or _nearest(line),
        was=was,
        promise=extra.promise,
        score=extra.score,
        entry=extra.entry,
    )


@dataclass(frozen=True, slots=True)
class _Extra:
    """What only some events have."""

    due_at: datetime | None = None
    promise: str = ""
    score: int | None = None
    entry: int | None = None


def promised_at(new: str) -> int | None:
    """The deadline that an escalation was about, in microseconds since 1970, of "LEVEL:MICROSECONDS"."""
    return _number(new.partition(":")[2])


def _promise(line: Happened) -> tuple[Type | None, _Extra]:
    """A step taken for a deadline: before it somebody is warned, after it the promise is broken, once."""
    micros = promised_at(line.new)
    dues = {"first_response": line.due_first, "resolve": line.due_resolve, "manual": line.due_manual}
    if micros is None:
        return None, _Extra()
    name, at = next(((name, at) for name, at in dues.items() if at and _micros(at) == micros), ("", None))
    if at is None:  # it is owed no more, or for another time
        return None, _Extra()
    if line.at < at:
        return Type.DUE, _Extra(at, name)
    return (None if line.again else Type.BROKEN), _Extra(at, name)


def _nearest(line: Happened) -> datetime | None:
    return min((at for at in (line.due_first, line.due_resolve, line.due_manual) if at), default=None)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


_TYPES: Mapping[str, Type] = {
    "opened": Type.OPENED,
    "owner": Type.OWNED,
    "status": Type.STATUS,
    "priority": Type.PRIORITY,
    "vote": Type.VOTE,
}
