"""The tree of a message as offsets into its raw octets: split, counted and capped, nothing copied until asked for."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mailgate.wire.mime import header
from mailgate.wire.mime.header import HeaderBlock

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_DELIMITER = re.compile(rb"(?mi)^(--[^\r\n]{1,200})\r?\ncontent-[a-z-]{1,40}[ \t]{0,9}:")  # above a part's header
_LOOKED_FOR = 1000  # octets in which the first stands, where the header does not say what it looks like
_UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} [^\r\n]+\r?\n")


@dataclass(slots=True)
class Part:
    """One node: its type, its place, and for a container its children."""

    raw: bytes
    number: str  # "2.1" as IMAP counts; "1" for the body of a mail that has only one
    head: HeaderBlock
    end: int
    type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    children: list[Part] = field(default_factory=list)
    preamble: bytes = b""  # what stands above the first part, and should say nothing
    _name: str | None = None

    @property
    def octets(self) -> bytes:
        """The body as it stands in the mail."""
        return self.raw[self.head.body_at : self.end]

    @property
    def content(self) -> bytes:
        """The body with its transfer encoding undone; what cannot be decoded comes back as it stands."""
        return decode_transfer(self.octets, self.head.first("content-transfer-encoding"))

    @property
    def charset(self) -> str:
        """The declared charset label, as written."""
        return self.parameters.get("charset", "")

    @property
    def content_id(self) -> str:
        """Content-ID without angle brackets."""
        return self.head.text("content-id").strip().strip("<>").strip()

    @property
    def name(self) -> str:
        """The file name the sender gave, decoded, `""` when there is none."""
        if self._name is None:
            _, given = header.parameters(self.head.text("content-disposition"))
            name = given.get("filename") or self.parameters.get("name") or ""
            self._name = header.encoded_words_decoded(name).strip()
        return self._name

    def walk(self) -> Iterator[Part]:
        """Every part, containers included, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Tree:
    """A whole message."""

    root: Part
    flags: set[str]


def read_structure(raw: bytes, max_parts: int = 1000, max_depth: int = 20, max_header: int = 256 * 1024) -> Tree:
    """Split a message into its parts; deeper or more than allowed stays unsplit and is flagged."""
    head = header.split(raw, max_bytes=max_header)
    tree = Tree(_part(raw, "", head, len(raw)), set(head.flags))
    _grow(tree, tree.root, [max_parts], max_depth)
    if not tree.root.children:
        tree.root.number = "1"
    if not all(value.isascii() for _, value in head.fields):
        hint = next((part.charset for part in tree.root.walk() if part.charset), "")
        tree.root.head = replace(head, charset=hint)
    return tree


def _part(raw: bytes, number: str, head: HeaderBlock, end: int, default: str = "text/plain") -> Part:
    part = Part(raw, number, head, end)
    value = head.first("content-type")
    kind, part.parameters = header.parameters(header.text(value)) if value else ("", {})
    part.type = kind if kind.count("/") == 1 and len(kind) > 3 else ("text/plain" if kind == "text" else default)
    part.disposition = head.text("content-disposition").partition(";")[0].strip().lower()
    return part


def _grow(tree: Tree, part: Part, left: list[int], depth: int) -> None:
    """Give a multipart its children, recursively."""
    if not part.type.startswith("multipart/"):
        return
    boundary = part.parameters.get("boundary", "")
    mark = b"--" + boundary.encode("utf-8", "surrogateescape").rstrip()
    first = part.raw.find(mark, part.head.body_at, part.end) if boundary else -1
    if first < 0:
        guessed = _DELIMITER.search(part.raw, part.head.body_at, min(part.end, part.head.body_at + _LOOKED_FOR))
        if guessed is not None:
            mark, first = guessed[1].rstrip(), guessed.start()
    if first < 0 and not boundary:
        tree.flags.add("no_boundary")
        return
    if depth <= 0:
        tree.flags.add("nesting")
        return
    default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
    part.preamble = part.raw[part.head.body_at : max(first, part.head.body_at)][:65536]
    for index, (start, end) in enumerate(_sections(part.raw, mark, part.head.body_at, part.end), 1):
        if left[0] <= 0:
            tree.flags.add("too_many_parts")
            return
        left[0] -= 1
        number = f"{part.number}.{index}" if part.number else str(index)
        child = _part(part.raw, number, _child_head(part.raw, start, end), end, default)
        part.children.append(child)
        _grow(tree, child, left, depth - 1)


def _child_head(raw: bytes, start: int, end: int) -> HeaderBlock:
    """The header of a part, which may be missing altogether (RFC 2046 section 5.1)."""
    if raw.startswith(b"\n", start):
        return HeaderBlock((), start + 1)
    if raw.startswith(b"\r\n", start):
        return HeaderBlock((), start + 2)
    return header.split(raw, start, end)


def _sections(raw: bytes, mark: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each part between delimiter lines starts and ends (RFC 2046 section 5.1.1)."""
    start = -1
    at = at if raw.startswith(mark, at, end) else _next_line(raw, mark, at, end)
    while at >= 0:
        line_end = raw.find(b"\n", at, end)
        line_end = end if line_end < 0 else line_end
        rest = raw[at + len(mark) : line_end].strip(b" \t\r")
        if rest in (b"", b"--"):
            if start >= 0:
                yield start, max(start, at - 2 if raw[at - 2 : at] == b"\r\n" else at - 1)
            start = min(line_end + 1, end)
            if rest:
                return
        at = _next_line(raw, mark, line_end, end)
    if 0 <= start < end:
        yield start, end


def _next_line(raw: bytes, mark: bytes, at: int, end: int) -> int:
    """Where the next line begins that starts with `mark`, looking from a line's end; -1 when none does."""
    found = raw.find(b"\n" + mark, at, end)
    return found + 1 if found >= 0 else -1


def decode_transfer(data: bytes, encoding: bytes) -> bytes:
    """Undo a Content-Transfer-Encoding (RFC 2045 section 6, and uuencode); unknown ones leave the octets alone."""
    how = encoding.strip().lower()
    if how.startswith(b"base64"):
        return _base64(data)
    if how.startswith(b"quoted-printable"):
        return binascii.a2b_qp(data)
    if how in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return uudecode(data)
    return data


def _base64(data: bytes) -> bytes:
    """Base64 with whatever else got between it left out; padding in the middle starts a new run."""
    try:
        return base64.b64decode(data, validate=False)
    except binascii.Error:
        kept = _NOT_BASE64.sub(b"", data)
        if len(kept) % 4 == 1:
            kept = kept[:-1]
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))


def uudecode(data: bytes) -> bytes:
    """The octets between `begin` and `end`; lines that are none of it are skipped."""
    begin = _UU_BEGIN.search(data)
    if begin is None:
        return data
    out: list[bytes] = []
    for line in data[begin.end() :].splitlines():
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(out)
