"""Lines as words that survive a mail program: wrapping, quote marks, curly quotes and rewritten links change none."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from mailgate.core.text.folding import in_one_width

LINK = "urlurl"  # every address of the web is this one word: scanners rewrite them
LONGEST_LINE = 64 * 1024  # characters of a line that are read; beyond it is somebody's data
_REMEMBERED = 100_000  # words whose hashes are kept for the next mail
# What clients write beside a link or a picture when they turn HTML into text.
_ARTEFACT = re.compile(
    r"<(?:mailto:|https?://|tel:|[^<>\s@?]{1,64}@[^<>\s@?]{1,255}\?)[^<>\s]{0,2000}>|\[(?:cid:|https?://|mailto:)[^\[\]\s]{0,2000}\]|<https?://[^\s<]{0,2000}$",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>\"']{1,4000}", re.IGNORECASE)
_WORD = re.compile(
    r"[^\W_]+|[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)  # a picture says something too
_WORD_OR_END = re.compile(_WORD.pattern + r"|\n")
_MARKS = re.compile(r"(?:[ \t]{0,8}(?:[>|\u00bb\u203a](?![|\w]{0,40}\|)|:(?=[ \t>]|$))[ \t]?){1,40}")
_BEGIN_MARKS = " \t>|:\u00bb\u203a"
_MARK = re.compile(r"[>|:\u00bb\u203a]")
_DROPPED = dict.fromkeys(map(ord, "\u2019'\u00ad\u200b\u2060\u2061\ufeff"))


def words(line: str) -> list[str]:
    """The words of a line, case and width folded; links are one word each, what stands for them in brackets none."""
    return _WORD.findall(_plain(line).casefold())


def _plain(line: str) -> str:
    """A line as it is looked at: without links, in one width, without what makes no word another."""
    if not line.isascii() or "://" in line or "www." in line or "mailto:" in line or "[cid:" in line or "?" in line:
        line = in_one_width(_URL.sub(f" {LINK} ", _ARTEFACT.sub(" ", line[:LONGEST_LINE])))
    if not line.isascii():
        line = line.translate(_DROPPED)
    elif "'" in line:
        line = line.replace("'", "")
    return line[:LONGEST_LINE]


def marked(line: str) -> tuple[int, str]:
    """How many quote marks stand before a line, and the line without them."""
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
        self._known: dict[str, int] = {"\n": 0}

    def hash(self, word: str) -> int:
        """A number from 1 to 2**32 - 1."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known = {"\n": 0}
            digest = blake2b(word.encode("utf-8", "replace"), digest_size=4, key=self._key).digest()
            found = self._known[word] = int.from_bytes(digest, "little") or 1
        return found

    def hashes(self, line: str) -> list[int]:
        """The words of a line, hashed."""
        return [self.hash(word) for word in words(line)]

    def lines(self, bare: Iterable[str]) -> list[int]:
        """The words of several lines, hashed, with a 0 behind those of each: what a whole text costs least."""
        text = "".join(f"{_plain(line)}\n" for line in bare).casefold()
        said = _WORD_OR_END.findall(text)
        found = list(map(self._known.get, said))
        return [number if number is not None else self.hash(said[at]) for at, number in enumerate(found)]


@dataclass(frozen=True, slots=True)
class HashedText:
    """A mail as lines of hashed words."""

    lines: tuple[str, ...]
    bare: tuple[str, ...]  # without their quote marks
    depths: tuple[int, ...]  # how many of these each had
    words: array[int]
    line_of: array[int]  # of each word
    starts: tuple[int, ...]  # of each line: the index of its first word; one more for the end

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
    bare = tuple(rest for _, rest in parted)
    found, line_of, starts = array("I"), array("I"), [0]
    begin, hashes = 0, hasher.lines(bare)
    for number in range(len(bare)):
        end = hashes.index(0, begin)
        found.extend(hashes[begin:end])
        line_of.extend([number] * (end - begin))
        starts.append(len(found))
        begin = end + 1
    return HashedText(tuple(lines), bare, tuple(depth for depth, _ in parted), found, line_of, tuple(starts))
