"""Who may see the pages of the team: an agent who is logged in, where the admin has such pages."""

from __future__ import annotations

from mailgate.app.window.desk import WindowDesk
from mailgate.app.window.sessions import NOBODY, agent_of
from mailgate.core.model.policy import Agent
from mailgate.core.pages.window import Refusal


def agent_inside(desk: WindowDesk, session: str) -> Agent | Refusal:
    """The agent of a session, or why there is no page for whoever asks."""
    agent = agent_of(desk, session)
    if agent is None:
        return NOBODY
    return agent if desk.gateway.in_force.policy.web.board else Refusal("forbidden")
