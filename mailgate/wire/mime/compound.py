"""The streams of a compound file ([MS-CFB]); nothing that it claims is believed beyond the octets that are there."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ENTRIES = 4096  # streams and storages that are looked at
MOST_OCTETS = 64 * 2**20  # of a file
_NONE, _ENTRY, _LONGEST_DIFAT = 0xFFFFFFFA, 128, 4096
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """A compound file whose directory has been read. Raises ValueError where its claims do not hold."""

    def __init__(self, data: bytes) -> None:
        if data[:8] != SIGNATURE or not 512 <= len(data) <= MOST_OCTETS:
            raise ValueError("no compound file")
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError("sectors of an unknown size")
        self._sector = 1 << shift
        self._fat = self._table(self._fat_sectors())
        (directory,) = struct.unpack_from("<I", data, 48)
        self._cutoff, mini, minis = struct.unpack_from("<III", data, 56)
        found = self._chain(directory, MOST_ENTRIES * _ENTRY)
        self._entries = [_entry(found, at) for at in range(0, len(found) - _ENTRY + 1, _ENTRY)]
        if not self._entries or self._entries[0].kind != _ROOT:
            raise ValueError("no directory")
        self._mini_fat = _numbers(self._chain(mini, minis * self._sector)) if minis else ()
        self._mini: bytes | None = None

    def storages(self) -> Mapping[str, Mapping[str, int]]:
        """Streams by name and number: those of the root under "", those of each storage in it under its name."""
        found: dict[str, Mapping[str, int]] = {"": {}}
        seen = {0}
        top = dict(self._under(0, seen))
        found[""] = {name: at for name, at in top.items() if self._entries[at].kind == _STREAM}
        for name, at in top.items():
            if self._entries[at].kind == _STORAGE:
                within = self._under(at, seen)
                found[name] = {each: number for each, number in within if self._entries[number].kind == _STREAM}
        return found

    def size(self, number: int) -> int:
        """How many octets a stream says it has."""
        return self._entries[number].size

    def read(self, number: int, most: int) -> bytes:
        """The beginning of a stream."""
        entry = self._entries[number]
        size = min(entry.size, most)
        if entry.size >= self._cutoff:
            return self._chain(entry.start, size)
        if self._mini is None:
            root = self._entries[0]
            self._mini = self._chain(root.start, root.size)
        pieces, at, left = [], entry.start, size
        for _ in range(len(self._mini_fat)):
            if at >= _NONE or left <= 0:
                break
            pieces.append(self._mini[at * 64 : at * 64 + 64])
            left -= 64
            at = self._mini_fat[at] if at < len(self._mini_fat) else _NONE
        return b"".join(pieces)[:size]

    def _under(self, number: int, seen: set[int]) -> Iterator[tuple[str, int]]:
        """What lies directly in a storage; what has been seen is not looked at again, whatever a tree says."""
        ahead = [self._entries[number].child]
        while ahead:
            at = ahead.pop()
            if at >= len(self._entries) or at in seen:
                continue
            seen.add(at)
            entry = self._entries[at]
            ahead += [entry.left, entry.right]
            yield entry.name, at

    def _fat_sectors(self) -> list[int]:
        """Where the table of sectors lies: 109 places in the header, the rest in a chain of their own."""
        found = list(struct.unpack_from("<109I", self._data, 76))
        at, count = struct.unpack_from("<II", self._data, 68)
        for _ in range(min(count, _LONGEST_DIFAT)):
            if at >= _NONE:
                break
            numbers = _numbers(self._octets(at))
            found += numbers[:-1]
            at = numbers[-1] if numbers else _NONE
        return [one for one in found if one < _NONE]

    def _table(self, sectors: list[int]) -> tuple[int, ...]:
        most = len(self._data) // self._sector + 1
        return _numbers(b"".join(self._octets(one) for one in sectors[: most * 4 // self._sector + 1]))[:most]

    def _octets(self, sector: int) -> bytes:
        begin = (sector + 1) * self._sector
        return self._data[begin : begin + self._sector]

    def _chain(self, start: int, most: int) -> bytes:
        """The octets of a chain of sectors, as far as it goes, round in circles at most once."""
        pieces, at, left = [], start, most
        for _ in range(len(self._fat)):
            if at >= len(self._fat) or left <= 0:
                break
            pieces.append(self._octets(at))
            left -= self._sector
            at = self._fat[at]
        return b"".join(pieces)[:most]


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _entry(data: bytes, at: int) -> _Entry:
    (length,) = struct.unpack_from("<H", data, at + 64)
    name = data[at : at + min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")
    left, right, child = struct.unpack_from("<III", data, at + 68)
    start, size = struct.unpack_from("<II", data, at + 116)  # the upper half of a size is for files of gigabytes
    return _Entry(name, data[at + 66], left, right, child, start, size)
