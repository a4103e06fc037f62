"""Help at the desk: the articles that everybody may read, found by words, and each as a page."""

from __future__ import annotations

from typing import Final

from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.forms import told
from mailgate.core.model.policy import Policy
from mailgate.core.pages import help as shelf
from mailgate.core.pages.help import ArticleAsked, ArticlePage, ArticlesAsked, ArticlesPage
from mailgate.core.pages.window import Refusal
from mailgate.errors import MailgateError


def articles(desk: WindowDesk, asked: ArticlesAsked) -> ArticlesPage | Refusal:
    """The articles of a language that speak of some words, best first; without words all of them by title."""
    policy = desk.gateway.in_force.policy
    if not policy.web.help:
        return Refusal("forbidden")
    known = shelf.public(policy)
    words = asked.words.strip()
    return ArticlesPage(
        shelf.found(known, asked.language, words) if words else shelf.listed(known, asked.language),
        shelf.languages(known, policy),
        _news(desk, policy, asked.language),
        policy.web.form.public,
    )


def article(desk: WindowDesk, asked: ArticleAsked) -> ArticlePage | Refusal:
    """One article in one language; in another where there is none of that name, and "" leaves the choice to us."""
    policy = desk.gateway.in_force.policy
    same = [one for one in shelf.public(policy) if one.name == asked.name]
    there = shelf.languages(same, policy)
    found = shelf.named(same, asked.name, asked.language)
    if found is None and same and not asked.language:
        found = shelf.named(same, asked.name, policy.language if policy.language in there else there[0])
    if found is None:
        return Refusal("forbidden")
    try:
        html = desk.rendered.html(found.text, desk.gateway.children)
    except MailgateError:
        return Refusal("trouble")
    news = _news(desk, policy, found.language)
    return ArticlePage(shelf.shown(found), html, there, news, policy.web.form.public)


def _news(desk: WindowDesk, policy: Policy, language: str) -> tuple[str, ...]:
    now = desk.gateway.clock()
    departments = (one.name for one in policy.departments if not one.training)
    return told(desk.gateway.store.read(lambda read: read.outage.news(now)), policy, language, departments)


ANSWERS: Final[Answers] = {"articles": articles, "article": article}
