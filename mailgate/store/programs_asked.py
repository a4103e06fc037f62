"""The verbs of the room of programs: their tokens by digests, and what was answered under a key."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mailgate.core.programs.once import Kept
from mailgate.core.programs.program import Program
from mailgate.core.programs.tickets import Found, Wanted


class ProgramsRead(Protocol):
    """Which programs may ask."""

    def all(self) -> list[Program]:
        """By name."""

    def of(self, digest: str) -> Program | None:
        """Whose token has that SHA-256."""

    def kept(self, program: str, key: str) -> Kept | None:
        """What is kept under a key (its SHA-256) of the program with that name."""

    def tickets(self, wanted: Wanted) -> Found:
        """One page of tickets; it looks at a bounded part of them."""


class ProgramsTx(ProgramsRead, Protocol):
    """The same, with what changes it."""

    def add(self, program: Program, digest: str) -> None: ...

    def revoke(self, name: str) -> bool:
        """End a token; False when there is none of that name."""

    def used(self, id_: str, now: datetime) -> None: ...

    def begin(self, program: str, key: str, body: str, now: datetime) -> None:
        """Something is done under a key; what was kept longer than a day goes."""

    def done(self, program: str, key: str, mail: int | None, answer: str) -> None:
        """It is done: the answer is given again to whoever asks the same."""

    def tidy(self, before: datetime) -> int:
        """Forget what was begun before; returns how much."""
