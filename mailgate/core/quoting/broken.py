"""Long words that a program broke over lines when it quoted them: a letter of ours has them whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mailgate.core.quoting import tokens
from mailgate.core.quoting.fingerprint import LetterWords
from mailgate.core.quoting.tokens import HashedText, Hasher

LONG = 60  # characters: a shorter word fits a line, and goes to the next one whole
_LINE, _LONGEST = 48, 1000  # characters of a line that is full
_LINES = 12  # a word may take
_TRIES = 200  # ends of lines that are looked at in vain: nobody's quote has more
_ADDRESS = re.compile(r"://|^www\.|\bmailto:", re.IGNORECASE)
_REST = re.compile(r"[^\s/?&=%_]*[/?&=%_]\S*")  # of an address of the web; "yes" below one is an answer


def mended(text: HashedText, letters: Sequence[LetterWords], hasher: Hasher) -> HashedText:
    """The text with each broken word as one, in the line where it begins, when a letter has that word.

    Lines that are nothing but the rest of one are `continued`, and have no word of their own.
    """
    said = dict[int, list[int]]()
    continued, known, until, tries = set[int](), set[int](), 0, 0
    for line, bare in enumerate(text.bare[:-1]):
        if not _LINE <= len(bare) <= _LONGEST or line < until or not _may_go_on(text, line) or tries > _TRIES:
            continue
        known = known or {word for letter in letters for word in letter.words}
        found = _joined(text, line, known.__contains__, hasher)
        tries += found is None
        if found is not None:
            until, words, rest = found
            said[line] = [*_words(text, line, said)[: -len(tokens.words(_last(bare)))], *words]
            continued.update(range(line + 1, until + 1))
            said.update((at, []) for at in range(line + 1, until))
            said[until] = [*text.hashes(until)[rest:]]
    return _with(text, said, continued) if said else text


def _joined(
    text: HashedText, line: int, is_known: Callable[[int], bool], hasher: Hasher
) -> tuple[int, list[int], int] | None:
    """Where the word ends that this line breaks off, its hashes, and how many words of that line are the rest of it."""
    whole, best = _last(text.bare[line]), None
    address, parts = _ADDRESS.search(whole) is not None, len(tokens.words(whole))
    for at in range(line + 1, min(line + _LINES, len(text.lines))):
        rest = _first(text, at, line)
        if not rest or (address and not _is_rest(text, at, line, rest)):
            break
        whole += rest
        here = len(tokens.words(rest))
        parts += here
        said = tokens.words(whole)
        if len(whole) >= LONG and len(said) < parts:
            hashes = [hasher.hash(word) for word in said]
            best = (at, hashes, here) if all(map(is_known, hashes)) else best
        if rest != text.bare[at] or len(rest) < _LINE or (best and not address):
            break
    return best


def _may_go_on(text: HashedText, line: int) -> bool:
    """A program breaks only what is too long for a line: seldom true, and soon told."""
    bare = text.bare[line]
    return not bare[-1].isspace() and len(_last(bare)) + len(_first(text, line + 1, line)) >= LONG


def _last(line: str) -> str:
    return line.rsplit(None, 1)[-1]


def _first(text: HashedText, line: int, above: int) -> str:
    """The first piece of a line that may go on where the one above ends; "" for one that is set apart.

    A program that breaks a line of a quotation repeats no mark.
    """
    bare = text.bare[line]
    if not bare or bare[0].isspace() or text.depths[line] > text.depths[above] or len(bare) > _LONGEST:
        return ""
    return bare.split(None, 1)[0]


def _is_rest(text: HashedText, line: int, above: int, piece: str) -> bool:
    """Part of an address of the web, which no letter can tell: "yes" below one is an answer."""
    return (text.depths[line] > 0) is (text.depths[above] > 0) and _REST.match(piece) is not None


def _words(text: HashedText, line: int, said: dict[int, list[int]]) -> Sequence[int]:
    return said.get(line, text.hashes(line))


def _with(text: HashedText, said: dict[int, list[int]], continued: set[int]) -> HashedText:
    """The text with other words in some lines."""
    words, starts = text.words[:0], [0]
    for line in range(len(text.lines)):
        words.extend(_words(text, line, said))
        starts.append(len(words))
    return replace(text, words=words, starts=tuple(starts), continued=frozenset(continued))
