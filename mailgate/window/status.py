"""A customer's page of their ticket: to look at, to write on, and to close or open it again by buttons of their own."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mailgate.core.pages.form import FormFile
from mailgate.core.pages.status import Said, SayAsked, StatusAsked, StatusPage
from mailgate.languages import LANGUAGES
from mailgate.window import pages
from mailgate.window.desk import Refused
from mailgate.window.http import forms

ACTS: Final = ("say", "close", "reopen")
DONE: Final = (*ACTS, "letter", "file")  # what the page may say was done: `page.status.done.NAME`
STEPS: Final = {"new": 0, "open": 1, "hold": 1, "waiting": 2, "solved": 3}


async def shown(request: Request) -> Response:
    """The page; looking changes nothing, whoever looks."""
    done, page = request.query_params.get("done", ""), await _ask(request)
    # Where neither can be done a page that stood open asked in vain, and nothing is said to be done.
    vain = done in ("close", "reopen") and page is not None and not (page.may_close or page.may_reopen)
    return await _page(request, page, done=done if done in DONE and not vain else "")


async def said(request: Request) -> Response:
    """What somebody says or presses: kept by the desk before it is thanked for."""
    known = await pages.settings(request)
    form = await forms.read(request, files=known.files, size=known.size)
    act = form.get("act") or "say"
    if act not in ACTS:
        raise HTTPException(400)
    asked = SayAsked(
        _token(request),
        act,
        form.get("text"),
        tuple(FormFile(one.name, one.data) for one in form.files),
        peer=pages.client(request),
    )
    answer: Said = await pages.ask(request, "say", asked)
    if answer.wrong:
        return await _page(request, await _ask(request), 422, text=asked.text, wrong=answer.wrong)
    return _back(request, "letter" if answer.by_letter else act)


async def file(request: Request) -> Response:
    """A file of the thread: by mail to the address on file, or here where nothing goes by mail."""
    await forms.read(request)
    asked = SayAsked(_token(request), "file", number=request.path_params["number"], peer=pages.client(request))
    answer: Said = await pages.ask(request, "say", asked)
    if not answer.file:
        return _back(request, "file")
    sent = answer.file[0]
    name = "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in sent.name)
    headers = {"content-disposition": f'attachment; filename="{name or "file"}"'}
    return Response(sent.data, media_type="application/octet-stream", headers=headers)


async def link(request: Request) -> Response:
    """A letter with their own link; the answer is the same for whoever asks."""
    form = await forms.read(request)
    asked = SayAsked(_token(request), "link", address=form.get("address")[:320], peer=pages.client(request))
    await pages.ask(request, "say", asked)
    return await pages.show(request, "link.html", language=_wanted(request), token=asked.token, done=True)


async def _ask(request: Request) -> StatusPage | None:
    """What stands behind the link; None where it is too old, which has a page of its own."""
    try:
        page: StatusPage = await pages.ask(request, "status", StatusAsked(_token(request)))
    except Refused as refused:
        if refused.refusal.code != "old":
            raise
        return None
    return page


async def _page(
    request: Request, page: StatusPage | None, status: int = 200, *, done: str = "", text: str = "", wrong: str = ""
) -> Response:
    if page is None:
        return await pages.show(request, "link.html", 410, language=_wanted(request), token=_token(request), done=False)
    return await pages.show(
        request,
        "status.html",
        status,
        language=_wanted(request) or page.language,
        timezone=page.timezone,
        s=page,
        token=_token(request),
        query=f"?lang={_wanted(request)}" if _wanted(request) else "",
        at=STEPS[page.state],
        news=page.news,
        done=done,
        text=text,
        failed=bool(wrong),
        errors={"text": wrong} if wrong else {},
    )


def _back(request: Request, done: str) -> Response:
    lang = f"&lang={_wanted(request)}" if _wanted(request) else ""
    return RedirectResponse(f"/t/{_token(request)}?done={done}{lang}", 303)


def _wanted(request: Request) -> str:
    """The language that the address itself asks for; "" leaves it to the page."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in LANGUAGES else ""


def _token(request: Request) -> str:
    return str(request.path_params["token"])


routes: Final[tuple[BaseRoute, ...]] = (
    Route("/t/{token}", shown, methods=["GET"]),
    Route("/t/{token}", said, methods=["POST"]),
    Route("/t/{token}/link", link, methods=["POST"]),
    Route("/t/{token}/files/{number:int}", file, methods=["POST"]),
)
