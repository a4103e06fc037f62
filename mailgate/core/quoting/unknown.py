"""Where a letter of ours begins that we no longer know: nothing from there may leave the house."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mailgate.core.quoting import attribution
from mailgate.core.quoting.fingerprint import Wording
from mailgate.core.quoting.line import Line, LineKind
from mailgate.core.quoting.quoted import Subtracting

_BADGE = re.compile(
    r"\W{0,4}\[[^\[\]]{0,20}[0-9]{1,10}\][\w -]{1,60}"
)  # the ticket and its department, at the top of a notice
_OURS = (LineKind.QUOTED, LineKind.EDITED, LineKind.ATTRIBUTION)


def begin(work: Subtracting, found: Sequence[Line], has_token: Callable[[str], bool]) -> int | None:
    """The first line of such a letter, with what a client has put above it; None when there is none.

    A token or fixed frame words that no known letter explains are its signs.
    """
    lines = work.text.lines
    signs = [at for at, line in enumerate(lines) if found[at].kind not in _OURS and has_token(line)]
    if work.quoted and all(work.letters[run.source].fixed for run in work.quoted):
        signs += [at for at, line in enumerate(found) if line.kind in (LineKind.QUOTED, LineKind.EDITED)]
    return _climb(work, found, min(signs)) if signs else None


def _climb(work: Subtracting, found: Sequence[Line], sign: int) -> int:
    """Up over marked lines, lines of ours, an attribution, and one line between it and the sign."""
    text, sender, top = work.text, work.sender, sign
    while (above := text.above(top)) >= 0:
        if found[above].kind in _OURS or (text.depths[above] and text.depths[top]) or _tops(work, above):
            top = above
            continue
        begins = attribution.begin(text, above, sender)
        if begins is None:
            further = text.above(above)
            begins = attribution.begin(text, further, sender)
        if begins is None:
            break
        top = begins
    return top


def _tops(work: Subtracting, line: int) -> bool:
    """True for what a notice shows above its marker: the ticket's badge, and a first line of few fixed words."""
    begin, end = work.text.span(line)
    frame = work.kinds[begin:end].count(Wording.FRAME)
    return 2 * frame >= end - begin or _BADGE.fullmatch(work.text.bare[line].strip()[:100]) is not None
