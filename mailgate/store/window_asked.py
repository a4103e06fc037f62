"""The verbs of the window's rooms: the rows of the board, log-ins, sessions and walls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from mailgate.core.pages.board import Held, Pressing
from mailgate.core.pages.login import LoginAsk, Session, Wall


class BoardRead(Protocol):
    """Rows of the board; departments of trainees are left out."""

    def due(self, now: datetime) -> tuple[tuple[str, int, int], ...]:
        """Tickets owed an answer: (department, hour from `now`, how many); all before the shown hours are one."""

    def day(self, since: datetime, until: datetime) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """How many tickets came and were solved then, by department; the filed are no solution."""

    def pressing(self, department: str, limit: int) -> list[Pressing]:
        """The first of a department's tickets at work, `owner` as commands call them."""

    def bounced(self) -> tuple[int, datetime | None]:
        """Tickets somebody has whose newest words came back, and since when the first."""

    def held(self, bounced: tuple[int, datetime | None]) -> Held:
        """What waits for one of us, with the bounces counted before."""


class SessionsRead(Protocol):
    """Log-ins asked for, sessions and walls; every secret as its SHA-256."""

    def asked_since(self, agent: str, since: datetime) -> list[datetime]:
        """When an agent's log-ins were asked for since then, the oldest first."""

    def login_of_browser(self, browser: str) -> LoginAsk | None:
        """What a browser asked for last, and got a letter for."""

    def login_of_token(self, token: str) -> LoginAsk | None:
        """What was asked for with the letter of this `Token.letter`."""

    def get(self, digest: str) -> Session | None:
        """The session of a token, over or not."""

    def of_agent(self, agent: str, now: datetime) -> list[Session]:
        """An agent's sessions that stand, the oldest first."""

    def ended(self) -> int:
        """How many times sessions were ended so far."""

    def walls(self) -> list[Wall]: ...

    def wall(self, digest: str) -> Wall | None: ...


class SessionsTx(SessionsRead, Protocol):
    """The same, with what changes them."""

    def asked(self, letter: int, agent: str, browser: str, now: datetime) -> None:
        """A letter that logs in was written, for this browser; "" for one that was asked for by mail."""

    def tried(self, letter: int) -> None:
        """Wrong digits were typed."""

    def spend(self, letter: int, now: datetime) -> bool:
        """It has logged in; False when it had before."""

    def begin(self, digest: str, agent: str, now: datetime, until: datetime) -> None: ...

    def end(self, digest: str) -> None: ...

    def end_all(self, agent: str, now: datetime) -> None:
        """End every session of an agent, and let no letter of theirs log in."""

    def tidy(self, now: datetime, before: datetime) -> None:
        """Forget sessions that are over, and log-ins asked for before."""

    def put_up(self, name: str, digest: str, now: datetime, *, agents: bool) -> None:
        """A wall of that name, in place of another."""

    def take_down(self, name: str) -> bool:
        """End a wall; False when there is none of that name."""
