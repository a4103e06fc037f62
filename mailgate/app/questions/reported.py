"""`#report`: the figures of a period, of one agent or one department, as far as whoever asks may see them."""

from __future__ import annotations

from datetime import datetime

from mailgate.app.questions import report, seen
from mailgate.core.commands import report_words
from mailgate.core.commands.report_words import ReportAsked
from mailgate.core.commands.ticket_filter import NotAFilter
from mailgate.core.figures.tally import PeriodReport
from mailgate.core.model.content import PeriodLetter, Question
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact
from mailgate.store.base import Read


def letter(read: Read, policy: Policy, agent: Agent, now: datetime, argument: str) -> PeriodLetter | None:
    """The report as it comes when nothing else is asked; None where what is asked is not understood or not theirs."""
    found = _asked(policy, agent, argument)
    return (
        None
        if isinstance(found, Question)
        else report.letter(_figures(read, policy, agent, now, found), agent.language, policy)
    )


def answer(read: Read, policy: Policy, agent: Agent, now: datetime, argument: str) -> Question:
    """The figures alone: what stands beside other answers, or why there are none."""
    asked = _asked(policy, agent, argument)
    if isinstance(asked, Question):
        return asked
    figures = _figures(read, policy, agent, now, asked)
    facts = tuple(
        Fact(name, said("asked.before", value=value, before=before) if before else value)
        for name, value, before in report.headline(figures, agent.language)
    )
    title = said("asked.report", period=said(f"last.{asked.unit}", n=asked.count))
    return Question(title=title, intro=", ".join(report.whose(figures, policy)), facts=facts)


def _asked(policy: Policy, agent: Agent, argument: str) -> ReportAsked | Question:
    departments, agents = [one.name for one in policy.departments], [one.name for one in policy.agents]
    try:
        asked = report_words.parse(argument, departments=departments, agents=agents, me=agent.name)
    except NotAFilter as problem:
        return Question(title=said("figure.report"), intro=said("asked.no_period", text=problem.word))
    if asked.agent and not seen.may_see(policy, agent, asked.agent):
        return Question(title=said("figure.report"), intro=said("asked.not_theirs", name=asked.agent))
    return asked


def _figures(read: Read, policy: Policy, agent: Agent, now: datetime, asked: ReportAsked) -> PeriodReport:
    found = report.of_period(read, policy, now, asked.period, asked.department, asked.agent)
    return seen.as_seen(found, policy, agent)
