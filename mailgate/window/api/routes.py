"""All that programs can ask, as routes; every area adds its own operations here."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mailgate.window import pages
from mailgate.window.api import calls, chats, lookup, messages, openapi, tickets
from mailgate.window.api.operation import Operation, routes_of

OPERATIONS: Final[tuple[Operation, ...]] = (
    *tickets.OPERATIONS,
    *messages.OPERATIONS,
    *calls.OPERATIONS,
    *lookup.OPERATIONS,
    *chats.OPERATIONS,
)


async def described(request: Request) -> Response:
    """What there is, for programs that make clients of it; nothing of it is secret."""
    known = await pages.settings(request)
    return JSONResponse(openapi.document(OPERATIONS, known.url or str(request.base_url).rstrip("/")))


async def nothing(request: Request) -> Response:
    """What is none of ours is said so as a problem, not as a page."""
    raise HTTPException(404)


routes: Final[tuple[BaseRoute, ...]] = (
    *routes_of(OPERATIONS),
    *calls.routes,
    Route(openapi.PATH, described),
    Route("/api/{rest:path}", nothing, methods=None),
)
