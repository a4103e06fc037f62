"""Where a person is on a channel, as an address that no mail can reach (RFC 6761): `CHANNEL.ID@chat.invalid`."""

from __future__ import annotations

import re
from typing import Final

from mailgate.core.channels import escaped

DOMAIN: Final = "chat.invalid"
LONGEST: Final = 64  # octets of a local part (RFC 5321 section 4.5.3.1.1)
ROUTE: Final = "@"  # before its name: what a delivery to it stands under, where others have their department
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,19}")  # of a channel
_PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-")
_WRITTEN: Final = re.compile(r"[a-z][a-z0-9-]{0,19}\.[a-z0-9_-]{1,62}@chat\.invalid")
_LOCAL: Final = re.compile(r"([a-z][a-z0-9-]{0,19})\.((?:[a-z0-9-]|_[0-9a-f]{2})+)")


def address_of(channel: str, identity: str) -> str:
    """The canonical address of a person; two people never share one. `""` where their id is empty or too long.

    Small letters, digits and hyphens stand for themselves; any other octet of the id, a capital included, is `_` and
    two digits, since addresses know no capitals and an id may be made to look like anything.
    """
    octets = identity.encode("utf-8", "surrogatepass")
    local = f"{channel.lower()}.{escaped.written(octets, _PLAIN)}"
    return f"{local}@{DOMAIN}" if octets and len(local) <= LONGEST else ""


def person_at(addr: str) -> tuple[str, str] | None:
    """The channel and the person's id there; None for any address that is not made by `address_of`."""
    local, _, domain = addr.rpartition("@")
    found = _LOCAL.fullmatch(local.lower()) if domain.rstrip(".").lower() == DOMAIN else None
    if found is None:
        return None
    identity = escaped.read(found[2])
    return (found[1], identity) if address_of(found[1], identity) == f"{local.lower()}@{DOMAIN}" else None


def channel_of(addr: str) -> str:
    """The channel an address is on, `""` for an address of mail."""
    found = person_at(addr)
    return found[0] if found else ""


def route_of(addr: str) -> str:
    """The way out of what goes to an address on a channel, whether that channel is there or not; `""` for mail."""
    return f"{ROUTE}{channel_of(addr)}" if is_chat(addr) else ""


def is_chat(addr: str) -> bool:
    """True for whatever claims to be on a channel: no mail may go there, nor come from there by another door."""
    domain = addr.rpartition("@")[2].strip().rstrip(".").lower()
    return domain == DOMAIN or domain.endswith(f".{DOMAIN}")


def shown(text: str) -> str:
    """Words for people, in which whoever is on a channel stands by their id there: `77 (lines)`."""
    return _WRITTEN.sub(_by_id, text) if DOMAIN in text else text


def _by_id(found: re.Match[str]) -> str:
    person = person_at(found[0])
    if person is None:
        return found[0]
    seen = "".join(one for one in person[1] if one.isprintable() and one not in "<>&\"'@")
    return f"{seen} ({person[0]})"
