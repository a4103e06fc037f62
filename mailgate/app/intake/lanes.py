"""Which mail may be decided now: one waits for the earlier ones in hand that share a key with it, and for no other."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Container, Iterable
from dataclasses import dataclass

from mailgate.wire.mime.lane_keys import Keys


@dataclass(frozen=True, slots=True)
class Turn:
    """A mail that may be decided now, once those just before it in its lanes have their fates."""

    number: int
    after: frozenset[int] = frozenset()


class Lanes:
    """The mails in hand, by number and key. Transitive by nature: who waits for an open mail is open themselves."""

    def __init__(self) -> None:
        self._keys: dict[int, Keys] = {}
        self._lanes: dict[bytes, list[int]] = {}  # the mails that hold up later ones, in order
        self._held: dict[int, frozenset[bytes]] = {}  # by which keys a mail still holds up others

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, number: int, keys: Keys) -> None:
        """A mail comes into hand, or back: it holds up later ones by every key."""
        self.remove(number)
        self._keys[number] = keys
        self._hold(number, keys.ids | keys.others)

    def ease(self, number: int) -> None:
        """From now on it holds up later mails by ids alone; it waits for earlier ones as before."""
        if number in self._keys:
            self._release(number, self._held[number] - self._keys[number].ids)

    def let_pass(self, number: int) -> None:
        """From now on it holds up nobody."""
        if number in self._keys:
            self._release(number, self._held[number])

    def remove(self, number: int) -> None:
        """It has its fate, or is being decided."""
        if number in self._keys:
            self.let_pass(number)
            del self._keys[number], self._held[number]

    def free(self, number: int) -> bool:
        """True when no earlier mail holds it up."""
        keys = self._keys[number]
        lanes = self._lanes
        return all(lanes[key][0] >= number for part in (keys.ids, keys.others) for key in part if key in lanes)

    def choose(self, ready: Iterable[int], most: int, alone: Container[int] = ()) -> list[Turn]:
        """Take out those of `ready` that may be decided now, in order of arrival, at most `most`.

        One in `alone` is chosen by itself.
        """
        chosen: list[Turn] = []
        last: dict[bytes, int] = {}
        for number in sorted(ready):
            if len(chosen) == most or (chosen and number in alone):
                break
            if not self.free(number):
                continue
            keys = self._keys[number]
            shared = keys.ids | keys.others
            chosen.append(Turn(number, frozenset(last[key] for key in shared if key in last)))
            last.update(dict.fromkeys(shared, number))
            self.remove(number)
            if number in alone:
                break
        return chosen

    def _hold(self, number: int, keys: frozenset[bytes]) -> None:
        self._held[number] = keys
        for key in keys:
            lane = self._lanes.get(key)
            if lane is None:
                self._lanes[key] = [number]
            elif lane[-1] < number:
                lane.append(number)
            else:
                insort(lane, number)

    def _release(self, number: int, keys: frozenset[bytes]) -> None:
        self._held[number] -= keys
        for key in keys:
            lane = self._lanes[key]
            if len(lane) == 1:
                del self._lanes[key]
            else:
                del lane[bisect_left(lane, number)]
