"""Reports for the pages of the team: what `#report` may say to whoever reads, counted once a minute at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from mailgate.app.questions import report as reporting
from mailgate.app.questions import seen
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.inside import agent_inside
from mailgate.core.commands import report_words
from mailgate.core.commands.ticket_filter import NotAFilter
from mailgate.core.pages import report
from mailgate.core.pages.reader import reader_of
from mailgate.core.pages.report import ReportAsked, ReportPage
from mailgate.core.pages.window import Refusal

LONGEST: Final = timedelta(days=370)  # a longer period is asked for by mail


def report_(desk: WindowDesk, asked: ReportAsked) -> ReportPage | Refusal:
    """The report as far as its reader may see it; who leads nobody sees their own unless they ask for a department."""
    agent, gateway = agent_inside(desk, asked.session), desk.gateway
    if isinstance(agent, Refusal):
        return agent
    policy, now = gateway.in_force.policy, gateway.clock()
    reader = reader_of(agent)
    whose = asked.agent or ("" if reader.leads or asked.department else agent.name)
    departments, agents = [one.name for one in policy.departments], [one.name for one in policy.agents]
    try:
        words = report.words_of(replace(asked, agent=whose))
        wanted = report_words.parse(words, departments=departments, agents=agents, me=agent.name)
    except NotAFilter:
        return Refusal("forbidden")
    if wanted.period > LONGEST or (wanted.agent and not seen.may_see(policy, agent, wanted.agent)):
        return Refusal("forbidden")
    figures = seen.as_seen(desk.reports.of(gateway.store, policy, wanted, now), policy, agent)
    letter = reporting.letter(figures, agent.language, policy)
    shown, charts, tables = report.parts(letter)
    return ReportPage(
        reader=reader,
        asked=asked.period,
        department=wanted.department or "",
        agent=wanted.agent or "",
        title=", ".join(reporting.whose(figures, policy)),
        span=letter.period,
        before=letter.before,
        figures=shown,
        charts=charts,
        tables=tables,
        sheet=report.sheet(reporting.table(figures)) if asked.sheet else (),
        departments=tuple(departments),
        agents=tuple((one.name, one.shown_name) for one in policy.agents if seen.may_see(policy, agent, one.name)),
    )


ANSWERS: Final[Answers] = {"report": report_}
