"""Articles an agent asks for: whole, numbered, so that `1 use` in the answer sends one."""

from __future__ import annotations

from mailgate.core.model.canned import Article, articles_with, in_language
from mailgate.core.model.content import Question
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import said
from mailgate.core.model.shown import WholeArticle
from mailgate.core.model.ticket import Ticket

MOST = 5  # articles of one answer
LONGEST = 24_000  # characters of them all; the best is shown whatever its length


def about(policy: Policy, agent: Agent, words: str, ticket: Ticket | None) -> Question:
    """The articles that speak of these words, as the customer of the ticket would read them."""
    found = articles_with(policy.articles, words, agent.language, MOST)
    if not found:
        return Question(title=said("asked.kb"), intro=said("asked.kb_none"))
    if ticket is not None:
        found = tuple(in_language(policy.articles, one.name, ticket.language) or one for one in found)
    intro = said("asked.kb_use", who=ticket.requester.addr) if ticket else said("asked.kb_how")
    shown = tuple(WholeArticle(at, one.name, one.title, one.whole) for at, one in enumerate(_fitting(found), start=1))
    return Question(
        title=said("asked.kb"), intro=intro, texts=shown, numbers=(ticket.number,) if ticket else None
    )  # fmt: skip


def _fitting(found: tuple[Article, ...]) -> list[Article]:
    kept, room = list(found[:1]), LONGEST - len(found[0].whole)
    for one in found[1:]:
        room -= len(one.whole)
        if room >= 0:
            kept.append(one)
    return kept
