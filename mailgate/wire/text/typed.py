"""What of a mail its author typed: the letters and entries it may quote are subtracted from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from mailgate.core.proof import token
from mailgate.core.quoting import fingerprint, parts, subtract
from mailgate.core.quoting.fingerprint import Frame, LetterWords
from mailgate.core.quoting.known import KnownLetters
from mailgate.core.quoting.parts import MailParts
from mailgate.core.text.quote import MARKERS
from mailgate.wire.text import fingerprints
from mailgate.wire.words import CATALOGUES

# The sentences that stand in letters to the house whatever these are about; those to customers are what people write.
_FRAME = ("notice.", "receipt.", "one_tap_text", "why", "was.", "handover.", "escalation.", "question.how", "expert.")
_HOLE = re.compile(r"\{[a-z_]{1,30}\}")
_NOBODY = KnownLetters(b"")
_MARKS = " \t\u00a0>|*_"  # that may stand before a line
_DOTS = 4  # in a token
_TOKEN = 200  # characters a token and its address may take


def typed(text: str, known: KnownLetters | None) -> MailParts:
    """Subtract what the mail may quote; without letters that is nothing, but for a letter of ours that nobody knows."""
    lines = text.split("\n")
    if _has_sign(text):  # a one-tap mail has its token in a line by itself: what stands above and below is said
        lines = [line for line in _tokens_joined(lines) if not _is_token(line)]
    text = "\n".join(lines)
    if known is None and not _has_sign(text):
        return MailParts(text, "", text)
    known = known or _NOBODY
    hasher = fingerprints.hasher(known.key)
    said = (fingerprint.entry(one.text, hasher, one.author) for one in known.entries)
    notes = (replace(one, elsewhere=True) for one in _letters(known.notes))
    letters = [*_letters(known.letters), *said, *notes]
    found = subtract.subtract(lines, letters, hasher, _frame(known.key, known.senders), _has_token)
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
    found: list[str] = []
    for line in lines:
        rest, last = _parted(found[-1]) if found else ("", "")
        first = line.lstrip(_MARKS).partition(" ")[0]
        both = last + first
        if both.count(".") >= _DOTS and token.is_inside(both) and not (token.is_inside(last) or token.is_inside(first)):
            found[-1:] = [rest, both, line.lstrip(_MARKS)[len(first) :]]
        else:
            found.append(line)
    return found


def _parted(line: str) -> tuple[str, str]:
    """A line without its last word, and that."""
    bare = line.rstrip()
    last = bare[-_TOKEN:].split()[-1:] or [""]
    return bare[: len(bare) - len(last[0])], last[0]


def _is_token(line: str) -> bool:
    bare = line.strip(_MARKS)
    if len(bare.split()) != 1:
        return False
    return (bare.startswith("mg:") and bool(token.in_text(bare))) or token.is_inside(bare)


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
