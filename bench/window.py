"""`make bench-window`: what the board costs at 100,000 tickets, and 500 who watch it, beside a mail."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fill import fill
from gateway import Gateway as Folder
from mails import new
from stages import measure
from starlette.testclient import TestClient

from mailgate.app.window.counter import Counter
from mailgate.app.window.desk import WindowDesk
from mailgate.core.pages.window import Refusal
from mailgate.core.proof.login import digest
from mailgate.edge.window import verbs
from mailgate.window.app import create_app
from mailgate.window.board import Boards
from mailgate.window.desk import Refused
from mailgate.window.watched import BEAT, STREAMS, Shared
from mailgate.wiring import build

TICKETS, WATCHERS, SECONDS = 100_000, 500, 60
REFRESH = 30.0  # seconds between two looks of those who have no stream
LIVE = 1_500  # tickets at work
DEPARTMENTS = ("support", "sales")


@contextmanager
def desk_of(place: Path, tickets: int) -> Iterator[WindowDesk]:
    """A gateway over so many tickets, of which some are at work, due and solved lately; nothing runs."""
    folder = Folder(place)
    database = place / "data" / "mailgate.db"
    database.parent.mkdir(exist_ok=True)
    fill(database, tickets)
    now = int(time.time() * 1_000_000)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE ticket SET status = 'archived', solved_at = ? - id % 365 * 86400000000", (now,))
        connection.execute(
            "UPDATE ticket SET solved_at = NULL, status = CASE id % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'open' "
            "WHEN 2 THEN 'waiting' ELSE 'hold' END, owner = CASE WHEN id % 4 THEN 'agent' || id % 9 END, "
            "due_at = ? + (id % 96 - 48) * 3600000000, created_at = ? - id % 14 * 86400000000 "
            "WHERE id > (SELECT max(id) FROM ticket) - ?",
            (now, now, LIVE),
        )
    gateway = build(folder.config)
    try:
        yield WindowDesk(gateway)
    finally:
        gateway.close()


def took(job: Callable[[], Any], times: int = 7) -> float:
    """Milliseconds of the processor, the median."""
    spent = []
    for _ in range(times):
        began = time.thread_time()
        job()
        spent.append(1000 * (time.thread_time() - began))
    return statistics.median(spent)


@dataclass
class Line:
    """The daemon's side of window.sock, asked in this thread, its processor time apart from the window's."""

    counter: Counter
    spent: float = 0.0
    asked: int = 0

    async def ask(self, verb: str, asked: object) -> Any:
        """As `window.desk.Desk` does it, the octets included."""
        packed = verbs.question(verb, asked)
        began = time.thread_time()
        said, _ = self.counter(*verbs.read_question(packed))
        packed = verbs.answer(verb, said)
        self.spent += time.thread_time() - began
        self.asked += 1
        page = verbs.read_answer(verb, packed)
        if isinstance(page, Refusal):
            raise Refused(page)
        return page


@dataclass
class Watched:
    """A minute of many who watch, as fast as it goes: some by streams, the others by looking now and then."""

    desk: WindowDesk
    names: Sequence[str]
    now: float = field(default_factory=lambda: time.monotonic() + 3600)
    line: Line = field(init=False)

    def minute(self) -> tuple[float, float]:
        """Milliseconds of the daemon's processor a second of that minute, and questions a second."""
        self.desk.snapshots._tick = lambda: self.now
        self.line = Line(Counter(self.desk, lambda: self.now))
        boards = Boards(Shared(lambda: self.now))
        request: Any = SimpleNamespace(
            app=SimpleNamespace(state=SimpleNamespace(window=SimpleNamespace(desk=self.line)))
        )
        asyncio.run(self._minute(boards, request))
        return 1000 * self.line.spent / SECONDS, self.line.asked / SECONDS

    async def _minute(self, boards: Boards, request: Any) -> None:
        due = []
        for place, name in enumerate(self.names):
            every = BEAT if place < STREAMS else REFRESH
            due += [((place % STREAMS / STREAMS + turn) * every, name) for turn in range(int(SECONDS / every))]
        begin = self.now
        for at, name in sorted(due):
            self.now = begin + at
            await boards.of(request, name)


def main() -> int:
    """0 when the daemon spends less on all who watch than on one mail a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=TICKETS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        yardstick = measure(place / "mail", [new("2 KB plain", f"w{n}") for n in range(250)])
        mail = sum(yardstick.daemon.values()) + yardstick.children
        with desk_of(place / "desk", given.tickets) as desk:
            gateway, read = desk.gateway, desk.gateway.store.read
            now = gateway.clock()
            print(f"{given.tickets} tickets, {LIVE} of them at work; milliseconds of the processor")
            print(f"  counting what is at work        {took(lambda: read(lambda one: one.report.load(now))):8.2f}")
            print(f"  a look, all of it               {took(lambda: fresh(desk), 3):8.2f}")
            print(f"  a look, days that are over known{took(lambda: soon(desk)):8.2f}")
            names = sessions(desk, WATCHERS)
            with TestClient(create_app(Line(Counter(desk))), base_url="http://127.0.0.1") as client:
                client.cookies.set("mailgate-session", names[0])
                page = client.get("/board")
                wall = 1000 * min(timed(lambda: client.get("/board")) for _ in range(5))
                assert page.status_code == 200, page.status_code
                print(f"  the page, {len(page.content):6} octets         {wall:8.2f} (by the clock, with a client)")
            cost, asked = Watched(desk, names).minute()
            print(f"  {WATCHERS} who watch, a second         {cost:8.2f} ({asked:.1f} questions)")
            print(f"  one mail, daemon and children   {mail:8.2f}")
            return 0 if cost < mail else 1


def timed(job: Callable[[], Any]) -> float:
    """Seconds by the clock."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def fresh(desk: WindowDesk) -> None:
    """A look of somebody who comes to a desk that nobody has watched."""
    WindowDesk(desk.gateway).snapshots.newest(desk.gateway).board(())


def soon(desk: WindowDesk) -> None:
    """A look two seconds after another."""
    desk.snapshots._until = 0.0
    desk.snapshots.newest(desk.gateway).board(())


def sessions(desk: WindowDesk, many: int) -> list[str]:
    """So many sessions of an agent."""
    names, now = [f"session {n}" for n in range(many)], desk.gateway.clock()
    agent = desk.gateway.in_force.policy.agents[0].name

    def begin(tx: Any) -> None:
        for name in names:
            tx.sessions.begin(digest(name), agent, now, now + timedelta(hours=12))

    desk.gateway.store.write(begin).result()
    return names


if __name__ == "__main__":
    sys.exit(main())
