"""The API's own description: it is served, whole, and true; a client made of it alone plays every operation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from conftest import opened
from window.api_client import Client, Document
from window.conftest import Here, pages_at
from window.sessions import token_of

from mailgate.core.programs.program import CHATS, SCOPES
from mailgate.window.api.routes import OPERATIONS

METHODS = {"get", "post", "put", "delete", "patch"}


CHANNEL = """
[[channel]]
name = "lines"
url = "http://127.0.0.1:9/out"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
department = "support"
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    """A desk that has a channel, too."""
    with pages_at(tmp_path_factory.mktemp("described"), more=CHANNEL) as found:
        yield found


@pytest.fixture(scope="module")
def document(here: Any) -> Document:
    answer = here.client.get("/api/v1/openapi.json")  # by whoever asks
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return Document(answer.json())


def test_who_has_it_is_sent_nothing_more(here: Any, document: Document) -> None:
    first = here.client.get("/api/v1/openapi.json")
    again = here.client.get("/api/v1/openapi.json", headers={"if-none-match": first.headers["etag"]})
    assert (first.json(), again.status_code, again.content) == (document.whole, 304, b"")


def parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from parts(one)
    elif isinstance(value, list):
        for one in value:
            yield from parts(one)


def test_it_has_every_operation_and_no_other(document: Document) -> None:
    said = {name: (method, path) for name, (method, path, _) in document.operations.items()}
    assert said == {one.id: (one.method, one.path) for one in OPERATIONS}
    assert len({one.id for one in OPERATIONS}) == len(OPERATIONS)


def test_it_is_an_openapi_document(document: Document) -> None:
    whole = document.whole
    assert whole["openapi"].startswith("3.1.") and {"title", "version"} <= whole["info"].keys()
    for path, methods in whole["paths"].items():
        assert path.startswith("/") and methods.keys() <= METHODS
        for one in methods.values():
            named = [(each["name"], each["in"]) for each in one["parameters"]]
            assert len(set(named)) == len(named) and all(each["schema"] for each in one["parameters"])
            in_path = {name for name, place in named if place == "path"}
            assert in_path == set(re.findall(r"\{(\w+)\}", path))
            assert all(each["required"] for each in one["parameters"] if each["in"] == "path")
            assert one["summary"] and one["description"] and all(each["description"] for each in one["parameters"])
            assert any(code.startswith("2") for code in one["responses"])
            assert ("requestBody" in one) == any(name == "Idempotency-Key" for name, _ in named)
    for part in parts(whole):
        if isinstance(part.get("$ref"), str):
            assert document.at(part)
        if isinstance(part.get("type"), str) and "scheme" not in part:
            assert part["type"] in ("object", "array", "string", "integer", "number", "boolean", "null")
    for name, schema in whole["components"]["schemas"].items():
        assert schema["additionalProperties"] is False and schema["description"], name
        for one in parts(schema.get("properties", {})):
            for example in one.get("examples", ()):
                assert list(document.wrong(example, one)) == [], (name, example)


def test_every_operation_names_a_scope_that_there_is() -> None:
    assert [one.id for one in OPERATIONS if one.scope not in SCOPES and not one.scope.startswith("chats:")] == []


def test_what_is_described_wrongly_is_noticed(document: Document) -> None:
    ticket = document.whole["components"]["schemas"]["Ticket"]
    assert any("is missing" in one for one in document.wrong({}, ticket))
    assert any("is not described" in one for one in document.wrong({"colour": 1}, ticket))
    assert list(document.wrong("x", {"type": "integer"})) and list(document.wrong(True, {"type": "integer"}))
    assert list(document.wrong("x", {"enum": ["y"]})) and list(document.wrong(1, {"anyOf": [{"type": "null"}]}))


def message(**more: Any) -> dict[str, Any]:
    return {"from": {"address": "petra@client.example"}, "department": "support", "text": "By a client.\n", **more}


# What each operation is asked with, and what its answer is to have; one who adds an operation adds a line.
PLAYED: Mapping[str, Callable[[Client, int], bool]] = {
    "listTickets": lambda client, number: number in [one["number"] for one in client("listTickets", limit=5)["items"]],
    "readTicket": lambda client, number: client("readTicket", number=number, entries="all")["entries"][0]["mail"] > 0,
    "sendMessage": lambda client, number: (
        client("sendMessage", message(), key="c1")["mail"] == client("sendMessage", message(), key="c1")["mail"]
    ),
    "lookUp": lambda client, number: (
        client("lookUp", address="petra@client.example")["people"][0]["open"][0]["number"] == number
    ),
    "bringChatMessage": lambda client, number: (
        client("bringChatMessage", {"id": "m1", "person": {"id": "77"}, "text": "Hello"}, channel="lines")["mail"] > 0
    ),
    "tellChatReceipt": lambda client, number: (
        client("tellChatReceipt", {"id": "none", "state": "read"}, channel="lines") == {"known": False}
    ),
    "reportCall": lambda client, number: (
        client("reportCall", {"id": "c-1", "event": "ringing", "from": "+37126999999", "to": "1"})["callers"] == []
    ),
}


@pytest.mark.parametrize("operation", [one.id for one in OPERATIONS])
def test_a_client_made_of_the_document_plays_it(here: Any, document: Document, operation: str) -> None:
    scopes = {one.scope for one in OPERATIONS} | {"tickets:words"}
    token = token_of(
        here.desk, f"client-{operation.lower()}", *sorted(one for one in scopes if one in SCOPES), f"{CHATS}lines"
    )
    number = opened(here.desk, f"For {operation}", sender="Petra <petra@client.example>").number
    assert PLAYED[operation](Client(document, here.client, token), number)


@pytest.mark.parametrize("operation", [one.id for one in OPERATIONS])
def test_a_client_without_a_token_gets_the_problem_that_is_described(
    here: Any, document: Document, operation: str
) -> None:
    method, path, told = document.operations[operation]
    answer = here.client.request(method, path.replace("{number}", "1").replace("{channel}", "lines"))
    said = document.at(told["responses"]["4XX"])["content"]["application/problem+json"]["schema"]
    assert answer.status_code == 401 and list(document.wrong(answer.json(), said)) == []
