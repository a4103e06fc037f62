"""What every decision leans on: all the admin decided, all the store knows, and what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model.facts import Facts
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment of a decision; whoever asked the store nothing hands on `Facts()`, which know nothing."""

    policy: Policy
    facts: Facts
    now: datetime  # aware UTC


def reopening_is_over(moment: Moment, ticket: Ticket) -> bool:
    """True when the reopen window of a ticket that is done has closed."""
    since = ticket.done_since
    return since is not None and moment.now - since > moment.policy.tickets.reopen_within
