"""Which of two equivalents says what somebody wrote: the plain text, as it should, or the HTML it only points to."""

from __future__ import annotations

import re

from mailgate.core.text import quote
from mailgate.core.text.folding import fold
from mailgate.wire import words
from mailgate.wire.text import sanitize

LONGEST_STUB = 600  # letters: no sentence that only says "look at the HTML" is longer, in however many languages
LONGEST_PLAIN = 4_000  # letters: plain text beyond is somebody's words, and the HTML is not looked at
MOST_HTML = 64 * 1024  # characters of the HTML's text that are compared
_PIECE = 8  # letters that stand in a row in both when the two say the same, however they are wrapped
_TIMES = 2  # as many letters in HTML that holds all the plain text: that plain text is a beginning, or a name
_WORTH = 24  # letters, at least, that the HTML has beyond it

# What programs write into one of the two alone: addresses of links and pictures, and the numbers of their footnotes.
_ADDRESSES = re.compile(r"https?://[^\s<>\"]{1,2000}|<[^<>\s]{1,2000}>|\[cid:[^\]\s]{1,300}\]|\[[0-9]{1,3}\]")
_PICTURE = re.compile(r"\[[^\[\]\n]{1,200}\]")  # as the HTML's text names them
_BARE = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[0-9]{2,}")


def fuller(plain: str, markup: str) -> str:
    """The text of a part that exists as plain text and as HTML (RFC 2046 section 5.1.4).

    It is the plain text, which programs make from the same words, unless the HTML says much more: where it holds the
    plain text too, or where that is a mere "your program shows no HTML", in whatever language, the HTML's text is read.
    Plain text that is neither, and says something of its own, stands above the HTML's.
    """
    said = _letters(plain)
    if len(said) > LONGEST_PLAIN:
        return plain
    full = sanitize.to_text(markup)
    told = full[:MOST_HTML]
    enough = max(_TIMES * len(said), len(said) + _WORTH)
    held = bool(said) and _held(said, _letters(told)) >= 0.5
    if held and len(fold(told)) < enough:  # whatever of it is new: the usual mail
        return plain
    parts = quote.split_history(_PICTURE.sub(" ", told), openings=words.OPENINGS)
    new = len(_letters(f"{parts.fresh}\n{parts.signature}"))
    if not said:
        return full if new else plain
    if held:
        return full if new >= enough else plain
    if new <= len(said):
        return plain
    if len(said) <= LONGEST_STUB and not _says_figures(plain, full):
        return full
    return f"{plain.strip()}\n\n{full}" if new >= _TIMES * len(said) else plain


def _letters(text: str) -> str:
    """Letters and figures alone: what is the same however the words are wrapped, marked and linked."""
    return "".join(_BARE.findall(fold(_ADDRESSES.sub(" ", text))))


def _held(said: str, told: str) -> float:
    """How much of the one text stands in the other, 0 to 1."""
    pieces = {said[at : at + _PIECE] for at in range(0, max(len(said) - _PIECE, 0) + 1, _PIECE)} | {said[-_PIECE:]}
    return sum(piece in told for piece in pieces) / len(pieces)


def _says_figures(plain: str, full: str) -> bool:
    """True when the plain text has a number that the HTML lacks: an order, a price, a telephone."""
    return any(number not in full for number in _NUMBER.findall(_ADDRESSES.sub(" ", plain)))
