"""The PROXY protocol (v1 and v2): who is really behind a trusted front."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiosmtpd.proxy_protocol import get_proxy

if TYPE_CHECKING:
    from mailgate.edge.smtp_in_session import Dialogue

log = logging.getLogger(__name__)


async def peer_behind_proxy(dialogue: Dialogue) -> bool:
    """Read the header and take over the address in it; False (and the connection is to be closed) when there is none.

    Only peers in the trusted networks may send one: anybody else could claim any address.
    """
    if not dialogue.door.ledger.is_trusted(dialogue.address):
        log.warning("proxy header from an untrusted peer", extra={"peer": dialogue.address})
        return False
    try:
        found = await get_proxy(dialogue._reader)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
        return False
    if not found.valid:
        log.warning("bad proxy header", extra={"peer": dialogue.address})
        return False
    if found.src_addr is None:  # UNKNOWN or LOCAL: the front itself speaks
        return True
    return dialogue.door.move(dialogue, str(found.src_addr))
