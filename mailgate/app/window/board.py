"""The board of an agent's session, and the wall of a screen."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.inside import agent_inside
from mailgate.core.pages.board import BoardAsked, BoardPage, scope_of
from mailgate.core.pages.wall import WallAsked, WallPage
from mailgate.core.pages.window import Refusal
from mailgate.core.proof.login import digest


def board(desk: WindowDesk, asked: BoardAsked) -> BoardPage | Refusal:
    """What the agent of a session may see of the desk."""
    agent = agent_inside(desk, asked.session)
    if isinstance(agent, Refusal):
        return agent
    newest = desk.snapshots.newest(desk.gateway)
    return replace(newest.board(scope_of(newest.policy, agent)), language=agent.language)


def wall(desk: WindowDesk, asked: WallAsked) -> WallPage | Refusal:
    """Counts, for whoever has the address of a wall."""
    if not desk.gateway.in_force.policy.web.board:
        return Refusal("gone")
    found = desk.gateway.store.read(lambda read: read.sessions.wall(digest(asked.token)))
    return Refusal("gone") if found is None else desk.snapshots.newest(desk.gateway).wall(agents=found.agents)


ANSWERS: Final[Answers] = {"board": board, "wall": wall}
