"""Tokens of programs: made, shown once, and ended."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Final

from mailgate.app.gateway import Gateway
from mailgate.core.programs.program import MARK, SCOPES, Program, is_scope
from mailgate.core.proof.login import digest
from mailgate.errors import Permanent

OCTETS: Final = 20  # of a secret
MOST: Final = 100  # tokens
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def add(
    gateway: Gateway,
    name: str,
    scopes: Sequence[str],
    departments: Sequence[str] = (),
    networks: Sequence[str] = (),
    until: str = "",
    vouches: bool = False,
) -> str:
    """A token for the program of that name; nobody can ask for it again. Raises Permanent with what is wrong."""
    if not _NAME.fullmatch(name):
        raise Permanent(f"{name!r} is no name of a program: small letters, digits and hyphens")
    scopes = [one.lower() for one in scopes]  # a channel may be called Lines: it is asked for in small letters
    wrong = next((one for one in scopes if not is_scope(one)), None)
    if wrong is not None or not scopes:
        known = f"{', '.join(SCOPES)}, chats:write:CHANNEL"
        raise Permanent(f"{wrong!r} is no scope; there are {known}" if scopes else f"a token needs a scope: {known}")
    policy, now = gateway.in_force.policy, gateway.clock()
    listed = [one.name for one in policy.departments]
    for one in departments:
        if one not in listed:
            raise Permanent(f"there is no department {one!r}; there are {', '.join(listed)}")
    there = gateway.store.read(lambda read: read.programs.all())
    if any(one.name == name for one in there):
        raise Permanent(f"there is a program {name!r} already: revoke its token first")
    if len(there) >= MOST:
        raise Permanent(f"there are {MOST} tokens: revoke what nobody uses")
    if not policy.web.on:
        raise Permanent("programs ask through the window: give [web] `listen` and `url`")
    program = Program(
        name=name,
        id=secrets.token_hex(4),
        scopes=tuple(dict.fromkeys(scopes)),
        at=now,
        departments=tuple(dict.fromkeys(departments)),
        networks=tuple(dict.fromkeys(_network(one) for one in networks)),
        until=_until(until, now) if until else None,
        vouches=vouches,
    )
    token = f"{MARK}{program.id}_{base64.b32encode(secrets.token_bytes(OCTETS)).decode().lower()}"
    gateway.store.write(lambda tx: tx.programs.add(program, digest(token))).result()
    return token


def revoke(gateway: Gateway, name: str) -> str:
    """Its token is good for nothing from now on. Raises Permanent when there is none of that name."""
    if not gateway.store.write(lambda tx: tx.programs.revoke(name)).result():
        raise Permanent(f"there is no program {name!r}")
    return name


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise Permanent(f"{text!r} is no network: 192.0.2.7 or 10.0.0.0/8") from None


def _until(text: str, now: datetime) -> datetime:
    """The end of that day, UTC."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Permanent(f"{text!r} is no date: 2027-06-30") from None
    if day + timedelta(days=1) <= now:
        raise Permanent(f"{text} is over")
    return day + timedelta(days=1)
