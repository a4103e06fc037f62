"""Words that go: entries that say nothing any more, letters without what was written in them."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.store.people import statements as sql
from mailgate.store.session import Session
from mailgate.store.tickets.indexing import put_in, take_out


def silence(session: Session, entries: Iterable[int], subject: str) -> None:
    """These entries say nothing any more; who spoke when stays."""
    gone = list(entries)
    take_out(session, gone, subject)
    for entry in gone:
        params = {"entry": entry}
        session.run(sql.DROP_ATTACHMENTS_OF_ENTRY, params)
        session.run(sql.SILENCE, params)
    put_in(session, gone, subject)


def blank_letters(session: Session, ticket: int) -> None:
    """What was written about a ticket goes; to whom and when stays."""
    params = {"ticket": ticket}
    session.run(sql.DROP_RENDERED_OF_TICKET, params)
    session.run(sql.DROP_LETTER_WORDS_OF_TICKET, params)
    session.run(sql.BLANK_LETTERS, params)
