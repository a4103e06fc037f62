"""Reads the path and parameters of MAIL FROM and RCPT TO (RFC 5321 section 4.1.2), strictly where it matters."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_PATH: Final = re.compile(r'[ \t]*<((?:"(?:[^"\\]|\\.)*"|[^<>"])*)>(?:[ \t]+|(?=[A-Za-z])|\Z)(.*)\Z', re.DOTALL)
_BARE: Final = re.compile(r"[ \t]*([^\s<>\"]+)(?:[ \t]+(.*))?\Z", re.DOTALL)
_LOCAL: Final = re.compile(r"[^\s()<>\[\]:;@\\,\"\x00-\x20\x7f]+\Z")
_QUOTED: Final = re.compile(r'"((?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*)"\Z')
_DOMAIN: Final = re.compile(
    r"(?:[A-Za-z0-9_\u0080-\U0010ffff](?:[A-Za-z0-9_\u0080-\U0010ffff-]*)\.?)+\Z|\[[0-9A-Za-z:.\-]+\]\Z"
)
_PARAMETER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e]+))?\Z")
_ROUTING: Final = re.compile(r"[%!]")


class BadAddress(ValueError):
    """The address cannot be one of a mail system's (reply 553)."""


class Path(NamedTuple):
    """A path as given, without angle brackets, and its upper-case ESMTP parameters; a bare keyword maps to `""`."""

    address: str
    parameters: dict[str, str]


def parse(argument: str) -> Path | None:
    """Split what follows `FROM:` or `TO:` into address and parameters; None when the syntax is wrong (reply 501)."""
    found = _PATH.match(argument) or _BARE.match(argument)
    if not found:
        return None
    parameters: dict[str, str] = {}
    for word in (found[2] or "").split():
        parameter = _PARAMETER.match(word)
        if not parameter:
            return None
        parameters[parameter[1].upper()] = parameter[2] or ""
    return Path(found[1], parameters)


def check_sender(address: str, *, utf8: bool) -> str:
    """The reverse-path as it may be stored: `""` is the null sender. Raises BadAddress."""
    return _checked(address, utf8=utf8) if address else ""


def check_recipient(address: str, *, utf8: bool) -> str:
    """A forward-path as it may be stored: quotes that quote nothing are gone, no routing characters. Raises BadAddress.

    `%` and `!` once routed mail through us to somebody else, so they are refused (threats S-05).
    """
    if address.lower() == "postmaster":
        return address
    clean = _checked(address, utf8=utf8)
    local, at, domain = clean.rpartition("@")
    if not at or _ROUTING.search(local):
        raise BadAddress
    quoted = _QUOTED.match(local)
    if quoted:
        local = re.sub(r"\\(.)", r"\1", quoted[1])
        if not _LOCAL.match(local) or _ROUTING.search(local):
            raise BadAddress
    return f"{local}@{domain}"


def _checked(address: str, *, utf8: bool) -> str:
    """Lengths of RFC 5321 section 4.5.3.1, no control characters, non-ASCII only under SMTPUTF8."""
    local, at, domain = address.rpartition("@")
    if not at:
        local = address
    if not utf8 and not address.isascii():
        raise BadAddress
    try:
        octets = len(local.encode()), len(domain.encode())
    except UnicodeEncodeError:  # bytes that are not UTF-8 came in as surrogates
        raise BadAddress from None
    if octets[0] > 64 or octets[1] > 255 or not local:
        raise BadAddress
    if not (_LOCAL.match(local) or _QUOTED.match(local)) or (at and not _DOMAIN.match(domain)):
        raise BadAddress
    return address
