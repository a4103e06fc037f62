"""Help pages in a browser: found by words, in languages there are, known to search engines, and no secret (W-09, W-12, W-15, W-16)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import running
from window.conftest import browser

from mailgate.core.pages.help import ArticleAsked, ArticlePage, ArticlesAsked, ArticlesPage, ShownArticle
from mailgate.core.pages.window import Refusal, WindowSettings
from mailgate.languages import LANGUAGES
from mailgate.window.desk import Away, Refused

SETTINGS = WindowSettings("Acme", "en", LANGUAGES, "Europe/Helsinki", form=True, help=True)
AT = datetime(2026, 11, 20, tzinfo=UTC)
LAMPS = ShownArticle("a&b", "Changing <lamps>", "en", AT)
LAMPUT = ShownArticle("a&b", "Lampun vaihto", "fi", AT)
BATTERY = ShownArticle("battery", "A battery is flat", "en")
BY_LANGUAGE = {"en": (LAMPS, BATTERY), "fi": (LAMPUT,), "": (LAMPS, LAMPUT, BATTERY)}
Served = Callable[[Any], Any]


def shelf(asked: ArticlesAsked) -> ArticlesPage:
    found = BY_LANGUAGE.get(asked.language, ())
    return ArticlesPage(
        tuple(one for one in found if not asked.words or asked.words in one.title),
        ("en", "fi"),
        ("Down until 14:00.",),
        True,
    )


def one(asked: ArticleAsked) -> Any:
    languages = {"a&b": ("en", "fi"), "battery": ("en",)}.get(asked.name, ())
    language = asked.language or next(iter(languages), "")
    if language not in languages:
        return Refused(Refusal("forbidden"))
    found = next(each for each in BY_LANGUAGE[language] if each.name == asked.name)
    return ArticlePage(found, "<p>Turn it <strong>left</strong>.</p>", languages, (), True)


@pytest.fixture
def told(told: Any) -> Any:
    told.answers |= {"settings": SETTINGS, "articles": shelf, "article": one}
    return told


def links(html: str) -> dict[str, str]:
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', html))


def test_the_shelf_is_in_a_language_there_is_and_offers_the_others(told: Any, served: Served) -> None:
    with served(told) as client:
        page = client.get("/help", headers={"accept-language": "lv, fi;q=0.8, en;q=0.5"})
        english = client.get("/help?lang=en").text
    html = page.text
    assert '<html lang="fi"' in html and "Lampun vaihto" in html and "battery" not in html
    assert '<a href="/help?lang=en" lang="en" hreflang="en">English</a>' in html and "/help?lang=lv" not in html
    assert links(html) == {
        "en": "http://127.0.0.1/help?lang=en",
        "fi": "http://127.0.0.1/help?lang=fi",
        "x-default": "http://127.0.0.1/help",
    }
    assert "Changing &lt;lamps&gt;" in english and 'href="/help/a%26b/en"' in english and "Down until 14:00." in english
    assert (
        "x-robots-tag" not in page.headers
        and page.headers["cache-control"] == "public, max-age=300"
        and page.headers["vary"] == "accept-language"
    )


def test_a_search_shows_titles_alone_and_is_not_indexed(told: Any, served: Served) -> None:
    with served(told) as client:
        page = client.get("/help?lang=en&q=battery")
        none = client.get('/help?lang=en&q="><script>').text
    assert (
        "A battery is flat" in page.text and "Changing" not in page.text and page.headers["x-robots-tag"] == "noindex"
    )
    assert (
        "We found nothing about this." in none
        and "&#34;&gt;&lt;script&gt;" in none
        and 'href="/contact?lang=en"' in none
    )


def test_an_article_has_one_address_for_each_language_and_no_switch_leads_nowhere(told: Any, served: Served) -> None:
    with served(told) as client:
        bare = client.get("/help/a%26b", headers={"accept-language": "fi"})
        english = client.get("/help/a%26b/en", headers={"accept-language": "fi"})
        alone = client.get("/help/battery", headers={"accept-language": "fi"})
        missing = [
            client.get(url).status_code
            for url in ("/help/battery/fi", "/help/none", "/help/a%26b/xx", "/help/..%2f..%2fetc")
        ]
    assert '<html lang="fi"' in bare.text and "Lampun vaihto" in bare.text
    assert '<link rel="canonical" href="http://127.0.0.1/help/a%26b/fi">' in bare.text
    assert links(bare.text) == {
        "en": "http://127.0.0.1/help/a%26b/en",
        "fi": "http://127.0.0.1/help/a%26b/fi",
        "x-default": "http://127.0.0.1/help/a%26b",
    }
    assert (
        "Changing &lt;lamps&gt;" in english.text
        and "<strong>left</strong>" in english.text
        and english.headers["content-language"] == "en"
    )
    assert "A battery is flat" in alone.text and 'hreflang="fi"' not in alone.text
    assert missing == [404] * 4


def test_who_has_a_page_already_is_sent_nothing(told: Any, served: Served) -> None:
    with served(told) as client:
        for url in ("/help", "/help/battery", "/help.json?q=lamps", "/sitemap.xml"):
            mark = client.get(url).headers["etag"]
            again = client.get(url, headers={"if-none-match": f'"x", W/{mark}'})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
            assert again.headers["cache-control"] == "public, max-age=300"
            assert client.get(url, headers={"if-none-match": '"x"'}).status_code == 200


def test_suggestions_are_titles_and_addresses_alone(told: Any, served: Served) -> None:
    with served(told) as client:
        found = client.get("/help.json?lang=en&q=lamps")
        assert (
            found.json() == [{"title": "Changing <lamps>", "url": "/help/a%26b/en"}]
            and found.headers["x-robots-tag"] == "noindex"
        )
        assert client.get("/help.json?lang=en").json() == []


def test_nobody_searches_more_than_people_do(told: Any, served: Served) -> None:
    with served(told) as client:
        found = [client.get("/help.json?q=lamps").status_code for _ in range(61)]
        assert found == [200] * 60 + [429] and client.get("/help?q=lamps").status_code == 429
        assert client.get("/help").status_code == 200


def test_search_engines_get_a_map_and_nothing_of_anything_else(told: Any, served: Served) -> None:
    told.answers["settings"] = replace(SETTINGS, url="http://127.0.0.1")
    with served(told) as client:
        page = client.get("/sitemap.xml")
        assert client.get("/robots.txt").text.endswith("Disallow: /\nSitemap: http://127.0.0.1/sitemap.xml\n")
    assert page.headers["content-type"].startswith("application/xml")
    assert re.findall(r"<loc>([^<]+)</loc>", page.text) == [
        "http://127.0.0.1/help", "http://127.0.0.1/help/a%26b/en", "http://127.0.0.1/help/a%26b/fi", "http://127.0.0.1/help/battery/en",
    ]  # fmt: skip
    assert page.text.count("<lastmod>2026-11-20</lastmod>") == 2


def test_help_that_is_not_public_is_not_there_and_a_desk_that_is_away_is_said(told: Any, served: Served) -> None:
    urls = ("/help", "/help/battery", "/help.json?q=x", "/sitemap.xml")
    told.answers |= {"articles": Refused(Refusal("forbidden")), "article": Refused(Refusal("forbidden"))}
    with served(told) as client:
        pages = [client.get(url) for url in urls]
        assert [one.status_code for one in pages] == [404] * 4 and all(
            "noindex" in one.headers["x-robots-tag"] for one in pages
        )
        told.answers |= {"articles": Away("gone"), "article": Away("gone")}
        assert [client.get(url).status_code for url in urls] == [503] * 4


def test_w09_articles_for_agents_and_drafts_are_in_no_byte(tmp_path: Path, window_of: Any) -> None:
    shelf = tmp_path / "templates" / "articles"
    shelf.mkdir(parents=True)
    (shelf / "lamps.en.md").write_text(
        "title: Changing lamps\n---\nTurn it *left*. ![x](https://evil.example/x.png) [y](javascript:z)\n"
    )
    (shelf / "fraud.en.md").write_text("title: Zatopek lamps\npublic: no\n---\nZatopek is a fraudster.\n")
    with running(tmp_path) as desk, window_of(desk) as window, browser(window) as client:
        from mailgate.core.model.change import Decision, Fate, KeepArticle

        draft = Decision(
            Fate.FILED,
            "draft",
            effects=(KeepArticle("draft", "en", "Zatopek drafts", "Zatopek.", "anna", stands=False),),
        )
        desk.gateway.store.write(lambda tx: tx.apply(None, draft, desk.gateway.clock(), desk.gateway.ids)).result()
        urls = (
            "/help",
            "/help?q=lamps",
            "/help?q=Zatopek",
            "/help.json?q=Zatopek",
            "/help.json?q=lamps",
            "/sitemap.xml",
            "/help/fraud",
            "/help/fraud/en",
            "/help/draft",
        )
        pages = {url: client.get(url) for url in urls}
        article = client.get("/help/lamps")
    assert [
        url
        for url, page in pages.items()
        if "atopek" in page.text.replace('value="Zatopek"', "").replace("<title>Zatopek", "")
    ] == []
    assert [pages[url].status_code for url in ("/help/fraud", "/help/fraud/en", "/help/draft")] == [404] * 3
    assert "Changing lamps" in pages["/help"].text and "<em>left</em>" in article.text
    assert "<img" not in article.text and "javascript:" not in article.text.replace("](javascript:z)", "")
