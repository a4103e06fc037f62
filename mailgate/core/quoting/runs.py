"""Runs of words that stand in an answer as they stand in a letter: found from seeds, extended both ways."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from struct import unpack_from

SEED = 4  # words that must agree before anything is looked at closely
_SOME = 16  # words compared at once
PLACES = 4  # of one seed in all letters together
_ONE_BY_ONE = 16  # seeds that are looked for without a table of all
WORK = 8  # comparisons a word of the answer and of the letters may cost


class TooMuch(Exception):
    """The text costs more than its length allows: nobody's answer, or a hostile one."""


class Budget:
    """Comparisons that are left. Raises TooMuch."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, count: int) -> None:
        """Pay for some comparisons."""
        self.left -= count
        if self.left < 0:
            raise TooMuch


@dataclass(slots=True)
class Run:
    """Words `start` to `end` of an answer are those of source number `source` from `place` on."""

    start: int
    end: int
    source: int
    place: int
    torn: bool = False  # a piece of a longer run, too short to say anything alone

    @property
    def behind(self) -> int:
        """The place in the source that follows it."""
        return self.place + self.end - self.start

    def __len__(self) -> int:
        return self.end - self.start


Places = Mapping[bytes, Sequence[tuple[int, int]]]


def places(sources: Sequence[array[int]], first: int = 0, wanted: set[bytes] | None = None) -> Places:
    """Where each seed, or each of those wanted, stands in the sources, whose numbers begin with `first`.

    What has been found often enough is no longer wanted.
    """
    found: dict[bytes, list[tuple[int, int]]] = {}
    for number, words in enumerate(sources, start=first):
        there: Iterable[tuple[int, bytes]] = enumerate(begins := seeds(words))
        if wanted is not None:
            there = compress(there, map(wanted.__contains__, begins))
        for place, seed in there:
            here = found.get(seed)
            if here is None:
                found[seed] = [(number, place)]
            elif len(here) < PLACES:
                here.append((number, place))
            elif wanted is not None:
                wanted.discard(seed)
    return found


def seeds(words: array[int]) -> list[bytes]:
    """The octets of SEED words from each place on: they are compared soonest, and remember their hash."""
    found = [b""] * max(0, len(words) - SEED + 1)
    octets, step = words.tobytes(), words.itemsize
    for first in range(min(SEED, len(found))):  # those side by side, which are cut at once
        count = (len(words) - first) // SEED
        found[first::SEED] = unpack_from(f"{SEED * step}s" * count, octets, first * step)
    return found


def places_of(seed: bytes, octets: bytes, step: int) -> Iterator[int]:
    """Where these words stand among others, both as octets, `step` a word."""
    at = octets.find(seed)
    while at >= 0:
        if at % step == 0:
            yield at // step
        at = octets.find(seed, at + 1)


class Index:
    """The sources, and where in them each seed of `words` stands: in the first of them, else in what `always` knows.

    Most answers quote in a few long runs: their first seeds are looked for one by one. Who asks for more gets a table.
    """

    def __init__(self, sources: Sequence[array[int]], words: array[int], always: Places | None = None) -> None:
        self.sources, self.begins = sources, seeds(words)
        self._own, self._always = sources if always is None else sources[:-1], always or {}
        self._there = set[bytes]().union(*map(seeds, self._own))
        self._octets, self._step = [one.tobytes() for one in self._own], words.itemsize
        self._asked = 0
        self._table: Places | None = None

    def has(self, words: bytes) -> bool:
        """False for words whose first SEED stand nowhere; these are as octets, and may be fewer."""
        seed = words[: SEED * self._step]
        return len(seed) < SEED * self._step or seed in self._there or seed in self._always

    def known(self, start: int) -> int | None:
        """Where in `words` from `start` on a seed begins that stands anywhere."""
        begins, there, always = self.begins, self._there, self._always
        for at in range(start, len(begins)):
            if (seed := begins[at]) in there or seed in always:
                return at
        return None

    def find(self, seed: bytes) -> Sequence[tuple[int, int]]:
        """Source and place of each, PLACES at most; source -1 is the last."""
        self._asked += 1
        if self._asked > _ONE_BY_ONE:
            if self._table is None:
                self._table = places(self._own, wanted=set(self.begins))
            found = self._table.get(seed, ())
        else:
            those = [number for number, octets in enumerate(self._octets) if seed in octets]
            everywhere = ((one, at) for one in those for at in places_of(seed, self._octets[one], self._step))
            found = list(islice(everywhere, PLACES))
        return found or self._always.get(seed, ())


def matches(
    words: array[int], index: Index, budget: Budget, cut: Callable[[Run], Iterator[Run]] | None = None
) -> list[Run]:
    """All runs, in order and apart from each other. Where several begin, the longest; then what follows the one before.

    `cut` may divide a run. Raises TooMuch.
    """
    found: list[Run] = []
    last = 0
    while (at := index.known(last)) is not None:
        run = _longest(words, at, last, index, found, budget)
        found += [run] if cut is None else cut(run)
        last = run.end
    return found


def _longest(
    words: array[int],
    at: int,
    last: int,
    index: Index,
    found: Sequence[Run],
    budget: Budget,
) -> Run:
    best, score = None, (-1, False)
    for source, place in index.find(index.begins[at]):
        theirs = index.sources[source]
        ahead = SEED
        most = min(len(words) - at, len(theirs) - place)
        while words[at + ahead : at + ahead + _SOME] == theirs[place + ahead : place + ahead + _SOME] and ahead < most:
            ahead += _SOME
        ahead = min(ahead, most)
        while ahead < most and words[at + ahead] == theirs[place + ahead]:
            ahead += 1
        back = 0
        most = min(at - last, place)
        while back < most and words[at - back - 1] == theirs[place - back - 1]:
            back += 1
        budget.spend(ahead + back)
        follows = bool(found) and found[-1].source == source and found[-1].behind <= place - back
        if (ahead + back, follows) > score:
            best, score = Run(at - back, at + ahead, source, place - back), (ahead + back, follows)
    assert best is not None
    return best
