"""The search index kept true: an entry is found by its words of now and by the title of the ticket it is in now."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mailgate.store.session import Session
from mailgate.store.tickets import statements as sql

CURSOR = "words-indexed"
TEXT = 256 * 1024  # characters of an entry that are searched
# Letters that are no accented form of another, so that no tokenizer folds them (libraries: "lodz" and "Łódź").
FOLDED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)


class _Folding(dict[int, str]):
    """What becomes of each character, found out when it is first met and kept for all but the rarest."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code).casefold().translate(FOLDED))
        bare = "".join(c for c in plain if not unicodedata.combining(c))
        return self.setdefault(code, bare) if code < 0x10000 else bare


_FOLDING = _Folding()


def folded(text: str) -> str:
    """Lower case without accents, so that `lodz` finds `Łódź` and `strasse` finds `Straße`."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def body(author: str, name: str, text: str, title: str = "") -> str:
    """What of an entry is searched beside its ticket's title; `title` is the subject it gave the ticket."""
    return folded(f"{author} {name} {title} {text[:TEXT]}")


def indexed_up_to(session: Session) -> int:
    """The last entry the index knows."""
    return int(session.scalar(sql.COUNTER, {"name": CURSOR}) or 0)


def take_out(session: Session, entries: Iterable[int], subject: str) -> None:
    """Out of the index, before anything about these entries or their title changes."""
    _each(session, sql.TAKE_OUT, entries, subject)


def put_in(session: Session, entries: Iterable[int], subject: str) -> None:
    """Into the index again, after it has changed."""
    _each(session, sql.FEED, entries, subject)


def retitle(session: Session, entries: Iterable[int], old: str, new: str) -> None:
    """The entries are found by another title from now on."""
    moved = list(entries)
    if old != new:
        take_out(session, moved, old)
        put_in(session, moved, new)


def let_go(session: Session, after: int, pages: int) -> int | None:
    """Rewrite up to so many pages of the index, so that what was taken out stands in none; None when all are done.

    `after` is 0 at first, then what was returned: all is gathered once, then merged bit by bit (FTS5 section 6.8).
    """
    before = session.connection.total_changes
    session.run(sql.MERGE_INDEX, {"pages": pages if after else -pages})
    return after + 1 if session.connection.total_changes - before >= 2 else None


def _each(session: Session, statement: str, entries: Iterable[int], subject: str) -> None:
    cursor = indexed_up_to(session)
    for entry in entries:
        row = session.one(sql.INDEXED, {"id": entry, "cursor": cursor})
        if row is not None:
            text = body(row["author"], row["author_name"], row["text"], row["title"])
            session.run(statement, {"id": entry, "subject": folded(subject), "body": text})
