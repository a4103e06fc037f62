"""The daily proof that no mail was lost: what came in, and what of it has its fate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mailgate.store.base import Read


def accepted(read: Read, since: datetime) -> Iterator[Mapping[str, Any]]:
    """The rows of all mails accepted since then, in order of arrival."""
    after = 0
    while page := read.mails(since, after):
        yield from page
        after = page[-1]["number"]


def daily(read: Read, since: datetime, now: datetime) -> str:
    """`41 in, 41 accounted for`: mails accepted in [since, now), and how many of them have a fate.

    Mails that are missing one are named by number, five at most; that is for a person to look at.
    """
    rows = [row for row in accepted(read, since) if row["accepted_at"] < now]
    missing = [row["number"] for row in rows if row["fate"] is None]
    line = f"{len(rows)} in, {len(rows) - len(missing)} accounted for"
    if not missing:
        return line
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    return f"{line}; without a fate: mail {', '.join(map(str, missing[:5]))}{more}"
