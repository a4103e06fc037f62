"""A mail minus our letters: of each line, whether its author typed, quoted or changed it, or a program put it there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import compress, pairwise

from mailgate.core.quoting import attribution, broken, quoted, short, tokens, unknown
from mailgate.core.quoting.fingerprint import OF_FRAME, OF_NOTE, OF_PUBLIC, Frame, LetterWords, Wording
from mailgate.core.quoting.line import (
    ATTRIBUTION,
    EDITED,
    EMPTY,
    OF_QUOTE,
    OURS,
    QUOTED,
    TYPED,
    UNKNOWN,
    Line,
    Subtracted,
)
from mailgate.core.quoting.quoted import Subtracting
from mailgate.core.quoting.runs import SEED, WORK, Budget, Run, TooMuch
from mailgate.core.quoting.tokens import LINK, Hasher
from mailgate.core.text import signature

_FEW = 64  # words below which the budget is that of so many
_NAMED = 3  # words of an address
_ABOVE = 8  # lines a program may have put in place of ours between an attribution and what we know again
# The lines there are most of.
_EMPTY, _TYPED, _ATTRIBUTION, _UNKNOWN = Line(EMPTY), Line(TYPED), Line(ATTRIBUTION), Line(UNKNOWN)
_REPEATED = Line(TYPED, Wording.NOTE)
_QUOTED: Mapping[int, Line] = {int(one): Line(QUOTED, one) for one in Wording}
_SPARE = 2  # times the budget, for the lines that are too short for runs


def subtract(
    lines: Sequence[str],
    letters: Sequence[LetterWords],
    hasher: Hasher,
    frame: Frame | None = None,
    is_ours: Callable[[str], bool] = lambda line: False,
    *,
    house: bool = True,
) -> Subtracted:
    """Judge each line of a mail by the letters it may quote, the likeliest first, and by the frame of all.

    `is_ours` knows a line that only letters of ours have: one nobody knows begins there.
    `house` says that its author reads our letters to the house; a customer's words are folded on better evidence alone.
    """
    known = (*letters, frame.letter) if frame else letters
    text = broken.mended(tokens.read(lines, hasher), known, hasher)
    size = len(text.words) + sum(len(letter.words) for letter in known)
    work = Subtracting(text, known, Budget(WORK * max(size, _FEW) * (1 + _SPARE)), frame, house)
    edited: dict[int, int] = {}
    try:
        quoted.find(work)
        short.find(work, edited)
    except TooMuch:
        typed = tuple(_TYPED if text.count(at) else _EMPTY for at in range(len(lines)))
        return Subtracted(typed, text.depths, known=False)
    found = _lines(work, edited, hasher)
    _signs(work, found, hasher)
    _around(work, found, hasher)
    if house:
        _cited(work, found)
    for at in sorted(text.continued):
        found[at] = found[at - 1] if found[at].kind is EMPTY else found[at]
    begin = unknown.begin(work, found, is_ours)
    if begin is not None:
        for at in range(begin, len(found)):
            if found[at].kind not in (EMPTY, ATTRIBUTION):
                found[at] = _UNKNOWN
    return Subtracted(tuple(found), text.depths, quote=_quote(work, found))


def _cited(work: Subtracting, found: list[Line]) -> None:
    """Public words behind marks above whatever tells a program's quote: their author set them there.

    So are those below them that follow there in the letter too: the end of an answer that was typed before.
    """
    depths = work.text.depths
    block, apart, begun = list[int](), False, False
    for at, line in enumerate(found):
        if line.kind is EMPTY:
            apart = apart or not depths[at]
        elif line == _QUOTED[OF_PUBLIC] and (depths[at] or begun):
            block.append(at)
            apart, begun = False, True
        elif line.kind is TYPED or apart or not depths[at]:
            _let_go(work, found, block)
            if line.kind is not TYPED:
                return
            block, apart = [], False
        else:
            return
    _let_go(work, found, block)


def _let_go(work: Subtracting, found: list[Line], block: Sequence[int]) -> None:
    """They are typed; below somebody's "On Friday at 10:00, Maija wrote:" they are a program's quote."""
    if block and not attribution.is_dated(work.text, work.text.above(block[0])):
        for at in block:
            found[at] = _TYPED


def _quote(work: Subtracting, found: list[Line]) -> tuple[int, int]:
    """The lines of all that is ours, with the marked ones around, and those up to an attribution a little above.

    Without marks and attribution as many more as the letter has lines there: a program may have translated them.
    """
    text = work.text
    ours = [at for at, line in enumerate(found) if line.kind in OURS]
    if not ours:
        return 0, 0
    first, last = ours[0], ours[-1] + 1
    while first and text.depths[first - 1]:
        first -= 1
    while last < len(found) and text.depths[last]:
        last += 1
    above, begins = first, None
    for _ in range(_ABOVE):
        above = text.above(above)
        begins = work.attribution(above)
        if above < 0 or begins is not None:
            break
    runs = [run for run in work.quoted if not work.letters[run.source].fixed]
    if runs and not text.depths[first] and any(line.kind is EDITED for line in found):
        run = max(runs, key=lambda run: run.end)
        last = text.below(last - 1, _lines_beside(work, run, below=True)) + 1
        run = min(runs, key=lambda run: run.start)
        if begins is None:
            seen = sum(text.count(at) > 0 for at in range(first, text.line_of(run.start)))
            for _ in range(_lines_beside(work, run, below=False) - seen):
                first = max(0, text.above(first))
    return (first if begins is None else begins), last


def _lines_beside(work: Subtracting, run: Run, *, below: bool) -> int:
    """How many lines a letter has above those of a run, or below them; in the text or in the HTML."""
    letter = work.letters[run.source]
    half = range(letter.text) if run.place < letter.text else range(letter.text, len(letter.words))
    if below:
        return sum(begin in half and begin >= run.behind for begin in letter.starts)
    begins = [begin for begin in letter.starts if begin in half and begin <= run.place]
    return max(0, len(begins) - 1)


def _lines(work: Subtracting, edited: dict[int, int], hasher: Hasher) -> list[Line]:
    """Each line by its words: how many of them are ours."""
    found = list[Line]()
    for line, (begin, end) in enumerate(pairwise(work.text.starts)):
        if begin == end:
            found.append(_EMPTY)
        elif line in edited:
            found.append(Line(EDITED, Wording(edited[line])))
        elif (ours := work.ours.count(1, begin, end)) == end - begin:
            found.append(_QUOTED[_whose(work.kinds[begin:end])])
        elif not ours:
            found.append(_typed(work.kinds[begin:end], marked=work.text.depths[line] > 0))
        elif of := work.line_of_ours(line):
            found.append(_QUOTED[of])
        else:
            found.append(_mixed(work, line, hasher))
    return found


def _signs(work: Subtracting, found: list[Line], hasher: Hasher) -> None:
    """A line without words is ours beside the word of ours that a letter has it beside."""
    if not work.quoted:
        return
    text, ours = work.text, work.ours
    known = frozenset().union(*(letter.signs for letter in work.letters))
    for line in text.signs() if known else ():
        at = text.starts[line]
        for sign, word in zip(text.beside(line, hasher), (at - 1, at), strict=True):
            if sign in known and 0 <= word < len(ours) and ours[word]:
                found[line] = _QUOTED[work.kinds[word]]


def _typed(kinds: Sequence[int], *, marked: bool) -> Line:
    """A line without words of ours; it may repeat those of a note."""
    of_note = kinds.count(OF_NOTE)
    return _REPEATED if of_note >= SEED or (marked and 1 < of_note == len(kinds)) else _TYPED


def _mixed(work: Subtracting, line: int, hasher: Hasher) -> Line:
    """A line with words of ours and others."""
    text = work.text
    begin, end = text.span(line)
    kinds = list(compress(work.kinds[begin:end], work.ours[begin:end]))
    rest = {text.words[at] for at in range(begin, end) if not work.ours[at]}
    if rest == {hasher.hash(LINK)} or attribution.is_banner(text.lines[line]):
        return _QUOTED[_whose(kinds)]
    if (
        len(kinds) < SEED
        and end - begin > 2 * len(kinds)
        and not (_added_to(work, begin, end) or _goes_on(work, begin, end))
    ):
        return _TYPED
    return Line(EDITED, _mostly(kinds))


def _added_to(work: Subtracting, begin: int, end: int) -> bool:
    """True when the words of ours in a line are a whole one of a note, of more than one word."""
    ours = [at for at in range(begin, end) if work.ours[at]]
    first, last = ours[0], ours[-1] + 1
    if not last - first == len(ours) > 1:
        return False
    return work.line_of_words(work.text.words[first:last].tobytes()) == OF_NOTE


def _goes_on(work: Subtracting, begin: int, end: int) -> bool:
    """True when the last words of a line, an address say, and the line below are the letter's alone."""
    ours = work.ours[begin:end].rfind(0) + 1
    kinds = work.kinds[begin + ours : end]
    return len(kinds) >= _NAMED and OF_PUBLIC not in kinds and work.ours[end : end + 1] == b"\1"


def _whose(kinds: Sequence[int]) -> int:
    """Whose a quoted line is: one word of a note makes it a note's, one of the frame the frame's."""
    if OF_NOTE in kinds:
        return OF_NOTE
    return OF_FRAME if OF_FRAME in kinds else OF_PUBLIC


def _mostly(kinds: Sequence[int]) -> Wording:
    """Whose a changed line was."""
    if OF_NOTE in kinds:
        return Wording.NOTE
    return Wording.FRAME if 2 * kinds.count(OF_FRAME) >= len(kinds) else Wording.PUBLIC


def _left_over(work: Subtracting, found: list[Line]) -> None:
    """An attribution with nothing below: what it stood above was deleted."""
    text = work.text
    last = text.above(len(text.lines))
    begins = work.attribution(last)
    if begins is None or not attribution.introduces(text, begins, last, work.sender):
        return
    for at in range(begins, last + 1):
        if found[at].kind is TYPED:
            found[at] = _ATTRIBUTION


def _devices(work: Subtracting, found: list[Line]) -> None:
    """ "Sent from my phone" right above the first quote, with its dashes: a client put them there as well."""
    lines = work.text.bare
    first = next((at for at, line in enumerate(found) if line.kind in OF_QUOTE), 0)
    at = work.text.above(first)
    while at >= 0 and signature.is_device(lines[at], alone=at == 0 or not lines[at - 1].strip()):
        found[at] = _ATTRIBUTION
        if at and lines[at - 1].rstrip() == "--":
            found[at - 1] = found[at]
        at = work.text.above(at)


def _around(work: Subtracting, found: list[Line], hasher: Hasher) -> None:
    """What a client or a scanner put above a quote and into it."""
    text = work.text
    for above, below in work.attributions:
        top = above
        while (further := work.attribution(text.above(top))) is not None:  # of a quote of a quote
            top = further
        for at in range(top, below):
            if found[at].kind in (TYPED, EDITED):
                found[at] = _ATTRIBUTION
    _devices(work, found)
    if work.house:
        _left_over(work, found)
    if not work.quoted:
        return
    first = text.line_of(min(run.start for run in work.quoted))
    last = text.line_of(max(run.end for run in work.quoted) - 1)
    for at, line in enumerate(found):
        if line.kind is not TYPED:
            continue
        inside = first <= at <= last
        scanner = attribution.is_banner(text.lines[at]) and (inside or text.depths[at] > 0)
        if scanner or (inside and text.depths[at] and set(text.hashes(at)) == {hasher.hash(LINK)}):
            found[at] = _ATTRIBUTION
