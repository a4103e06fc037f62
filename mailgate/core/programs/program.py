"""A program that may ask the desk: the token it shows, and what that token is good for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

READ: Final = "tickets:read"
WORDS: Final = "tickets:words"  # what the house says among itself: notes, memos, tags, fields
WRITE: Final = "messages:write"
CALLS: Final = "calls:write"
LOOKUP: Final = "lookup:read"
SCOPES: Final = (READ, WORDS, WRITE, CALLS, LOOKUP)
CHATS: Final = "chats:write:"  # and the name of a channel
MARK: Final = "mg_"  # before a token: mg_ID_SECRET
_CHANNEL: Final = re.compile(f"{CHATS}[a-z][a-z0-9-]{{0,19}}")
LONGEST: Final = 200  # characters of a token that are looked at


@dataclass(frozen=True, slots=True)
class Program:
    """A program and its token, of which nothing is kept but the digest."""

    name: str
    id: str  # the first part of the token, which is no secret
    scopes: tuple[str, ...]
    at: datetime
    departments: tuple[str, ...] = ()  # whose tickets it reads and writes; none: all
    networks: tuple[str, ...] = ()  # from which it asks; none: from anywhere
    until: datetime | None = None
    vouches: bool = False  # whose messages it brings has been proven to it
    used_at: datetime | None = None  # to the minute

    def stands(self, now: datetime) -> bool:
        """True until its last day is over."""
        return self.until is None or now < self.until

    def may(self, scope: str) -> bool:
        """True for what it was made for."""
        return scope in self.scopes

    def knows(self, department: str) -> bool:
        """True for a department whose tickets are its affair."""
        return not self.departments or department in self.departments


@dataclass(frozen=True, slots=True)
class ApiBearerAsked:
    """Does a token stand? Asked before a large body is read."""

    bearer: str
    peer: str


@dataclass(frozen=True, slots=True)
class ApiBearerPage:
    """It does."""


def is_scope(text: str) -> bool:
    """True for what a token can be good for."""
    return text in SCOPES or _CHANNEL.fullmatch(text) is not None
