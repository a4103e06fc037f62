"""One look at the desk for everybody who watches: made anew at most every two seconds, whatever is asked meanwhile."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from mailgate.app.gateway import Gateway
from mailgate.core.model.policy import Policy
from mailgate.core.pages import board, wall
from mailgate.core.pages.board import BoardPage, DeskRows
from mailgate.core.pages.wall import WallPage
from mailgate.core.worktime import working_time
from mailgate.store.base import Read

FRESH: Final = 2.0  # seconds
SLOW: Final = 30.0  # of what changes rarely: days that are over, and what came back

Counted = tuple[Mapping[str, int], Mapping[str, int]]


@dataclass(slots=True)
class Look:
    """What was seen, and the pages made of it so far."""

    rows: DeskRows
    policy: Policy
    ended: int
    _boards: dict[tuple[str, ...], BoardPage] = field(default_factory=dict)
    _walls: dict[bool, WallPage] = field(default_factory=dict)

    def board(self, scope: tuple[str, ...]) -> BoardPage:
        """The board of these departments."""
        if scope not in self._boards:
            self._boards[scope] = self._board(scope)
        return self._boards[scope]

    def _board(self, scope: tuple[str, ...]) -> BoardPage:
        shown = {agent.name: agent.shown_name for agent in self.policy.agents}
        names = [one.name for one in self.policy.departments if not one.training]
        first = (replace(one, owner=shown.get(one.owner, one.owner)) for one in board.pressing(self.rows, scope))
        page = BoardPage(
            at=self.rows.at,
            mark="",
            scope=" ".join(scope),
            ended=self.ended,
            language=self.policy.language,
            tiles=board.tiles(self.rows, scope),
            promises=board.promises(self.rows, scope),
            pressing=tuple(first),
            departments=board.by_department(self.rows, scope, names),
            agents=board.by_agent(self.rows, scope, shown),
            days=board.day_rows(self.rows, scope),
        )
        return replace(page, mark=_mark(self.rows.at, page.tiles, page.promises, page.pressing, page.departments,
                                        page.agents, page.days))  # fmt: skip

    def wall(self, *, agents: bool) -> WallPage:
        """The wall, with agents' first names or without."""
        if agents not in self._walls:
            departments, people = wall.shares(self.rows, self.policy, agents=agents)
            page = WallPage(
                at=self.rows.at,
                mark="",
                language=self.policy.language,
                tiles=board.tiles(self.rows),
                promises=board.promises(self.rows),
                departments=departments,
                agents=people,
                days=board.day_rows(self.rows),
            )
            mark = _mark(self.rows.at, page.tiles, page.promises, departments, people, page.days)
            self._walls[agents] = replace(page, mark=mark)
        return self._walls[agents]


def _mark(at: datetime, *shown: object) -> str:
    """Another one when a figure is, and every minute: a page says how long things are late."""
    return hashlib.blake2s(f"{at:%d%H%M} {shown!r}".encode(), digest_size=8).hexdigest()


class Snapshots:
    """The newest look; `tick` tells monotonic seconds. One reading serves all who wait for it."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick = tick
        self._guard = threading.Lock()
        self._newest: Look | None = None
        self._until = self._slow_until = 0.0
        self._days: dict[datetime, Counted] = {}
        self._bounced: tuple[int, datetime | None] = (0, None)
        self._policies = 0  # how many have been seen: with each, agents may have gone

    def newest(self, gateway: Gateway) -> Look:
        """At most two seconds old, and by the policy in force. Raises Temporary."""
        with self._guard:
            policy = gateway.in_force.policy
            newest = self._newest
            if newest is None or newest.policy is not policy or self._tick() >= self._until:
                self._policies += newest is None or newest.policy is not policy
                now = gateway.clock()
                rows, ended = gateway.store.read(lambda read: self._read(read, policy, now))
                newest = self._newest = Look(rows, policy, ended + self._policies)
                self._until = self._tick() + FRESH
            return newest

    def _read(self, read: Read, policy: Policy, now: datetime) -> tuple[DeskRows, int]:
        if self._tick() >= self._slow_until:
            self._days, self._bounced = {}, read.board.bounced()
            self._slow_until = self._tick() + SLOW
        load = read.report.load(now)
        busy = {one.department for one in load}
        rows = DeskRows(
            now,
            load,
            read.board.due(now),
            self._days_until(read, policy, now),
            {name: read.board.pressing(name, board.MOST) for name in sorted(busy)},
            read.board.held(self._bounced),
        )
        return rows, read.sessions.ended()

    def _days_until(
        self, read: Read, policy: Policy, now: datetime
    ) -> tuple[tuple[datetime, Mapping[str, int], Mapping[str, int]], ...]:
        zone = ZoneInfo(policy.timezone)
        today = now.astimezone(zone).date()
        begins = [working_time.moment_of_day(zone, today - timedelta(days=n)) for n in range(board.DAYS - 1, -1, -1)]
        for begin, end in pairwise(begins):
            if begin not in self._days:
                self._days[begin] = read.board.day(begin, end)
        over = ((begin, *self._days[begin]) for begin in begins[:-1])
        return (*over, (begins[-1], *read.board.day(begins[-1], now + timedelta(days=1))))
