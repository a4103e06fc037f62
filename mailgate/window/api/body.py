"""The body of a program's request: so many octets at most, of all programs together no more than there is room for.

Room is held until the request is answered: what is read of a body lies beside it until then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from mailgate.window import pages
from mailgate.window.http.forms import HELD, WORDS, Room, length_of

LARGE: Final = 256 * 1024  # octets of a body that takes room
_BESIDE: Final = 2  # times its own size a body takes: what is read of it, and what goes to the desk

__all__ = ["LARGE", "WORDS", "digest", "may_be_large", "read", "room"]


@contextmanager
def room(request: Request) -> Iterator[Room]:
    """What the body of a request may take, until it is answered."""
    found = Room(pages.client(request))
    try:
        yield found
    finally:
        found.free()


def may_be_large(request: Request) -> bool:
    """True for one that is said to be large, or of which nothing is said."""
    return length_of(request) > LARGE or "content-length" not in request.headers


async def read(request: Request, most: int, room: Room | None = None) -> bytes:
    """All of it. Raises HTTPException 413 for more than `most` octets, Refused "slow" while there is no room."""
    if length_of(request) > most:
        raise HTTPException(413)
    if length_of(request) > LARGE and room is not None:  # whole at once: two that grow would stop each other for ever
        room.grow(_taken(length_of(request)))
    parts, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise HTTPException(413)
            if size > LARGE and room is not None:
                room.grow(_taken(size))
            parts.append(chunk)
    except ClientDisconnect:
        raise HTTPException(400) from None
    return b"".join(parts)


def _taken(size: int) -> int:
    """The room that a body takes: never more than there is, so that one alone always finds it."""
    return min(size * _BESIDE, HELD)


def digest(raw: bytes) -> str:
    """What tells one body from another."""
    return hashlib.sha256(raw).hexdigest()
