"""What an agent's session on the pages proves: one act on one ticket, which the daemon itself has written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from mailgate.core.model.change import (
    Ban,
    CancelLetters,
    Change,
    Decision,
    Join,
    Journal,
    Outbound,
    SetField,
    SetRequester,
    SetSubject,
)
from mailgate.core.model.mail import InboundMail, Source
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Agent

SEEN: Final = "x-mailgate-seen"  # the header that says when the page was made on which an answer was written

NAMED: Final = "x-mailgate-named"  # and the one with those whom that page named as getting it

# What stays in the house: no letter to a customer comes of these, and nothing of the page's own words reaches one later
# (so no title, no field, nobody who is let in). What time does of itself afterwards, the admin has decided.
STEERS: Final = frozenset(
    ("take", "assign", "unassign", "move", "watch", "unwatch", "open", "wait", "hold", "solve", "file", "reopen",
     "priority", "due", "remind", "tag", "spent", "note", "undo", "show")
)  # fmt: skip
NOTICE: Final = "show"  # the whole thread once more, in a letter to the agent alone that an answer proves by
SPEAKS: Final = frozenset(("reply", "subject", "field"))  # and what a customer may read of it
MAY: Final[Mapping[str, frozenset[str]]] = {"none": frozenset(), "steer": STEERS, "all": STEERS | SPEAKS}

# What stands in later letters, who gets them, who may write to us, and whether people have a page of their ticket.
_WRITTEN = (Join, SetRequester, SetSubject, SetField, Ban)
_SAID = ("page", "privacy")  # kinds of the journal


def is_act(mail: InboundMail) -> bool:
    """True for a mail in which the daemon has written down what an agent did on a page; no other door has these."""
    return mail.envelope.source is Source.WINDOW and bool(mail.envelope.login)


def is_theirs(mail: InboundMail, agent: Agent) -> bool:
    """True for such a mail of that agent's session."""
    return is_act(mail) and mail.envelope.login == agent.name


def seen_at(mail: InboundMail, now: datetime) -> datetime | None:
    """When the page was made that an act answers; None where nobody has said."""
    return page_made(mail.header(SEEN), now)


def named(mail: InboundMail) -> tuple[str, ...] | None:
    """The addresses that the page named as those who get an answer; None where nobody has said."""
    return tuple(mail.header(NAMED).split()) or None


def page_made(said: str, now: datetime) -> datetime | None:
    """The moment that a page says it was made (RFC 3339), never later than now."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return min(at, now) if at.tzinfo else None


def stays(decision: Decision, ticket: int, *, speaks: bool) -> bool:
    """True for a decision about this ticket alone that lets nobody in and nothing out.

    With `speaks` its people may be written to, and what they read may be changed.
    """
    letters = [*decision.letters, *(one for step in decision.steps for one in step.outbound)]
    changes = [one for step in decision.steps for one in step.changes]
    alone = all(step.ticket == ticket for step in decision.steps)
    plain = all(isinstance(one, CancelLetters) for one in decision.effects)
    kept = speaks or not any(map(_is_theirs_to_see, changes))
    return alone and plain and kept and not any(_leaves(one, speaks=speaks) for one in letters)


def _is_theirs_to_see(change: Change) -> bool:
    return isinstance(change, _WRITTEN) or (isinstance(change, Journal) and change.kind in _SAID)


def _leaves(letter: Outbound, *, speaks: bool) -> bool:
    inside = (Audience.AGENT, Audience.ADMIN, *((Audience.CUSTOMER,) if speaks else ()))
    return letter.audience not in inside
