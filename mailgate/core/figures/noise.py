"""How many letters agents get: a number a day, and of which kind most are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noise:
    """Letters that left to agents in a period, by kind (the template), the commonest first."""

    kinds: tuple[tuple[str, int], ...] = ()
    days: int = 0  # on which somebody got any, counted for each agent

    @property
    def a_day(self) -> float | None:
        """Letters to one agent on a day with any; None where there were none."""
        return sum(count for _, count in self.kinds) / self.days if self.days else None


SILENCE = Noise()


def count(rows: Iterable[tuple[str, str, int, int]], agents: Collection[str]) -> Noise:
    """What of (agent, kind, day, letters) went to these agents."""
    kinds, days = Counter[str](), set[tuple[str, int]]()
    for agent, kind, day, letters in rows:
        if agent in agents:
            kinds[kind] += letters
            days.add((agent, day))
    return Noise(tuple(sorted(kinds.items(), key=lambda one: (-one[1], one[0]))), len(days))
