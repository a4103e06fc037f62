"""Logging in and out: an address, a letter, a press in the same browser or six digits. Looking never spends a link."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mailgate.core.pages.login import ByeAsked, EnterAsked, EnterPage, LoginAsked, LoginPage
from mailgate.window import inside, pages
from mailgate.window.desk import Refused
from mailgate.window.http import cookies, forms

BROWSER: Final = "login"  # the cookie of the browser that asked
ASKED: Final = (10, 600.0)  # letters from one place
TRIED: Final = (30, 600.0)  # presses and digits from one place
TYPED: Final = ("login_digits", "login_wrong")  # what somebody mends by typing
LONGEST: Final = 254  # characters of an address


async def ask(request: Request) -> Response:
    """Whom should the letter go to?"""
    await inside.settings(request)
    return await pages.show(
        request, "login.html", stage="ask", errors={}, address="", bye="bye" in request.query_params
    )


async def asked(request: Request) -> Response:
    """The letter is on its way, or the address is nobody's: the same page for both."""
    known = await inside.settings(request)
    cookies.same_site(request)
    pages.limit(request, "login", *ASKED)
    address = (await forms.read(request, shown="address")).get("address")
    if not 3 <= len(address) <= LONGEST or "@" not in address:
        errors = {"address": "page.login.no_address"}
        return await pages.show(request, "login.html", 422, stage="ask", errors=errors, address=address, bye=False)
    page: LoginPage = await pages.ask(request, "login", LoginAsked(address))
    response = RedirectResponse("/login/sent", 303)
    cookies.put(response, known, BROWSER, page.browser, page.seconds)
    return response


async def sent(request: Request) -> Response:
    """Look into your mail; the digits may be typed here."""
    await inside.settings(request)
    return await pages.show(request, "login.html", stage="sent", errors={}, action="/login/sent")


async def link(request: Request) -> Response:
    """What the link of a letter shows, however often it is opened: a button, and a place for digits elsewhere."""
    known = await inside.settings(request)
    here = bool(cookies.read(request, known, BROWSER))
    return await pages.show(request, "login.html", stage="link", here=here, errors={}, action=request.url.path)


async def enter(request: Request) -> Response:
    """Log in: by the link, by the digits, or by both."""
    known = await inside.settings(request)
    cookies.same_site(request)
    pages.limit(request, "enter", *TRIED)
    digits = (await forms.read(request, shown="digits")).get("digits")[:20]
    secret = request.path_params.get("link", "")
    try:
        page: EnterPage = await pages.ask(
            request, "enter", EnterAsked(secret[:200], cookies.read(request, known, BROWSER), digits)
        )
    except Refused as refused:
        code = refused.refusal.code
        if not code.startswith("login_"):
            raise
        stage = ("link" if secret else "sent") if code in TYPED else "over"
        errors = {"digits": f"page.refused.{code}"}
        return await pages.show(
            request, "login.html", 422 if code in TYPED else 403, stage=stage, here=False, errors=errors,
            action=request.url.path,
        )  # fmt: skip
    response = RedirectResponse("/board", 303)
    cookies.put(response, known, inside.SESSION, page.session, page.seconds)
    cookies.drop(response, known, BROWSER)
    return response


async def bye(request: Request) -> Response:
    """Log out."""
    known = await inside.settings(request)
    session = cookies.read(request, known, inside.SESSION)
    cookies.meant(request, session, (await forms.read(request)).get(cookies.FIELD))
    await pages.ask(request, "bye", ByeAsked(session))
    response = RedirectResponse("/login?bye", 303)
    cookies.drop(response, known, inside.SESSION)
    return response


routes: Final = (
    Route("/login", ask),
    Route("/login", asked, methods=["POST"]),
    Route("/login/sent", sent),
    Route("/login/sent", enter, methods=["POST"]),
    Route("/login/{link}", link),
    Route("/login/{link}", enter, methods=["POST"]),
    Route("/bye", bye, methods=["POST"]),
)
