"""Where a letter of ours begins that we no longer know: nothing from there may leave the house."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mailgate.core.quoting.fingerprint import OF_FRAME, LetterWords, Wording
from mailgate.core.quoting.line import EDITED, EMPTY, FOLDED, OF_QUOTE, QUOTED, TYPED, UNKNOWN, Line
from mailgate.core.quoting.quoted import Subtracting
from mailgate.core.quoting.tokens import words

_BADGE = re.compile(
    r"\W{0,4}\[[^\[\]]{0,20}[0-9]{1,10}\][\w -]{1,60}"
)  # the ticket and its department, at the top of a notice
_TOKEN = 6  # words of a token
_UNKNOWN = Line(UNKNOWN)


def begin(work: Subtracting, found: list[Line], is_ours: Callable[[str], bool]) -> int | None:
    """The first line of such a letter, with what a client has put above it; None when there is none.

    A token, facts about a ticket or fixed frame words that no known letter explains are its signs. A line of such facts
    that a known letter has is ours, however short, and wherever it stands.
    """
    lines, line_of = work.text.lines, work.text.line_of
    fixed = [run for run in work.quoted if work.letters[run.source].fixed]
    framed = {at for run in fixed for at in range(line_of(run.start), line_of(run.end - 1) + 1)}
    signs = []
    for at, line in enumerate(lines):
        if (found[at].kind in FOLDED and at not in framed) or not is_ours(line):
            continue
        if found[at].kind is TYPED and work.line_of_ours(at) == OF_FRAME:
            found[at] = Line(QUOTED, Wording.FRAME)
        elif at in framed or found[at].kind is not EDITED or not _has_its_token(work, at):
            signs.append(at)
            if found[at].kind is EMPTY:  # the address of a button: no word, but a token
                found[at] = _UNKNOWN
    if fixed and not any(_is_letter(work.letters[run.source]) for run in work.quoted):
        signs += [at for at in framed if found[at].kind in (QUOTED, EDITED)]
    return _climb(work, found, min(signs)) if signs else None


def _is_letter(letter: LetterWords) -> bool:
    """True for one of ours; what somebody else wrote has no frame."""
    return not letter.fixed and OF_FRAME in letter.kinds


def _has_its_token(work: Subtracting, line: int) -> bool:
    """A known letter has at least the token of a changed line: the fixed words beside it stand in every letter."""
    begin, end = work.text.span(line)
    said = words(work.text.bare[line])
    token = said.index("mg") if "mg" in said else 0
    return all(work.ours[begin + token : min(end, begin + token + _TOKEN)])


def _climb(work: Subtracting, found: Sequence[Line], sign: int) -> int:
    """Up over marked lines, lines of ours, an attribution, and one line between it and the sign."""
    text, top = work.text, sign
    while (above := text.above(top)) >= 0:
        if found[above].kind in OF_QUOTE or (text.depths[above] and text.depths[top]) or _tops(work, above):
            top = above
            continue
        begins = work.attribution(above)
        if begins is None:
            begins = work.attribution(text.above(above))
        if begins is None:
            break
        top = begins
    return top


def _tops(work: Subtracting, line: int) -> bool:
    """True for what a notice shows above its marker: the ticket's badge, and a first line of few fixed words."""
    begin, end = work.text.span(line)
    frame = work.kinds.count(OF_FRAME, begin, end)
    return 2 * frame >= end - begin or _BADGE.fullmatch(work.text.bare[line].strip()[:100]) is not None
