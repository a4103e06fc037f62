"""Mailboxes out of address fields: quick for ordinary ones, mail-parser for the odd, and a strict eye on From."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailparser.utils import get_addresses

from mailgate.core.model.mail import Address
from mailgate.wire.mime import header

MAX_ADDRESSES = 1000
PIECE = 400  # characters: an address is at most 320 long

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_SPEC = rf"{_ATEXT}+(?:\.{_ATEXT}+)*@{_LABEL}(?:\.{_LABEL})*"
_MAILBOX = re.compile(rf'(?:"((?:[^"\\]|\\.)*+)"[ \t]*+|([^<>()@,:;"\\\[\]]*+))<({_SPEC})>|({_SPEC})')
_ITEM = re.compile(r'(?:"(?:[^"\\]|\\.)*+(?:"|\Z)|[^",])++')
_LAST_RESORT = re.compile(r"[^\s<>()\[\],;:\"@\\]{1,64}@[^\s<>()\[\],;:\"@\\]{1,255}")
_BRACKETED = re.compile(r"(?i)\[\s{0,9}mailto:([^\s<>\[\]]{1,320})\]")
_SCHEME = re.compile(r"(?i)(?<![\w.+-])mailto:\s{0,9}(?=[^\s@]{1,64}@)")
_QUOTED_PAIR = re.compile(r"\\(.)")


def mailboxes(value: str) -> tuple[tuple[Address, ...], bool]:
    """Every mailbox of an address field, encoded words decoded in names only, and whether all were canonical.

    `value` is unfolded and free of control characters. At most 1000 mailboxes are read (threats P-06).
    """
    if "mailto:" in value.lower():  # copied from a page or another program's header
        value = _SCHEME.sub("", _BRACKETED.sub(r"<\1>", value))
    if value.count(",") > MAX_ADDRESSES:
        value = ",".join(value.split(",", MAX_ADDRESSES)[:MAX_ADDRESSES])
    if value.count('"') > 2 * MAX_ADDRESSES or "(" in value:
        return _odd(value), False
    found: list[Address] = []
    for item in map(str.strip, _ITEM.findall(value)):
        if not item:
            continue
        match = _MAILBOX.fullmatch(item)
        if match is None:
            return _odd(value), False
        quoted, phrase, inner, bare = match.groups()
        found.append(Address(inner or bare, _name(quoted if quoted is not None else phrase or "")))
    return tuple(found), bool(found)


def _odd(value: str) -> tuple[Address, ...]:
    """Groups, comments, routes, internationalised and broken addresses: mail-parser reads what can be read."""
    pairs: list[tuple[str, str]] = []
    for piece in _pieces(value):
        try:
            pairs += get_addresses(piece)
        except (ValueError, IndexError, AttributeError, TypeError, LookupError, RecursionError):
            continue
    found = [Address(header.clean(addr).strip(), _name(name)) for name, addr in pairs if "@" in addr]
    if not found:
        for match in _LAST_RESORT.finditer(value):
            before = value[max(0, match.start() - PIECE) : match.start()]
            found.append(Address(match[0], _name(before.strip(" <"))))
    return tuple(found[:MAX_ADDRESSES])


def _pieces(value: str) -> Iterator[str]:
    """The value in pieces between two mailboxes: the library's time grows with the square of what it is given."""
    at = 0
    while len(value) - at > PIECE:
        comma = value.rfind(">,", at, at + PIECE) + 1 or value.rfind(",", at, at + PIECE)
        end = comma if comma > at else max(value.rfind(" ", at, at + PIECE), value.rfind(";", at, at + PIECE))
        end = end if end > at else at + PIECE
        yield value[at:end]
        at = end + value.startswith(",", end)
    yield value[at:]


def _name(phrase: str) -> str:
    phrase = _QUOTED_PAIR.sub(r"\1", phrase) if "\\" in phrase else phrase
    return header.encoded_words_decoded(phrase).strip(" \t'\"")


def is_canonical(value: str) -> bool:
    """True for exactly one ASCII mailbox in the plainest syntax: what every mail system reads alike (threats A-13)."""
    match = _MAILBOX.fullmatch(value.strip())
    return match is not None and "=?" not in (match[3] or match[4])
