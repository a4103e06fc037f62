"""What letters about a trainee's answer say: to whoever may send it, and to the trainee once it is settled."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.model.content import Content, Receipt
from mailgate.core.model.said import Words
from mailgate.core.model.shown import NamedFile, Passage, RefusedLine, TicketRow, omitted


@dataclass(frozen=True, slots=True, kw_only=True)
class TraineesAnswer(Receipt):
    """A trainee's answer waits for whoever may send it."""

    TEMPLATE = "trainee"
    # what a receipt says and this does not
    parked: bool = omitted(default=False, hidden=True)
    understood: tuple[str, ...] | None = omitted(None, hidden=True)
    refused: tuple[RefusedLine, ...] | None = omitted(None, hidden=True)
    done: tuple[Words, ...] | None = omitted(None, hidden=True)
    newer: str = omitted("", hidden=True)
    coach: str = omitted("", hidden=True)
    looks_like: str = omitted("", hidden=True)
    rows: tuple[TicketRow, ...] | None = omitted(None, hidden=True)
    more: int = omitted(0, hidden=True)
    by: str = ""  # the trainee
    customer: str = ""
    signature: str = omitted("")  # what would leave below the words
    attachments: tuple[NamedFile, ...] = omitted(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached(Content):
    """What became of a trainee's answer."""

    TEMPLATE = "coached"
    outcome: str = "sent"  # or "changed", "returned"
    by: str = ""  # who decided that
    customer: str = ""
    word: str = omitted("")  # what they say to the trainee
    text: str = omitted("")  # what was sent
    own: str = omitted("")  # what the trainee wrote
    changes: tuple[Passage, ...] = omitted(())  # from the one to the other; () where they have little in common
