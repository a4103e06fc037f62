"""Words that go: entries that say nothing any more, letters without what was written in them."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.store.session import Session
from mailgate.store.tickets.indexing import put_in, take_out

UNSETTLED = "('waiting', 'leased', 'sending', 'held')"


def silence(session: Session, entries: Iterable[int], subject: str) -> None:
    """These entries say nothing any more; who spoke when stays."""
    gone = list(entries)
    take_out(session, gone, subject)
    for entry in gone:
        params = {"entry": entry}
        session.run("DELETE FROM attachment WHERE entry = :entry", params)
        session.run("UPDATE entry SET text = '', quoted = '', html = '' WHERE id = :entry", params)
    put_in(session, gone, subject)


def blank_letters(session: Session, ticket: int) -> None:
    """What was written about a ticket goes; to whom and when stays."""
    params = {"ticket": ticket}
    session.run("DELETE FROM rendered WHERE letter IN (SELECT id FROM letter WHERE ticket = :ticket)", params)
    session.run("UPDATE letter SET context = '{}' WHERE ticket = :ticket", params)
