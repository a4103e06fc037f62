"""Logging in by mail: what is asked and answered, when a letter leaves, and what a link is good for."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LASTS = timedelta(minutes=15)  # a letter that logs in
AGAIN = timedelta(minutes=1)  # between two to one agent
HOUR = timedelta(hours=1)
AN_HOUR = 3  # letters to one agent
TRIES = 5  # wrong digits


@dataclass(frozen=True, slots=True)
class LoginAsked:
    """A letter that logs in, for whoever has this address."""

    address: str


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The same for every address: what the browser that asked is known by."""

    browser: str
    seconds: int


@dataclass(frozen=True, slots=True)
class EnterAsked:
    """A session, by the link of a letter in the browser that asked for it, or by its digits."""

    link: str = ""  # its secret part
    browser: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class EnterPage:
    """A new session."""

    session: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ByeAsked:
    """An end to this session."""

    session: str


@dataclass(frozen=True, slots=True)
class ByePage:
    """It has ended, if there was one."""


# --- as the store keeps them ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoginAsk:
    """A letter that logs in."""

    letter: int
    message_id: str
    agent: str
    browser: str  # the digest of what the browser that asked is known by; "" where it was asked for by mail
    at: datetime
    tries: int = 0
    spent: bool = False
    ended: bool = False  # its agent ended all of theirs since, or left


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is logged in."""

    agent: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Wall:
    """A screen that shows counts."""

    name: str
    agents: bool  # with their first names
    at: datetime


# --- rules ------------------------------------------------------------------------------------------------------------


def may_leave(asked: Sequence[datetime], now: datetime) -> bool:
    """True when one more letter may leave to an agent for whom it was asked at these times within an hour."""
    return len(asked) < AN_HOUR and all(now - at >= AGAIN for at in asked)


def refused(ask: LoginAsk | None, *, by_link: bool, browser: str, digits: str, true_digits: str, now: datetime) -> str:
    """Why nobody is logged in, by the code of a Refusal; "" when they are.

    The link alone is enough in the browser that asked, the digits are beside the link or in that browser. `browser` is
    the digest of what this one is known by.
    """
    if ask is None or ask.ended:
        return "login_none"
    if ask.spent:
        return "login_used"
    if now - ask.at > LASTS or ask.tries >= TRIES:
        return "login_old"
    known = bool(browser) and hmac.compare_digest(ask.browser, browser)
    if by_link and known and not digits:
        return ""
    if not digits:
        return "login_digits"
    typed = "".join(digits.split())
    return "" if (by_link or known) and hmac.compare_digest(typed.encode(), true_digits.encode()) else "login_wrong"


def stands(session: Session | None, now: datetime) -> bool:
    """True for a session that is not over."""
    return session is not None and session.at <= now < session.until
