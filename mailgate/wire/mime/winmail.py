"""Outlook's winmail.dat opened: the files inside, no length or count believed beyond the octets that are there."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
MAX_FILES = 100
MAX_RECORDS = 4096  # a file takes about ten
MAX_VALUES = 20_000  # a file has about thirty
MAX_NAME = 4096  # octets

_SIGNATURE = 0x223E9F78
_MESSAGE, _FILE = 1, 2  # levels
_CODEPAGE, _BEGINS, _TITLE, _DATA, _PROPERTIES = 0x9007, 0x9002, 0x8010, 0x800F, 0x9005
_FIXED = {0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT, _STRING, _UNICODE, _BINARY = 0x0D, 0x1E, 0x1F, 0x102
_VARIABLE = frozenset({0x00, _OBJECT, _STRING, _UNICODE, _BINARY})
_MULTIPLE, _NAMED = 0x1000, 0x8000
_DISPLAY_NAME, _CONTENT, _SHORT_NAME, _LONG_NAME = 0x3001, 0x3701, 0x3704, 0x3707
_NAMES = frozenset({_DISPLAY_NAME, _SHORT_NAME, _LONG_NAME})
_PADDING = b"\0\r\n"
_CODECS = {20127: "ascii", 20866: "koi8-r", 28591: "iso-8859-1", 65001: "utf-8"}


def unpack(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """The files of a TNEF stream ([MS-OXTNEF]) as (name, octets); none when it cannot be read or holds over 100.

    Never raises. Without files to show instead, the container itself stays an attachment.
    """
    try:
        return _read(data)
    except ValueError:
        return ()


def is_sound(data: bytes) -> bool:
    """False for what says to be a TNEF stream and cannot be read as one."""
    try:
        _read(data)
    except ValueError:
        return False
    return True


def _read(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """What `unpack` gives, in one pass that takes nothing apart but files; ValueError for claims that do not hold."""
    stream, codec = _Octets(data, 0, len(data)), "cp1252"
    if stream.number(4) != _SIGNATURE:
        raise ValueError("no TNEF stream")
    stream.take(2)
    found: list[_File] = []
    left = [MAX_VALUES]
    for level, name, octets in _records(stream):
        if level == _MESSAGE:
            codec = codec_of(octets.number(4)) if name == _CODEPAGE else codec
            continue
        if name == _BEGINS:
            found.append(_File())
        if not found or len(found) > MAX_FILES:
            raise ValueError("no file that begins" if not found else "too many files")
        if name == _TITLE:
            found[-1].title = _words(octets.rest(MAX_NAME), codec)
        elif name == _DATA:
            found[-1].data = octets.rest()
        elif name == _PROPERTIES:
            for identity, kind, value in _properties(octets, left):
                found[-1].take(identity, kind, value, codec)
    return tuple((each.name, each.data) for each in found)


@dataclass(slots=True)
class _Octets:
    """A stretch of the stream, read from the front."""

    whole: bytes
    at: int
    end: int

    def skip(self, size: int) -> int:
        """Go on by `size` octets and say where they began; ValueError when fewer are there."""
        if size > self.end - self.at:
            raise ValueError("claims more than is there")
        self.at += size
        return self.at - size

    def take(self, size: int) -> bytes:
        began = self.skip(size)
        return self.whole[began : began + size]

    def number(self, size: int) -> int:
        """An unsigned number, least octet first."""
        return int.from_bytes(self.take(size), "little")

    def rest(self, most: int | None = None) -> bytes:
        size = self.end - self.at
        return self.take(size if most is None else min(size, most))

    def padded(self, unit: int) -> _Octets:
        """The next value, whose length is stated and which fills whole groups of `unit` octets."""
        size = self.number(4)
        began = self.skip(size + -size % unit)
        return _Octets(self.whole, began, began + size)


@dataclass(slots=True)
class _File:
    """One file as its records tell of it."""

    data: bytes = b""
    title: str = ""
    names: dict[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        long, short, shown = (self.names.get(each, "") for each in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
        return long or short or self.title or shown

    def take(self, identity: int, kind: int, value: _Octets, codec: str) -> None:
        """Keep a property that is a name or the content."""
        if identity in _NAMES and kind in (_STRING, _UNICODE):
            self.names[identity] = _words(value.rest(MAX_NAME), "utf-16-le" if kind == _UNICODE else codec)
        elif identity == _CONTENT and kind in (_OBJECT, _BINARY):
            if kind == _OBJECT:  # which interface it would be handed to, then the octets (section 2.1.3.4)
                value.skip(16)
            self.data = value.rest()


def _records(stream: _Octets) -> Iterator[tuple[int, int, _Octets]]:
    """Each record as (level, name, its octets); what is too short for one at the end is padding."""
    for _ in range(MAX_RECORDS):
        if stream.at == stream.end or stream.whole[stream.at] in _PADDING:
            if stream.rest().strip(_PADDING):
                raise ValueError("no such level")
            return
        level, name, _kind, size = struct.unpack("<BHHI", stream.take(9))
        if level not in (_MESSAGE, _FILE):
            raise ValueError("no such level")
        began = stream.skip(size)
        stream.skip(2)  # a sum of the octets
        yield level, name, _Octets(stream.whole, began, began + size)
    raise ValueError("too many records")


def _properties(octets: _Octets, left: list[int]) -> Iterator[tuple[int, int, _Octets]]:
    """Each value of a property list as (property, type, its octets); ends at a type nobody knows the size of."""
    for _ in range(octets.number(4)):
        kind, identity = octets.number(2), octets.number(2)
        if identity >= _NAMED:
            octets.skip(16)
            if octets.number(4):
                octets.padded(4)
            else:
                octets.skip(4)
        single = not kind & _MULTIPLE
        kind &= ~_MULTIPLE
        if kind not in _FIXED and kind not in _VARIABLE:
            return
        count = octets.number(4) if not single or kind in _VARIABLE else 1
        began = octets.at
        for _ in range(count):
            left[0] -= 1
            if left[0] < 0:
                raise ValueError("too many values")
            if kind in _VARIABLE:
                yield identity, kind, octets.padded(4)
            else:
                octets.skip(_FIXED[kind])
        octets.skip(-(octets.at - began) % 4)


def codec_of(page: int) -> str:
    """The codec of a Windows code page; the usual one for those unknown here."""
    name = _CODECS.get(page, f"cp{page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def _words(octets: bytes, codec: str) -> str:
    """A name; some programs write UTF-8 whatever they declare."""
    try:
        return octets.decode(codec if codec.startswith("utf-16") else "utf-8").rstrip("\0")
    except UnicodeDecodeError:
        return octets.decode(codec, "replace").rstrip("\0")
