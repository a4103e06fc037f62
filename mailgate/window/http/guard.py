"""What stands before every page: headers that browsers obey, our own host alone, who asks, and a line of log.

All of it is pure ASGI: a stream passes as it comes.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers as Heads
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailgate.core.pages.window import WindowSettings
from mailgate.core.programs.program import MARK
from mailgate.window import pages
from mailgate.window.api import problem as api
from mailgate.window.desk import Away, Refused
from mailgate.window.http import forms
from mailgate.window.http.peers import HERE, Crowd, of_one
from mailgate.window.http.rates import Pace
from mailgate.window.problems import problem

log = logging.getLogger(__name__)

CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {}"
)
_ALWAYS: Final = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
)
_PRIVATE: Final = ((b"cache-control", b"no-store"), (b"x-robots-tag", b"noindex, nofollow, noarchive"))
_CLOSE: Final = {"connection": "close"}
_CALLS: Final = tuple(f"/api/v1/calls/{one}/" for one in ("sipgate", "placetel", "3cx"))
SECRET: Final = ("/t/", "/wall/", "/login/", *_CALLS)  # behind these stands what opens a page (W-11)
STREAMS: Final = "/events"  # these last as long as somebody looks, and have a bound of their own (`watched.py`)
PACE: Final = (400, 10.0)  # requests of one client in so many seconds: a third of what the desk answers at all (W-26)
NOTED: Final = 10.0  # seconds between two lines of log about those who ask more
AT_ONCE: Final = 40  # requests of one client that are answered at the same time
OPEN: Final = ("/help", "/static/", "/robots.txt", "/sitemap.xml")  # what may be kept and found


class Headers:
    """The headers of every answer; what a handler said itself stands."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add them to whatever is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ancestors = "'none'"
        if scope["path"] == "/contact/embed":
            known = await pages.settings(Request(scope))
            ancestors = " ".join(known.embed_on) or "'none'"

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                private = not scope["path"].startswith(OPEN) or message["status"] >= 400
                wanted = ((b"content-security-policy", CSP.format(ancestors).encode()), *_ALWAYS)
                message["headers"] = [
                    *message["headers"],
                    *(one for one in (*wanted, *(_PRIVATE if private else ())) if one[0] not in given),
                ]
            await send(message)

        await self.app(scope, receive, told)


def shown(path: str) -> str:
    """A path as our log has it: what opens a page is cut, in an address with a slip in it as well."""
    path, _, token = path[:2000].partition(MARK)
    low = path.lower()
    ends = [low.index(begin) + len(begin) for begin in SECRET if begin in low]
    if ends:
        return f"{path[: min(ends)]}…"[-200:]
    return f"{path}…" if token else path[:200]


def is_ours(host: str, settings: WindowSettings) -> bool:
    """True for the one name that pages are asked under; on this machine alone, any of its own with any port."""
    if not settings.url:
        return urlsplit(f"//{host}").hostname in ("127.0.0.1", "::1", "localhost")
    return host.lower() == urlsplit(settings.url).netloc.lower()


async def _elsewhere(request: Request, settings: WindowSettings) -> Response:
    """What is said to who asks under another name: to a program, under which."""
    if api.is_api(request):
        ours = settings.url or "a name of this machine"
        return api.answer(400, f"The `Host` header is none of ours: ask under {ours}.", headers=_CLOSE)
    return await problem(request, 400, headers=_CLOSE)


class Door:
    """Finds out who asks, refuses what is for another host or too much of one client, and notes what was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self._crowd, self._pace = app, Crowd(AT_ONCE, 10_000), Pace(*PACE)
        self._refused, self._noted = 0, float("-inf")
        self._settings: WindowSettings | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it in, or answer at once."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, level = time.monotonic(), 0, logging.INFO

        async def told(message: Message) -> None:
            nonlocal status
            status = message["status"] if message["type"] == "http.response.start" else status
            await send(message)

        try:
            if not await self._let_in(scope, receive, told):
                level = logging.DEBUG  # a flood of requests is none of lines
        finally:
            log.log(
                level,
                "answered",
                extra={
                    "method": scope["method"],
                    "path": shown(scope["path"]),
                    "status": status,
                    "ms": round((time.monotonic() - began) * 1000),
                },
            )

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """False for one request too many of a client."""
        window: pages.Window = scope["app"].state.window
        settings = None
        try:
            settings = await window.settings()
            if settings is not self._settings:
                window.proxies.learn(settings.trusted_proxies)
                self._settings = settings
        except Away:
            pass  # which host is ours is not known yet: pages say that the desk is away
        heads, peer = Heads(scope=scope), scope["client"][0] if scope.get("client") else HERE
        client = window.proxies.client(peer, heads.getlist("x-forwarded-for"))
        scope["client"] = (client, 0)
        request = Request(scope, receive)
        if settings and scope["path"] != "/healthz" and not is_ours(heads.get("host", ""), settings):
            await (await _elsewhere(request, settings))(scope, receive, send)
        elif not scope["path"].startswith("/static/") and (wait := self._pace.wait(of_one(client))):
            await self._too_often(request, of_one(client))
            await (await problem(request, 429, wait=wait))(scope, receive, send)
            return False
        elif scope["path"].endswith(STREAMS):
            await self.app(scope, receive, send)
        elif not self._crowd.enter(of_one(client)):
            await (await problem(request, 429, wait=5))(scope, receive, send)
        else:
            try:
                await self.app(scope, receive, send)
            finally:
                self._crowd.leave(of_one(client))
        return True

    async def _too_often(self, request: Request, client: str) -> None:
        """Keep what was typed for the page that says so, and note now and then that somebody is refused."""
        self._refused += 1
        if time.monotonic() - self._noted >= NOTED:
            log.warning("too many requests of one client are refused", extra={"requests": self._refused})
            self._refused, self._noted = 0, time.monotonic()
        if request.method == "POST" and self._crowd.enter(client):
            try:
                with suppress(HTTPException, Refused):
                    await forms.read(request)
            finally:
                self._crowd.leave(client)
