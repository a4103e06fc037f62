"""Logging in by mail: the link and the digits of a letter, both signed for it alone; neither is kept anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Key
from mailgate.core.proof import token
from mailgate.core.proof.token import Carrier, Token

DIGITS = 6
_BITS = 40  # of the MAC that digits are made of: even enough


def written(message_id: str, keys: Sequence[Key]) -> str:
    """The secret part of the link of a letter with that Message-ID; "" for an id that is no agent's of ours."""
    known = _agents(token.in_message_id(message_id, keys))
    return token.mint(keys[0], known, Carrier.LOGIN) if known else ""


def digits(message_id: str, keys: Sequence[Key]) -> str:
    """What the letter says may be typed instead; "" for an id that is no agent's of ours."""
    known = _agents(token.in_message_id(message_id, keys))
    if known is None:
        return ""
    signed = token.mac(keys[0], Carrier.DIGITS, known.letter)
    number = int.from_bytes(hashlib.sha256(signed.encode()).digest()[: _BITS // 8], "big")
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def read(link: str, keys: Sequence[Key]) -> Token | None:
    """What the secret part of a link vouches for."""
    return _agents(token.read(link, keys, Carrier.LOGIN))


def _agents(found: Token | None) -> Token | None:
    return found if found and found.audience is Audience.AGENT else None


def digest(secret: str) -> str:
    """How a secret of a browser or a screen is kept: whoever reads the database opens nothing with it."""
    return hashlib.sha256(secret.encode()).hexdigest() if secret else ""
