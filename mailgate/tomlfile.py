"""TOML files for people: read with clear words, know on which line a key stands, and guess what was meant."""

from __future__ import annotations

import difflib
import re
import stat
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailgate.errors import ConfigError, Problem

LARGEST = 4 * 1024 * 1024  # octets; a longer file is not a configuration
Loc = tuple[str | int, ...]

_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_PATH = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_ARRAY = re.compile(rf"\s*\[\[\s*({_PATH})\s*\]\]")
_TABLE = re.compile(rf"\s*\[\s*({_PATH})\s*\]")
_PAIR = re.compile(rf"\s*({_PATH})\s*=")
_PIECE = re.compile(rf"(?<!\\){_KEY}")  # a backslash stands in strings alone
# What may stand in a value, so that brackets inside strings and comments are not counted.
_TOKEN = re.compile(
    r'(?<!\\)"""(?:[^\\]|\\.)*?"""' r"|'''.*?'''" r'|(?<!\\)"(?:[^"\\\n]|\\.)*+"' r"|'[^'\n]*'" r"|#[^\n]*|[\[\]{}]|\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file as read: its data, and the line of every table and key."""

    path: Path
    data: dict[str, Any]
    lines: dict[Loc, int] = field(default_factory=dict, repr=False)

    def line(self, loc: Loc) -> int | None:
        """The line of a key, else of the nearest table around it."""
        while loc:
            if loc in self.lines:
                return self.lines[loc]
            loc = loc[:-1]
        return None

    def problem(self, loc: Loc, text: str, *, key: str | None = None, warning: bool = False) -> Problem:
        """A problem at a key of this file."""
        return Problem(str(self.path), spell(loc) if key is None else key, text, self.line(loc), warning)


def spell(loc: Loc) -> str:
    """`("imap", 0, "port")` as people read it: `imap[1].port`."""
    words = ""
    for piece in loc:
        words += f"[{piece + 1}]" if isinstance(piece, int) else f".{piece}" if words else piece
    return words


def nearest(word: str, names: Iterable[str]) -> str:
    """` (did you mean 'x'?)` when a valid name is close, else `""`."""
    known = sorted({name for name in names if name})
    close = difflib.get_close_matches(word.lower(), [name.lower() for name in known], 1, 0.6)
    found = next((name for name in known if close and name.lower() == close[0]), "")
    return f" (did you mean '{found}'?)" if found else ""


def read(path: Path) -> Document:
    """Read and parse a file.

    Raises ConfigError when it is missing, no regular file, not readable, empty, not UTF-8 or not TOML (threats G-01,
    G-03).
    """
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(path, str(error))]) from None
    except RecursionError:
        raise ConfigError([Problem(str(path), "", "is nested too deeply")]) from None
    return Document(path, data, places(text))


def _text(path: Path) -> str:
    def refuse(why: str) -> ConfigError:
        return ConfigError([Problem(str(path), "", why)])

    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise refuse("is a folder, not a file")
        if not stat.S_ISREG(found.st_mode):
            raise refuse("is not a regular file")
        if found.st_size > LARGEST:
            raise refuse(f"is larger than {LARGEST // 1024**2} MB")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise refuse("there is no such file") from None
    except OSError as error:
        raise refuse(f"cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(str(path), "", "is not UTF-8 text here", line)]) from None
    if not text.strip():
        raise refuse("is empty")
    return text


def _syntax(path: Path, text: str) -> Problem:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", text)
    if place:
        if text.startswith("Illegal character '\\n'"):
            return Problem(str(path), "", "a text has no quote at its end", int(place[1]))
        return Problem(str(path), "", f"{text[: place.start()]}, at column {place[2]}", int(place[1]))
    return Problem(str(path), "", text.replace(" (at end of document)", ": the file ends too early"))


def places(text: str) -> dict[Loc, int]:
    """The line of every table and key of a valid TOML text; keys inside inline tables count as their line."""
    found: dict[Loc, int] = {}
    counts: dict[Loc, int] = {}
    prefix: Loc = ()
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        if array := _ARRAY.match(line):
            *outer, last = _pieces(array[1])
            plain = (*_indexed((), outer, counts), last)
            counts[plain] = counts.get(plain, -1) + 1
            prefix = (*plain, counts[plain])
            found[prefix] = number + 1
        elif table := _TABLE.match(line):
            prefix = _indexed((), _pieces(table[1]), counts)
            found[prefix] = number + 1
        elif pair := _PAIR.match(line):
            pieces = _pieces(pair[1])
            for length in range(1, len(pieces) + 1):
                found.setdefault((*prefix, *pieces[:length]), number + 1)
            number += _further(lines, number, pair.end())
        number += 1
    return found


def _pieces(path: str) -> list[str]:
    return [piece[1:-1] if piece[0] in "\"'" else piece for piece in _PIECE.findall(path)]


def _indexed(loc: Loc, pieces: Iterable[str], counts: dict[Loc, int]) -> Loc:
    for piece in pieces:
        loc = (*loc, piece)
        if loc in counts:
            loc = (*loc, counts[loc])
    return loc


def _further(lines: list[str], number: int, start: int) -> int:
    """How many more lines a value takes."""
    head = lines[number][start:].lstrip()
    if not head.startswith(('"""', "'''", "[", "{")):
        return 0
    depth = more = 0
    for token in _TOKEN.finditer("\n".join([head, *lines[number + 1 :]])):
        word = token.group()
        if word in ("[", "{"):
            depth += 1
        elif word in ("]", "}"):
            depth -= 1
        elif word == "\n" and depth <= 0:
            break
        else:
            more += word.count("\n")
    return more
