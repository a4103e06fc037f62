"""Which letter a token was made for: found by ticket, kind and nonce, whatever carried it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mailgate.core.letters import row_values
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.proof import token
from mailgate.store import rows
from mailgate.store.outbox import statements as sql
from mailgate.store.session import Session
from mailgate.store.tickets.merging import followed

FILL = "0005_signed"  # the migration, and what it owes to old letters


def note(letter: int, message_id: str) -> list[dict[str, Any]]:
    """What `SIGNED` writes so that a new letter is found by its token; nothing for an id that is none of ours."""
    key = token.letter_of(message_id)
    return [{"token": key, "letter": letter, "scheme": token.NOW}] if key else []


def find_by_token(session: Session, after: int, most: int) -> int | None:
    """Letters that 0.1.0 wrote are found by theirs; new ones have one. None when all were looked at."""
    found = session.all(sql.LETTERS_AFTER, {"after": after, "rows": most})
    keys = [(token.letter_of(row["message_id"]), row["id"]) for row in found]
    session.many(sql.SIGNED, [{"token": key, "letter": id, "scheme": token.BEFORE} for key, id in keys if key])
    return found[-1]["id"] if found else None


def letter(session: Session, key: str) -> SentLetter | None:
    """The letter with that Message-ID, or that `Token.letter`; None when we never wrote it."""
    if key.startswith("<"):
        row = session.one(sql.LETTER_BY_ID, {"id": rows.clean(key), "token": token.letter_of(key)})
    else:
        row = session.one(sql.LETTER_BY_SIGN, {"token": key})
    if row is None:
        return None
    return SentLetter(
        id=row["id"],
        message_id=row["message_id"],
        ticket=row["ticket_number"],
        content=row_values.from_plain(row["template"], rows.loads(row["context"], {})),
        audience=Audience(row["audience"]),
        agent=row["agent"],
        purpose=Purpose.read(row["purpose"]),
        created_at=rows.time_of(row["created_at"]),
        revoked=row["revoked_at"] is not None,
        mail=row["mail"],
        promised=_promised(session, row["promised"], row["ticket_number"]),
        old=row["scheme"] != token.NOW,
        subject=row["rendered_subject"] or row["subject"],
        worded=bool(row["worded"]),
        settled_by=row["settled_by"] or "",
    )


def _promised(session: Session, kept: str | None, number: int | None) -> tuple[Address, ...] | None:
    """Whom the letter's first line named, as they are written to now; None when it named nobody or nobody knows."""
    home = None if number is None else followed(session, number)
    if kept is None or home is None:
        return None
    asked = ({"ticket": home["id"], "address": one} for one in rows.loads(kept, []))
    found = (session.one(sql.PROMISED_PERSON, params) for params in asked)
    return tuple(Address(row["addr"], row["name"]) for row in found if row is not None)


def deliveries(session: Session, letter: int) -> tuple[tuple[int, str], ...]:
    """To whom a letter goes: the id of each delivery and its address."""
    return tuple((row["id"], row["canonical"]) for row in session.all(sql.ADDRESSES_OF_LETTER, {"letter": letter}))


def since(session: Session) -> datetime | None:
    """When letters began to be signed carrier by carrier: at the migration that tells them apart."""
    found = session.scalar(sql.SIGNED_SINCE, {"name": FILL})
    return None if found is None else datetime.fromisoformat(found).astimezone(UTC)
