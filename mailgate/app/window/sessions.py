"""Who asks: the agent of a session, as long as it stands and they work here."""

from __future__ import annotations

from mailgate.app.window.desk import WindowDesk
from mailgate.core.model.policy import Agent
from mailgate.core.pages import login as rules
from mailgate.core.pages.window import Refusal
from mailgate.core.proof.login import digest

NOBODY = Refusal("login")


def agent_of(desk: WindowDesk, session: str) -> Agent | None:
    """The agent who is logged in with it; None when it is none, is over, or is of somebody who has left."""
    gateway = desk.gateway
    if not session:
        return None
    found = gateway.store.read(lambda read: read.sessions.get(digest(session)))
    if found is None or not rules.stands(found, gateway.clock()):
        return None
    agent = gateway.in_force.policy.agent(found.agent)
    return agent if agent and agent.active else None
