"""The parts of a mail after subtraction: what to show, what to fold, what may leave, and what stands in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress
from typing import NamedTuple

from mailgate.core.quoting.fingerprint import Wording
from mailgate.core.quoting.line import EDITED, EMPTY, FOLDED, QUOTED, TYPED, UNKNOWN, Line, LineKind, Subtracted
from mailgate.core.quoting.tokens import is_link_beside, marked

_RULE = re.compile(r"[ \t\u00a0]*[-_=*]{4,200}[ \t]*")
_TOGETHER = 2  # blank lines
_ASKED = 8  # lines of a quote that stand above the answer to them
_NOTE, _PUBLIC = Wording.NOTE, Wording.PUBLIC
_LEAVING = (TYPED, EMPTY)
_MAYBE_TYPED = (TYPED, UNKNOWN)


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
    judged, depths = found.lines, found.depths
    kinds = [line.kind for line in judged]
    changed = EDITED in kinds and any(line.kind is EDITED and line.wording is not _PUBLIC for line in judged)
    drawn = _drawn(lines, kinds, depths)
    folded = _with_marks(drawn, [kind in FOLDED for kind in kinds])
    leaves = _leaving(judged, found.quote if changed else (0, 0))
    stays = _with_marks(drawn, [not may and kind is not EMPTY for may, kind in zip(leaves, kinds, strict=True)])
    asked = _asked(lines, judged, folded)
    said = list(lines)
    for at in _inside(judged, depths):
        said[at] = marked(lines[at])[1]
    shown = _written(said, asked, [not is_folded for is_folded in folded])
    sent = _written(said, asked, [may and not stay for may, stay in zip(leaves, stays, strict=True)])
    words = sum(len(line.split()) for line, one in zip(lines, judged, strict=True)
                if one.wording is _NOTE and one.kind is TYPED)  # fmt: skip
    held = _held(words, changed=changed, unknown=UNKNOWN in kinds)
    unsent = sum(stay and kind in _MAYBE_TYPED for stay, kind in zip(stays, kinds, strict=True))
    return MailParts(shown, _join(compress(lines, folded)), sent, held, words, unsent)


def _written(said: Sequence[str], asked: Mapping[int, Sequence[str]], chosen: Sequence[bool]) -> str:
    """The chosen lines; the question that one of them answers stands above it, apart from both."""
    if not asked:
        return _join(compress(said, chosen))
    kept = list[str]()
    for at in compress(range(len(said)), chosen):
        if at in asked:
            while kept and not kept[-1].strip():
                kept.pop()
            kept += ["", *asked[at], ""]
        kept.append(said[at])
    return _join(kept)


def _inside(judged: Sequence[Line], depths: Sequence[int]) -> list[int]:
    """What was typed within a quotation, below public words there: the marks before it are the client's."""
    found, quoted, depth = list[int](), -1, 0  # the public line above, with nothing but lines of its depth between
    for at, line in enumerate(judged):
        if line.kind is QUOTED:
            quoted, depth = at if line.wording is _PUBLIC else -1, 0
        elif quoted >= 0:
            depth = depth or depths[quoted]
            if not depth or depths[at] != depth:
                quoted = -1
            elif line.kind is TYPED:
                found.append(at)
    return found


class Drawn(NamedTuple):
    """A line without words, and the nearest lines with words or known signs around it that it goes with."""

    at: int
    above: int | None
    below: int | None


def _drawn(lines: Sequence[str], kinds: Sequence[LineKind], depths: Sequence[int]) -> list[Drawn]:
    """Each line that nobody writes, and no letter has: bare quote marks, a rule, a button's address, a bullet alone."""
    found, waiting, above = list[Drawn](), list[int](), None
    for at, kind in enumerate(kinds):
        if kind is not EMPTY:
            for one in waiting:
                found.append(Drawn(one, above, at))
            waiting.clear()
            above = at
        elif depths[at] or (lines[at] and _is_drawn(lines[at])):
            waiting.append(at)
    return found + [Drawn(one, above, None) for one in waiting]


def _with_marks(drawn: Sequence[Drawn], found: list[bool]) -> list[bool]:
    """The lines `found`, with what is drawn beside them."""
    for at, over, under in drawn:
        above, below = over is not None and found[over], under is not None and found[under]
        found[at] = found[at] or above or below
    return found


def _is_drawn(line: str) -> bool:
    """True for a rule, and for the address of a button of ours on a line by itself: it has a token in it."""
    return _RULE.fullmatch(line) is not None or ("mg%3A" in line and is_link_beside(line))


def _leaving(judged: Sequence[Line], closed: tuple[int, int]) -> list[bool]:
    """Which lines may leave: typed ones, but none in `closed`, a quote with a changed line, nor of a letter unknown."""
    typed = [line.kind in _LEAVING or (line.kind is EDITED and line.wording is _PUBLIC) for line in judged]
    typed[slice(*closed)] = [False] * len(range(*closed))
    return typed


def _held(note_words: int, *, changed: bool, unknown: bool) -> Held:
    if unknown:
        return Held.UNKNOWN_LETTER
    if changed:
        return Held.EDITED
    return Held.NOTE if note_words else Held.NOTHING


def _asked(lines: Sequence[str], judged: Sequence[Line], folded: Sequence[bool]) -> dict[int, list[str]]:
    """For the first line of each answer that stands between quoted lines: the quoted lines right above it."""
    quotes = list(compress(range(len(lines)), folded))
    if not quotes:
        return {}
    answers = _blocks(lines, folded)
    if not any(quotes[0] < begin < quotes[-1] for begin in answers):
        return {}
    found = {}
    for begin in answers:
        quoted = _above(lines, judged, begin)
        if quoted:
            found[begin] = [f"> {marked(lines[at])[1].strip()}" for at in quoted]
    return found


def _blocks(lines: Sequence[str], folded: Sequence[bool]) -> list[int]:
    """The first written line of every stretch that is not folded."""
    found, inside = [], False
    for at, line in enumerate(lines):
        if folded[at]:
            inside = False
        elif not inside and line.strip():
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
        if judged[at].kind is not QUOTED or judged[at].wording is not _PUBLIC:
            break
        found.append(at)
    return found[:_ASKED][::-1]


def _join(lines: Iterable[str]) -> str:
    """The lines without blank ones around them, and never more than two of those together."""
    kept, blank = list[str](), 0  # how many of the last ones are blank
    for line in lines:
        if line.strip():
            kept.append(line)
            blank = 0
        elif kept and blank < _TOGETHER:
            kept.append(line)
            blank += 1
    return "\n".join(kept[: len(kept) - blank])
