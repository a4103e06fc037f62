"""What every handler does: ask the desk, choose a language, show a page, keep the words of who wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse

from mailgate.core.pages.window import Refusal, WindowSettings
from mailgate.window.desk import Away, Refused
from mailgate.window.http.peers import HERE, Proxies, of_one
from mailgate.window.http.rates import Rates
from mailgate.window.known import UNKNOWN, Asks, Settings
from mailgate.window.look import Look

TAGS: Final = 12  # languages of an Accept-Language that are looked at


@dataclass(frozen=True, slots=True)
class Window:
    """What handlers stand on; `request.app.state.window`."""

    desk: Asks
    settings: Settings
    look: Look
    proxies: Proxies = field(default_factory=Proxies)
    rates: Rates = field(default_factory=Rates)


def of(request: Request) -> Window:
    """The window that a request came to."""
    window: Window = request.app.state.window
    return window


async def ask(request: Request, verb: str, asked: object) -> Any:
    """The desk's answer. Raises Refused and Away, which become pages of their own when nobody catches them."""
    return await of(request).desk.ask(verb, asked)


async def settings(request: Request) -> WindowSettings:
    """How the window is set up; what can be said without knowing it while the desk has never been there."""
    try:
        return await of(request).settings()
    except Away:
        return UNKNOWN


def client(request: Request) -> str:
    """Who asks, as limits count: an IPv4 address or a /64 of IPv6, behind whatever proxies of ours."""
    return of_one(request.client.host if request.client else HERE)


def limit(request: Request, what: str, most: int, seconds: float) -> None:
    """Raises Refused "slow" when this client has done it so often in so many seconds; it is counted otherwise."""
    wait = of(request).rates.wait(what, client(request), most, seconds)
    if wait:
        raise Refused(Refusal("slow", wait=wait))


def language(request: Request, known: WindowSettings, only: Iterable[str] = ()) -> str:
    """The language of a page for somebody we know nothing of: `?lang=`, then the browser's, then the desk's.

    `only` says in which languages this page exists; none: in all of the desk's.
    """
    offered = tuple(only) or known.languages
    wanted = request.query_params.get("lang", "")
    if wanted in offered:
        return wanted
    for tag in _preferred(request.headers.get("accept-language", "")):
        if tag in offered:
            return tag
    return known.language if known.language in offered or not offered else offered[0]


def _preferred(header: str) -> list[str]:
    """`fi, en;q=0.8` -> ["fi", "en"]: what is liked best stands first, what is refused not at all."""
    found: list[tuple[float, str]] = []
    for part in header[:500].split(",")[:TAGS]:
        tag, _, rest = part.strip().partition(";")
        worth = rest.strip().removeprefix("q=")
        try:
            weight = float(worth) if worth else 1.0
        except ValueError:
            continue
        if 0 < weight <= 1:
            found.append((weight, tag.strip().lower().partition("-")[0]))
    return [tag for _, tag in sorted(found, key=lambda one: -one[0])]


async def show(
    request: Request,
    template: str,
    status: int = 200,
    *,
    language: str = "",
    timezone: str = "",
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """A page by one of our templates; `language` and `timezone` where the page has its own, else the reader's and the
    desk's.
    """
    known = await settings(request)
    spoken = language or _reader(request, known)
    html = of(request).look.html(
        template,
        spoken,
        timezone or known.timezone,
        {"brand": known.name, "settings": known, "path": request.url.path, **values},
    )
    return HTMLResponse(html, status, {"content-language": spoken, **(headers or {})})


_reader = language


def keep(request: Request, words: Mapping[str, str], shown: str = "text", *, files: bool = False) -> None:
    """Remember what somebody wrote: should this request fail, the page that says so has it, and sends it again.

    `words` is field -> text as the form has them, `shown` the field that people see; the others go along unseen.
    """
    request.state.kept = (tuple(words.items()), shown, files)


def kept(request: Request) -> tuple[tuple[tuple[str, str], ...], str, bool]:
    """What `keep` was told: the words, which field is shown, and whether files go with it; no words by default."""
    found: tuple[tuple[tuple[str, str], ...], str, bool] = getattr(request.state, "kept", ((), "", False))
    return found
