"""Articles an agent asks for: whole, numbered, so that `1 use` in the answer sends one."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailgate.app.questions import report
from mailgate.core.model.canned import Article, articles_with, in_language, unused
from mailgate.core.model.content import Question
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import said
from mailgate.core.model.shown import FigureTable, WholeArticle
from mailgate.core.model.ticket import Ticket
from mailgate.store.base import Read
from mailgate.wire.words import Phrases

MOST = 5  # articles of one answer
IDLE = timedelta(days=180)  # without a use of an article until a lead reads of it
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


def idle(read: Read, policy: Policy, language: str, timezone: str, now: datetime) -> tuple[FigureTable, ...]:
    """The table of articles nobody has used for half a year; none where there is none."""
    found = unused(policy.articles, read.people.articles_used(), now - IDLE)
    if not found:
        return ()
    speech = Phrases(language, timezone, now)
    never = report.label("never", language)
    rows = tuple((f"#use {name}", speech.day(at.isoformat()) if at else never) for name, at in found.items())
    head = (report.label("name", language), report.label("last_used", language))
    return (FigureTable(title=report.label("idle_articles", language), head=head, rows=rows),)
