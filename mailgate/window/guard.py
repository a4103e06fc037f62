"""What stands before every page: headers that browsers obey, and the one host that is answered. Pure ASGI."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailgate.window import pages

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
            ancestors = " ".join(getattr(known, "embed_on", ())) or "'none'"

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
