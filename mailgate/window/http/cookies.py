"""Cookies of agents, and proof that a form was sent from our own page. Customers' pages set none."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mailgate.core.pages.window import WindowSettings

FIELD: Final = "token"  # of a form: what `token` said when its page was made
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1", None)


def plain(settings: WindowSettings) -> bool:
    """True where pages go without TLS: on this machine alone, while somebody tries it out."""
    url = urlsplit(settings.url)
    return url.scheme != "https" and url.hostname in _LOOPBACK


def name(settings: WindowSettings, what: str) -> str:
    """What a browser calls our cookie: `__Host-` binds it to this host and to TLS."""
    return f"mailgate-{what}" if plain(settings) else f"__Host-mailgate-{what}"


def read(request: Request, settings: WindowSettings, what: str) -> str:
    """The cookie's value, "" when there is none."""
    return request.cookies.get(name(settings, what), "")[:512]


def put(response: Response, settings: WindowSettings, what: str, value: str, seconds: int) -> None:
    """Set a cookie that no script reads and no other site sends along with a form."""
    response.set_cookie(
        name(settings, what),
        value,
        max_age=seconds,
        path="/",
        secure=not plain(settings),
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, settings: WindowSettings, what: str) -> None:
    """Forget a cookie."""
    response.delete_cookie(name(settings, what), "/", secure=not plain(settings), httponly=True, samesite="lax")


def token(session: str) -> str:
    """What a form of this session carries: known to who sees the page, and telling nothing of the session."""
    return hmac.new(session.encode(), b"mailgate form", hashlib.sha256).hexdigest()[:32]


def same_site(request: Request) -> None:
    """Raises HTTPException 403 for a form that a page of somebody else has sent (W-13).

    Every browser of today says where a request comes from. `Origin` is `null` from pages without a referrer, as ours
    are: then it proves nothing, and the token decides.
    """
    come = request.headers.get("sec-fetch-site")
    if come is not None and come != "same-origin":
        raise HTTPException(403)
    origin = request.headers.get("origin", "null")
    if come is None and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)


def meant(request: Request, session: str, given: str) -> None:
    """Raises HTTPException 403 unless a form was sent from our own page in this session."""
    same_site(request)
    if not session or not hmac.compare_digest(token(session).encode(), given.encode()):
        raise HTTPException(403)
    request.state.meant = given  # for the page that keeps its words, should it fail on the way
