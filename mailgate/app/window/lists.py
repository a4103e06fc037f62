"""Lists of tickets for the pages of the team, by the words of `#list`, `#list held` and `#find`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mailgate.app.questions import questions
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.inside import agent_inside
from mailgate.core.commands import ticket_filter
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent
from mailgate.core.pages import lists
from mailgate.core.pages.lists import HELD, MOST, ListAsked, ListPage
from mailgate.core.pages.reader import reader_of
from mailgate.core.pages.window import Refusal
from mailgate.core.text.folding import fold
from mailgate.store.base import Read
from mailgate.wire.words import Phrases


def list_(desk: WindowDesk, asked: ListAsked) -> ListPage | Refusal:
    """One page of a list."""
    agent, gateway = agent_inside(desk, asked.session), desk.gateway
    if isinstance(agent, Refusal):
        return agent
    moment = gateway.in_force.moment(gateway.clock())
    return gateway.store.read(lambda read: _page(read, moment, agent, asked))


def _page(read: Read, moment: Moment, agent: Agent, asked: ListAsked) -> ListPage:
    policy, now = moment.policy, moment.now
    departments = tuple(one.name for one in policy.departments)
    agents = tuple((one.name, one.shown_name) for one in policy.agents if one.active)
    words = lists.words_of(asked)
    page = ListPage(reader_of(agent), "list", words, departments=departments, agents=agents)
    find = " ".join(asked.find.split())[: lists.LONGEST]
    if find:
        found = read.tickets.find(find, MOST, policy.languages)
        shown = lists.rows(moment, found)
        return replace(page, kind="find", words=find, rows=shown, total=len(shown), first=min(1, len(shown)))
    if fold(words.lstrip("#")) == HELD and HELD not in departments:
        return _held(read, moment, agent, page)
    try:
        wanted = ticket_filter.parse(words, departments=departments, agents=[one[0] for one in agents], me=agent.name)
    except ticket_filter.NotAFilter as problem:
        return replace(page, problem=problem.word[: lists.LONGEST])
    filter_ = questions.wanted_tickets(policy, agent, wanted)
    by_arrival = asked.order == "arrival" if asked.order in lists.ORDERS else filter_.by_arrival
    begins = lists.turned(asked.after)
    filter_ = replace(filter_, by_arrival=by_arrival, limit=MOST, offset=begins)
    shown = lists.rows(moment, read.tickets.matching(filter_, now))
    total = read.tickets.count(filter_, now)
    before, after = lists.pages(begins, len(shown), total)
    return replace(
        page,
        rows=shown,
        total=total,
        first=begins + 1 if shown else 0,
        before=before,
        after=after,
        order="arrival" if by_arrival else "due",
    )


def _held(read: Read, moment: Moment, agent: Agent, page: ListPage) -> ListPage:
    speech = Phrases(agent.language, agent.timezone, moment.now)
    lines, tickets, _ = questions.held_of(read, moment.policy, agent, moment.now)
    told = tuple((speech.said(one.label), speech.said(one.value)) for one in lines)
    return replace(page, kind="held", rows=lists.rows(moment, tickets), total=len(told), held=told)


ANSWERS: Final[Answers] = {"list": list_}
