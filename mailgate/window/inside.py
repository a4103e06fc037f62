"""Pages of the team: whose session it is, and a page in that agent's language and on their clock."""

from __future__ import annotations

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from mailgate.core.pages.window import Refusal, WindowSettings
from mailgate.window import pages
from mailgate.window.desk import Refused
from mailgate.window.http import cookies

SESSION: Final = "session"  # the cookie


async def settings(request: Request) -> WindowSettings:
    """How the window is set up. Raises HTTPException 404 where the admin wants no board."""
    known = await pages.settings(request)
    if not known.board:
        raise HTTPException(404)
    return known


async def session(request: Request) -> str:
    """The secret of whoever is logged in. Raises Refused "login" where nobody is."""
    found = cookies.read(request, await pages.settings(request), SESSION)
    if not found:
        raise Refused(Refusal("login"))
    return found


async def show(request: Request, template: str, page: Any, status: int = 200, **values: Any) -> HTMLResponse:
    """A page that names its reader; forms on it carry `token`."""
    return await pages.show(
        request,
        template,
        status,
        language=page.reader.language,
        timezone=page.reader.timezone,
        page=page,
        token=cookies.token(await session(request)),
        **values,
    )


def whole(text: str) -> int:
    """A number that stands in an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 13 else 0
