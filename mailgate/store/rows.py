"""Rows <-> values: times as microseconds, JSON as text, text that SQLite can hold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mailgate.core.model.mail import Address, Attachment, Envelope, Source
from mailgate.core.model.ticket import Due, Entry, EntryKind, Priority, Status, Ticket

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = sqlite3.Row
AT_REST = frozenset((Status.WAITING, Status.HOLD, Status.SOLVED, Status.ARCHIVED))


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time, exactly."""
    gone = at - EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds


def micros_or_none(at: datetime | None) -> int | None:
    """As `micros`, None for None."""
    return None if at is None else micros(at)


def moment(value: int | None) -> datetime | None:
    """The aware UTC time of a column, None for NULL."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


def time_of(value: int) -> datetime:
    """The aware UTC time of a column that is never NULL."""
    return EPOCH + timedelta(microseconds=value)


def clean(text: str) -> str:
    """Text without NUL and lone surrogates: SQLite ends a string at the one, cannot bind the other (threats P-11)."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def dumps(value: Any) -> str:
    """Compact JSON; what JSON cannot say is said as text."""
    return clean(_JSON.encode(value))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(str(item) for item in value)
    return str(value)


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


def loads(text: str | None, default: Any) -> Any:
    """The value of a JSON column, `default` for NULL and ""."""
    return json.loads(text) if text else default


def addresses(text: str) -> tuple[Address, ...]:
    """Addresses from a JSON column of [addr, name] pairs."""
    return tuple(Address(addr, name) for addr, name in json.loads(text)) if text else ()


def pairs(people: Iterable[Address]) -> str:
    """Addresses as a JSON column of [addr, name] pairs."""
    return dumps([[person.addr, person.name] for person in people])


def origin(envelope: Envelope) -> str:
    """How a mail is to be taken: `live`, or `history`, `junk` or `sent`."""
    marks = (("history", envelope.history), ("junk", envelope.junk), ("sent", envelope.sent))
    return next((name for name, marked in marks if marked), "live")


def envelope(row: Row) -> Envelope:
    """The envelope columns of a mail row."""
    return Envelope(
        sender=row["sender"],
        recipients=tuple(json.loads(row["recipients"])),
        source=Source(row["source"]),
        peer=row["peer"],
        login=row["login"],
        mailbox=row["mailbox"],
        folder=row["folder"],
        uid=row["uid"],
        uidvalidity=row["uidvalidity"],
        arrived_at=time_of(row["arrived_at"]),
        history=row["origin"] == "history",
        junk=row["origin"] == "junk",
        sent=row["origin"] == "sent",
    )


def attachment(row: Row) -> Attachment:
    """A row of the attachment index."""
    return Attachment(
        name=row["name"],
        type=row["type"],
        size=row["size"],
        digest=row["digest"],
        part=row["part"],
        inline=bool(row["inline"]),
        content_id=row["content_id"],
        original_name=row["original_name"],
    )


def entry(row: Row, attachments: tuple[Attachment, ...] = ()) -> Entry:
    """A row of a thread."""
    return Entry(
        id=row["id"],
        kind=EntryKind(row["kind"]),
        author=row["author"],
        author_name=row["author_name"],
        at=time_of(row["at"]),
        text=row["text"],
        quoted=row["quoted"],
        title=row["title"],
        only=row["only_to"],
        html=row["html"],
        unverified=bool(row["unverified"]),
        attachments=attachments,
        mail=row["mail"],
    )


def ticket(row: Row, parts: Mapping[str, list[tuple[str, str]]], entries: tuple[Entry, ...] = ()) -> Ticket:
    """A ticket row with its `parts`: what hangs on it by kind, as (value, further value) in order."""

    def values(kind: str) -> tuple[str, ...]:
        return tuple(value for value, _ in parts.get(kind, ()))

    requester = Address(row["requester_addr"], row["requester_name"])
    others = tuple(Address(addr, name) for addr, name in parts.get("participant", ()))
    told = tuple(name for name in values("department") if name != row["department"])
    return Ticket(
        number=row["number"],
        subject=row["subject"],
        status=Status(row["status"]),
        department=row["department"],
        requester=requester,
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        owner=row["owner"],
        priority=Priority(row["priority"]),
        tags=values("tag"),
        fields=dict(parts.get("field", ())),
        language=row["language"],
        sla=row["sla"],
        participants=(requester, *others),
        watchers=values("watcher"),
        departments=(row["department"], *told),
        first_response_at=moment(row["first_response_at"]),
        solved_at=moment(row["solved_at"]),
        status_until=moment(row["status_until"]),
        status_since=moment(row["status_since"]),
        last_public_at=moment(row["last_public_at"]),
        last_agent_at=moment(row["last_agent_at"]),
        last_customer_at=moment(row["last_customer_at"]),
        due=Due(moment(row["due_first"]), moment(row["due_resolve"]), moment(row["due_manual"])),
        escalation=row["escalation"],
        pauses=_pauses(row, parts.get("status", [])),
        links=tuple(int(value) for value in values("link")),
        merged_into=row["merged_number"],
        entries=entries,
    )


def _pauses(row: Row, changes: list[tuple[str, str]]) -> tuple[tuple[datetime, datetime], ...]:
    """Past stretches at rest, from the journal's changes of status in order: ("old new", microseconds)."""
    found = []
    since = row["created_at"]
    for change, at in changes:
        if change.split(" ", 1)[0] in AT_REST:
            found.append((time_of(since), time_of(int(at))))
        since = int(at)
    return tuple(found)
