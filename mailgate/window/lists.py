"""Lists of tickets: by status, department, owner and tag, by the words of `#list`, or by words in them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailgate.core.pages.lists import LONGEST, ListAsked
from mailgate.window import inside, pages

STATUSES: Final = ("new", "open", "waiting", "hold", "solved", "archived")
# Lists that are a click away: the words of each and its name.
QUICK: Final = (
    ("", "page.list.at_work"), ("@me", "tap.mine"), ("new open @nobody", "list.unowned"), ("overdue", "list.overdue"),
    ("waiting", "status.waiting"), ("hold", "status.hold"), ("held", "list.not_arrived"), ("solved", "status.solved"),
)  # fmt: skip


async def tickets(request: Request) -> Response:
    """`/board/list?status=&department=&owner=&tag=&overdue`, or `?words=`, or `?find=`."""
    query = request.query_params

    def given(name: str) -> str:
        return query.get(name, "")[:LONGEST]

    asked = ListAsked(
        session=await inside.session(request),
        words=given("words"),
        status=tuple(one[:20] for one in query.getlist("status")[: len(STATUSES)] if one),
        department=given("department"),
        owner=given("owner"),
        tag=given("tag"),
        overdue=query.get("overdue", "0") not in ("0", "no"),
        find=given("find"),
        order=given("order"),
        after=inside.whole(given("after")),
    )
    page = await pages.ask(request, "list", asked)
    kept = {"find": page.words} if page.kind == "find" else {"words": page.words, "order": asked.order}

    def turned(after: int) -> str:
        return "/board/list?" + urlencode({name: value for name, value in kept.items() if value} | {"after": after})

    def quick(words: str) -> str:
        return "/board/list" + ("?" + urlencode({"words": words}) if words else "")

    return await inside.show(request, "list.html", page, turned=turned, quick=quick, quick_lists=QUICK, here="lists")


routes: Final[tuple[BaseRoute, ...]] = (Route("/board/list", tickets),)
