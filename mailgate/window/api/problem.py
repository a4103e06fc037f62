"""What a program did wrong, or what is wrong with us, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from mailgate.core.pages.window import Refusal


class Error(TypedDict):
    """One thing that does not fit its description."""

    field: str
    why: str


PATH: Final = "/api/"  # all behind it is asked by programs
TYPE: Final = "application/problem+json"
# The titles are those of the statuses (RFC 9110): a problem without a type of its own has no other.
TITLES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("Bad Request", "The request cannot be read as it stands."),
    401: ("Unauthorized", "Send `Authorization: Bearer mg_...` with a token that stands, from where it may be used."),
    403: ("Forbidden", "The token was not made for this: see `mailgate window token list`."),
    404: ("Not Found", "There is nothing here, or nothing that this token may see."),
    405: ("Method Not Allowed", "The method is none of this address; `Allow` names those that are."),
    409: ("Conflict", "Another request stands in the way of this one."),
    413: ("Content Too Large", "The body is larger than this operation takes."),
    415: ("Unsupported Media Type", "The body has to be JSON: `Content-Type: application/json`."),
    422: ("Unprocessable Content", "The request does not fit its description: see `errors`, and /api/v1/openapi.json."),
    429: (
        "Too Many Requests",
        "Asked too often; `Retry-After` says in how many seconds it may be asked again.",
    ),
    500: ("Internal Server Error", "Something is wrong with the desk; nothing of this request was done."),
    503: ("Service Unavailable", "The desk is being started anew; ask again in `Retry-After` seconds."),
}
# What the desk refuses with: its status, and a sentence of its own where there is one.
CODES: Final[Mapping[str, tuple[int, str]]] = {
    "bearer": (401, ""),
    "scope": (403, ""),
    "forbidden": (404, ""),
    "gone": (404, ""),
    "slow": (429, ""),
    "trouble": (503, "The desk cannot write at the moment; nothing of this request was done."),
    "once_other": (409, "The Idempotency-Key was used for another body within a day."),
    "once_busy": (409, "A request with this Idempotency-Key is being worked on; ask again in `Retry-After` seconds."),
    "call": (422, "What came is no event of a call: `errors` names the part that is wrong."),
    "unfit": (422, "`state` is delivered, read or failed."),
    "cursor": (422, "`after` is no cursor of ours: begin anew without it."),
}
AWAY_WAIT: Final = 20  # seconds


def is_api(request: Request) -> bool:
    """True for what programs ask."""
    return request.url.path.startswith(PATH)


def answer(
    status: int,
    detail: str = "",
    *,
    errors: Sequence[Error] = (),
    wait: int = 0,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem of a status, with its own sentence unless `detail` has another."""
    known = status if status in TITLES else 400 if status < 500 else 500
    title, usual = TITLES[known]
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail or usual}
    more = {"errors": list(errors)} if errors else {}
    heads = {**({"retry-after": str(wait)} if wait else {}), **dict(headers or {})}
    if status == 401:
        heads["www-authenticate"] = "Bearer"
    return Response(json.dumps({**told, **more}, ensure_ascii=False), status, heads, TYPE)


def refused(refusal: Refusal) -> Response:
    """What the desk said no to."""
    status, detail = CODES.get(refusal.code, (422, ""))
    return answer(status, detail, wait=refusal.wait)
