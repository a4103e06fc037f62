"""What a program can ask: one value says how it is asked, what is answered, and how that is described."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, get_origin

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailgate.core.programs.once import LONGEST as LONGEST_KEY
from mailgate.core.programs.program import ApiBearerAsked
from mailgate.window import pages
from mailgate.window.api import body, problem
from mailgate.window.http.forms import Room
from mailgate.window.http.marks import has_already, mark_of
from mailgate.window.http.peers import HERE

SMALL: Final = 64 * 1024  # octets of a body without files
FIELDS: Final = 20  # things that are told to be wrong
LONGEST: Final = 200  # characters of a name that is told again


def in_utc(moment: datetime) -> datetime:
    """The same moment. Raises ValueError where that is before the first year or after the last."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Input should be a time of this age") from None


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]  # UTC, whatever offset it came with


class Model(BaseModel):
    """What crosses as JSON; whatever is not described in it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, allow_inf_nan=False)


class Unfit(Exception):
    """What fits its description, and still cannot be done."""

    def __init__(self, errors: Sequence[problem.Error]) -> None:
        super().__init__("unfit")
        self.errors = errors


class Nothing(Model):
    """No parameters."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and found to fit its description."""

    request: Request
    bearer: str
    peer: str  # who asks, behind whatever proxies of ours
    inputs: Any  # the operation's `inputs`
    body: Any = None  # its `body`
    once: str = ""  # the Idempotency-Key
    digest: str = ""  # of the body's octets

    async def ask(self, verb: str, asked: object) -> Any:
        """The desk's answer. Raises Refused and Away."""
        return await pages.ask(self.request, verb, asked)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    id: str  # operationId: what a generated client calls it
    method: str
    path: str  # with `{number}` for what `inputs` has of that name
    scope: str  # that a token needs
    summary: str
    about: str
    answer: type[Model]
    does: Callable[[Call], Awaitable[object]]  # what it returns fits `answer` by its attributes
    inputs: type[Model] = Nothing  # of the path and of the query
    body: type[Model] | None = None
    status: int = 200
    files: bool = False  # the body may carry some: it may be as large as the form's
    most_files: int = 0  # octets of them that are taken though the form takes less


def routes_of(operations: Iterable[Operation]) -> tuple[BaseRoute, ...]:
    """A route for each path; what its methods are is answered to OPTIONS, and of no other origin."""
    by_path: dict[str, dict[str, Operation]] = {}
    for one in operations:
        by_path.setdefault(one.path, {})[one.method] = one
    return tuple(Route(path, _endpoint(methods), methods=None) for path, methods in by_path.items())


def _endpoint(methods: dict[str, Operation]) -> Any:
    allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"])

    class Endpoint:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            request = Request(scope, receive)
            if request.method == "OPTIONS":
                response = Response(status_code=204, headers={"allow": allowed})
            else:
                operation = methods.get("GET" if request.method == "HEAD" else request.method)
                if operation is None:
                    raise HTTPException(405, headers={"Allow": allowed})
                response = await _answered(operation, request)
            await response(scope, receive, send)

    return Endpoint()


async def _answered(operation: Operation, request: Request) -> Response:
    with body.room(request) as room:
        call = await _read(operation, request, room)
        if isinstance(call, Response):
            return call
        try:
            page = operation.answer.model_validate(await operation.does(call))
        except Unfit as unfit:
            return problem.answer(422, errors=unfit.errors[:FIELDS])
    told = page.model_dump_json(by_alias=True).encode()
    if operation.method != "GET":
        return Response(told, operation.status, media_type="application/json")
    mark = mark_of(told)
    if has_already(request, mark):
        return Response(status_code=304, headers={"etag": mark})
    return Response(told, operation.status, {"etag": mark}, "application/json")


async def _read(operation: Operation, request: Request, room: Room) -> Call | Response:
    """The call, or what is wrong with it. The token is judged by the desk: here it is only there or not."""
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not bearer.strip():
        return problem.answer(401)
    once = request.headers.get("idempotency-key", "") if operation.body else ""
    if len(once) > LONGEST_KEY or not once.isascii() or not once.isprintable():
        return problem.answer(400, f"The Idempotency-Key has to be at most {LONGEST_KEY} visible ASCII characters.")
    bearer, peer, raw = bearer.strip(), request.client.host if request.client else HERE, b""
    try:
        inputs = operation.inputs.model_validate({**_query(operation, request), **request.path_params})
        if operation.body is not None:
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                return problem.answer(415)
            if operation.files and body.may_be_large(request):
                await pages.ask(request, "api_bearer", ApiBearerAsked(bearer, peer))  # nobody else's is read
            raw = await body.read(request, await _most(operation, request), room)
        read = operation.body.model_validate_json(raw, strict=True) if operation.body is not None else None
    except ValidationError as error:
        return _unfit(error)
    return Call(request, bearer, peer, inputs, read, once, body.digest(raw) if raw else "")


async def _most(operation: Operation, request: Request) -> int:
    if not operation.files:
        return SMALL
    return body.WORDS + max((await pages.settings(request)).size, operation.most_files) * 4 // 3


def _query(operation: Operation, request: Request) -> dict[str, Any]:
    """What stands behind the question mark; a field that takes several gets them all."""
    several = {name for name, one in operation.inputs.model_fields.items() if get_origin(one.annotation) is tuple}
    query = request.query_params
    return {name: tuple(query.getlist(name)) if name in several else query[name] for name in query}


def _unfit(error: ValidationError) -> Response:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return problem.answer(400, f"The body is no JSON: {found[0]['msg'].partition(': ')[2][:LONGEST]}")
    told: list[problem.Error] = [
        {"field": ".".join(map(str, one["loc"]))[:LONGEST], "why": one["msg"][:LONGEST]} for one in found
    ]
    return problem.answer(422, errors=told[:FIELDS])
