"""The mail inside an opaque S/MIME signature (RFC 5652): taken out to be read, its signature not judged."""

from __future__ import annotations

from collections.abc import Iterator

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_MAX_DEPTH = 16
_SEQUENCE, _OID, _OCTETS, _OCTETS_IN_PARTS, _TAGGED = 0x30, 0x06, 0x04, 0x24, 0xA0

Element = tuple[int, bytes]  # tag, content octets


def signed_content(data: bytes) -> bytes | None:
    """The octets that were signed; None when this is no SignedData, or a detached signature. Never raises."""
    try:
        info = _inside(_elements(data), _SEQUENCE)
        if next(info) != (_OID, _SIGNED_DATA):
            return None
        encapsulated = _inside(_inside(_inside(info, _TAGGED), _SEQUENCE), _SEQUENCE)
        tag, content = next(_inside(encapsulated, _TAGGED))
        if tag == _OCTETS_IN_PARTS:
            return _joined(content, 0)
    except (StopIteration, ValueError, IndexError):
        return None
    return content if tag == _OCTETS else None


def _inside(elements: Iterator[Element], tag: int) -> Iterator[Element]:
    """The elements within the next element of that tag."""
    return _elements(next(content for each, content in elements if each == tag))


def _joined(content: bytes, depth: int) -> bytes:
    """An octet string sent in pieces."""
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deep")
    return b"".join(part if tag == _OCTETS else _joined(part, depth + 1) for tag, part in _elements(content))


def _elements(data: bytes) -> Iterator[Element]:
    at = 0
    while at < len(data):
        start, end, following = _bounds(data, at, 0)
        if data[at] == 0 and start == end:
            return  # the end of a content of unknown length
        yield data[at], data[start:end]
        at = following


def _bounds(data: bytes, at: int, depth: int) -> tuple[int, int, int]:
    """Where the content of the element at `at` starts and ends, and where the next element begins (X.690)."""
    length = data[at + 1]
    start = at + 2
    if length < 0x80:
        return start, start + length, start + length
    if length > 0x80:
        size = length & 0x7F
        end = start + size + int.from_bytes(data[start : start + size], "big")
        if size > 8 or end > len(data):
            raise ValueError("longer than the data")
        return start + size, end, end
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deep")
    end = start
    while data[end] or data[end + 1]:
        end = _bounds(data, end, depth + 1)[2]
    return start, end, end + 2
