"""Reads the path and parameters of MAIL FROM and RCPT TO (RFC 5321 section 4.1.2), strictly where it matters."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from mailgate.core.text import address as addresses

LONGEST: Final = 4096  # characters of an argument, as long as a command line
_PATH: Final = re.compile(r'[ \t]*+<((?:"(?:[^"\\]|\\.)*+"|[^<>"])*+)>(?:[ \t]+|(?=[A-Za-z])|\Z)(.*)\Z', re.DOTALL)
_BARE: Final = re.compile(r"[ \t]*+([^\s<>\"]++)(?:[ \t]+(.*))?\Z", re.DOTALL)
_PARAMETER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*+)(?:=([\x21-\x3c\x3e-\x7e]++))?\Z")
_ROUTING: Final = re.compile(r"[%!]")


class BadAddress(ValueError):
    """The address cannot be one of a mail system's (reply 553)."""


class Path(NamedTuple):
    """A path as given, without angle brackets, and its upper-case ESMTP parameters; a bare keyword maps to `""`."""

    address: str
    parameters: dict[str, str]


def parse(argument: str) -> Path | None:
    """Split what follows `FROM:` or `TO:` into address and parameters; None when the syntax is wrong (reply 501)."""
    if len(argument) > LONGEST:
        return None
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
    plain = addresses.unquoted(local)
    if not at or _ROUTING.search(plain) or plain.startswith('"') or not addresses.is_local(plain):
        raise BadAddress
    return f"{plain}@{domain}"


def _checked(address: str, *, utf8: bool) -> str:
    """An address, or a local part alone, as RFC 5321 allows it; outside ASCII only under SMTPUTF8."""
    if not utf8 and not address.isascii():
        raise BadAddress
    if addresses.parts(address) is None and not ("@" not in address and addresses.is_local(address)):
        raise BadAddress
    return address
