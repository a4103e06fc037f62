"""All that programs can ask, as routes; every area adds its own operations here."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailgate.window.api import calls, messages, tickets
from mailgate.window.api.operation import Operation, routes_of

OPERATIONS: Final[tuple[Operation, ...]] = (*tickets.OPERATIONS, *messages.OPERATIONS, *calls.OPERATIONS)


async def nothing(request: Request) -> Response:
    """What is none of ours is said so as a problem, not as a page."""
    raise HTTPException(404)


routes: Final[tuple[BaseRoute, ...]] = (
    *routes_of(OPERATIONS),
    *calls.routes,
    Route("/api/{rest:path}", nothing, methods=None),
)
