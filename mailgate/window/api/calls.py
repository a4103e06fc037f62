"""Calls: told of as our description has it, or as sipgate, Placetel and 3CX tell of them themselves."""

from __future__ import annotations

from typing import Any, Final, Literal
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mailgate.core.programs import calls, program
from mailgate.core.programs.called import ApiCallAsked, ApiCallPage, PushedCallAsked
from mailgate.core.programs.calls import LONGEST, LONGEST_ID, LONGEST_URL, Exchange, Happened
from mailgate.window import pages
from mailgate.window.api import body
from mailgate.window.api.operation import Call, Model, Moment, Operation
from mailgate.window.http.peers import HERE

SMALL: Final = 16 * 1024  # octets
ADDRESS: Final = "/api/v1/calls/"  # and the exchange and its token
SIGNATURE: Final = "x-placetel-signature"


class Recording(Model):
    """Where the recording of a call is."""

    url: str = Field(max_length=LONGEST_URL, examples=["https://pbx.example/recordings/1.mp3"])


class CallEvent(Model):
    """One event of one call from outside."""

    id: str = Field(min_length=1, max_length=LONGEST_ID, description="The same in all events of a call.")
    event: Literal["ringing", "answered", "missed", "ended"]
    from_: str = Field(
        "", alias="from", max_length=LONGEST, description="The caller's number in any notation, or `anonymous`."
    )
    to: str = Field("", max_length=LONGEST, description="The number or extension that was called.")
    agent: str | None = Field(None, max_length=LONGEST, description="Who rings or has answered: extension or name.")
    at: Moment | None = Field(None, description="When this happened; now when it is left out.")
    seconds: int | None = Field(None, ge=0, le=604_800, description="How long they spoke.")
    recording: Recording | None = None


class OpenTicket(Model):
    """A ticket that is not done."""

    number: int
    subject: str
    status: str
    owner: str | None


class Caller(Model):
    """Somebody with the number that called."""

    name: str
    company: str
    addresses: tuple[str, ...]
    open: tuple[OpenTicket, ...]


class CallTaken(Model):
    """Who it may be that calls; all of them, and none is chosen."""

    callers: tuple[Caller, ...] = Field(description="At most five, whoever called last first.")
    ambiguous: bool = Field(description="More than one person has that number.")
    memo: int | None = Field(description="The ticket where the call is filed; null where it is not, or not yet.")


async def _event(call: Call) -> object:
    said: CallEvent = call.body
    event = calls.Call(
        said.id,
        Happened(said.event),
        said.from_,
        said.to,
        said.agent or "",
        said.at,
        said.seconds,
        said.recording.url if said.recording else "",
    )
    return await call.ask("api_call", ApiCallAsked(call.bearer, call.peer, event, call.once, call.digest))


OPERATIONS: Final = (
    Operation(
        "reportCall",
        "POST",
        "/api/v1/calls",
        program.CALLS,
        "An event of a call",
        "What a telephone exchange tells: that a call rings, was answered, was missed or is over, in any order and as "
        "often as it likes; the same event twice is one. Answers who it may be. A missed call becomes a memo.",
        CallTaken,
        _event,
        body=CallEvent,
        status=202,
    ),
)


# --- in an exchange's own shape, by an address with a token in it -----------------------------------------------------


async def _pushed(request: Request) -> Response:
    try:
        exchange = Exchange(request.path_params["exchange"])
    except ValueError:
        raise HTTPException(404) from None
    token = request.path_params["token"]
    asked = PushedCallAsked(
        exchange.value,
        token,
        request.client.host if request.client else HERE,
        request.headers.get("content-type", ""),
        await body.read(request, SMALL),
        request.url.query[: SMALL + 1],
        request.headers.get(SIGNATURE, ""),
    )
    page: ApiCallPage = await pages.ask(request, "api_call_pushed", asked)
    if exchange is Exchange.SIPGATE:
        return _more_of_it((await pages.settings(request)).url, request, token)
    told: dict[str, Any] = CallTaken.model_validate(page).model_dump(mode="json")
    return JSONResponse(told, 202)


def _more_of_it(url: str, request: Request, token: str) -> Response:
    """What sipgate is to tell of the same call later, and where; of other events it sends only the first."""
    here = quoteattr(f"{url or str(request.base_url).rstrip('/')}{ADDRESS}sipgate/{quote(token, safe='')}")
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<Response onAnswer={here} onHangup={here}/>\n'
    return Response(xml, media_type="application/xml")


routes: Final[tuple[BaseRoute, ...]] = (Route(ADDRESS + "{exchange}/{token}", _pushed, methods=["POST"]),)
