"""The wall: counts alone, for a screen that hangs where visitors walk. No subject, no customer, no full name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model.policy import Policy
from mailgate.core.pages import board
from mailgate.core.pages.board import Day, DeskRows, Promises, Share, Tiles

AGENTS = 6  # lines that have room on one screen
DEPARTMENTS = 6


@dataclass(frozen=True, slots=True)
class WallAsked:
    """The wall of this token."""

    token: str


@dataclass(frozen=True, slots=True)
class WallPage:
    """One look at the desk, as anybody may see it."""

    at: datetime
    mark: str  # another one when anything but `at` is
    language: str
    tiles: Tiles
    promises: Promises
    departments: tuple[Share, ...]
    agents: tuple[Share, ...]  # by first names; none where the admin did not ask for them
    days: tuple[Day, ...]


def shares(rows: DeskRows, policy: Policy, *, agents: bool) -> tuple[tuple[Share, ...], tuple[Share, ...]]:
    """Departments and agents as they stand on a wall: those with most at work, as many as have room."""
    names = [one.name for one in policy.departments if not one.training]
    found = board.by_department(rows, (), names)
    if len(found) > DEPARTMENTS:
        most = sorted(found, key=_at_work, reverse=True)[:DEPARTMENTS]
        found = tuple(one for one in found if one in most)
    return found, board.by_agent(rows, (), first_names(policy))[:AGENTS] if agents else ()


def first_names(policy: Policy) -> Mapping[str, str]:
    """What agents are called on a wall: by their first name, and by an initial more where two have the same."""
    called = {agent.name: _words(agent.shown_name) for agent in policy.agents}
    firsts = [words[0] for words in called.values()]
    return {
        name: words[0] if firsts.count(words[0]) == 1 or len(words) == 1 else f"{words[0]} {words[-1][0]}."
        for name, words in called.items()
    }


def _words(name: str) -> Sequence[str]:
    return name.split() or [name]


def _at_work(share: Share) -> tuple[int, int]:
    return share.unowned + share.in_hand, share.waiting + share.hold
