"""The Message-ID that a message from a channel has with us: made of its own id, so that the same one is one mail."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from mailgate.core.channels import escaped

LONGEST: Final = 150  # octets of an id that can be read back; of a longer one only its digest is there
_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-=")
_OURS: Final = re.compile(r"<chat\.([a-z][a-z0-9-]{0,19})\.([A-Za-z0-9=_-]{1,400})@[^<>@]+>")


def message_id(channel: str, identity: str, domain: str) -> str:
    """The Message-ID of a message that has this id on a channel."""
    octets = identity.encode("utf-8", "surrogatepass")
    known = escaped.written(octets, _PLAIN)
    if len(octets) > LONGEST:
        known = f"_{hashlib.sha256(octets).hexdigest()}"
    return f"<chat.{channel.lower()}.{known}@{domain}>"


def said_as(identifier: str, channel: str) -> str:
    """The id that the message of this Message-ID has on a channel; `""` where that is another's, or not to be told."""
    found = _OURS.fullmatch(identifier)
    if found is None or found[1] != channel or (found[2].startswith("_") and len(found[2]) == 65):
        return ""
    return escaped.read(found[2])
