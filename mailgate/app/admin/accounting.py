"""The proof that no mail was lost: what came in, for `audit` to find what has no fate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailgate.core.model.mail_rows import StoredMail
from mailgate.store.base import Read


def accepted_mails(read: Read, since: datetime) -> Iterator[StoredMail]:
    """All mails accepted since then, in order of arrival."""
    after = 0
    while page := read.mail.since(since, after):
        yield from page
        after = page[-1].number
