"""What of an agent's words has not arrived, looked up wherever it can be."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailgate.core.clock.held import Held
from mailgate.core.model.mail_rows import ParkedMail
from mailgate.core.model.policy import Agent, Policy
from mailgate.store.base import Read

MOST = 500  # letters on their way that are looked at
SLOW = timedelta(minutes=30)  # a relay that takes no mail for so long is worth a word


def held_by(read: Read, policy: Policy, agent: Agent, now: datetime) -> Held:
    """Parked mail, answers that may not have left, those that came back, and mail in their name that was not read."""
    return Held(
        parked=tuple(one for one in read.mail.parked() if one.agent == agent.name or _learns(one, policy, agent)),
        stuck=tuple(one for one in read.outbox.stuck(now - SLOW, MOST) if one.agent == agent.name),
        came_back=tuple(read.tickets.come_back(agent.name)),
        unreadable=tuple(one for one in read.mail.quarantined() if policy.agent_at(one.from_) == agent),
    )


def _learns(mail: ParkedMail, policy: Policy, agent: Agent) -> bool:
    """True for a trainee's own answer, about which another is asked."""
    return mail.why == "trainee" and policy.agent_at(mail.from_) == agent
