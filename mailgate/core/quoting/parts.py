"""The parts of a mail after subtraction: what to show, what to fold, what may leave, and what stands in doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailgate.core.quoting.fingerprint import Wording
from mailgate.core.quoting.line import Line, LineKind, Subtracted
from mailgate.core.quoting.tokens import is_link_beside, marked

_SIGNS = r"[-_=*~#+.:,;`\u00b7\u2022\u2013\u2014\u2026]"  # what lines are drawn of
_RULE = re.compile(r"[ \t\u00a0]*[-_=*]{4,200}[ \t]*")
_SHORT = re.compile(rf"[ \t\u00a0]*{_SIGNS}(?:[ \t\u00a0]|{_SIGNS}){{0,200}}")
_ASKED = 8  # lines of a quote that stand above the answer to them


class Held(StrEnum):
    """Why an agent's words cannot all leave as they are."""

    NOTHING = ""
    UNKNOWN_LETTER = "unknown_letter"  # a letter of ours stands in the mail that we no longer know
    EDITED = "edited"  # a line of ours was changed
    NOTE = "note_words"  # what was typed stands in a note too
    TOO_MUCH = "too_much"  # nobody could look at all of it


@dataclass(frozen=True, slots=True)
class MailParts:
    """Texts without blank lines around them."""

    shown: str  # everything but what is folded; an answer between quoted lines has the line it answers above it
    folded: str  # what quotes the ticket, and what a client put around it
    sendable: str  # what of an agent's mail may leave the house, by whatever button
    held: Held = Held.NOTHING
    note_words: int = 0  # typed words that stand in a note too
    unsent: int = 0  # lines with words that may be the author's, and that no button sends


def assemble(lines: Sequence[str], found: Subtracted) -> MailParts:
    """Put the judged lines of a mail together again; every line is in `shown` or in `folded`."""
    if not found.known:
        return MailParts(_join(lines), "", "", Held.TOO_MUCH)
    judged = found.lines
    drawn = _drawn(lines, judged)
    folded = _with_marks(drawn, [line.kind in (LineKind.QUOTED, LineKind.ATTRIBUTION) for line in judged])
    leaves = _leaving(judged, found.quote)
    stays = [not leaves[at] and line.kind is not LineKind.EMPTY for at, line in enumerate(judged)]
    stays = _with_marks(drawn, stays)
    asked = _asked(lines, judged, folded)
    inside = _inside(lines, judged)
    shown, sent = list[str](), list[str]()
    for at, line in enumerate(lines):
        question = [f"> {marked(lines[quoted])[1].strip()}" for quoted in asked.get(at, ())]
        said = marked(line)[1] if at in inside else line
        if not folded[at]:
            _add(shown, question, said)
        if leaves[at] and not stays[at]:
            _add(sent, question, said)
    held, words = _held(lines, judged)
    quoted = [line for at, line in enumerate(lines) if folded[at]]
    unsent = sum(stays[at] and line.kind in (LineKind.TYPED, LineKind.UNKNOWN) for at, line in enumerate(judged))
    return MailParts(_join(shown), _join(quoted), _join(sent), held, words, unsent)


def _add(kept: list[str], question: Sequence[str], line: str) -> None:
    """One more line; the question it answers stands above it, apart from both."""
    if question:
        while kept and not kept[-1].strip():
            kept.pop()
        kept += ["", *question, ""]
    kept.append(line)


def _inside(lines: Sequence[str], judged: Sequence[Line]) -> set[int]:
    """What was typed within a quotation, below public words there: the marks before it are the client's."""
    found, depth = set(), 0
    for at, line in enumerate(judged):
        if line.kind is LineKind.QUOTED:
            depth = marked(lines[at])[0] if line.wording is Wording.PUBLIC else 0
        elif depth and marked(lines[at])[0] != depth:
            depth = 0
        elif depth and line.kind is LineKind.TYPED:
            found.add(at)
    return found


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line without words, and the nearest lines with words around it."""

    at: int
    above: int | None
    below: int | None
    alone: bool  # it goes where both of them go: two dashes may begin a signature of the author's own


def _drawn(lines: Sequence[str], judged: Sequence[Line]) -> list[Drawn]:
    """Each line with nothing but quote marks and signs, a rule, a button's address, or signs without a mark.

    The last stand alone unless a line of ours begins right below.
    """
    found, waiting, above = list[Drawn](), list[tuple[int, bool]](), None
    for at, line in enumerate(judged):
        if line.kind is not LineKind.EMPTY:
            found += [_between(lines, judged, (one, above, at), alone=alone) for one, alone in waiting]
            waiting, above = [], at
        elif lines[at].strip():
            beside = _is_drawn(lines[at]) or _is_button(lines[at])
            if beside or _SHORT.fullmatch(lines[at]):
                waiting.append((at, not beside))
    return found + [_between(lines, judged, (one, above, None), alone=alone) for one, alone in waiting]


def _between(
    lines: Sequence[str], judged: Sequence[Line], where: tuple[int, int | None, int | None], *, alone: bool
) -> Drawn:
    """Signs alone among marked lines are the author's: there a client marks what it quotes."""
    at, above, below = where
    if not alone:
        return Drawn(at, above, below, alone=False)
    around = [one for one in (above, below) if one is not None and not marked(lines[one])[0]]
    if len(around) < 2:
        return Drawn(at, None, None, alone=True)
    return Drawn(at, above, below, alone=not (below == at + 1 and judged[below].kind is LineKind.QUOTED))


def _with_marks(drawn: Sequence[Drawn], found: list[bool]) -> list[bool]:
    """The lines `found`, with the bare quote marks and rules beside them, and the signs alone between them."""
    for line in drawn:
        around = [one is not None and found[one] for one in (line.above, line.below)]
        found[line.at] = found[line.at] or (all(around) if line.alone else any(around))
    return found


def _is_button(line: str) -> bool:
    """True for the address of a button of ours, on a line by itself: it has a token in it."""
    return "mg%3A" in line and is_link_beside(line)


def _is_drawn(line: str) -> bool:
    """True for a rule, and for quote marks without words; two dashes alone are the delimiter of a signature."""
    return marked(line)[0] > 0 or _RULE.fullmatch(line) is not None


def _leaving(judged: Sequence[Line], quote: tuple[int, int]) -> list[bool]:
    """Which lines may leave: typed ones, but none in a quote with a changed line of ours, nor of a letter unknown."""
    typed = [
        line.kind in (LineKind.TYPED, LineKind.EMPTY)
        or (line.kind is LineKind.EDITED and line.wording is Wording.PUBLIC)
        for line in judged
    ]
    if not any(_changed(line) for line in judged):
        return typed
    return [leaves and not quote[0] <= at < quote[1] for at, leaves in enumerate(typed)]


def _changed(line: Line) -> bool:
    return line.kind is LineKind.EDITED and line.wording is not Wording.PUBLIC


def _held(lines: Sequence[str], judged: Sequence[Line]) -> tuple[Held, int]:
    words = sum(
        len(line.split())
        for line, judged_ in zip(lines, judged, strict=True)
        if judged_.kind is LineKind.TYPED and judged_.wording is Wording.NOTE
    )
    if any(line.kind is LineKind.UNKNOWN for line in judged):
        return Held.UNKNOWN_LETTER, words
    if any(_changed(line) for line in judged):
        return Held.EDITED, words
    return (Held.NOTE if words else Held.NOTHING), words


def _asked(lines: Sequence[str], judged: Sequence[Line], folded: Sequence[bool]) -> dict[int, list[int]]:
    """For the first line of each answer that stands between quoted lines: the quoted lines right above it."""
    answers = _blocks(lines, folded)
    last = max((at for at, is_folded in enumerate(folded) if is_folded), default=-1)
    between = [begin for begin in answers if begin < last and any(folded[:begin])]
    if not between:
        return {}
    found = {}
    for begin in answers:
        quoted = _above(lines, judged, begin)
        if quoted:
            found[begin] = quoted
    return found


def _blocks(lines: Sequence[str], folded: Sequence[bool]) -> list[int]:
    """The first written line of every stretch that is not folded."""
    found, inside = [], False
    for at, line in enumerate(lines):
        if folded[at]:
            inside = False
        elif line.strip() and not inside:
            found.append(at)
            inside = True
    return found


def _above(lines: Sequence[str], judged: Sequence[Line], begin: int) -> list[int]:
    """The paragraph of public words that is quoted right above a line."""
    found: list[int] = []
    for at in range(begin - 1, -1, -1):
        if not marked(lines[at])[1].strip():
            if found:
                break
            continue
        if judged[at].kind is not LineKind.QUOTED or judged[at].wording is not Wording.PUBLIC:
            break
        found.append(at)
    return found[:_ASKED][::-1]


def _join(lines: Sequence[str]) -> str:
    """The lines without blank ones around them, and never more than two of those together."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and (len(kept) < 2 or kept[-1].strip() or kept[-2].strip())):
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join(kept)
