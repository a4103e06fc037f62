"""What went wrong, as a page in the reader's language: missing, too large, too often, the desk away; words are kept."""

from __future__ import annotations

import logging
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailgate.core.pages.window import Refusal
from mailgate.window import pages
from mailgate.window.api import problem as api
from mailgate.window.desk import Away, Refused
from mailgate.wire import words

log = logging.getLogger(__name__)

AWAY_WAIT: Final = 20  # seconds until it is worth asking again
# What a page is called by its status; its phrases are `page.problem.NAME` and `page.problem.NAME_how`.
NAMES: Final = {
    400: "bad", 403: "foreign", 404: "missing", 405: "method", 410: "old", 413: "large", 429: "many",
    500: "broken", 503: "away",
}  # fmt: skip
STATUS: Final = {
    "gone": 404, "old": 410, "slow": 429, "size": 413, "files": 413, "closed": 403,
    "forbidden": 404, "trouble": 500, "login": 401,
}  # fmt: skip


async def problem(
    request: Request, status: int, *, code: str = "", wait: int = 0, headers: Any = None, **values: str
) -> Response:
    """The page for a status; with a refusal's `code` its own sentence, and `Retry-After` where waiting helps."""
    if api.is_api(request):
        return api.answer(status, wait=wait, headers=headers)
    name = NAMES.get(status, "bad" if status < 500 else "broken")
    title = "page.login.title" if code == "login" else f"page.problem.{name}"
    known = await pages.settings(request)
    language = pages.language(request, known)
    # A refusal's values are texts, of which `n` counts.
    told: dict[str, Any] = {key: int(text) if key == "n" and text.isdecimal() else text for key, text in values.items()}
    asked = request.query_params.get("lang") == language
    here = request.url.path + (f"?lang={language}" if asked else "")  # what is sent again stays in its language
    kept, shown, files = pages.kept(request)
    return await pages.show(
        request,
        "problem.html",
        status,
        language=language,
        headers={**({"retry-after": str(wait)} if wait else {}), **dict(headers or {})},
        failed=True,
        title=words.say(language, title),
        sentence=words.say(language, f"page.refused.{code}" if code else f"page.problem.{name}_how", **told),
        kept=kept,
        shown=shown,
        files=files,
        meant=getattr(request.state, "meant", ""),
        enter=code == "login",
        action=here,
        again=here if status in (429, 503) and request.method == "GET" else "",
    )


async def of_http(request: Request, error: Exception) -> Response:
    """What Starlette or a handler raised."""
    assert isinstance(error, HTTPException)
    return await problem(request, error.status_code, headers=error.headers)


async def of_refusal(request: Request, error: Exception) -> Response:
    """What the desk said no to; who has to log in is led there, with nothing typed that would be lost by it."""
    assert isinstance(error, Refused)
    refusal: Refusal = error.refusal
    if api.is_api(request):
        return api.refused(refusal)
    kept, shown, _ = pages.kept(request)
    if refusal.code == "login" and not dict(kept).get(shown, "").strip():
        return RedirectResponse("/login", 303)
    known = f"page.refused.{refusal.code}" in words.CATALOGUES["en"]
    return await problem(
        request,
        STATUS.get(refusal.code, 400),
        code=refusal.code if known else "",
        wait=refusal.wait,
        **dict(refusal.values),
    )


async def of_away(request: Request, error: Exception) -> Response:
    """The daemon is being started anew."""
    return await problem(request, 503, wait=AWAY_WAIT)


HANDLERS: Final[dict[Any, Any]] = {HTTPException: of_http, Refused: of_refusal, Away: of_away}


class Faults:
    """What nobody caught is logged, and is a page like any other. Pure ASGI: streams pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever happens inside, unless an answer has begun."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, told)
        except Exception:
            log.exception("a page failed", extra={"route": getattr(scope.get("endpoint"), "__qualname__", "")})
            if begun:
                raise
            response = await problem(Request(scope, receive), 500)
            await response(scope, receive, send)
