"""Help pages: articles in the languages there are, a search that answers with titles, and a map for search engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mailgate.core.pages.help import LONGEST, ArticleAsked, ArticlePage, ArticlesAsked, ArticlesPage, ShownArticle
from mailgate.window import pages
from mailgate.window.http.marks import has_already, mark_of
from mailgate.wire import words

KEPT: Final[Mapping[str, str]] = {"cache-control": "public, max-age=300", "vary": "accept-language"}
SEARCHES: Final = (60, 60.0)  # of one client, in so many seconds
SUGGESTED: Final = 4  # articles beside the form
SITEMAP: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{}</urlset>\n'


def path_of(article: ShownArticle) -> str:
    """The address of an article in its language."""
    return f"/help/{quote(article.name, safe='')}/{article.language}"


async def base(request: Request) -> str:
    """Under which address these pages are known."""
    return (await pages.settings(request)).url or str(request.base_url).rstrip("/")


def others(places: Iterable[tuple[str, str]], own: str) -> list[tuple[str, str, str]]:
    """The other languages there are, each with what it calls itself and where."""
    named = words.dates_of
    return [(one, str(named(one).cldr.languages.get(one, one)), place) for one, place in places if one != own]


async def kept(request: Request, response: Response) -> Response:
    """The same page with a mark of what is in it; nothing more for who has it already (RFC 9110 section 13.1.2)."""
    mark = mark_of(bytes(response.body))
    told = {**KEPT, "etag": mark}
    if response.status_code == 200 and has_already(request, mark):
        return Response(status_code=304, headers=told)
    response.headers.update(told)
    return response


def looked_for(request: Request) -> str:
    """What somebody searches for; "" for nothing. Raises Refused "slow" where it is the work of a program."""
    query = request.query_params.get("q", "").strip()[:LONGEST]
    if query:
        pages.limit(request, "search", *SEARCHES)
    return query


async def shelf(request: Request) -> Response:
    """All articles of a language, or those that speak of `?q=`."""
    known = await pages.settings(request)
    query = looked_for(request)
    language = pages.language(request, known)
    found: ArticlesPage = await pages.ask(request, "articles", ArticlesAsked(language, query))
    if found.languages and language not in found.languages:
        language = pages.language(request, known, found.languages)
        found = await pages.ask(request, "articles", ArticlesAsked(language, query))
    site = await base(request)
    places = [(one, f"/help?{urlencode({'lang': one})}") for one in found.languages]
    page = await pages.show(
        request,
        "help.html",
        language=language,
        headers={"x-robots-tag": "noindex"} if query else None,  # of what somebody looked for nothing is to be found
        found=found,
        told=found.news,
        form=found.form,
        query=query,
        path_of=path_of,
        others=others(places, language),
        alternates=[(one, site + place) for one, place in places],
        canonical=f"{site}/help?{urlencode({'lang': language})}",
        default=f"{site}/help",
    )
    return await kept(request, page)


async def article(request: Request) -> Response:
    """One article: `/help/NAME` in the language that suits the reader, `/help/NAME/fi` in that one."""
    known = await pages.settings(request)
    name, wanted = request.path_params["name"], request.path_params.get("language", "")
    one: ArticlePage = await pages.ask(request, "article", ArticleAsked(name, wanted))
    suits = wanted or pages.language(request, known, one.languages)
    if suits != one.article.language:
        one = await pages.ask(request, "article", ArticleAsked(name, suits))
    site = await base(request)
    bare = f"/help/{quote(name, safe='')}"
    places = [(language, f"{bare}/{language}") for language in one.languages]
    page = await pages.show(
        request,
        "article.html",
        language=one.article.language,
        one=one,
        html=Markup(one.html),  # noqa: S704 - sanitised by the desk: words, lists, tables and links
        told=one.news,
        form=one.form,
        others=others(places, one.article.language),
        alternates=[(language, site + place) for language, place in places],
        canonical=site + path_of(one.article),
        default=site + bare,
    )
    return await kept(request, page)


async def suggest(request: Request) -> Response:
    """Titles of what speaks of `?q=`, for the script of the form; never more than a few."""
    known = await pages.settings(request)
    query = looked_for(request)
    language = pages.language(request, known)
    found: ArticlesPage = await pages.ask(request, "articles", ArticlesAsked(language, query))
    titles = [{"title": one.title, "url": path_of(one)} for one in found.articles[:SUGGESTED]] if query else []
    return await kept(request, JSONResponse(titles, headers={"x-robots-tag": "noindex"}))


async def sitemap(request: Request) -> Response:
    """Every article in every language, for search engines (sitemaps.org)."""
    found: ArticlesPage = await pages.ask(request, "articles", ArticlesAsked())
    site = await base(request)
    places = [(f"{site}/help", "")]
    places += [(f"{site}{path_of(one)}", f"{one.changed:%Y-%m-%d}" if one.changed else "") for one in found.articles]
    lines = (
        f"<url><loc>{escape(place)}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>\n"
        for place, changed in places
    )
    return await kept(request, Response(SITEMAP.format("".join(lines)), media_type="application/xml"))


routes: Final[tuple[BaseRoute, ...]] = (
    Route("/help", shelf),
    Route("/help.json", suggest),
    Route("/sitemap.xml", sitemap),
    Route("/help/{name}", article),
    Route("/help/{name}/{language}", article),
)
