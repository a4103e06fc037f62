"""What of a mail its author typed: the letters and entries it may quote are subtracted from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from mailgate.core.model.ticket import EntryKind, Status
from mailgate.core.proof import token
from mailgate.core.quoting import fingerprint, parts, subtract
from mailgate.core.quoting.fingerprint import Frame, LetterWords
from mailgate.core.quoting.known import KnownLetters
from mailgate.core.quoting.parts import MailParts
from mailgate.wire.text import fingerprints
from mailgate.wire.words import CATALOGUES, MARKERS

# The sentences that stand in letters to the house whatever these are about; those to customers are what people write.
_FRAME = ("notice.", "receipt.", "one_tap_text", "why", "was.", "handover.", "escalation.", "question.how", "expert.")
_HOLE = re.compile(r"\{[a-z_]{1,30}\}")
_NOBODY = KnownLetters(b"")
_MARKS = " \t\u00a0>|*_"  # that may stand before a line
_MAILTO = re.compile(r"<mailto:([^<>\s?]{1,320})(\?[^<>\n]{0,2000})?>", re.IGNORECASE)
_LABEL = 5  # words of a button
_DOTS = 4  # in a token
_FACTS, _PIECES = 300, 6  # characters and parts of a line about a ticket
_FORMER = (
    ("avoin", "pidossa"),
    ("sisäinen muistio",),
)  # what 0.1.0 called statuses and kinds of entries, and we do no more
_TOKEN = 200  # characters a token and its address may take


def typed(text: str, known: KnownLetters | None) -> MailParts:
    """Subtract what the mail may quote; without letters that is nothing, but for a letter of ours that nobody knows."""
    lines = text.split("\n")
    if known is not None and "<mailto:" in text:
        addrs = [one.rpartition(" ")[2].lower() for one in known.senders]
        lines = [kept for line in lines if (kept := _without_desk_links(line, addrs)) is not None]
    signed = _has_sign(text)
    if signed:  # a one-tap mail has its token in a line by itself: what stands above and below is said
        lines = [line for line in _tokens_joined(lines) if not _is_token(line)]
    text = "\n".join(lines)
    if known is None and not (signed and _has_sign(text)) and "·" not in text:
        return MailParts(text, "", text)
    known = known or _NOBODY
    hasher = fingerprints.hasher(known.key)
    said = (fingerprint.entry(one.text, hasher, one.author) for one in known.entries)
    notes = (replace(one, elsewhere=True) for one in _letters(known.notes))
    letters = [*_letters(known.letters), *said, *notes]
    house = known.house or bool(token.in_text(text)) or token.is_inside(text)  # whoever has one has read such a letter
    frame = _frame(known.key, known.senders) if house else None
    found = subtract.subtract(lines, letters, hasher, frame, _is_ours, house=house)
    return parts.assemble(lines, found)


def _letters(known: Sequence[bytes]) -> Iterator[LetterWords]:
    for packed in known:
        try:
            yield fingerprints.unpack(packed)
        except ValueError:
            continue  # then it is a letter nobody knows


def _has_sign(text: str) -> bool:
    return (
        "mg:" in text or ("##" in text and any(marker in text for marker in MARKERS.values())) or token.is_inside(text)
    )


def _tokens_joined(lines: Sequence[str]) -> list[str]:
    """The lines, with a token that a program broke over two of them in a line by itself."""
    found, dots_above = list[str](), 0
    for line in lines:
        dots = line.count(".")
        if found and dots_above + dots >= _DOTS and (joined := _joined(found[-1], line)):
            found[-1:] = joined
            dots = joined[-1].count(".")
        else:
            found.append(line)
        dots_above = dots
    return found


def _joined(above: str, line: str) -> list[str]:
    """What stands before a token that begins in the one line and ends in the next, that, and the rest; else nothing."""
    bare = above.rstrip()
    last = bare[-_TOKEN:].split()[-1:] or [""]
    first = line.lstrip(_MARKS).partition(" ")[0]
    both = last[0] + first
    if both.count(".") < _DOTS or not token.is_inside(both) or token.is_inside(last[0]) or token.is_inside(first):
        return []
    return [bare[: len(bare) - len(last[0])], both, line.lstrip(_MARKS)[len(first) :]]


def _is_token(line: str) -> bool:
    if len(line) < token.SHORTEST and line.isascii():
        return False
    bare = line.strip(_MARKS)
    if len(bare.split(None, 1)) != 1:
        return False
    return (bare.startswith("mg:") and bool(token.in_text(bare))) or token.is_inside(bare)


def _is_ours(line: str) -> bool:
    """True for a line that stands in letters of ours alone: with a token, or facts about a ticket or an entry."""
    if len(line) < token.SHORTEST and line.isascii():
        return False
    return _has_token(line) or ("·" in line and _is_facts(line))


def _is_facts(line: str) -> bool:
    """ "support · new · nobody yet", or "Bo Ek · today 23:13 · internal note", in any of our languages."""
    parts = [part.strip(_MARKS).casefold() for part in line[:_FACTS].split("·")]
    if not all(parts) or not 3 <= len(parts) <= _PIECES:
        return False
    statuses, kinds = _said_of_tickets()
    return parts[1] in statuses or (parts[2] in kinds and any(map(str.isdigit, parts[1])))


@lru_cache(maxsize=1)
def _said_of_tickets() -> tuple[frozenset[str], frozenset[str]]:
    """The words for statuses, and for kinds of entries."""
    found = tuple(map(set, _FORMER))
    for catalogue in CATALOGUES.values():
        for words, group, names in zip(found, ("status", "kind"), (Status, EntryKind), strict=True):
            words.update(
                str(catalogue[f"{group}.{name}"]).casefold() for name in names if f"{group}.{name}" in catalogue
            )
    statuses, kinds = map(frozenset, found)
    return statuses, kinds


def _without_desk_links(line: str, addrs: Sequence[str]) -> str | None:
    """A line without what mail programs write behind a link to an address of ours; None for a button of ours."""
    found = _MAILTO.search(line)
    if found is None or found[1].lower() not in addrs:
        return line
    before, after = line[: found.start()].rstrip(" "), line[found.end() :]
    button = "%23" in (found[2] or "") and not after.strip(_MARKS) and len(before.strip(_MARKS).split()) <= _LABEL
    return None if button else before + after


def _has_token(line: str) -> bool:
    return _has_sign(line) and (bool(token.in_text(line)) or "mg:" not in line or token.is_inside(line))


@lru_cache(maxsize=8)
def _frame(key: bytes, senders: Sequence[str]) -> Frame:
    return fingerprint.frame(_sentences(), fingerprints.hasher(key), senders)


def _sentences() -> Iterator[str]:
    yield from MARKERS.values()
    for catalogue in CATALOGUES.values():
        for name, phrase in catalogue.items():
            if name.startswith(_FRAME):
                for said in (phrase,) if isinstance(phrase, str) else phrase.values():
                    yield from _HOLE.split(said)
