"""Who may see the pages of the team: an agent who is logged in, where the admin has such pages."""

from __future__ import annotations

from mailgate.app.window.desk import WindowDesk
from mailgate.core.model.policy import Agent
from mailgate.core.pages import login
from mailgate.core.pages.window import Refusal
from mailgate.core.proof.login import digest


def agent_inside(desk: WindowDesk, session: str) -> Agent | Refusal:
    """The agent of a session, or why there is no page for whoever asks: it is none, is over, or they have left."""
    gateway = desk.gateway
    policy = gateway.in_force.policy
    found = gateway.store.read(lambda read: read.sessions.get(digest(session))) if session else None
    agent = policy.agent(found.agent) if found and login.stands(found, gateway.clock()) else None
    if agent is None or not agent.active:
        return Refusal("login")
    return agent if policy.web.board else Refusal("forbidden")
