"""What holds for every page: headers, faults as pages, languages, our files, and words that are never lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from mailgate.core.pages.window import Refusal
from mailgate.languages import LANGUAGES
from mailgate.window import pages
from mailgate.window.desk import Away, Refused
from mailgate.wire import words

ERRORS: dict[str, Exception] = {
    "away": Away("no line"),
    "slow": Refused(Refusal("slow", wait=7)),
    "gone": Refused(Refusal("gone")),
    "old": Refused(Refusal("old")),
    "odd": Refused(Refusal("never heard of")),
    "login": Refused(Refusal("login")),
    "large": HTTPException(413),
    "fault": ValueError("a fault of ours <script>"),
}


async def failing(request: Request) -> Response:
    """A page that fails as its address says, after the words of a form were read."""
    if request.method == "POST":
        async with request.form() as form:
            pages.keep(request, {"text": str(form["text"]), "topic": str(form["topic"])})
    raise ERRORS[request.path_params["how"]]


@pytest.fixture
def web(told: Any, served: Any) -> Iterator[TestClient]:
    with served(told) as client:
        client.app.router.routes.append(Route("/fail/{how}", failing, methods=["GET", "POST"]))
        yield client


@pytest.mark.parametrize(
    ("how", "status", "wait", "phrase"),
    [
        ("away", 503, "20", "page.problem.away_how"),
        ("slow", 429, "7", "page.refused.slow"),
        ("gone", 404, None, "page.refused.gone"),
        ("old", 410, None, "page.refused.old"),
        ("odd", 400, None, "page.problem.bad_how"),
        ("large", 413, None, "page.problem.large_how"),
        ("fault", 500, None, "page.problem.broken_how"),
    ],
)
def test_what_goes_wrong_is_a_page(web: TestClient, how: str, status: int, wait: str | None, phrase: str) -> None:
    said = web.get(f"/fail/{how}")
    assert (said.status_code, said.headers.get("retry-after")) == (status, wait)
    assert words.say("en", phrase) in said.text.replace("&#39;", "'")
    assert said.headers["content-type"] == "text/html; charset=utf-8" and "Error:" in said.text
    assert "script" not in said.text


def test_who_has_to_log_in_is_led_there(web: TestClient) -> None:
    said = web.get("/fail/login")
    assert (said.status_code, said.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("how", ["away", "slow", "large", "fault"])
def test_w32_words_are_kept_whatever_fails(web: TestClient, how: str) -> None:
    said = web.post(f"/fail/{how}", data={"text": 'Lamp </textarea> "dark"\nstill', "topic": "a & b"})
    assert "Lamp &lt;/textarea&gt; &#34;dark&#34;\nstill</textarea>" in said.text
    assert '<input type="hidden" name="topic" value="a &amp; b">' in said.text
    assert f'<form class="card" method="post" action="/fail/{how}">' in said.text


def test_what_is_sent_again_stays_in_the_language_that_was_asked_for(web: TestClient) -> None:
    for asked, kept in (("fi", "?lang=fi"), ("xx", ""), ('"><b>', "")):
        said = web.post("/fail/away", data={"text": "Lamppu", "topic": "x"}, params={"lang": asked})
        assert f'action="/fail/away{kept}"' in said.text
        assert f'href="/fail/away{kept}"' in web.get("/fail/away", params={"lang": asked}).text


def test_a_page_that_is_not_there_and_a_method_that_is_not_meant(web: TestClient) -> None:
    assert web.get("/nothing/here").status_code == 404
    assert web.post("/robots.txt").status_code == 405
    assert web.head("/healthz").status_code == 200 and web.head("/healthz").content == b""


@pytest.mark.parametrize("path", ["/fail/away", "/fail/fault", "/nothing", "/robots.txt", "/healthz"])
def test_w11_w12_w14_every_answer_has_the_headers(web: TestClient, path: str) -> None:
    headers = web.get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["referrer-policy"] == "no-referrer" and headers["x-content-type-options"] == "nosniff"
    if path != "/robots.txt":
        assert headers["cache-control"] == "no-store" and headers["x-robots-tag"].startswith("noindex")


def test_our_files_are_good_for_ever_under_their_hash(web: TestClient) -> None:
    address = re.findall(r'href="(/static/[0-9a-f]{12}/window\.css)"', web.get("/nothing").text)
    assert len(address) == 1
    sheet = web.get(address[0])
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["content-type"] == "text/css; charset=utf-8" and "x-robots-tag" not in sheet.headers
    plain = web.get(address[0], headers={"accept-encoding": "identity"})
    assert (sheet.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
    assert sheet.text == plain.text and sheet.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert int(sheet.headers["content-length"]) < 8_000, "the first page is to be light"
    assert web.get("/static/000000000000/window.css").status_code == 404
    assert web.get(address[0].replace("window.css", "..%2Fapp.py")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_the_language_of_its_reader(web: TestClient, language: str) -> None:
    title = words.say(language, "page.problem.missing")
    for said in (
        web.get("/x", headers={"accept-language": f"{language}-XX, en;q=0.5"}),
        web.get(f"/x?lang={language}"),
    ):
        assert f'<html lang="{language}" dir="ltr">' in said.text and f"<h1>{title}</h1>" in said.text
        assert said.headers["content-language"] == language


@pytest.mark.parametrize(
    ("header", "query", "chosen"),
    [
        ("", "", "en"),
        ("xx, fi;q=0.3, sv;q=0.7", "", "sv"),
        ("fi;q=0, sv;q=junk, de;q=0.1", "", "de"),
        ("fi", "?lang=et", "et"),
        ("fi", "?lang=xx", "fi"),
        ("fi;q=2", "", "en"),
        ("a," * 5000 + "fi", "", "en"),
    ],
)
def test_which_language_is_chosen(web: TestClient, header: str, query: str, chosen: str) -> None:
    assert web.get(f"/x{query}", headers={"accept-language": header}).headers["content-language"] == chosen


def test_the_desk_away_from_the_start_is_a_page_too(told: Any, served: Any) -> None:
    told.answers["settings"] = Away("not yet")
    with served(told) as web:
        assert web.get("/nothing", headers={"accept-language": "fi"}).headers["content-language"] == "fi"
        assert web.get("/healthz").text == "ok\n"
