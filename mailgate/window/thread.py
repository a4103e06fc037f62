"""One ticket of the team's: its thread, what stands beside it, and the buttons that are commands."""

from __future__ import annotations

import secrets
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mailgate.core.pages.acts import ActAsked
from mailgate.core.pages.thread import ThreadAsked
from mailgate.window import inside, pages
from mailgate.window.http import cookies, forms

AT_ONCE: Final = ("take", "wait", "open", "solve", "file", "reopen", "unassign", "watch", "unwatch", "undo")
LISTED: Final = 20_000  # characters of the addresses that get an answer
TYPED: Final = ("hold", "tag", "due", "remind", "spent")  # a field beside the button
EXAMPLES: Final = {"hold": "fri 14:00", "tag": "+refund -lamp", "due": "fri 12:00", "remind": "2d", "spent": "20min"}
PRIORITIES: Final = ("low", "normal", "high", "urgent")


async def ticket(request: Request) -> Response:
    """Show it; `?act=` tells above it what became of a button that was pressed."""
    return await _shown(request, mail=inside.whole(request.query_params.get("act", "")))


async def act(request: Request) -> Response:
    """A button was pressed: what was done is shown by the page it leads to, what was not, at once."""
    form = await forms.read(request, shown="words")  # before anything is refused: its words are not lost
    session = await inside.session(request)
    cookies.meant(request, session, form.get(cookies.FIELD))
    asked = ActAsked(
        session=session,
        number=_number(request),
        command=form.get("command")[:20],
        argument=form.get("argument")[:1000],
        words=form.get("words"),
        once=form.get("once")[:64],
        seen=form.get("seen")[:40],
        named=form.get("named")[:LISTED],
    )
    became = await pages.ask(request, "act", asked)
    if became.state == "refused":
        return await _shown(request, status=422, refused=became.lines, typed=asked)
    return RedirectResponse(f"/board/tickets/{became.number}?act={became.mail}", 303)


async def _shown(
    request: Request, status: int = 200, *, mail: int = 0, refused: tuple[str, ...] = (), typed: Any = None
) -> Response:
    older = request.query_params.get("older", "0") not in ("0", "no")
    asked = ThreadAsked(await inside.session(request), _number(request), older, mail)
    page = await pages.ask(request, "thread", asked)
    return await inside.show(
        request,
        "ticket.html",
        page,
        status,
        refused=refused,
        failed=bool(refused),
        typed=typed,
        once=secrets.token_hex(8),
        at_once=[name for name in AT_ONCE if name in page.offered],
        fields=[name for name in TYPED if name in page.offered],
        examples=EXAMPLES,
        priorities=PRIORITIES,
        here="lists",
    )


def _number(request: Request) -> int:
    number = inside.whole(request.path_params["number"])
    if not number:
        raise HTTPException(404)
    return number


routes: Final[tuple[BaseRoute, ...]] = (
    Route("/board/tickets/{number}", ticket),
    Route("/board/tickets/{number}", act, methods=["POST"]),
)
