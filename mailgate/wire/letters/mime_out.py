"""RFC 5322 and MIME written straight to bytes: header fields, addresses, ids and parts that cannot be broken out of."""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Callable, Iterable
from urllib.parse import quote

from mailgate.core.model.mail import Address
from mailgate.core.text import address as addresses
from mailgate.errors import Permanent

CRLF = b"\r\n"
LINE = 76  # octets we aim for; 998 is the limit (RFC 5322 section 2.1.1)
LONGEST_ID = 990
LONGEST_WORD = 900  # longer ones are cut up as encoded words, since nothing else may be folded inside

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*", re.ASCII)
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]+>")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}", re.ASCII)
_Q_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # RFC 2047 section 5 (3)
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])


def one_line(text: str) -> str:
    """Text fit for a header: every kind of line break, control and lone surrogate gone (threats O-10, G-06)."""
    if text.isascii() and text.isprintable():
        return text.strip()
    cleaned = text.encode("utf-8", "replace").decode("utf-8").translate(_BIDI)
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in cleaned).split())


# --- header fields ----------------------------------------------------------------------------------------------------


def field(name: str, value: str) -> bytes:
    """An unstructured field; what is not ASCII becomes encoded words, the rest stays readable (RFC 2047)."""
    words = one_line(value).split(" ")
    odd = [n for n, word in enumerate(words) if not word.isascii() or "=?" in word or len(word) > LONGEST_WORD]
    if not odd:
        tokens = words
    else:
        first, last = odd[0], odd[-1] + 1
        tokens = [*words[:first], *encoded_words(" ".join(words[first:last])), *words[last:]]
    return _folded(name, tokens)


def _folded(name: str, tokens: Iterable[str]) -> bytes:
    lines, line = [], f"{name}:"
    for token in tokens:
        if len(line) + len(token.encode()) >= LINE + 1 and line.strip() and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += f" {token}"
    return "\r\n".join([*lines, line]).encode() + CRLF


def encoded_words(text: str) -> list[str]:
    """RFC 2047 encoded words of at most 75 octets, each whole characters; none for empty text."""
    raw = text.encode()
    quoted = sum(1 if octet in _Q_PLAIN or octet == 0x20 else 3 for octet in raw)
    if quoted <= len(raw) * 4 // 3 + 8:
        return _chunked(text, "q", lambda chunk: "".join(map(_q, chunk)))
    return _chunked(text, "b", lambda chunk: binascii.b2a_base64(chunk, newline=False).decode())


def _q(octet: int) -> str:
    if octet == 0x20:
        return "_"
    return chr(octet) if octet in _Q_PLAIN else f"={octet:02X}"


def _chunked(text: str, kind: str, encode: Callable[[bytes], str]) -> list[str]:
    words, start = [], 0
    while start < len(text):
        end = min(start + 63, len(text))
        while (size := len(word := encode(text[start:end].encode()))) > 63 and end > start + 1:
            end = max(start + 1, min(end - 1, start + (end - start) * 63 // size))
        words.append(f"=?utf-8?{kind}?{word}?=")
        start = end
    return words


def mailbox(address: Address) -> str:
    """`name <addr>` with a name that cannot add a recipient (threats O-12)."""
    addr = addr_spec(address.addr)
    name = one_line(address.name)
    if not name:
        return addr
    if not name.isascii() or "=?" in name:
        return f"{' '.join(encoded_words(name))} <{addr}>"
    if not _ATOM.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{addr}>"


def addr_spec(addr: str) -> str:
    """A well-formed addr-spec with its domain as A-label.

    Raises Permanent for anything with white space, controls or syntax in it (threats O-11): it could mean something
    else to a relay than to us.
    """
    local, domain = addresses.parts(addr, longest_local=addresses.LONGEST_WRITTEN) or ("", "")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            domain = ""
    if not domain:
        raise Permanent(f"not an address: {addr[:80]!r}")
    return f"{local}@{domain}"


def mailboxes(name: str, addresses: Iterable[Address]) -> bytes:
    """An address list field; b"" for an empty list."""
    written = [mailbox(address) for address in addresses]
    tokens = [token for one in written[:-1] for token in _tokens(one + ",")] + [
        token for one in written[-1:] for token in _tokens(one)
    ]
    return _folded(name, tokens) if tokens else b""


def _tokens(written: str) -> list[str]:
    return [written] if len(written) < LINE else written.split(" ")


def ids(name: str, identifiers: Iterable[str]) -> bytes:
    """Message-IDs, one a line and never encoded, however long (threats F5, O-15); b"" when none is usable."""
    usable = [one for one in identifiers if _ID.fullmatch(one) and len(one) <= LONGEST_ID]
    return b"%s: %s\r\n" % (name.encode(), "\r\n ".join(usable).encode()) if usable else b""


# --- parts ------------------------------------------------------------------------------------------------------------


def text_part(kind: str, text: str) -> bytes:
    """A text part in the cheapest encoding that survives any relay; bare CR is gone (threats O-09)."""
    body = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").encode("utf-8", "replace")
    if not body.endswith(b"\n"):
        body += b"\n"
    if body.isascii() and max(map(len, body.split(b"\n"))) <= 200:
        how, data = b"7bit", body
    else:
        data = binascii.b2a_qp(body, istext=True)
        how = b"quoted-printable"
        if len(data) > len(body) * 3 // 2 + 64:
            how, data = b"base64", base64_lines(body.replace(b"\n", CRLF))
    charset = b"us-ascii" if body.isascii() else b"utf-8"
    return b"Content-Type: text/%s; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n%s" % (
        kind.encode(), charset, how, data if how == b"base64" else data.replace(b"\n", CRLF),
    )  # fmt: skip


def base64_lines(data: bytes) -> bytes:
    """Base64 in lines of 76 octets."""
    return b"".join(binascii.b2a_base64(data[at : at + 57], newline=False) + CRLF for at in range(0, len(data), 57))


def file_part(name: str, kind: str, data: bytes, content_id: str = "", inline: bool = False) -> bytes:
    """An attachment, or an image that the HTML shows by its Content-ID; anything else is opaque (threats C-04)."""
    kind = kind.lower()
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    shown = inline and kind in ("image/png", "image/jpeg", "image/gif", "image/webp")
    content_id = re.sub(r"[^!-;=?-~]", "", content_id)[:200]
    name = one_line(name).replace("/", "_").replace("\\", "_")[:150] or "file"
    head = [
        f"Content-Type: {kind}{_type_name(name)}",
        f"Content-Disposition: {'inline' if shown else 'attachment'}{_file_name(name)}",
        "Content-Transfer-Encoding: base64",
        *([f"Content-ID: <{content_id}>"] if content_id else []),
    ]
    return "\r\n".join(head).encode() + CRLF + CRLF + base64_lines(data)


def _type_name(name: str) -> str:
    """The name once more as encoded words, which is what Outlook reads, although RFC 2047 section 5 frowns on it."""
    return "" if name.isascii() else ';\r\n name="' + "\r\n ".join(encoded_words(name)) + '"'


def _file_name(name: str) -> str:
    """The filename parameter, by RFC 2231 in pieces where it is not ASCII."""
    if name.isascii():
        return ';\r\n filename="' + name.replace('"', "'") + '"'
    pieces = re.findall(r"(?:%..|[^%]){1,20}", quote(name, safe=""))
    if len(pieces) == 1:
        return f";\r\n filename*=utf-8''{pieces[0]}"
    return "".join(f";\r\n filename*{n}*={'' if n else 'utf-8' + chr(39) * 2}{piece}" for n, piece in enumerate(pieces))


def multipart(subtype: str, boundary: str, parts: Iterable[bytes], extra: str = "") -> bytes:
    """Parts within a boundary; `=_` in it never occurs in quoted-printable or base64 (RFC 2045 section 6.7)."""
    mark = f"=_{boundary}".encode()
    head = b'Content-Type: multipart/%s; boundary="%s"%s\r\n\r\n' % (subtype.encode(), mark, extra.encode())
    return head + b"".join(b"--%s\r\n%s\r\n" % (mark, part.rstrip(CRLF)) for part in parts) + b"--%s--\r\n" % mark
