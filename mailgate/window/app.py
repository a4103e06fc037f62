"""The window as an ASGI application: every area's routes, and what stands before and behind them all."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from mailgate.window import board, contact, help, lists, login, pages, reports, thread
from mailgate.window.api import routes as api
from mailgate.window.http.guard import Door, Headers
from mailgate.window.known import Asks, Known, Settings
from mailgate.window.look import Look, type_of
from mailgate.window.problems import HANDLERS, Faults
from mailgate.window.status import routes as customers

YEAR: Final = "public, max-age=31536000, immutable"
ROBOTS: Final = "User-agent: *\nAllow: /help\nAllow: /contact\nAllow: /static/\nAllow: /sitemap.xml\nDisallow: /\n"


async def robots(request: Request) -> Response:
    """Help is found by searching; a customer's page, a board and a wall never are (W-12)."""
    known = await pages.settings(request)
    place = f"Sitemap: {known.url}/sitemap.xml\n" if known.help and known.url else ""
    return PlainTextResponse(ROBOTS + place)


async def healthz(request: Request) -> Response:
    """This process answers; the daemon's own health is its own affair."""
    return PlainTextResponse("ok\n")


async def static(request: Request) -> Response:
    """One of our files, under an address that changes with it."""
    look, name = pages.of(request).look, request.path_params["name"]
    if request.path_params["mark"] != look.mark or name not in look.files:
        raise HTTPException(404)
    headers = {"cache-control": YEAR, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(look.files[name], media_type=type_of(name), headers=headers)
    return Response(look.packed[name], media_type=type_of(name), headers={**headers, "content-encoding": "gzip"})


# Every area adds its own: `*status.routes`.
ROUTES: Final[tuple[BaseRoute, ...]] = (
    *customers,
    Route("/robots.txt", robots),
    Route("/healthz", healthz),
    Route("/static/{mark}/{name}", static),
    *board.routes,
    *login.routes,
    *contact.routes,
    *help.routes,
    *lists.routes,
    *thread.routes,
    *reports.routes,
    *api.routes,
)


def create_app(desk: Asks, settings: Settings | None = None) -> Starlette:
    """The application over a desk; `settings` says how it is set up, by default what the desk itself says."""
    app = Starlette(
        routes=list(ROUTES),
        middleware=[Middleware(Headers), Middleware(Faults), Middleware(Door)],
        exception_handlers=HANDLERS,
    )
    app.router.redirect_slashes = False
    app.state.window = pages.Window(desk, settings or Known(desk), Look())
    return app
