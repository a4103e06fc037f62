"""Whose figures a reader of a report sees: their own, and a lead everybody's."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.figures.tally import PeriodReport
from mailgate.core.model.policy import Agent, Role


def may_see(reader: Agent, whose: str) -> bool:
    """True for the agent themselves and for those who lead; what one person does is nobody else's business."""
    return reader.name == whose or reader.role in (Role.LEAD, Role.ADMIN)


def as_seen(report: PeriodReport, reader: Agent) -> PeriodReport:
    """The report without the lines of agents whose figures the reader does not see; what nobody has is everybody's."""
    return replace(report, agents=tuple(one for one in report.agents if not one[0] or may_see(reader, one[0])))
