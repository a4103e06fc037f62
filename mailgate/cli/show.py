"""Printing: JSON as the contract fixes it, tables that fit the terminal, text without control characters."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from mailgate.core.customers.customer import Customer
from mailgate.core.model.ticket import Ticket
from mailgate.core.worktime import skills

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


# What steers a terminal or turns a line around: C1 controls, marks of direction and joining, line separators, halves of
# characters, tags. JSON itself escapes C0 alone, and outside its strings none of these can stand.
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def as_json(value: Any) -> str:
    """JSON with times as RFC 3339 UTC; what does not exist is null, never missing, and nothing in it is unseen."""
    return _UNSEEN.sub(_escaped, json.dumps(value, default=plain, ensure_ascii=False, indent=2))


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def print_json(value: Any) -> None:
    """Print a value as `as_json` writes it."""
    click.echo(as_json(value))


def plain(value: Any) -> Any:
    """A value JSON knows."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return fields(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)


def fields(record: Any) -> dict[str, Any]:
    """What a record holds, by the names of the contract: `from`, not `from_`."""
    return {one.name.rstrip("_"): getattr(record, one.name) for one in dataclasses.fields(record)}


def rfc3339(at: datetime | None) -> str | None:
    """`2026-12-01T14:00:00Z`."""
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def clean(text: Any) -> str:
    """One line without anything a terminal would obey (threats C-12)."""
    shown = "" if text is None else str(text)
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in shown)


def clean_lines(text: str) -> str:
    """Several lines, each without control characters."""
    return "\n".join(clean(line.expandtabs(4)) for line in text.split("\n"))


def width(text: str) -> int:
    """Columns a terminal needs: wide letters count double, combining marks nothing."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, columns: int) -> str:
    """The text cut to so many columns, with an ellipsis when something is missing."""
    if width(text) <= columns:
        return text + " " * (columns - width(text))
    kept, used = [], 0
    for char in text:
        wide = width(char)
        if used + wide > columns - 1:
            break
        kept.append(char)
        used += wide
    return "".join(kept) + "…" + " " * (columns - used - 1)


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]], stretch: int = -1, empty: str = "nothing") -> None:
    """Print rows under headings; the column `stretch` gives way when the terminal is narrow."""
    if not rows:
        click.echo(empty)
        return
    cells = [[clean(cell) for cell in row] for row in rows]
    wide = [max(width(row[i]) for row in [list(headings), *cells]) for i in range(len(headings))]
    room = shutil.get_terminal_size((100, 24)).columns - 2 * (len(wide) - 1)
    if stretch >= 0 and sum(wide) > room:
        wide[stretch] = max(12, wide[stretch] - (sum(wide) - room))
    for number, row in enumerate([list(headings), *cells]):
        line = "  ".join(fit(cell, size) for cell, size in zip(row, wide, strict=True)).rstrip()
        click.secho(line, bold=True) if number == 0 else click.echo(line)


def moment(at: datetime | None, now: datetime) -> str:
    """How far away a time is, for a glance: `in 2 h`, `3 d ago`."""
    if at is None:
        return ""
    seconds = (at - now).total_seconds()
    size = abs(seconds)
    unit, length = next(
        ((u, n) for u, n in (("d", 86400), ("h", 3600), ("min", 60)) if size >= n * (2 if u == "d" else 1)), ("s", 1)
    )
    text = f"{round(size / length)} {unit}"
    return f"in {text}" if seconds >= 0 else f"{text} ago"


def customer_json(one: Customer) -> dict[str, Any]:
    """What the desk was told of a customer."""
    return {
        "addresses": list(one.keys), "name": one.name, "company": one.company, "number": one.number,
        "phones": list(one.phones), "language": one.language, "tier": one.tier, "agent": one.agent,
        "links": dict(one.links), "fields": dict(one.fields), "origin": one.origin, "as_of": one.as_of,
    }  # fmt: skip


def ticket_json(ticket: Ticket, now: datetime, *, entries: bool = True) -> dict[str, Any]:
    """A ticket as the contract fixes it."""
    shown: dict[str, Any] = {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "department": ticket.department,
        "owner": ticket.owner,
        "priority": ticket.priority,
        "tags": list(ticket.tags),
        "fields": dict(ticket.fields),
        "language": ticket.language,
        "written_in": skills.written_in(ticket),
        "requester": {"name": ticket.requester.name or None, "address": ticket.requester.addr},
        "participants": [person.addr for person in ticket.participants],
        "watchers": list(ticket.watchers),
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "first_response_at": ticket.first_response_at,
        "solved_at": ticket.solved_at,
        "due": {
            "first_response": ticket.due.first_response,
            "resolve": ticket.due.resolve,
            "manual": ticket.due.manual,
        },
        "overdue": ticket.overdue(now),
        "escalation": ticket.escalation,
        "links": list(ticket.links),
    }
    if entries:
        shown["entries"] = [
            {
                "id": entry.id,
                "kind": entry.kind,
                "author": entry.author,
                "at": entry.at,
                "subject": entry.title or None,
                "text": entry.text,
                "quoted": entry.quoted,
                "html": entry.html,
                "unverified": entry.unverified,
                "attachments": [{"name": a.name, "type": a.type, "size": a.size} for a in entry.attachments],
                "mail": entry.mail,
            }
            for entry in ticket.entries
        ]
    return shown
