"""The proof that no mail was lost: what came in, for `audit` to find what has no fate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mailgate.store.base import Read


def accepted_mails(read: Read, since: datetime) -> Iterator[Mapping[str, Any]]:
    """The rows of all mails accepted since then, in order of arrival."""
    after = 0
    while page := read.mail.since(since, after):
        yield from page
        after = page[-1]["number"]
