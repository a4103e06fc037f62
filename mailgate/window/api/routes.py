"""All that programs can ask, as routes; every area adds its own operations here."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailgate.window import pages
from mailgate.window.api import calls, chats, lookup, messages, openapi, tickets
from mailgate.window.api.operation import Operation, routes_of
from mailgate.window.http.marks import has_already, mark_of

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
    told = _document(known.url or str(request.base_url).rstrip("/"))
    mark = mark_of(told)
    if has_already(request, mark):
        return Response(status_code=304, headers={"etag": mark})
    return Response(told, headers={"etag": mark}, media_type="application/json")


@lru_cache(maxsize=4)
def _document(url: str) -> bytes:
    """It takes some eighty milliseconds to make, and is the same for everybody."""
    return json.dumps(openapi.document(OPERATIONS, url), ensure_ascii=False).encode()


async def nothing(request: Request) -> Response:
    """What is none of ours is said so as a problem, not as a page."""
    raise HTTPException(404)


routes: Final[tuple[BaseRoute, ...]] = (
    *routes_of(OPERATIONS),
    *calls.routes,
    Route(openapi.PATH, described),
    Route("/api/{rest:path}", nothing, methods=None),
)
