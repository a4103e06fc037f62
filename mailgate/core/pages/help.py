"""Help pages: which articles everybody may read, in which languages, and what is found by words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mailgate.core.model.canned import Article, articles_with
from mailgate.core.model.policy import Policy

MOST: Final = 20  # articles that are found at once
LONGEST: Final = 200  # characters of what is looked for
WORDS: Final = 10  # of these, the first


@dataclass(frozen=True, slots=True)
class ArticlesAsked:
    """Which articles are there?"""

    language: str = ""  # "": all of them, in every language
    words: str = ""  # that they are to speak of; "" for all


@dataclass(frozen=True, slots=True)
class ArticleAsked:
    """What does an article say?"""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article by its title."""

    name: str
    title: str
    language: str
    changed: datetime | None = None  # aware UTC


@dataclass(frozen=True, slots=True)
class ArticlesPage:
    """The articles that were asked for: best first, or by title."""

    articles: tuple[ShownArticle, ...]
    languages: tuple[str, ...]  # in which there are any
    news: tuple[str, ...] = ()
    form: bool = False  # who finds nothing can write


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article, whole."""

    article: ShownArticle
    html: str  # made of its Markdown, and sanitised
    languages: tuple[str, ...]  # in which there is one of this name
    news: tuple[str, ...] = ()
    form: bool = False


def public(policy: Policy) -> tuple[Article, ...]:
    """What everybody may read; nothing where help is not public."""
    return tuple(one for one in policy.articles if one.public) if policy.web.help else ()


def languages(articles: Iterable[Article], policy: Policy) -> tuple[str, ...]:
    """In which languages there are any, in the order in which the desk has them."""
    there = {one.language for one in articles}
    return tuple(one for one in policy.languages if one in there)


def listed(articles: Iterable[Article], language: str) -> tuple[ShownArticle, ...]:
    """The articles of a language by their titles; without one all of them by name."""
    if not language:
        return tuple(map(shown, sorted(articles, key=lambda one: (one.name, one.language))))
    found = (one for one in articles if one.language == language)
    return tuple(map(shown, sorted(found, key=lambda one: (one.title.casefold(), one.name))))


def found(articles: Iterable[Article], language: str, words: str) -> tuple[ShownArticle, ...]:
    """The articles of a language that speak of these words, in whatever form, best first."""
    here = [one for one in articles if one.language == language]
    looked_for = " ".join(words[:LONGEST].split()[:WORDS])
    return tuple(map(shown, articles_with(here, looked_for, language, MOST)))


def shown(article: Article) -> ShownArticle:
    """An article by its title."""
    return ShownArticle(article.name, article.title, article.language, article.since)


def named(articles: Iterable[Article], name: str, language: str) -> Article | None:
    """The article of that name in that very language."""
    return next((one for one in articles if one.name == name and one.language == language), None)
