"""A client made of the API's own description, as any generator would make one: operations by their names.

It believes nothing but the document, and holds every answer to what the document says of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

Schema = Mapping[str, Any]
KINDS: Mapping[str, Any] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
    "null": type(None),
}  # fmt: skip


class Document:
    """An OpenAPI 3.1 document, and what it says of values."""

    def __init__(self, document: Schema) -> None:
        self.whole = document
        self.operations: dict[str, tuple[str, str, Schema]] = {
            one["operationId"]: (method.upper(), path, one)
            for path, methods in document["paths"].items()
            for method, one in methods.items()
        }

    def at(self, schema: Schema) -> Schema:
        """What a reference leads to."""
        while "$ref" in schema:
            found: Any = self.whole
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def wrong(self, value: Any, schema: Schema, where: str = "") -> Iterator[str]:
        """All that does not fit (a part of JSON Schema 2020-12: what these documents use)."""
        schema = self.at(schema)
        if "anyOf" in schema:
            if all(list(self.wrong(value, one, where)) for one in schema["anyOf"]):
                yield f"{where}: none of anyOf"
            return
        kind = schema.get("type")
        if kind and (not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean")):
            yield f"{where}: {value!r:.60} is no {kind}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r:.60} is none of {schema['enum']}"
        if isinstance(value, dict):
            yield from self._object(value, schema, where)
        if isinstance(value, list):
            for n, one in enumerate(value):
                yield from self.wrong(one, schema.get("items", {}), f"{where}.{n}")
        if isinstance(value, str) and schema.get("format") == "date-time" and not value.endswith("Z"):
            yield f"{where}: {value} is no time in UTC"

    def _object(self, value: dict[str, Any], schema: Schema, where: str) -> Iterator[str]:
        known = schema.get("properties", {})
        yield from (f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, one in value.items():
            rest = schema.get("additionalProperties", True)
            if name not in known and rest is False:
                yield f"{where}.{name} is not described"
            yield from self.wrong(one, known.get(name, rest if isinstance(rest, dict) else {}), f"{where}.{name}")


class Client:
    """`client("readTicket", number=1042)`; `http` sends, as an httpx client does."""

    def __init__(self, document: Document, http: Any, token: str) -> None:
        self.document, self.http, self.token = document, http, token

    def __call__(self, operation: str, body: Any = None, key: str = "", **given: Any) -> Any:
        """The answer's JSON, whatever its status, held to its description."""
        method, path, told = self.document.operations[operation]
        places = {one["name"]: one["in"] for one in told["parameters"]}
        assert given.keys() <= places.keys(), f"{operation} has no {given.keys() - places.keys()}"
        address = re.sub(r"\{(\w+)\}", lambda found: quote(str(given[found[1]]), safe=""), path)
        heads = {"authorization": f"Bearer {self.token}", **({"idempotency-key": key} if key else {})}
        if body is not None:
            schema = told["requestBody"]["content"]["application/json"]["schema"]
            assert list(self.document.wrong(body, schema)) == []
            heads["content-type"] = "application/json"
        query = {name: value for name, value in given.items() if places[name] == "query"}
        raw = json.dumps(body) if body is not None else None
        answer = self.http.request(method, address, params=query, content=raw, headers=heads)
        kinds = told["responses"]
        said = self.document.at(kinds.get(str(answer.status_code)) or kinds[f"{answer.status_code // 100}XX"])
        (kind, content), *_ = said["content"].items()
        assert answer.headers["content-type"].partition(";")[0] == kind
        assert list(self.document.wrong(answer.json(), content["schema"])) == []
        return answer.json()
