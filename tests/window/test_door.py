"""One host, one client behind proxies of ours, proof of our own forms, and a log that opens nothing."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from mailgate.core.pages.window import WindowSettings
from mailgate.languages import LANGUAGES
from mailgate.window import pages
from mailgate.window.app import create_app
from mailgate.window.http import cookies, guard
from mailgate.window.http.guard import AT_ONCE, is_ours, shown

HERE = WindowSettings("Acme", "en", LANGUAGES, "UTC", url="")
OUT = replace(HERE, url="https://help.acme.example", embed_on=("https://acme.example", "https://shop.example"))


async def whom(request: Request) -> Response:
    return PlainTextResponse(pages.client(request))


@pytest.fixture
def web(told: Any, served: Any) -> Iterator[TestClient]:
    with served(told) as client:
        paths = ("/whom", "/t/{token}", "/contact/embed")
        client.app.router.routes[:0] = [Route(path, whom) for path in paths]  # before those there are
        yield client


@pytest.mark.parametrize(
    ("url", "host", "ours"),
    [
        ("", "127.0.0.1:8080", True),
        ("", "localhost", True),
        ("", "[::1]:8080", True),
        ("", "acme.example", False),
        ("", "127.0.0.1.acme.example", False),
        ("https://help.acme.example", "help.acme.example", True),
        ("https://help.acme.example", "HELP.acme.example", True),
        ("https://help.acme.example", "help.acme.example:8443", False),
        ("https://help.acme.example", "127.0.0.1", False),
        ("https://help.acme.example:8443", "help.acme.example:8443", True),
        ("https://help.acme.example", "", False),
        ("https://help.acme.example", "user@help.acme.example", False),
    ],
)
def test_w31_one_host_is_answered(url: str, host: str, ours: bool) -> None:
    assert is_ours(host, replace(HERE, url=url)) is ours


def test_w31_another_host_is_refused_and_closed(web: TestClient, told: Any) -> None:
    told.answers["settings"] = OUT
    said = web.get("/whom")
    assert said.status_code == 400 and said.headers["connection"] == "close"
    assert web.get("/healthz").status_code == 200
    assert web.get("/whom", headers={"host": "help.acme.example"}).status_code == 200


def test_w27_forwarded_is_believed_of_our_proxies_alone(web: TestClient, told: Any, served: Any) -> None:
    said = {"x-forwarded-for": "203.0.113.9"}
    assert web.get("/whom", headers=said).text == "testclient"
    told.answers["settings"] = replace(HERE, trusted_proxies=("198.51.100.0/24",))
    app = web.app
    with TestClient(app, base_url="http://localhost", client=("198.51.100.1", 1)) as proxied:
        app.state.window.settings._until = 0  # known again
        assert proxied.get("/whom", headers=said).text == "203.0.113.9"


def test_w11_the_log_opens_nothing(web: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "mailgate.window"):
        web.get("/t/canary-token?text=canary-word")
    noted = [record for record in caplog.records if record.getMessage() == "answered"]
    assert [(one.path, one.status, one.method) for one in noted] == [("/t/…", 200, "GET")]  # type: ignore[attr-defined]
    assert "canary" not in str([vars(one) for one in caplog.records if one.name.startswith("mailgate")])
    for slip in (
        "/api/v1/calls/sipgat/mg_1_canary",
        "/api/v1/calls/mg_1_canary",
        "//T/canary",
        "/de/wall/canary",
        "/mg_1_canary/t/",
    ):
        assert "canary" not in shown(slip) and shown(slip).endswith("…")
    assert shown("/wall/abc") == "/wall/…" and shown("/login/123456") == "/login/…" and shown("/help/a") == "/help/a"


def test_w14_only_the_form_is_framed_and_only_where_it_may(web: TestClient, told: Any) -> None:
    told.answers["settings"] = OUT
    host = {"host": "help.acme.example"}
    framed = web.get("/contact/embed", headers=host).headers["content-security-policy"]
    assert framed.endswith("frame-ancestors https://acme.example https://shop.example")
    assert web.get("/whom", headers=host).headers["content-security-policy"].endswith("frame-ancestors 'none'")


def asked(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": raw, "path": "/board"})


@pytest.mark.parametrize(
    ("headers", "meant"),
    [
        ({"sec_fetch_site": "same-origin", "origin": "null"}, True),
        ({"sec_fetch_site": "same-origin", "origin": "https://help.acme.example"}, True),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"origin": "https://help.acme.example", "host": "help.acme.example"}, True),
        ({"origin": "https://evil.example", "host": "help.acme.example"}, False),
        ({"origin": "null"}, True),  # the token decides
        ({}, True),
    ],
)
def test_w13_a_form_of_somebody_else_is_refused(headers: dict[str, str], meant: bool) -> None:
    session = "s" * 40
    if meant:
        cookies.meant(asked(**headers), session, cookies.token(session))
        for wrong in ("", cookies.token("another"), session):
            with pytest.raises(HTTPException):
                cookies.meant(asked(**headers), session, wrong)
    else:
        with pytest.raises(HTTPException):
            cookies.meant(asked(**headers), session, cookies.token(session))
    with pytest.raises(HTTPException):
        cookies.meant(asked(**headers), "", cookies.token(""))


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (OUT, "__Host-mailgate-session=v; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure"),
        (HERE, "mailgate-session=v; HttpOnly; Max-Age=60; Path=/; SameSite=lax"),
        (replace(HERE, url="http://127.0.0.1:8080"), "mailgate-session=v; HttpOnly; Max-Age=60; Path=/; SameSite=lax"),
    ],
)
def test_w20_no_script_and_no_other_site_has_our_cookies(settings: WindowSettings, wanted: str) -> None:
    response = Response()
    cookies.put(response, settings, "session", "v", 60)
    assert response.headers["set-cookie"] == wanted
    name = cookies.name(settings, "session")
    assert cookies.read(asked(cookie=f"{name}=v; other=x"), settings, "session") == "v"
    assert cookies.read(asked(cookie="other=x"), settings, "session") == ""
    cookies.drop(response, settings, "session")
    assert "Max-Age=0" in response.headers.getlist("set-cookie")[1]


def test_w30_so_many_at_once_of_one_client_and_streams_beside_them(told: Any) -> None:
    """An office behind one address watches its boards, and its pages are answered all the same."""
    told.answers["settings"] = HERE
    app = create_app(told)
    begun: list[str] = []

    async def once() -> dict[str, list[int]]:
        said: dict[str, list[int]] = {}
        let_go, told_of = asyncio.Event(), asyncio.Event()

        async def waiting(request: Request) -> Response:
            begun.append(request.url.path)
            if len(begun) == AT_ONCE + 5:
                told_of.set()
            await let_go.wait()
            return PlainTextResponse("")

        app.router.routes.extend(Route(path, waiting) for path in ("/slow", "/others/events"))

        async def ask(path: str) -> None:
            async def send(message: Any) -> None:
                if message["type"] == "http.response.start":
                    said.setdefault(path, []).append(message["status"])

            async def receive() -> Any:
                return {"type": "http.request", "body": b"", "more_body": False}

            scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
            host = (b"host", b"localhost")
            await app({**scope, "headers": [host], "client": ("192.0.2.7", 1), "root_path": ""}, receive, send)

        asked = [asyncio.create_task(ask(path)) for path in ["/others/events"] * 5 + ["/slow"] * AT_ONCE]
        await told_of.wait()
        await ask("/slow")  # one more than may be
        let_go.set()
        await asyncio.gather(*asked)
        return said

    said = asyncio.run(once())
    assert said == {"/slow": [429] + [200] * AT_ONCE, "/others/events": [200] * 5}


def test_w26_one_client_does_not_take_what_is_everybodys(
    told: Any, served: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(guard, "PACE", (5, 3600.0))
    monkeypatch.setattr(guard, "NOTED", 3600.0)
    with served(told) as client, caplog.at_level(logging.INFO, "mailgate.window"):
        codes = [client.get("/robots.txt").status_code for _ in range(8)]
        assert codes == [200] * 5 + [429] * 3
        said = client.post("/contact", data={"text": "canary-word", "address": "kim@cust.example"})
        assert said.status_code == 429 and int(said.headers["retry-after"]) > 0 and "canary-word" in said.text
        assert client.get(f"/static/{client.app.state.window.look.mark}/window.css").status_code == 200
    noted = [one.getMessage() for one in caplog.records if one.name == "mailgate.window.http.guard"]
    assert noted.count("too many requests of one client are refused") == 1
    assert noted.count("answered") == 6 and "canary" not in caplog.text
