"""Walls: screens that show counts to whoever walks by, each with an address of its own that is shown once."""

from __future__ import annotations

import re
import secrets
from typing import Final

from mailgate.app.gateway import Gateway
from mailgate.core.proof.login import digest
from mailgate.errors import Permanent

OCTETS: Final = 18  # of a secret
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def add(gateway: Gateway, name: str, agents: bool = False) -> str:
    """A wall of that name; its address, which nobody can ask for again. Raises Permanent when there is one."""
    if not _NAME.fullmatch(name):
        raise Permanent(f"{name!r} is no name of a wall: small letters, digits and hyphens")
    if any(one.name == name for one in gateway.store.read(lambda read: read.sessions.walls())):
        raise Permanent(f"there is a wall {name!r} already: revoke it first")
    web = gateway.in_force.policy.web
    if not (web.on and web.board):
        raise Permanent("a wall needs pages: give [web] `listen` and `url`, and have `board` true")
    secret, now = secrets.token_urlsafe(OCTETS), gateway.clock()
    gateway.store.write(lambda tx: tx.sessions.put_up(name, digest(secret), now, agents=agents)).result()
    return f"{web.url}/wall/{secret}"


def revoke(gateway: Gateway, name: str) -> str:
    """Its address shows nothing from now on. Raises Permanent when there is none of that name."""
    if not gateway.store.write(lambda tx: tx.sessions.take_down(name)).result():
        raise Permanent(f"there is no wall {name!r}")
    return name
