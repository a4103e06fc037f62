"""Letters without a fingerprint whose bytes are kept, as those of 0.1.0: how far these have been looked through."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailgate.core.letters import row_values
from mailgate.core.model.outbound import Audience
from mailgate.core.model.ticket import Ticket
from mailgate.store import backfill, rows
from mailgate.store.outbox import statements as sql
from mailgate.store.session import Session
from mailgate.store.values import OldLetter

FILL = "0006_letter_words"  # the migration, and what it owes to old letters
LOOKED_AT = 500  # letters a look, most of which may have theirs

_NEXT = """
SELECT rendered.letter AS id, letter_words.letter IS NULL AS lacking FROM rendered
LEFT JOIN letter_words ON letter_words.letter = rendered.letter
WHERE rendered.letter > :after ORDER BY rendered.letter LIMIT :limit
"""
_LACKING = """
SELECT 1 FROM rendered WHERE letter > :after
AND NOT EXISTS (SELECT 1 FROM letter_words WHERE letter_words.letter = rendered.letter) LIMIT 1
"""
_LAST = "SELECT max(letter) FROM rendered"
# Bytes that were erased meanwhile leave no fingerprint either.
_FOUND = """
INSERT INTO letter_words (letter, words) SELECT letter, :words FROM rendered WHERE letter = :letter
ON CONFLICT (letter) DO NOTHING
"""


def lacking(session: Session, limit: int) -> tuple[int | None, list[int]] | None:
    """The next letters without, and up to which letter all have been looked at then, None where there are no more.

    None once that has been kept.
    """
    after, done = backfill.place(session, FILL)
    if done:
        return None
    found = session.all(_NEXT, {"after": after, "limit": LOOKED_AT})
    ids: list[int] = []
    upto = None
    for row in found:
        if len(ids) >= limit:
            break
        upto = int(row["id"])
        if row["lacking"]:
            ids.append(upto)
    return upto, ids


def letters(
    session: Session, limit: int, told_about: Callable[[int | None], Ticket | None]
) -> tuple[int | None, list[OldLetter]] | None:
    """The same letters with their bytes and what they were about."""
    looked = lacking(session, limit)
    if looked is None:
        return None
    upto, ids = looked
    found = []
    for one in ids:
        row = session.one(sql.LETTER_DUE, {"letter": one})
        assert row is not None
        content = row_values.from_plain(row["template"], rows.loads(row["context"], {}))
        about = told_about(row["ticket_number"])
        found.append(OldLetter(one, row["bytes"], content, Audience(row["audience"]), about))
    return upto, found


def keep(session: Session, upto: int | None, words: Mapping[int, bytes]) -> None:
    """Keep fingerprints, and that all letters up to this one have been looked at; None: that these were all."""
    session.many(_FOUND, [{"letter": letter, "words": octets} for letter, octets in words.items()])
    backfill.keep_place(session, FILL, upto)


def left(session: Session) -> int:
    """How many letters are still to be looked at, at most; 0 when none lacks its fingerprint."""
    after, done = backfill.place(session, FILL)
    if done or session.scalar(_LACKING, {"after": after}) is None:
        return 0
    return int(session.scalar(_LAST, {}) or 0) - after
