"""The contact form in a browser: words are never lost, limits are named, and it works without scripts (W-13 to W-15, W-24 to W-28, W-32)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import running
from window.conftest import browser

from mailgate.core.pages.form import FormAsked, FormTaken, ShownField, ShownTopic, TopicsPage, Wrong
from mailgate.core.pages.window import Refusal, WindowSettings
from mailgate.languages import LANGUAGES
from mailgate.window.desk import Away, Refused

SETTINGS = WindowSettings(
    "Acme <Lamps>", "en", LANGUAGES, "Europe/Helsinki", embed_on=("https://acme.example", "https://shop.example"), form=True,
    files=2, size=1000, privacy="https://acme.example/privacy",
)  # fmt: skip
RETURNS = ShownTopic("returns", "A return", "returns@acme.example", (ShownField("order", "Order number", True), ShownField("size", "Size", False)),
                     datetime(2026, 11, 30, 10, 0, tzinfo=UTC))  # fmt: skip
QUOTE = ShownTopic("quote", "A <quote>", "sales@acme.example")
ASKS = TopicsPage((RETURNS, QUOTE), news=("The shop is down until 14:00.",))
RIGHT = {
    "name": "Maija",
    "address": "maija@customer.example",
    "topic": "quote",
    "subject": "Lamp",
    "text": "One <lamp>, please.",
}
Served = Callable[[Any], Any]


@pytest.fixture
def told(told: Any) -> Any:
    told.answers |= {"settings": SETTINGS, "topics": ASKS, "form": FormTaken()}
    return told


def taken(told: Any) -> list[FormAsked]:
    return [asked for verb, asked in told.asked if verb == "form"]


def value(html: str, name: str) -> str:
    found = re.search(rf'<input[^>]* name="{re.escape(name)}"[^>]* value="([^"]*)"', html)
    return found[1] if found else ""


def test_the_form_asks_and_presets_stand_in_it(told: Any, served: Served) -> None:
    with served(told) as client:
        page = client.get("/contact?topic=returns&subject=Broken&name=Maija&field.order=4711&text=Hello&address=%22x")
    html = page.text
    assert (
        page.status_code == 200
        and "noindex" in page.headers["x-robots-tag"]
        and page.headers["cache-control"] == "no-store"
    )
    assert [value(html, name) for name in ("name", "subject", "field.order", "address")] == [
        "Maija",
        "Broken",
        "4711",
        "&#34;x",
    ]
    assert (
        '<option value="returns" selected>' in html
        and ">Hello</textarea>" in html
        and "The shop is down until 14:00." in html
    )
    assert "A &lt;quote&gt;" in html and "Acme &lt;Lamps&gt;" in html and "up to 2, 1000 B together" in html
    assert "set-cookie" not in page.headers and "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_w13_a_form_needs_no_proof_of_its_page_and_is_thanked_for(told: Any, served: Served) -> None:
    with served(told) as client:
        sent = client.post(
            "/contact", data=RIGHT, headers={"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
        )
        thanks = client.get(sent.headers["location"])
    assert (sent.status_code, sent.headers["location"]) == (303, "/contact/thanks?topic=quote")
    (asked,) = taken(told)
    assert asked == FormAsked(**RIGHT, language="en", peer="testclient")
    assert "We have your message" in thanks.text and "sales@acme.example" in thanks.text


def test_the_thanks_say_by_when_in_the_readers_language(told: Any, served: Served) -> None:
    with served(told) as client:
        sent = client.post("/contact?lang=fi", data={**RIGHT, "topic": "returns", "field.order": "1", "field.size": ""})
        html = client.get(sent.headers["location"]).text
    assert '<html lang="fi"' in html and re.search(r"viimeistään maanantaina 30\.11\.(?:2026)? klo 12\.00", html)


def test_nothing_is_lost_when_something_is_wrong(told: Any, served: Served) -> None:
    told.answers["form"] = FormTaken(
        (
            Wrong("address", "ours"),
            Wrong("field.order", "no_answer", (("field", "Order number"),)),
            Wrong("text", "long", (("n", "100000"),)),
        )
    )
    with served(told) as client:
        filled = {**RIGHT, "topic": "returns", "field.order": "<4711>", "field.size": "XL", "begun": "1"}
        page = client.post("/contact", data=filled, files=[("files", ("a.txt", b"words"))])
    html = page.text
    assert page.status_code == 422 and re.search(r"<title>\s*Error: ", html)
    assert [value(html, name) for name in ("name", "address", "subject", "field.order", "field.size", "begun")] == [
        "Maija", "maija@customer.example", "Lamp", "&lt;4711&gt;", "XL", "1",
    ]  # fmt: skip
    assert "One &lt;lamp&gt;, please.</textarea>" in html and '<option value="returns" selected>' in html
    links = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>', html)
    assert [one for one, _ in links] == ["address", "field-order", "text"] and all(
        f'id="{one}"' in html for one, _ in links
    )
    assert all(f'id="{one}-error"' in html for one, _ in links) and html.count("aria-invalid") == 3
    assert "Files have to be chosen again" in html


def test_without_scripts_a_topics_own_questions_come_with_the_words_that_were_typed(told: Any, served: Served) -> None:
    with served(told) as client:
        first = client.post("/contact", data={**RIGHT, "topic": "returns", "asked": "quote"})
        assert first.status_code == 200 and not taken(told) and "One more thing about this topic" in first.text
        assert 'name="field.order"' in first.text.partition("<template")[0] and value(first.text, "subject") == "Lamp"
        assert "Error:" not in first.text.partition("</title>")[0]
        again = client.post("/contact", data={**RIGHT, "topic": "returns", "asked": "returns", "field.order": "4711"})
    assert again.status_code == 303 and taken(told)[0].fields == (("order", "4711"), ("size", ""))


def test_one_topic_is_not_asked_for(told: Any, served: Served) -> None:
    told.answers["topics"] = replace(ASKS, topics=(QUOTE,))
    with served(told) as client:
        assert 'name="topic"' not in client.get("/contact").text
        client.post("/contact", data={**RIGHT, "topic": ""})
    assert taken(told)[0].topic == "quote"


TRAPS = [({}, (-1, False)), ({"begun": "0"}, (None, False)), ({"begun": "x"}, (-1, False)), ({"begun": "9" * 14}, (-1, False)),
         ({"url": "https://spam.example"}, (-1, True)), ({"begun": "9" * 40}, (-1, False))]  # fmt: skip


@pytest.mark.parametrize(("more", "seen"), TRAPS)
def test_w25_what_the_desk_is_told_of_who_fills_it_in(
    told: Any, served: Served, more: dict[str, str], seen: tuple[int | None, bool]
) -> None:
    with served(told) as client:
        assert client.post("/contact", data={**RIGHT, **more}).status_code == 303
    (asked,) = taken(told)
    assert (None if asked.took > 10**12 else asked.took, asked.hidden) == seen


REFUSALS = [
    (Refusal("slow", wait=120), 429, "write us a mail"),
    (Refusal("closed"), 403, "closed at the moment"),
    (Refusal("trouble"), 503, "ours"),
]


@pytest.mark.parametrize(("refusal", "status", "words"), REFUSALS)
def test_w26_who_cannot_send_keeps_the_words_and_gets_the_address(
    told: Any, served: Served, refusal: Refusal, status: int, words: str
) -> None:
    told.answers["form"] = Refused(refusal)
    with served(told) as client:
        page = client.post("/contact", data=RIGHT)
    assert page.status_code == status and page.headers.get("retry-after", "") == ("120" if refusal.wait else "")
    assert (
        words in page.text
        and "mailto:sales@acme.example" in page.text
        and "One &lt;lamp&gt;, please.</textarea>" in page.text
    )


def test_w26_a_closed_form_shows_the_addresses_in_its_place(told: Any, served: Served) -> None:
    told.answers["topics"] = replace(ASKS, closed=True)
    with served(told) as client:
        html = client.get("/contact").text
    assert "<form" not in html and "mailto:returns@acme.example" in html and "mailto:sales@acme.example" in html


LARGE = [([("a.txt", b"x")] * 3, "Please send 2 files at most."), ([("a.txt", b"x" * 1001)], "1000 B")]


@pytest.mark.parametrize(("files", "words"), LARGE)
def test_w28_too_many_and_too_large_are_named_in_the_form(
    told: Any, served: Served, files: list[tuple[str, bytes]], words: str
) -> None:
    with served(told) as client:
        page = client.post(
            "/contact",
            data={**RIGHT, "topic": "returns", "field.order": "4711"},
            files=[("files", one) for one in files],
        )
    assert page.status_code == 413 and words in page.text and not taken(told) and '<a href="#files">' in page.text
    assert "One &lt;lamp&gt;, please.</textarea>" in page.text and value(page.text, "field.order") == "4711"


def test_w28_files_reach_the_desk_as_they_were(told: Any, served: Served) -> None:
    with served(told) as client:
        client.post("/contact", data=RIGHT, files=[("files", ("../a.exe", b"MZ")), ("files", ("", b""))])
    assert [(one.name, one.data) for one in taken(told)[0].files] == [("../a.exe", b"MZ")]


@pytest.mark.parametrize("verb", ["topics", "form"])
def test_w32_while_the_desk_is_away_nothing_is_thanked_for_and_the_words_stay(
    told: Any, served: Served, verb: str
) -> None:
    told.answers[verb] = Away("gone")
    with served(told) as client:
        page = client.post("/contact", data=RIGHT)
    assert (
        page.status_code == 503 and page.headers["retry-after"] and "One &lt;lamp&gt;, please.</textarea>" in page.text
    )
    assert 'value="maija@customer.example"' in page.text and "We have your message" not in page.text


def test_w14_only_the_embedded_form_may_stand_in_a_frame_and_only_on_named_sites(told: Any, served: Served) -> None:
    with served(told) as client:
        page = client.get("/contact/embed?topic=returns&lang=sv")
        sent = client.post("/contact/embed?lang=sv", data=RIGHT)
        thanks = client.get(sent.headers["location"])
        wrong = client.post("/contact/embed", data={**RIGHT, "topic": "returns"})
        others = [client.get(url) for url in ("/contact", "/contact/thanks")]
    assert (
        sent.headers["location"] == "/contact/embed?thanks=1&topic=quote&lang=sv"
        and "Vi har fått ditt meddelande" in thanks.text
    )
    for one in (page, thanks, wrong):
        assert "frame-ancestors https://acme.example https://shop.example" in one.headers["content-security-policy"]
        assert "<nav" not in one.text and 'class="embed"' in one.text
    assert 'action="/contact/embed?lang=sv"' in page.text
    assert all("frame-ancestors 'none'" in one.headers["content-security-policy"] for one in others)


def test_its_script_is_small_and_nobody_needs_it(told: Any, served: Served) -> None:
    with served(told) as client:
        html = client.get("/contact").text
        (source,) = re.findall(r'<script src="([^"]+)"', html)
        script = client.get(source)
    assert len(script.content) < 1200 and "innerHTML" not in script.text
    assert not re.search(r"<script>|\son[a-z]+=|javascript:|style=", html)


def test_a_form_that_is_not_public_is_not_there(told: Any, served: Served) -> None:
    told.answers["topics"] = Refused(Refusal("forbidden"))
    with served(told) as client:
        assert [client.get(url).status_code for url in ("/contact", "/contact/embed", "/contact/thanks")] == [404] * 3


def test_what_is_posted_is_a_ticket_before_it_is_thanked_for(tmp_path: Any, window_of: Any) -> None:
    with running(tmp_path) as desk, window_of(desk) as window, browser(window) as client:
        filled = {**RIGHT, "topic": "sales", "text": "#close\n[#1001] <script>"}
        sent = [client.post("/contact", data=filled, files=[("files", ("kuva.png", b"\x89PNG"))]) for _ in range(2)]
        assert [one.status_code for one in sent] == [303, 303]
        desk.settle()
        (ticket,) = desk.tickets()
        whole = desk.ticket(ticket.number)
        assert (ticket.department, ticket.subject, ticket.requester.addr) == ("sales", "Lamp", "maija@customer.example")
        assert [(one.name, one.type) for entry in whole.entries for one in entry.attachments] == [
            ("kuva.png", "image/png")
        ]
