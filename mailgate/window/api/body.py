"""The body of a program's request: so many octets at most, of all programs together no more than there is room for."""

from __future__ import annotations

import hashlib
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from mailgate.window import pages
from mailgate.window.http.forms import WORDS, Room, length_of

_ROOM: Final = 256 * 1024  # octets that nobody counts

__all__ = ["WORDS", "digest", "read"]


async def read(request: Request, most: int) -> bytes:
    """All of it. Raises HTTPException 413 for more than `most` octets, Refused "slow" while there is no room."""
    if length_of(request) > most:
        raise HTTPException(413)
    room, parts, size = Room(pages.client(request)), [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise HTTPException(413)
            if size > _ROOM:
                room.grow(size)
            parts.append(chunk)
    except ClientDisconnect:
        raise HTTPException(400) from None
    finally:
        room.free()
    return b"".join(parts)


def digest(raw: bytes) -> str:
    """What tells one body from another."""
    return hashlib.sha256(raw).hexdigest()
