"""The verbs of the room of hooks: what the journal says to programs, and what each of them is still to be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from mailgate.core.hooks.rows import HookRow, HookRowState, HookState, HookWords
from mailgate.core.hooks.told import Happened, Told


class HooksRead(Protocol):
    """Hooks and their rows."""

    def all(self) -> list[HookState]:
        """Every hook the store knows, by name."""

    def get(self, name: str) -> HookState | None:
        """One of them, its rows not counted."""

    def behind(self) -> bool:
        """Has the journal lines that a hook which is on has not read?"""

    def happened(self, limit: int) -> tuple[list[tuple[Happened, tuple[str, ...]]], int]:
        """Lines for programs that were not read yet, with the hooks that did not, and up to where that was reading."""

    def next(self, hook: str, now: datetime) -> HookRow | None:
        """What a hook is to be told next: due, and nothing earlier of its ticket waits."""

    def next_at(self, hook: str) -> datetime | None:
        """When the first is due of what waits for nothing but its time."""

    def rows(self, states: Collection[HookRowState]) -> list[HookRow]:
        """Every row in these states, the oldest first."""

    def row(self, number: int) -> HookRow | None: ...

    def words(self, row: HookRow) -> HookWords | None:
        """Public words beside a row as they stand now; None when its ticket is gone."""

    def taken_back(self, row: HookRow) -> bool:
        """Were the words that it is about taken back before they left?"""


class HooksTx(HooksRead, Protocol):
    """The same, with what changes them."""

    def known(self, names: Sequence[str], now: datetime) -> None:
        """These hooks there are: a new one begins at the journal's end, what waits for one that is gone is dropped."""

    def read_up_to(self, line: int) -> None:
        """Every hook has read the journal so far."""

    def add(self, hook: str, uid: str, told: Told, due: datetime, now: datetime) -> None:
        """A hook is to be told this, once, and not before it is due."""

    def sent(self, row: HookRow, now: datetime) -> None: ...

    def again(self, row: HookRow, at: datetime, error: str) -> None:
        """It was not taken, and is told again."""

    def failed(self, row: HookRow, now: datetime, error: str) -> bool:
        """It is given up; True when nobody was told of that since the hook last took something."""

    def rest(self, hook: str, until: datetime, error: str) -> None:
        """A hook tells nothing until then."""

    def switch(self, hook: str, off: str, now: datetime) -> bool:
        """Off, and why, or on with ""; False when there is no such hook, or it stands so already."""

    def retry(self, number: int, now: datetime) -> bool:
        """Tell it again now, whatever became of it before; its hook rests no more."""

    def drop(self, number: int, now: datetime) -> bool:
        """Never tell what waits or failed."""

    def purge(self, before: datetime) -> int:
        """Delete what ended before then; how many."""
