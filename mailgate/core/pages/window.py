"""What every page needs: how the window is set up, and how a question is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that gets no page; the sentence is `page.refused.CODE` with these values in it."""

    code: str  # "gone", "old", "slow", "size", "closed", "login", "forbidden", "trouble", ...
    values: tuple[tuple[str, str], ...] = ()
    wait: int = 0  # seconds until it is worth asking again (Retry-After); 0: nothing is said of it


@dataclass(frozen=True, slots=True)
class SettingsAsked:
    """How is the window set up?"""


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """All that holds for every page until it is asked for again; nothing of it is secret."""

    name: str  # of the desk
    language: str  # of the desk, where the reader's own is not known
    languages: tuple[str, ...]  # in which pages can be shown
    timezone: str  # an IANA name; times cross as UTC
    url: str = ""  # under which people find the pages, without a slash at its end; "": on this machine alone
    trusted_proxies: tuple[str, ...] = ()  # networks whose word about a client's address is believed
    embed_on: tuple[str, ...] = ()  # origins whose pages may show the form in a frame
    privacy: str = ""  # where the desk says what it does with what it is told, or ""
