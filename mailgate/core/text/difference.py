"""What one text has that another has not, word by word: for people who learn from a changed answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

_WORD = re.compile(r"\S+\s*")
MOST_WORDS = 4000  # of a text; longer ones are shown beside each other
MOST_CHANGES = 300  # words gone and new: what has more in it is another text, and reads badly as a difference


def difference(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """What is `kept`, `gone` and `new` on the way from one text to the other; () where they have too little in common.

    Words are compared without the white space behind them, for mail programs break lines as they like. The search is
    Myers' (An O(ND) Difference Algorithm, 1986), whose work grows with the changes, and it gives up after so many: no
    text makes it slow.
    """
    old, new = _WORD.findall(f"{before.strip()} "), _WORD.findall(f"{after.strip()} ")
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        return ()
    one, other = [word.rstrip() for word in old], [word.rstrip() for word in new]
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest = min(len(one), len(other)) - start
    ends = zip(reversed(one[start:]), reversed(other[start:]), strict=False)
    end = next((at for at, (a, b) in enumerate(ends) if a != b), rest)
    way = _way(one[start : len(one) - end], other[start : len(other) - end])
    if way is None:
        return ()
    words = [("kept", word) for word in new[:start]]
    for kind, at in way:
        words.append((kind, old[start + at] if kind == "gone" else new[start + at]))
    words += [("kept", word) for word in new[len(new) - end :]] if end else []
    passages = groupby(_gone_first(words), lambda one: one[0])
    found = [(kind, "".join(word for _, word in group)) for kind, group in passages]
    return (*found[:-1], *((kind, text.rstrip()) for kind, text in found[-1:]))


def _gone_first(words: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Between two passages that are kept, first all that is gone and then all that is new.

    A word or two that happen to stand in both of two long changes keep nothing together: they are changed as well.
    """
    parts = _parts(words)
    found: list[tuple[str, str]] = []
    for at, (kept, part) in enumerate(parts):
        around = [len(parts[near][1]) for near in (at - 1, at + 1) if 0 <= near < len(parts)]
        lone = kept and len(around) == 2 and 2 * len(part) <= min(around)
        found += [(kind, word) for _, word in part for kind in ("gone", "new")] if lone else part
    ordered = (part if kept else sorted(part, key=lambda one: one[0]) for kept, part in _parts(found))
    return [one for part in ordered for one in part]


def _parts(words: Sequence[tuple[str, str]]) -> list[tuple[bool, list[tuple[str, str]]]]:
    return [(kept, list(group)) for kept, group in groupby(words, lambda one: one[0] == "kept")]


def _way(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, int]] | None:
    """Steps from one to the other, each with the place of its word: of `one` for what is gone, else of `other`."""
    reach, trail = {1: 0}, list[dict[int, int]]()
    for changes in range(min(len(one) + len(other), MOST_CHANGES) + 1):
        trail.append(dict(reach))
        for line in range(-changes, changes + 1, 2):
            down = line == -changes or (line != changes and reach[line - 1] < reach[line + 1])
            x = reach[line + 1] if down else reach[line - 1] + 1
            while x < len(one) and x - line < len(other) and one[x] == other[x - line]:
                x += 1
            reach[line] = x
            if x >= len(one) and x - line >= len(other):
                return _back(trail, len(one), len(other))
    return None


def _back(trail: Sequence[dict[int, int]], x: int, y: int) -> list[tuple[str, int]]:
    steps: list[tuple[str, int]] = []
    for changes in range(len(trail) - 1, -1, -1):
        reach, line = trail[changes], x - y
        down = line == -changes or (line != changes and reach[line - 1] < reach[line + 1])
        before = line + 1 if down else line - 1
        px = reach[before]
        py = px - before
        while x > px and y > py and x > 0 and y > 0:
            x, y = x - 1, y - 1
            steps.append(("kept", y))
        if changes:
            steps.append(("new", py) if down else ("gone", px))
            x, y = px, py
    return steps[::-1]
