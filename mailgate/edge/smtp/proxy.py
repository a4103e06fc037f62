"""The PROXY protocol (v1 and v2): who is really behind a trusted front."""

from __future__ import annotations

import asyncio
import logging

from aiosmtpd.proxy_protocol import get_proxy

from mailgate.edge.smtp.line import SmtpConnection

log = logging.getLogger(__name__)


async def peer_behind_proxy(wire: SmtpConnection) -> str | None:
    """Read the header; the address in it, or None (and the connection is to be closed) when there is none.

    Only peers in the trusted networks may send one: anybody else could claim any address.
    """
    if not wire.door.ledger.is_trusted(wire.address):
        log.warning("proxy header from an untrusted peer", extra={"peer": wire.address})
        return None
    try:
        found = await get_proxy(wire._reader)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
        return None
    if not found.valid:
        log.warning("bad proxy header", extra={"peer": wire.address})
        return None
    if found.src_addr is None:  # UNKNOWN or LOCAL: the front itself speaks
        return wire.address
    return str(found.src_addr)
