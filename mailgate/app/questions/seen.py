"""Whose figures a reader of a report sees: their own, and whoever leads a department those of who works there."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.figures.tally import PeriodReport
from mailgate.core.letters import readers
from mailgate.core.model.policy import Agent, Policy, Role


def may_see(policy: Policy, reader: Agent, whose: str) -> bool:
    """True for the agent themselves, who leads where they work, and admins; what one does is nobody else's business."""
    if reader.name == whose or reader.role is Role.ADMIN:
        return True
    agent = policy.agent(whose)
    if agent is None:  # who has gone worked for any of them
        return reader.role is Role.LEAD
    leads = (readers.lead_of(policy, one) for one in policy.departments if agent.works_in(one.name))
    return any(lead is not None and lead.name == reader.name for lead in leads)


def as_seen(report: PeriodReport, policy: Policy, reader: Agent) -> PeriodReport:
    """The report without the lines of agents whose figures the reader does not see; what nobody has is everybody's."""
    seen = (one for one in report.agents if not one[0] or may_see(policy, reader, one[0]))
    return replace(report, agents=tuple(seen))
