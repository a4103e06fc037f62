"""Canned answers and articles: texts with named holes, and finding the ones that speak of something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailgate.core.text.folding import with_spaces

_HOLE = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_SHORT = 4  # letters below which a word says nothing about a subject


@dataclass(frozen=True, slots=True)
class Article:
    """A piece of knowledge in one language."""

    name: str
    title: str
    language: str
    text: str
    url: str = ""


def holes(text: str) -> frozenset[str]:
    """The names of the values a text needs: `{days}`."""
    return frozenset(_HOLE.findall(text))


def fill_holes(text: str, values: Mapping[str, str]) -> str:
    """The text with its holes filled; one without a value stays as it is."""
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), text).strip()


def articles_about(articles: Iterable[Article], text: str, language: str, most: int = 3) -> tuple[Article, ...]:
    """The articles nearest to a text, best first: shared word beginnings, those of the title counting three times.

    Articles in another language are taken only where there is none in this one.
    """
    wanted = {word[:6] for word in with_spaces(text[:8192]).split() if len(word) >= _SHORT}
    scored: list[tuple[int, str, Article]] = []
    for article in articles:
        title = {word[:6] for word in with_spaces(article.title).split() if len(word) >= _SHORT}
        body = {word[:6] for word in with_spaces(article.text[:8192]).split() if len(word) >= _SHORT}
        score = 3 * len(wanted & title) + len(wanted & body)
        if score > 1:
            scored.append((score, article.name, article))
    scored.sort(key=lambda one: (one[2].language != language, -one[0], one[1]))
    best: dict[str, Article] = {}
    for _, name, article in scored:
        best.setdefault(name, article)
    return tuple(best.values())[:most]
