"""The PROXY protocol (v1 and v2): who is really behind a trusted front."""

from __future__ import annotations

import asyncio
import logging
from ipaddress import IPv4Address, IPv6Address

from aiosmtpd.proxy_protocol import PROTO, V2_CMD, ProxyData, get_proxy

from mailgate.edge.smtp.line import SmtpConnection

PATIENCE = 10.0  # seconds a front may take for its header: it sends it first of all, in one piece

log = logging.getLogger(__name__)


async def peer_behind_proxy(wire: SmtpConnection) -> str | None:
    """Read the header; the address in it, or None (and the connection is to be closed) when there is none.

    Only peers in the trusted networks may send one: anybody else could claim any address.
    """
    if not wire.door.ledger.is_trusted(wire.address):
        log.warning("proxy header from an untrusted peer", extra={"peer": wire.address})
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            found = await get_proxy(wire._reader)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):  # TimeoutError is an OSError
        return None
    if not found.valid or found.protocol == PROTO.DGRAM:
        log.warning("bad proxy header", extra={"peer": wire.address})
        return None
    return _source(found) or wire.address


def _source(found: ProxyData) -> str | None:
    """Whose connection it is, as everywhere else in the house; None when it is the front's own.

    That is so for UNKNOWN, for whoever has no address of the network, and for LOCAL, whatever addresses stand beside it
    (HAProxy's proxy-protocol.txt, section 2.2).
    """
    address = found.src_addr
    if found.command == V2_CMD.LOCAL or not isinstance(address, IPv4Address | IPv6Address):
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
