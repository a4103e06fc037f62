"""What every page needs: how the window is set up, and how a question is refused."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.model.policy import Policy
from mailgate.core.pages.policy import Act


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
    board: bool = False  # which pages there are
    status: bool = False
    form: bool = False
    help: bool = False
    act: Act = Act.NONE
    files: int = 0  # that a message may have
    size: int = 0  # octets, of all of them together
    rate: tuple[int, int] = (5, 600)  # messages from one address in so many seconds


@dataclass(frozen=True, slots=True)
class WindowState:
    """How the window is, as far as the daemon can see: a part of `status`."""

    run: str  # unit, child
    answers: bool  # it is there, and asks us something now and then
    asked: int  # questions since the daemon started
    starts: int = 0  # of the child, the first one included
    trouble: str = ""  # why there are no pages, or were none a moment ago
    remedy: str = ""  # what to do about it, where that is more than to read the log


def settings_of(policy: Policy) -> WindowSettings:
    """What the policy says of every page."""
    web = policy.web
    return WindowSettings(
        name=policy.name,
        language=policy.language,
        languages=policy.languages,
        timezone=policy.timezone,
        privacy=policy.letters.privacy,
        url=web.url,
        trusted_proxies=web.trusted_proxies,
        board=web.board,
        status=web.status,
        form=web.form.public,
        help=web.help,
        act=web.act,
        embed_on=web.form.embed_on,
        files=web.form.files,
        size=web.form.size,
        rate=(web.form.rate[0], int(web.form.rate[1].total_seconds())),
    )
