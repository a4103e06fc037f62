"""What a line of a mail is: typed by its author, or not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailgate.core.quoting.fingerprint import Wording


class LineKind(StrEnum):
    """Where a line comes from."""

    EMPTY = "empty"
    TYPED = "typed"
    QUOTED = "quoted"
    EDITED = "edited"  # a line of ours that was changed
    ATTRIBUTION = "attribution"  # what a client puts around a quote
    UNKNOWN = "unknown"  # of a letter of ours that we no longer know


EMPTY, TYPED, QUOTED, EDITED, ATTRIBUTION, UNKNOWN = LineKind  # looked up once: each look at a member takes Python long
OURS = (QUOTED, EDITED)
FOLDED = (QUOTED, ATTRIBUTION)  # explained by a letter we know: not its author's
OF_QUOTE = (*OURS, ATTRIBUTION)  # all that a quote is made of


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `wording` is whose words it quotes, of a typed line only whether it repeats a note's."""

    kind: LineKind
    wording: Wording | None = None


@dataclass(frozen=True, slots=True)
class Subtracted:
    """Every line of a mail judged; without `known`, quotes were not even looked for: that was too much work."""

    lines: tuple[Line, ...]
    depths: tuple[int, ...]  # how many quote marks each had
    known: bool = True
    quote: tuple[int, int] = (
        0,
        0,
    )  # from the attribution or the first mark above what is ours, to the last
