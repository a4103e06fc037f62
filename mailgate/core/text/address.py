"""What an e-mail address may be made of: one judge for the sockets, the mails and the configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

LONGEST_LOCAL: Final = 64  # octets (RFC 5321 section 4.5.3.1.1)
LONGEST_WRITTEN: Final = 256  # what others let their customers have, although relays may refuse it
LONGEST_DOMAIN: Final = 255  # octets (section 4.5.3.1.2)
LONGEST_LABEL: Final = 63  # octets of a label as DNS knows it (RFC 1035 section 2.3.4)

# Each is asked of a text whose length is known, and holds one repeat over one class: nothing to go back to. Octets that
# are not UTF-8 come in as surrogates, and none of these takes them.
_LOCAL: Final = re.compile(r"[^\s()<>\[\]:;@\\,\"\x00-\x20\x7f\ud800-\udfff]++")
_QUOTED: Final = re.compile(r'"(?:[^"\\\x00-\x1f\x7f\ud800-\udfff]|\\[\x20-\x7e])*+"')
_PAIR: Final = re.compile(r"\\(.)")
_LABEL: Final = re.compile(r"[A-Za-z0-9_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff-]*+")
_LITERAL: Final = re.compile(r"\[[0-9A-Za-z:.\-]++\]")
# Scripts that need joiners have them in domain names (RFC 5892 A.1, A.2).
_JOINERS: Mapping[int, None] = {0x200C: None, 0x200D: None}


def parts(address: str, *, longest_local: int = LONGEST_LOCAL) -> tuple[str, str] | None:
    """Local part and domain of a well-formed addr-spec (RFC 5321 section 4.1.2), both as written; else None.

    Local parts outside ASCII and domains in their own script pass (RFC 6531); spaces, controls, comments and obsolete
    syntax do not.
    """
    local, at, domain = address.rpartition("@")
    return (local, domain) if at and is_local(local, longest_local) and is_domain(domain) else None


def meant_domain(pattern: str) -> str:
    """The `@domain` that somebody means who writes `*@domain` or `*.domain`: our lists know no wildcards; else ""."""
    star, _, rest = pattern.strip().partition("@" if "@" in pattern else ".")
    return f"@{rest}" if star == "*" and "*" not in rest and is_domain(rest) else ""


def is_local(text: str, longest: int = LONGEST_LOCAL) -> bool:
    """True for a local part of at most `longest` octets, plain or as a quoted string."""
    if not _fits(text, longest):
        return False
    return _LOCAL.fullmatch(text) is not None or _QUOTED.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """True for labels between dots, the last dot allowed, or an address literal in brackets."""
    if not _fits(text, LONGEST_DOMAIN):
        return False
    if text.startswith("["):
        return _LITERAL.fullmatch(text) is not None
    return all(map(_is_label, text.removesuffix(".").split(".")))


def unquoted(local: str) -> str:
    """The local part that a quoted string stands for; any other as it is."""
    return _PAIR.sub(r"\1", local[1:-1]) if local.startswith('"') else local


def _is_label(label: str) -> bool:
    if label.isascii():
        return len(label) <= LONGEST_LABEL and _LABEL.fullmatch(label) is not None
    return _LABEL.fullmatch(label) is not None and label.translate(_JOINERS).isprintable()


def _fits(text: str, longest: int) -> bool:
    """True when there is something, and it takes at most so many octets."""
    return bool(text) and len(text) <= longest and len(text.encode(errors="surrogatepass")) <= longest
