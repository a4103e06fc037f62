"""Marks of what was answered (ETag): who has it already is sent nothing more (RFC 9110 section 13.1.2)."""

from __future__ import annotations

import hashlib

from starlette.requests import Request


def mark_of(body: bytes) -> str:
    """The mark of what is in an answer."""
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


def has_already(request: Request, mark: str) -> bool:
    """True where who asks says that this is what they have."""
    held = request.headers.get("if-none-match", "")
    return mark in (one.strip().removeprefix("W/") for one in held.split(","))
