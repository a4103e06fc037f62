"""Whose mail is taken and who may submit: one value made of the policy, whole before anybody goes by it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from mailgate.core.model.mail import canonical, without_detail

AddressOwner = Literal["ours", "unknown", "foreign"]

COST: Final = 2**12  # of scrypt (RFC 7914): some 10 ms and 4 MB a password
SALT: Final = 16  # octets


@dataclass(frozen=True, slots=True)
class Verifier:
    """What tells the right password from others, and cannot be turned back into it."""

    salt: bytes
    digest: bytes

    def fits(self, password: str) -> bool:
        """Whether this is the password; slow on purpose."""
        return hmac.compare_digest(self.digest, _digest(password, self.salt))


NOBODY: Final = Verifier(bytes(SALT), b"")  # fits no password, and takes as long to say so


def verifier(password: str) -> Verifier:
    """What verifies a password."""
    salt = secrets.token_bytes(SALT)
    return Verifier(salt, _digest(password, salt))


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=COST, r=8, p=1)


@dataclass(frozen=True, slots=True)
class Admission:
    """All that a listener needs to know of the policy.

    `inbound` are canonical addresses, `domains` those at which we know every address; `submitters` are agents by name
    and `named` tells the name that a canonical address logs in as.
    """

    inbound: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    subaddress: str = ""  # what parts a detail from the local part, "" where there are no details
    submitters: Mapping[str, Verifier] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)

    def owner(self, addr: str) -> AddressOwner:
        """Whether an address is ours, plus parts and ticket addresses included, or postmaster."""
        key = canonical(addr)
        if {key, without_detail(addr, self.subaddress)} & self.inbound or key.partition("@")[0] == "postmaster":
            return "ours"
        return "unknown" if key.rpartition("@")[2] in self.domains else "foreign"

    def login(self, user: str, password: str) -> str | None:
        """The agent who may submit with this password; as slow for somebody who is nobody."""
        name = user if user in self.submitters else self.named.get(canonical(user), "") if user.isascii() else ""
        return name if self.submitters.get(name, NOBODY).fits(password) else None
