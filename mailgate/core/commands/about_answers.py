"""Commands that take up what was written to a customer: as a draft for another, and as an article for all."""

from __future__ import annotations

import re
from dataclasses import replace

from mailgate.core.commands.judging import Granted, Judgement, Refusal, TicketContext, is_name
from mailgate.core.commands.reader import Command
from mailgate.core.letters import readers
from mailgate.core.model.canned import ArticleDrafted, Drafted, solution
from mailgate.core.model.change import KeepArticle
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.text import marks
from mailgate.core.text.folding import fold

TITLE, TEXT = 120, 64 * 1024  # characters an article's parts may have


def draft(context: TicketContext) -> Judgement:
    """The answer that solved another ticket, what was its customer's own marked; it leaves when the agent writes it."""
    other = context.other_ticket(context.argument)
    if isinstance(other, Refusal):
        return other
    answer = solution(other.entries)
    if answer is None:
        return Refusal("no_answer", params={"number": str(other.number)})
    names = (*people_of(other), answer.author_name)
    text = marks.marked(answer.text, names)
    about = Drafted(source=other.number, who=answer.author_name or answer.author, text=text)
    letter = readers.to_agent(context.policy, context.agent, about, purpose=Purpose.CUSTOMER)
    return context.granted("drafted", outbound=[letter], number=str(other.number))


def article(context: TicketContext) -> Judgement:
    """An article of the mail's words, which begin with its title; without words a draft of the agent's last answer.

    A lead's stands at once, another's when a lead says so; nothing with a mark in it does.
    """
    name, ticket, agent = fold(context.argument), context.ticket, context.agent
    if not is_name(name):
        return Refusal("no_name", params={"name": context.argument})
    words = context.world.words.strip()
    if not words:
        return _article_draft(context, name)
    if marks.has_mark(words):
        return Refusal("article_marks")
    title, _, text = (part.strip() for part in words.partition("\n"))
    if not text or len(title) > TITLE or len(text) > TEXT:
        return Refusal("article_title")
    kept = KeepArticle(name, ticket.language, title, text, agent.name, stands=context.leads)
    lead = readers.lead_of(context.policy, ticket.department)
    if kept.stands or lead is None:
        return Granted("article_stands", effects=(replace(kept, stands=True),), params={"name": name})
    about = ArticleDrafted(name=name, title=title, text=text, by=agent.shown_name)
    return Granted(
        "article_asked", outbound=(context.letter(lead, about),), effects=(kept,),
        params={"name": name, "who": lead.shown_name},
    )  # fmt: skip


def _article_draft(context: TicketContext, name: str) -> Judgement:
    thread = context.world.entries or context.ticket.entries
    own = solution(one for one in thread if one.author == context.agent.name)
    answer = own or solution(thread)
    if answer is None:
        return Refusal("no_words")
    names = (*people_of(context.ticket), answer.author_name)
    title = marks.marked(context.ticket.subject, names)
    about = ArticleDrafted(name=name, title=title, text=marks.marked(answer.text, names))
    return context.granted("article_drafted", outbound=[context.letter(context.agent, about)], name=name)


def publish(context: TicketContext) -> Judgement:
    """A lead's word: the article that waits under this name stands."""
    waiting = context.world.moment.facts.asked_articles.get(fold(context.argument))
    if waiting is None:
        return Refusal("no_such_article", params={"name": context.argument})
    kept = KeepArticle(waiting.name, waiting.language, waiting.title, waiting.text, context.agent.name, stands=True)
    return Granted("article_stands", effects=(kept,), params={"name": waiting.name})


def from_a_list(command: Command) -> Refusal | None:
    """Refused: words to a customer in a line like `1 reply Hello`, which would be told as sent and leave for nobody."""
    return Refusal("list_words") if command.name in ("reply", "only", "use") else None


def people_of(ticket: Ticket) -> tuple[str, ...]:
    """The names of its customers, as they wrote them; of whoever wrote none, what their address calls them."""
    people = [(one.name, one.addr) for one in (ticket.requester, *ticket.participants)]
    wrote = [(one.author_name, one.author) for one in ticket.entries if one.kind is EntryKind.CUSTOMER]
    return tuple({name or _called(addr) for name, addr in (*people, *wrote)} - {""})


def _called(addr: str) -> str:
    """The words before the @: `Maija` answers to maija.virtanen@home.example."""
    return re.sub(r"[\W\d_]", " ", addr.partition("@")[0]).strip()
