"""Lines as words that survive a mail program: wrapping, quote marks, curly quotes and rewritten links change none."""

from __future__ import annotations

import re
from array import array
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain

from mailgate.core.text.folding import in_one_width

LINK = "urlurl"  # every address of the web is this one word: scanners rewrite them
LONGEST_LINE = 64 * 1024  # characters of a line that are read; beyond it is somebody's data
_REMEMBERED = 20_000  # pieces of text whose hashes are kept for the next mail
_LONGEST_REMEMBERED = 60  # characters of one: tokens and addresses too
# What clients write beside a link or a picture when they turn HTML into text.
_ARTEFACT = re.compile(
    r"<(?:mailto:|https?://|tel:|[^<>\s@?]{1,64}@[^<>\s@?]{1,255}\?)[^<>\s]{0,2000}>|\[(?:cid:|https?://|mailto:)[^\[\]\s]{0,2000}\]|<https?://[^\s<]{0,2000}$",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>\"']{1,4000}", re.IGNORECASE)
_WORD = re.compile(
    r"[^\W_]+|[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)  # a picture says something too
_MARKS = re.compile(r"(?:[ \t]{0,8}(?:[>|\u00bb\u203a](?![|\w]{0,40}\|)|:(?=[ \t>]|$))[ \t]?){1,40}")
_BEGIN_MARKS = " \t>|:\u00bb\u203a"
_BARE = (">", "> ")
_MARK = re.compile(r"[>|:\u00bb\u203a]")
_END = "\0"  # stands for the end of a line among its words: no word has it in it
_DROPPED = re.compile("[\u2019'\u00ad\u200b\u2060\u2061\ufeff]")


def words(line: str) -> list[str]:
    """The words of a line, case and width folded; links are one word each, what stands for them in brackets none."""
    return _WORD.findall(_plain(line).casefold())


def _plain(line: str) -> str:
    """A line as it is looked at: without links, in one width, without what makes no word another."""
    if not line.isascii() or "://" in line or "www." in line or "mailto:" in line or "[cid:" in line or "?" in line:
        line = line[:LONGEST_LINE]
        if "<" in line or "[" in line:
            line = _ARTEFACT.sub(" ", line)
        if "://" in line or "o:" in line or "O:" in line or "w." in line or "W." in line:
            line = _URL.sub(f" {LINK} ", line)
        line = in_one_width(line)
    if not line.isascii():
        line = _DROPPED.sub("", line)
    elif "'" in line:
        line = line.replace("'", "")
    return line[:LONGEST_LINE]


def marked(line: str) -> tuple[int, str]:
    """How many quote marks stand before a line, and the line without them."""
    if line[:2] == "> " and line[2:3] not in _BEGIN_MARKS:  # what most have
        return 1, line[2:]
    if line in _BARE:
        return 1, ""
    if line[:1] not in _BEGIN_MARKS or not line:
        return 0, line
    found = _MARKS.match(line)
    if found is None:
        return 0, line
    return len(_MARK.findall(found[0])), line[found.end() :]


def is_link_beside(line: str) -> bool:
    """True for a line with nothing but what clients write beside a link or a picture."""
    return "<" in line and not _ARTEFACT.sub("", line[:LONGEST_LINE]).strip(" \t\u00a0>|")


class Hasher:
    """Words as keyed four octets: a store of them tells nobody without the key what was written."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known = _Pieces(self)

    def hash(self, word: str) -> int:
        """A number from 1 to 2**32 - 1."""
        digest = blake2b(word.encode("utf-8", "replace"), digest_size=4, key=self._key).digest()
        return int.from_bytes(digest, "little") or 1

    def hashes(self, line: str) -> list[int]:
        """The words of a line, hashed."""
        return self.hashes_of([line])[0].tolist()

    def hashes_of(self, lines: Iterable[str]) -> tuple[array[int], tuple[int, ...]]:
        """The same of many lines at once, and where each begins; one more for the end."""
        text = "\n".join(chain(map(_plain, lines), ("",))).casefold()
        pieces = text.replace(_END, " ").replace("\n", f" {_END} ").split()
        found = list(chain.from_iterable(map(self._known.__getitem__, pieces)))
        ends = [at for at, word in enumerate(found) if not word]
        return array("I", filter(None, found)), (0, *(at - before for before, at in enumerate(ends)))


class _Pieces(dict[str, tuple[int, ...]]):
    """The hashed words in what stands between two spaces, most often one; remembered for the next mail."""

    def __init__(self, hasher: Hasher) -> None:
        super().__init__()
        self._hasher = hasher

    def __missing__(self, piece: str) -> tuple[int, ...]:
        found = (0,) if piece == _END else tuple(map(self._hasher.hash, _WORD.findall(piece)))
        if len(piece) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[piece] = found
        return found


@dataclass(frozen=True, slots=True)
class HashedText:
    """A mail as lines of hashed words."""

    lines: tuple[str, ...]
    bare: tuple[str, ...]  # without their quote marks
    depths: tuple[int, ...]  # how many of these each had
    words: array[int]
    starts: tuple[int, ...]  # of each line: the index of its first word; one more for the end
    continued: frozenset[int] = frozenset()  # lines that begin with the rest of a word of the line above

    def line_of(self, word: int) -> int:
        """The line in which a word stands."""
        return bisect(self.starts, word) - 1

    def span(self, line: int) -> tuple[int, int]:
        """The words of a line: from, to."""
        return self.starts[line], self.starts[line + 1]

    def count(self, line: int) -> int:
        """How many words it has."""
        return self.starts[line + 1] - self.starts[line]

    def hashes(self, line: int) -> tuple[int, ...]:
        """The words of a line."""
        return tuple(self.words[self.starts[line] : self.starts[line + 1]])

    def octets(self, line: int) -> bytes:
        """The same as octets, which are compared sooner."""
        return self.words[self.starts[line] : self.starts[line + 1]].tobytes()

    def signs(self) -> list[int]:
        """The lines with something in them, but no word."""
        found = [at for at, bare in enumerate(self.bare) if bare and not self.count(at) and bare.strip()]
        return [at for at in found if at not in self.continued]

    def beside(self, line: int, hasher: Hasher, first: int = 0, end: int | None = None) -> tuple[int, int]:
        """A line without words as two hashes: of its signs and the word above, and of them and the word below.

        From word `first` to `end` is one text, apart from the others.
        """
        signs, at = "".join(_plain(self.bare[line]).split()), self.starts[line]
        above = self.words[at - 1] if at > first else 0
        below = self.words[at] if at < (len(self.words) if end is None else end) else 0
        return hasher.hash(f"{above} {signs}"), hasher.hash(f"{signs} {below}")

    def above(self, line: int) -> int:
        """The nearest line above with a word in it; -1 when there is none."""
        line -= 1
        while line >= 0 and not self.count(line):
            line -= 1
        return line

    def below(self, line: int, count: int) -> int:
        """The line so many lines with words below; the last of those there are."""
        found = line
        while count > 0 and (line := line + 1) < len(self.lines):
            if self.count(line):
                found, count = line, count - 1
        return found


def read(lines: Sequence[str], hasher: Hasher) -> HashedText:
    """Take the lines of a text apart."""
    parted = [marked(line) for line in lines]
    bare = tuple([rest for _, rest in parted])
    return HashedText(tuple(lines), bare, tuple([depth for depth, _ in parted]), *hasher.hashes_of(bare))
