"""The document that describes the API (OpenAPI 3.1), made of the operations and of the models they are read by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from mailgate.core.programs.once import LONGEST as LONGEST_KEY
from mailgate.window.api import problem
from mailgate.window.api.operation import Model, Operation

PATH: Final = "/api/v1/openapi.json"
VERSION: Final = "1"
REF: Final = "#/components/schemas/{model}"
ABOUT: Final = (
    "Other programs at the desk. Each request carries a token; `mailgate window token add` makes one. "
    "Times are RFC 3339 in UTC; what there is not is null and never missing. Errors are problems (RFC 9457)."
)
KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Of your choice: the same key with the same body within 24 hours is done once and answered alike.",
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "example": "order-4711",
}


class Wrong(Model):
    """One thing that does not fit its description."""

    field: str
    why: str


class Problem(Model):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Wrong, ...] = ()


def document(operations: Sequence[Operation], url: str) -> dict[str, Any]:
    """The whole of it; `url` is where the API is reached."""
    used: list[tuple[type[Model], JsonSchemaMode]] = [(Problem, "serialization")]
    for one in operations:
        used.append((one.answer, "serialization"))
        if one.body is not None:
            used.append((one.body, "validation"))
    refs, schemas = models_json_schema(list(dict.fromkeys(used)), ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, refs)
    fault = {"description": "A problem", "content": {problem.TYPE: {"schema": refs[Problem, "serialization"]}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "mailgate", "version": VERSION, "description": ABOUT},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "responses": {"Problem": fault},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "mg_ID_SECRET"}},
        },
        "security": [{"token": []}],
    }


def _operation(one: Operation, refs: Any) -> dict[str, Any]:
    answer = {"description": one.answer.__doc__ or "", "content": _json(refs[one.answer, "serialization"])}
    faults = {"$ref": "#/components/responses/Problem"}
    same = {"304": {"description": "Nothing has changed since this `If-None-Match`."}} if one.method == "GET" else {}
    told: dict[str, Any] = {
        "operationId": one.id,
        "summary": one.summary,
        "description": f"{one.about} Needs the scope `{one.scope}`.",
        "parameters": [*_parameters(one), *([KEY] if one.body is not None else [])],
        "responses": {str(one.status): answer, **same, "4XX": faults, "5XX": faults},
    }
    if one.body is not None:
        told["requestBody"] = {"required": True, "content": _json(refs[one.body, "validation"])}
    return told


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _parameters(one: Operation) -> list[dict[str, Any]]:
    """What stands in the address: in its path by `{name}`, else behind the question mark."""
    schema = one.inputs.model_json_schema(mode="validation")
    in_path, needed = set(re.findall(r"\{(\w+)\}", one.path)), schema.get("required", [])
    found = []
    for name, said in schema["properties"].items() if "properties" in schema else ():
        about = {key: value for key, value in said.items() if key not in ("description", "title")}
        place = "path" if name in in_path else "query"
        told = {"name": name, "in": place, "required": place == "path" or name in needed}
        found.append({**told, "description": said.get("description", ""), "schema": about})
    return found
