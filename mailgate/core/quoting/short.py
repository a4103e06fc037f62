"""Lines too short for a run of words: ours when they stand between quoted lines as they stand in the letter."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mailgate.core.quoting import attribution
from mailgate.core.quoting.fingerprint import OF_FRAME, OF_NOTE, OF_PUBLIC, LetterWords
from mailgate.core.quoting.quoted import Subtracting
from mailgate.core.quoting.runs import SEED, Run
from mailgate.core.quoting.tokens import HashedText

_BEFORE = 60  # words of a letter that may stand above its first quoted run
_AFTER = 400  # and below its last
_SCANNED = 16  # words passed over that cost as much as one comparison
_REPLACED = 3  # words of a line that stands in place of as many
_BLOCK = 12  # lines it may be away from what is quoted
_MISSING = 200  # words a changed line is compared with
_SIMILAR = 2  # words that must agree before a line counts as a changed one


@dataclass(slots=True)
class _Gap:
    """What stands between two quoted runs, in the text and in the letter."""

    begin: int
    end: int
    letter: LetterWords
    place: int  # the letter's words here are those from `place`
    until: int  # to `until`
    above: Run | None
    below: Run | None
    longer: bool | None = None  # more lines are written there than the letter has; None: not counted yet


def find(work: Subtracting, edited: dict[int, int]) -> None:
    """Mark short lines that are ours; lines of ours that were changed go into `edited`. Raises TooMuch."""
    if not work.quoted:
        _marked_blocks(work)
        return
    for gap in _gaps(work):
        _in_gap(work, gap, edited)
        if gap.above is None:
            _top_replaced(work, gap, edited)


def _marked_blocks(work: Subtracting) -> None:
    """Below an attribution, a block of marked lines that are all whole lines of a letter; else those of notes wait."""
    text = work.text
    line = 0
    while line < len(text.lines):
        if not text.depths[line]:
            line += 1
            continue
        begin = line
        while line < len(text.lines) and (text.depths[line] or not text.count(line)):
            line += 1
        lines = [at for at in range(begin, line) if text.count(at)]
        above = work.attribution(text.above(begin))
        if lines and above is not None and all(work.line_of_ours(at) for at in lines):
            for at in lines:
                _take_line(work, at)
            work.attributions.append((above, begin))
            continue
        for at in lines if work.house else ():
            if work.line_of_ours(at) == OF_NOTE:
                work.kinds[slice(*text.span(at))] = bytes([OF_NOTE]) * text.count(at)


def _take_line(work: Subtracting, line: int) -> None:
    begin, end = work.text.span(line)
    work.take(begin, end, bytes([work.line_of_ours(line)]) * (end - begin))


def _gaps(work: Subtracting) -> Iterator[_Gap]:
    """Above the first quoted run, between each two, and below the last."""
    runs = sorted(work.quoted, key=lambda run: run.start)
    first, last, size = runs[0], runs[-1], len(work.text.words)
    letter = work.letters[first.source]
    half = 0 if first.place <= letter.text else letter.text
    yield _Gap(0, first.start, letter, max(half, first.place - _BEFORE), first.place, None, first)
    for above, below in pairwise(runs):
        letter, place = work.letters[above.source], above.behind
        after = above.source == below.source and below.place >= place
        yield _Gap(
            above.end, below.start, letter, place, below.place if after else _further(letter, place), above, below
        )
    letter = work.letters[last.source]
    yield _Gap(last.end, size, letter, last.behind, _further(letter, last.behind), last, None)


def _further(letter: LetterWords, place: int) -> int:
    """Up to where words are looked for below a run, in the text or in the HTML; those of the frame have no order."""
    end = letter.text if place <= letter.text else len(letter.words)
    return place if letter.fixed else min(end, place + _AFTER)


def _in_gap(work: Subtracting, gap: _Gap, edited: dict[int, int]) -> None:
    text = work.text
    place = gap.place
    first = text.line_of(gap.begin) if gap.begin < len(text.words) else len(text.lines)
    for line in range(first, len(text.lines)):
        if text.starts[line] >= gap.end:
            return
        begin, end = max(text.starts[line], gap.begin), min(text.starts[line + 1], gap.end)
        if begin >= end or work.ours.find(1, begin, end) >= 0:
            continue
        behind = _short_line(work, gap, line, (begin, end), place, edited)
        if (
            behind == place
            and line not in edited
            and work.ours.find(1, begin, end) < 0
            and _replaced(work, gap, line, place)
        ):
            edited[line] = OF_FRAME
        place = behind


def _replaced(work: Subtracting, gap: _Gap, line: int, place: int) -> bool:
    """A line in place of a missing one of the frame or of a note: a program has translated what it quotes."""
    text, letter, above, below = work.text, gap.letter, gap.above, gap.below
    if text.count(line) < _REPLACED or letter.fixed:
        return False
    if not text.depths[line] and (above is None or below is None):
        return False
    if above and below and above.source != below.source:
        return False
    in_text = (above.behind if above else gap.until) <= letter.text  # the HTML, which follows, is another order
    begin, end = (0, letter.text) if in_text else (letter.text, len(letter.words))
    missing = letter.kinds[max(place, begin) : min(gap.until, end)]
    if len(missing) - missing.count(OF_PUBLIC) < _REPLACED:
        return False
    beside = [text.line_of(above.end - 1)] if above else []
    beside += [text.line_of(below.start)] if below else []
    if not any(_joined(text, line, one) for one in beside):
        return False
    if _answers(work, line) or attribution.is_banner(text.lines[line]):
        return False
    return bool(text.depths[line]) or not _is_longer(work, gap)


def _answers(work: Subtracting, line: int) -> bool:
    """It stands below public words, with nothing but other answers between."""
    marked = bool(work.text.depths[line])
    for _ in range(_BLOCK):
        line = work.text.above(line)
        if line < 0 or bool(work.text.depths[line]) is not marked:
            return False
        last = work.text.starts[line + 1] - 1
        if work.ours[last]:
            return work.kinds[last] == OF_PUBLIC
    return False


def _joined(text: HashedText, line: int, quoted: int) -> bool:
    """True when all lines from the one to the other are marked, or none is."""
    if abs(quoted - line) > _BLOCK:
        return False
    between = text.depths[min(line, quoted) : max(line, quoted) + 1]
    return all(between) or not any(between)


def _is_longer(work: Subtracting, gap: _Gap) -> bool:
    """More is written between two quoted runs than the letter has lines there: a translation adds none."""
    if gap.longer is None and gap.above is not None and gap.below is not None:
        text, ours = work.text, work.ours
        lines = range(text.line_of(gap.above.end - 1) + 1, text.line_of(gap.below.start))
        there = sum(gap.place <= begin < gap.until for begin in gap.letter.starts)
        work.budget.spend(len(lines) + there)
        gap.longer = sum(text.count(line) > 0 and not any(ours[slice(*text.span(line))]) for line in lines) > there
    return bool(gap.longer)


def _top_replaced(work: Subtracting, gap: _Gap, edited: dict[int, int]) -> None:
    """Lines without marks above the first quoted run, where the letter's frame is missing: its first lines, translated.

    They stand below the attribution of one of ours, or name whom the letter's first line names.
    """
    text, letter, run = work.text, gap.letter, gap.below
    if run is None or letter.fixed or text.depths[text.line_of(run.start)]:
        return
    half = 0 if run.place < letter.text else letter.text + 1
    missing = range(max(half, gap.place), gap.until)
    if sum(letter.kinds[at] != OF_PUBLIC for at in missing) < _REPLACED:
        return
    most = sum(begin in letter.starts for begin in missing)
    line, lines = text.line_of(run.start), list[int]()
    while (line := text.above(line)) >= 0 and not text.depths[line] and len(lines) < most:
        begins = work.attribution(line)
        if begins is not None:
            edited.update((at, OF_FRAME) for at in lines if not any(work.ours[slice(*text.span(at))]))
            work.attributions.append((begins, line + 1))
            return
        lines.append(line)
    if lines and _named(work, letter, missing, lines[0]):
        edited.setdefault(lines[0], OF_FRAME)


def _named(work: Subtracting, letter: LetterWords, missing: range, line: int) -> bool:
    """Words of the letter's missing lines that no language changes: an address."""
    if "@" not in work.text.bare[line][:400]:
        return False
    said = set(work.text.hashes(line))
    return len(said.intersection(letter.words[missing.start : missing.stop])) >= _REPLACED


def _short_line(
    work: Subtracting, gap: _Gap, line: int, span: tuple[int, int], place: int, edited: dict[int, int]
) -> int:
    """Judge what of a line lies in the gap; returns the letter's place behind it."""
    text, letter = work.text, gap.letter
    begin, end = span
    words, size = text.words[begin:end], end - begin
    between = gap.above is not None and gap.below is not None
    if size >= SEED and (work.house or between) and work.line_of_ours(line) == OF_FRAME:  # that nobody types
        _take_line(work, line)
        return place
    found = _next(work, letter, words, place, gap.until)
    head, tail = begin > text.starts[line], end < text.starts[line + 1]
    marked = text.depths[line] > 0
    if (
        found is None
        and marked
        and not head
        and not tail
        and work.kinds.find(0, begin, end) >= 0  # else it was looked at, and typed
        and work.line_of_ours(line)
    ):
        if not work.is_said_again(line):
            _take_line(work, line)
        return place
    if found is not None:
        full = (found in letter.starts or head) and (found + size in letter.end_set or tail)
        near = between or (found == place and (marked or _goes_on(work, gap, line, begin)))
        framed = size >= SEED and letter.kinds[found : found + size].count(OF_FRAME) == size
        sure = framed or marked or (full and near) or (head and found == place) or (tail and found + size == gap.until)
        if sure and (gap.above is not None or marked or full or framed):
            work.take(begin, end, letter.kinds[found : found + size])
            return found + size
    elif gap.until > place and size >= _SIMILAR and (marked or (gap.above is not None and gap.below is not None)):
        kind = _changed(work, letter, words, place, gap.until)
        if kind:
            edited[line] = kind
    return place


def _goes_on(work: Subtracting, gap: _Gap, line: int, begin: int) -> bool:
    """True for what may be the letter's top, or stands right below words of ours: no "Regards" below an answer does.

    Nor does "Yes" without a mark below a question with one, though the customer's next line said so.
    """
    if gap.above is None:
        return gap.place in (0, gap.letter.text)
    text, above = work.text, work.text.above(line)
    if begin > text.starts[line] or above < 0:
        return True
    bare = text.depths[above] > 0 and not text.depths[line] and gap.letter.kinds[gap.above.behind - 1] == OF_PUBLIC
    return work.ours[text.starts[above + 1] - 1] > 0 and not bare


def _next(work: Subtracting, letter: LetterWords, words: array[int], place: int, until: int) -> int | None:
    """Where the letter has these words next, from `place` to `until`."""
    size, at, last = len(words), place - 1, until - len(words)
    while at < last:
        try:
            found = letter.words.index(words[0], at + 1, last + 1)
        except ValueError:
            found = last + 1
        work.budget.spend(1 + (found - at) // _SCANNED)
        at = found
        if at <= last and letter.words[at : at + size] == words:
            return at
    return None


def _changed(work: Subtracting, letter: LetterWords, words: array[int], place: int, until: int) -> int:
    """The Wording of a line that was changed: half of its words stand in order among those missing here; else 0.

    However much was added to a whole line of a note, it is one.
    """
    if _added_to(work, letter, words, place, min(until, place + _MISSING)):
        return OF_NOTE
    missing = list(letter.words[place:until][:_MISSING])
    hits: list[int] = []
    at = 0
    for word in words:
        work.budget.spend(1)
        try:
            at = missing.index(word, at) + 1
        except ValueError:
            continue
        hits.append(letter.kinds[place + at - 1])
    inside = [kind for kind in hits if kind != OF_PUBLIC]
    if len(hits) < max(_SIMILAR, (len(words) + 1) // 2) or 2 * len(inside) <= len(hits):
        return 0
    return OF_NOTE if OF_NOTE in inside else OF_FRAME


def _added_to(work: Subtracting, letter: LetterWords, words: array[int], place: int, until: int) -> bool:
    """True when this line begins or ends with a missing one of a note, of more than one word."""
    for begin in range(place, until):
        if begin not in letter.starts or letter.kinds[begin] != OF_NOTE:
            continue
        end = next((at for at in range(begin + 1, until) if at in letter.end_set), until)
        size = end - begin
        work.budget.spend(1)
        if _SIMILAR <= size < len(words) and letter.words[begin:end] in (words[:size], words[-size:]):
            return True
    return False
