"""Files inside the words of a mail: uuencoded between its lines, and pictures written out in its HTML."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

# A file within the words: part number, name (`""` for none), type (`""` when not said) and octets.
FileInWords = tuple[str, str, str, bytes]

_BEGIN = re.compile(rb"(?m)^begin(-base64)?(-encoded)? [0-7]{3,4}(| [^\r\n]{0,1000})\r?$")
_UU_LINE = re.compile(rb"[\x20-\x60]{1,100}")
_UU_LAST = re.compile(rb"[` ]?")  # a line of no octets, before `end`
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{1,1000}={0,2}")
_FULL = 45  # octets of every line but the last
_LOST = 8  # spaces, which stand for zeros, that the end of a file's only line may have lost
_SHORTEST = 2  # full lines after which a file that breaks off is one all the same
_PICTURE = re.compile(
    rb"(?i)\bsrc\s{0,9}=\s{0,9}(?:\"\s{0,9}data:(image/[a-z0-9.+-]{1,40});base64,([^\"]*)\"|"
    rb"'\s{0,9}data:(image/[a-z0-9.+-]{1,40});base64,([^']*)'|data:(image/[a-z0-9.+-]{1,40});base64,([^\s\"'>]*))"
)


def split(content: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The words without the uuencoded files between them (POSIX, uuencode), and each file's name and octets.

    A file begins with its line `begin 644 NAME` and consists of nothing but lines of the right length and letters, to
    `end`; whoever merely writes about it is left alone.
    """
    rest: list[bytes] = []
    found: list[tuple[str, bytes]] = []
    kept = 0
    begin = _BEGIN.search(content) if b"begin" in content else None
    while begin is not None:
        data, end = (_base64 if begin[1] else _uuencoded)(content, begin.end() + 1)
        if data is not None:
            rest.append(content[kept : begin.start()])
            kept = end
            found.append((_name(begin[3], encoded=bool(begin[2])), data))
        begin = _BEGIN.search(content, max(end, begin.end()))
    return b"".join((*rest, content[kept:])), found


def pictures(page: bytes) -> Iterator[tuple[str, bytes]]:
    """The type and the octets of each picture that HTML has in itself as a `data:` address (RFC 2397), each once."""
    seen: set[bytes] = set()
    for one in _PICTURE.finditer(page) if b"base64," in page else ():
        kind, text = next((one[at], one[at + 1]) for at in (1, 3, 5) if one[at])
        try:
            data = binascii.a2b_base64(unquote_to_bytes(text))
        except binascii.Error:
            continue
        if data and data not in seen:
            seen.add(data)
            yield kind.decode("ascii").lower(), data


def _name(octets: bytes, *, encoded: bool) -> str:
    octets = octets.strip()
    if encoded:
        try:
            octets = binascii.a2b_base64(octets)
        except binascii.Error:
            pass
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _lines(content: bytes, at: int) -> Iterator[tuple[bytes, int]]:
    """Each line from `at` without its end, and where the next begins."""
    while at < len(content):
        stop = content.find(b"\n", at)
        after = len(content) if stop < 0 else stop + 1
        yield content[at:after].rstrip(b"\r\n"), after
        at = after


def _uuencoded(content: bytes, at: int) -> tuple[bytes | None, int]:
    """The octets of a file whose lines begin at `at`, None when they are no file; and where it ends, or fails."""
    out: list[bytes] = []
    last = b""
    for line, after in _lines(content, at):
        if line.rstrip() == b"end" and (out or last == b"`"):
            return b"".join(out), after
        if _UU_LAST.fullmatch(line):  # mail programs put empty lines in between, too
            last, at = line, after
            continue
        octets = _uu_octets(line, alone=not out) if not out or len(out[-1]) == _FULL else None
        if octets is None:
            break
        out.append(octets)
        at = after
    return (b"".join(out), at) if sum(len(one) == _FULL for one in out) >= _SHORTEST else (None, at)


def _uu_octets(line: bytes, *, alone: bool) -> bytes | None:
    """What one line holds; None when it is no such line. Spaces at its end may be lost, a checksum may follow."""
    length = (line[0] - 32) & 63
    needed = 1 + (length + 2) // 3 * 4
    lost = needed - len(line)
    if not length or not _UU_LINE.fullmatch(line) or lost < -2 or (lost > _LOST and alone and length != _FULL):
        return None
    try:  # of the last group only what its octets need: some encoders leave bits in the rest
        return binascii.a2b_uu(line[: (length * 4 + 5) // 3])
    except binascii.Error:
        return None


def _base64(content: bytes, at: int) -> tuple[bytes | None, int]:
    out: list[bytes] = []
    for line, after in _lines(content, at):
        if line.rstrip() == b"====":
            try:
                return binascii.a2b_base64(b"".join(out)), after
            except binascii.Error:
                return None, at
        if line and not _BASE64_LINE.fullmatch(line):
            return None, at
        out.append(line)
        at = after
    return None, at
