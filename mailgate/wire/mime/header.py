"""The header block of a message or MIME part: found, made harmless, unfolded, decoded."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from mailgate.wire.mime import charset

MAX_FIELD = 32 * 1024
MAX_FIELDS = 1000

_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]+)([ \t]*):[ \t]*")
_VOUCHING = re.compile("authentication-results|x-ms-exchange-organization-.{1,80}")
ODD = " "  # behind the name of a field that vouches for somebody, and was written as no border writes one
_KNOWN = re.compile(
    rb"(?i)(?:from|to|cc|subject|date|message-id|received|return-path|mime-version|content-[a-z-]+|reply-to|sender|x-[!-9;-~]+)"
    rb"[ \t]*:"
)
_PARAMETER = re.compile(
    rb"(?i)(?:boundary|charset|name|filename|format|delsp|type|start|report-type|protocol|micalg|method)[*0-9]{0,4}\s{0,9}="
)
_BARE = re.compile(rb"\r(?!\n)|\0")
_WORD = re.compile(r"=\?([^?\s]{1,64})\?([BbQq])\?([^?\r\n]*)\?=")
_ASCII = re.compile(r"([\x00-\x7f]+)")
_UNSAFE = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
_SPACES = re.compile(r"\s{2,}")
_PARAM = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)')
_NO_SEMICOLON = re.compile(r"\s{0,9}([^\s;,=/()]{1,80}/[^\s;,=/()]{1,80})[\s,]{1,9}(?=[a-zA-Z*0-9-]{1,40}\s{0,9}=)")
_ANOTHER = re.compile(r"\s[a-z][a-z-]{1,20}=", re.IGNORECASE)
_SECTION = re.compile(r"(.+?)\*([0-9]{1,3})?(\*)?")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """A header block as fields in order (lower-case name, unfolded octets) and where the body starts."""

    fields: tuple[tuple[str, bytes], ...]
    body_at: int
    flags: frozenset[str] = frozenset()
    charset: str = ""  # what unlabelled 8-bit fields are probably written in

    def first(self, name: str) -> bytes:
        """Octets of the first field of that lower-case name, empty when there is none."""
        for key, value in self.fields:
            if key == name:
                return value
        return b""

    def text(self, name: str) -> str:
        """The first field of that name as one safe line, encoded words left as they are."""
        return text(self.first(name), self.charset)

    def shown(self, name: str) -> str:
        """The first field of that name ready to show: encoded words decoded."""
        return decoded(self.first(name), self.charset)

    def all(self, name: str) -> list[bytes]:
        """Octets of every field of that lower-case name."""
        return [value for key, value in self.fields if key == name]


def split(raw: bytes, start: int = 0, end: int | None = None, max_bytes: int = 256 * 1024) -> HeaderBlock:
    """Find the header block of `raw[start:end]` and split it into fields.

    A CR that ends no line, a NUL, and LF lines among CRLF ones are made harmless and flagged `bare_cr_header`: mail
    systems disagree about where such fields end, so nothing in them carries authority (threats F3).
    """
    end = len(raw) if end is None else end
    start = _skip_blank(raw, start, end)
    found = _END.search(raw, start, end)
    stop = found.start() if found else end
    body_at = found.end() if found else end
    flags: set[str] = set()
    block = raw[start:stop] if stop - start <= max_bytes else raw[start : start + max_bytes]
    if stop - start > max_bytes:
        flags.add("header_too_large")
    if _BARE.search(block) or 0 < block.count(b"\r\n") < block.count(b"\n"):
        flags.add("bare_cr_header")
        block = _BARE.sub(b" ", block) if b"\n" in block else block.replace(b"\0", b" ").replace(b"\r", b"\n")
    lines = block.replace(b"\r\n", b"\n").split(b"\n")
    fields, kept = _fields(lines, flags)
    if kept < len(lines) and "header_too_large" not in flags:  # the body follows without an empty line
        body_at = _line_start(raw, start, kept)
    return HeaderBlock(tuple(fields), body_at, frozenset(flags))


def _skip_blank(raw: bytes, start: int, end: int) -> int:
    """Past empty lines and an mbox separator at the top."""
    while start < end and raw[start] in b"\r\n":
        start += 1
    if raw.startswith((b"From ", b">From "), start):
        newline = raw.find(b"\n", start, end)
        return newline + 1 if newline >= 0 else start
    return start


def _line_start(raw: bytes, start: int, number: int) -> int:
    for _ in range(number):
        newline = raw.find(b"\n", start)
        if newline < 0:
            return len(raw)
        start = newline + 1
    return start


def _fields(lines: list[bytes], flags: set[str]) -> tuple[list[tuple[str, bytes]], int]:
    """The fields, and how many lines belong to the header."""
    fields: list[tuple[str, bytes]] = []
    parts: list[bytes] = []
    name = ""
    last = -1  # the last line that certainly is a field, once that matters
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            parts.append(line)
            continue
        match = _FIELD.match(line)
        if match is None and name.startswith("content-") and _PARAMETER.match(line):  # lost its indentation
            flags.add("header_junk")
            parts.append(b" " + line)
            continue
        if match is None and line:
            if last < 0:
                last = max((at for at, each in enumerate(lines) if _KNOWN.match(each)), default=0)
            if number < last:  # lost its indentation, or does not belong here
                flags.add("header_junk")
                parts.append(b" " + line)
                name = _odd(name)
                continue
            if name:
                fields.append((name, _unfold(parts, flags)))
            return fields, number
        if match is None:
            continue
        if name:
            fields.append((name, _unfold(parts, flags)))
        if len(fields) >= MAX_FIELDS:
            flags.add("too_many_headers")
            return fields, len(lines)
        name = match[1].decode("ascii").lower()
        name = _odd(name) if match[2] else name
        parts = [line[match.end() :]]
    if name:
        fields.append((name, _unfold(parts, flags)))
    return fields, len(lines)


def _odd(name: str) -> str:
    """A vouching field with a space before its colon, or a line lost in it, under a name that nobody believes.

    A border that takes forged ones out may not have seen it as one (RFC 5322 section 4.5 lets it pass as a field).
    """
    return name + ODD if _VOUCHING.fullmatch(name) else name


def _unfold(parts: list[bytes], flags: set[str]) -> bytes:
    value = parts[0] if len(parts) == 1 else b"".join(parts)
    if len(value) > MAX_FIELD:
        flags.add("header_too_large")
        value = value[:MAX_FIELD]
    return value.strip(b" \t")


def text(value: bytes, hint: str = "") -> str:
    """A field's octets as a string, encoded words left alone; unsafe characters become spaces or go.

    8-bit octets are UTF-8 (RFC 6532), else what `hint` says, else guessed.
    """
    if value.isascii() and b"\x1b" not in value:
        return clean(value.decode("ascii"))
    try:
        return clean(value.decode("utf-8") if b"\x1b" not in value else charset.decode(value))
    except UnicodeDecodeError:
        if (mostly := charset.mostly_utf8(value)) is not None:
            return clean(mostly)
        western = charset.codec(hint) == "cp1252"  # fits any octets, so it says nothing
        return clean(charset.decode(value, "" if western else hint))


def clean(value: str) -> str:
    """One line without control characters, direction overrides or lone surrogates."""
    if value.isprintable() or _UNSAFE.search(value) is None:
        return value
    return _UNSAFE.sub(lambda match: " " if match[0] in "\t\r\n" else "", value)


def encoded_words_decoded(value: str) -> str:
    """Decode the encoded words of an unstructured value (RFC 2047), adjacent ones joined; one safe line."""
    if "=?" not in value:
        return value
    out: list[str] = []
    pending, label, literal = b"", "", ""
    at = 0
    for match in _WORD.finditer(value):
        half = not match[3].isascii() and match[2] in "Qq"
        data = b"" if half else _octets(match[2], match[3])
        if data is None:
            continue
        between = value[at : match.start()]
        joins = bool(literal) and not between.strip()
        here = match[1].lower().split("*")[0]  # RFC 2231 section 5: a language may follow
        if half:
            out += [_word(pending, label, literal), "" if joins else between, _half_encoded(match[3], here)]
            pending, label, literal = b"", "", match[0]
        elif joins and here == label:
            pending += data
            literal += match[0]
        else:
            out.append(_word(pending, label, literal))
            out.append("" if joins else between)
            pending, label, literal = data, here, match[0]
        at = match.end()
    out += [_word(pending, label, literal), value[at:]]
    return clean("".join(out))


def smuggles(value: bytes) -> bool:
    """True when an encoded word hides a line break: whoever does that wants somebody to see a further field."""
    found = _WORD.finditer(text(value)) if b"=?" in value else ()
    return any({10, 13} & set(_octets(match[2], match[3]) or b"") for match in found)


def _word(data: bytes, label: str, literal: str) -> str:
    """The text of joined encoded words; left as they stand when nothing readable would come of them."""
    text = charset.decode(data, label)
    if "\ufffd" not in text or charset.codec(label) != "utf-8":
        return text
    return text if charset.mostly_utf8(data, declared=True) is not None else literal


def _half_encoded(data: str, label: str) -> str:
    """An encoded word with octets as they are between those written out: what is decoded already stays."""
    pieces = _ASCII.split(data)
    return "".join(charset.decode(_octets("q", piece) or b"", label) if piece.isascii() else piece for piece in pieces)


def _octets(how: str, data: str) -> bytes | None:
    if how in "Qq":
        raw = data.replace("_", " ").encode("utf-8", "surrogateescape")
        return binascii.a2b_qp(raw)
    raw = re.sub(r"[^A-Za-z0-9+/]", "", data).encode()
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4) if len(raw) % 4 != 1 else raw[:-1])
    except binascii.Error:
        return None


def decoded(value: bytes, hint: str = "") -> str:
    """An unstructured field, ready to show: charset, encoded words, one line, single spaces at folds."""
    shown = encoded_words_decoded(text(value, hint))
    if "  " in shown or not shown.isascii():
        shown = _SPACES.sub(" ", shown)
    return shown.strip()


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured field such as Content-Type: its token in lower case, and its parameters (RFC 2045, 2231)."""
    token, _, rest = value.partition(";")
    token = token.split("(", 1)[0].strip().lower()
    unparted = _NO_SEMICOLON.match(value)
    if unparted is not None and len(unparted[1]) < len(token):
        token, rest = unparted[1].lower(), value[unparted.end() :]
    if not rest:
        return token, {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAM.finditer(";" + rest):
        name, raw = match[1].lower(), match[2].strip()
        if raw.startswith('"'):
            raw = re.sub(r"\\(.)", r"\1", raw[1:].removesuffix('"'))
        elif (another := _ANOTHER.search(raw)) is not None:  # a semicolon is missing
            raw, lost = raw[: another.start()], raw[another.start() + 1 :]
            more, _, given = lost.partition("=")
            plain.setdefault(more.strip().lower(), given.strip().strip('"'))
        section = _SECTION.fullmatch(name)
        if section is None:
            plain.setdefault(name, raw)
        else:
            index = int(section[2] or 0)
            pieces.setdefault(section[1], {}).setdefault(index, (raw, bool(section[3]) or section[2] is None))
    for name, found in pieces.items():
        plain[name] = _continued(found)
    return token, plain


def _continued(pieces: dict[int, tuple[str, bool]]) -> str:
    """Join the sections of an RFC 2231 parameter and decode it."""
    data = b""
    label = ""
    for index in sorted(pieces):
        value, encoded = pieces[index]
        if encoded:
            if not data and value.count("'") >= 2:
                label, _, value = value.split("'", 2)
            data += unquote_to_bytes(value)
        else:
            data += value.encode("utf-8", "surrogateescape")
    return clean(charset.decode(data, label))
