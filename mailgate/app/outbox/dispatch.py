"""Letters out: every department's letters leave by its route, each route in a loop of its own so that none waits."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from mailgate.app.children.pool import Children
from mailgate.app.in_force import Clock, InForce
from mailgate.app.outbox.delivery_marks import Failed
from mailgate.app.outbox.route import Route, Transport
from mailgate.app.outbox.route_loop import AGREEING, GONE, LEAVING, OutboxParts, RouteLoop
from mailgate.app.outbox.wording import LetterWording, Problem
from mailgate.core.channels.whereabouts import ROUTE
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.model.said import Words
from mailgate.store.base import Store, Tx
from mailgate.wire import words

log = logging.getLogger(__name__)

GRACE = AGREEING + LEAVING + 2 * GONE  # seconds the letters in hand have when we stop

__all__ = ["Dispatcher", "Failed", "Problem", "Route", "Transport"]


def _no_note(tx: Tx, due: DueLetter, delivery: DueDelivery, error: str) -> None:
    """What happens to a ticket whose letter failed, when nobody cares to say."""


def _told(problem: Words) -> None:
    log.warning("outbox problem", extra={"problem": words.said("en", problem)})


def _relay(routes: Mapping[str, Route]) -> str:
    """The first way out that is no channel's."""
    return next((name for name, route in routes.items() if not route.only), "")


class Dispatcher:
    """The outbox at work. The first of `routes` takes what no department claims for another.

    `on_failed(tx, letter, delivery, error)` is called in the transaction that marks a delivery dead: a note on the
    ticket, never a mail to the customer. `on_problem` is for the admin, at most once a day for the same text.
    """

    def __init__(
        self,
        store: Store,
        children: Children,
        in_force: InForce,
        clock: Clock,
        routes: Mapping[str, Route],
        *,
        on_failed: Failed = _no_note,
        on_problem: Problem = _told,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._in_force, self._clock = in_force, clock
        self._on_problem = on_problem
        self._problems: dict[str, object] = {}  # text -> the day it was told
        self._wording = LetterWording(store, children, in_force, self._problem)
        work = OutboxParts(store, in_force, self._wording, clock, on_failed, self._problem, chance, monotonic)
        self.loops = {name: RouteLoop(route, work, partial(self._others, name)) for name, route in routes.items()}
        self._first = _relay(routes)

    def drain(self, limit: int | None = None) -> int:
        """Send what is due now, route by route, in the calling thread; returns how many letters were looked at.

        Raises Temporary when the store cannot be written now.
        """
        handled = 0
        for loop in self.loops.values():
            handled += loop.drain(None if limit is None else limit - handled)
        return handled

    def run(self, stop: threading.Event) -> None:
        """Send until `stop`, then finish the letters in hand; nobody's silence keeps us longer than GRACE."""
        threads = [
            threading.Thread(target=loop.run, args=(stop,), name=f"route-{name}", daemon=True)
            for name, loop in self.loops.items()
        ]
        for thread in threads:
            thread.start()
        stop.wait()
        for loop in self.loops.values():
            loop.stop()
        deadline = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def wake(self) -> None:
        """There are new letters, or the daemon stops: do not wait for the next look."""
        for loop in self.loops.values():
            loop.wake()

    def adopt(self, routes: Mapping[str, Route]) -> list[str]:
        """Use other settings from the next letter on; returns the routes that come or go only with a restart."""
        for name in self.loops.keys() & routes.keys():
            self.loops[name].adopt(routes[name])
        self._first = _relay({name: route for name, route in routes.items() if name in self.loops}) or self._first
        gone = sorted(self.loops.keys() ^ routes.keys())
        return [f"[[channel]] {name[1:]}" if name.startswith(ROUTE) else f"[[outgoing]] {name}" for name in gone]

    def close(self) -> None:
        """Let go of all connections."""
        for loop in self.loops.values():
            loop.close()

    def health(self) -> dict[str, str]:
        """Routes that do not work, each with the reason."""
        return {name: loop.down for name, loop in self.loops.items() if loop.down}

    def given_way(self) -> list[str]:
        """What is wrong with templates of the admin's that ours stand in for."""
        return self._wording.given_way.troubles(self._in_force.snapshot.templates)

    def _route_of(self, department: str) -> str:
        outgoing = self._in_force.policy.department(department).outgoing if department else None
        return outgoing if outgoing in self.loops else self._first

    def _others(self, route: str) -> list[str]:
        """The departments that do not leave by `route`; letters of no department leave by the first.

        What goes to a channel that is there no more is met by a relay's loop, which lets none of it leave; one that
        has come with a reload waits for the restart.
        """
        names = ["", *(department.name for department in self._in_force.policy.departments)]
        chats = {one.route for one in self._in_force.policy.channels}
        return [*(name for name in names if self._route_of(name) != route), *chats]

    def _problem(self, problem: Words) -> None:
        text, today = words.said("en", problem), self._clock().date()
        if self._problems.get(text) != today:
            self._problems = {known: day for known, day in self._problems.items() if day == today} | {text: today}
            self._on_problem(problem)
