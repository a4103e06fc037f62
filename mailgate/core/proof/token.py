"""Signed ids: which ticket, for whom and what for, proven by an HMAC in Message-IDs, addresses and text."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailgate.core.model.policy import Key

PREFIX = "mg."
_SHAPE = r"([a-z0-9]{1,8})\.([0-9]{1,10})\.([acxm])([0-9]{0,6})([a-z])\.([a-z2-7]{8})\.([a-z2-7]{16})"
_TOKEN = re.compile(_SHAPE, re.ASCII)
_MESSAGE_ID = re.compile(r"<mg\." + _SHAPE + r"@([^<>\s@]{1,255})>", re.ASCII | re.IGNORECASE)
_MARK = re.compile(r"\bmg:(" + _SHAPE + r")(?![a-z0-9])", re.ASCII | re.IGNORECASE)

# What a plain answer to a letter does, by one letter in its token.
PURPOSES: Mapping[str, str] = {
    "ack": "a", "words": "w", "customer": "c", "note": "n", "vote": "v", "release": "r", "expert": "e", "bounce": "b",
    "question": "q", "tap": "t", "stage": "s", "admin": "m", "desk": "d", "tables": "l",
}  # fmt: skip
_PURPOSE_OF: Mapping[str, str] = {letter: name for name, letter in PURPOSES.items()}
_READERS: Mapping[str, str] = {"agent": "a", "customer": "c", "expert": "x", "admin": "m"}
_READER_OF: Mapping[str, str] = {letter: name for name, letter in _READERS.items()}


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid signature vouches for."""

    ticket: int | None
    audience: str  # "agent", "customer", "expert", "admin"
    agent: int  # an agent's id, 0 for everybody else
    purpose: str  # a key of PURPOSES
    nonce: str  # eight base32 letters

    def fields(self) -> tuple[str, str, str]:
        """Ticket, kind and nonce as they are written."""
        agent = str(self.agent) if self.agent else ""
        return str(self.ticket or 0), f"{_READERS[self.audience]}{agent}{PURPOSES[self.purpose]}", self.nonce


def base32(data: bytes) -> str:
    """Lower-case base32 without padding (RFC 4648)."""
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()


def mac(key: Key, *fields: str) -> str:
    """80 bits of HMAC-SHA256 over length-prefixed fields, so that no two lists of fields look alike (threats A-06)."""
    message = b"".join(b"%d:%s" % (len(raw), raw) for raw in (field.encode() for field in fields))
    return base32(hmac.digest(key.secret, message, hashlib.sha256)[:10])


def mint(key: Key, token: Token, bound: str = "") -> str:
    """The written form `KID.TICKET.KIND.NONCE.MAC`; `bound` ties it to a verb it is good for."""
    ticket, kind, nonce = token.fields()
    return f"{key.id}.{ticket}.{kind}.{nonce}.{mac(key, key.id, ticket, kind, nonce, bound)}"


def read(text: str, keys: Iterable[Key], bound: str = "") -> Token | None:
    """The token when its MAC holds under one of `keys`, else None; upper and lower case are the same."""
    found = _TOKEN.fullmatch(text.lower())
    if not found:
        return None
    kid, ticket, reader, agent, purpose, nonce, signature = found.groups()
    if purpose not in _PURPOSE_OF:
        return None
    for key in keys:
        if key.id == kid:
            expected = mac(key, kid, ticket, f"{reader}{agent}{purpose}", nonce, bound)
            if hmac.compare_digest(expected, signature):
                return Token(int(ticket) or None, _READER_OF[reader], int(agent or 0), _PURPOSE_OF[purpose], nonce)
    return None


def message_id(written: str, domain: str) -> str:
    """A Message-ID that carries a written token."""
    return f"<{PREFIX}{written}@{domain}>"


def in_message_id(identifier: str, keys: Sequence[Key]) -> Token | None:
    """The token of one of our Message-IDs; None when it is not ours or forged."""
    found = _MESSAGE_ID.fullmatch(identifier.strip())
    if not found:
        return None
    return read(identifier.strip()[len(PREFIX) + 1 :].rpartition("@")[0], keys)


def in_address(addr: str, separator: str, keys: Sequence[Key]) -> tuple[Token, str, bool] | None:
    """The token in `support+TOKEN@...` or `support+b.TOKEN@...` (a bounce): token, written form, is it a bounce."""
    local = addr.rpartition("@")[0].lower()
    _, plus, detail = local.partition(separator) if separator else (local, "", "")
    if not plus:
        return None
    bounce = detail.startswith("b.")
    written = detail[2:] if bounce else detail
    token = read(written, keys)
    return (token, written, bounce) if token else None


def bounce_address(identifier: str, addr: str, separator: str) -> str:
    """Where reports about a letter of ours are understood: `support+b.TOKEN@...`, read by `in_address`.

    The plain address without a separator, and where the local part would pass 64 octets (RFC 5321 section 4.5.3.1.1).
    """
    written = identifier.strip("<>").removeprefix(PREFIX).rpartition("@")[0]
    local, _, domain = addr.rpartition("@")
    signed = f"{local}{separator}b.{written}"
    return f"{signed}@{domain}" if separator and written and len(signed.encode()) <= 64 else addr


def in_text(text: str) -> tuple[str, ...]:
    """Every written token after an `mg:` mark, unverified, at most ten."""
    return tuple(dict.fromkeys(found.group(1).lower() for found in _MARK.finditer(text[:262_144])))[:10]


def loop_mark(instance: str, key: Key) -> str:
    """The value of X-Mailgate-Loop: this gateway's name and its signature."""
    return f"{instance} {key.id}.{mac(key, 'loop', instance)}"


def is_loop_mark(value: str, instance: str, keys: Iterable[Key]) -> bool:
    """True when this gateway itself signed the mark: *ourselves* is a valid MAC, never a From."""
    if not value.strip().startswith(instance):
        return False
    return any(hmac.compare_digest(loop_mark(instance, key).encode(), value.strip().encode()) for key in keys)


def desk_key(key: Key, agent: int, generation: int) -> str:
    """The secret part of an agent's own desk address `support+NAME.KEY@`."""
    return mac(key, "desk", str(agent), str(generation))


def bound_to(verb: str, *, posts: bool = False) -> str:
    """What a one-tap token is tied to: its command line, white space folded."""
    return ("post:" if posts else "do:") + " ".join(verb.lower().split())
