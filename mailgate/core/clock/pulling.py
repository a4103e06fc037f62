"""The list of what nobody has, for those who pull their work: when it is due, and what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailgate.core.clock import escalation
from mailgate.core.letters import readers
from mailgate.core.model.change import Outbound
from mailgate.core.model.content import Question
from mailgate.core.model.desk_rows import Unowned
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import language, said
from mailgate.core.model.shown import Fact, Section
from mailgate.core.worktime import skills, working_time

EVERY = timedelta(minutes=30)
CALM = timedelta(hours=1)  # where nothing in the list is pressing
PRESSING = timedelta(hours=2)  # before its deadline
SHOWN = 15  # tickets; the rest are counted


@dataclass(frozen=True, slots=True)
class LastList:
    """When an agent's last list was written, and the line of the journal up to which it knew; kept as text."""

    at: datetime
    event: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).isoformat()} {self.event}"


NEVER = LastList(datetime.min.replace(tzinfo=UTC), 0)


def last(kept: str | None) -> LastList:
    """The last list as it was kept; None is of somebody who never had one."""
    at, _, event = (kept or "").partition(" ")
    return LastList(datetime.fromisoformat(at), int(event)) if at else NEVER


def pulled_by(moment: Moment, agent: Agent) -> tuple[str, ...]:
    """The departments that pull their work and in which this agent is on duty, or stands in for all who are away."""
    return tuple(
        one.name
        for one in moment.policy.departments
        if readers.notified(moment.policy, one.name) == "pull"
        and (readers.is_on_duty(moment, agent, one.name) or _stands_in_for_all(moment, agent, one.name))
    )


def _stands_in_for_all(moment: Moment, agent: Agent, department: str) -> bool:
    """True for whoever reads what is for its lead, in their hours, while everybody of a department is away."""
    if not all(readers.is_away(moment, one) for one in moment.policy.agents_of(department)):
        return False
    reader = readers.lead_here(moment, department)
    if reader is None or reader.name != agent.name or readers.is_away(moment, agent):
        return False
    return working_time.is_open(readers.hours(moment.policy, agent, department), moment.now)


def is_due(before: LastList, now: datetime) -> bool:
    """At most one list in half an hour; one that the clock has not come to yet (it was set back) holds nothing up."""
    return not before.at <= now < before.at + EVERY


def may_wait(before: LastList, now: datetime, soonest: datetime | None) -> bool:
    """True when the next list may come later: an hour is not over yet, and the `soonest` deadline is not near."""
    return before.at <= now < before.at + CALM and (soonest is None or soonest > now + PRESSING)


def offer(moment: Moment, agent: Agent, found: Unowned, alike: Sequence[Section] = (), hint: str = "") -> Outbound:
    """A numbered list of the most pressing, and how much there is; `1 take` answers it.

    What a colleague can read and this agent cannot stands last, and what nobody on duty can is said. `alike` says what
    many of them share, `hint` is the command that gathers these.
    """
    policy = moment.policy
    shown = skills.in_order(found.first[:SHOWN], *skills.own_and_others(policy, agent))
    written = dict.fromkeys((one.department, skills.written_in(one)) for one in shown)
    codes = dict.fromkeys(code for home, one in written for code in readers.unspoken(moment, home, (one,)))
    unread = tuple(said("skills.nobody", language=language(code)) for code in codes)
    return readers.to_agent(
        policy,
        agent,
        Question(
            title=said("list.unowned_n", n=found.tickets),
            why="unowned",
            intro=said("list.lines", lines=unread) if unread else None,
            rows=escalation.rows(policy, shown),
            facts=counts(found),
            more=(found.tickets - len(shown)) or None,
            sections=tuple(alike) or None,
            hint=hint,
        ),
        purpose=Purpose.TABLES,
    )


def counts(found: Unowned) -> tuple[Fact, ...]:
    """How much of it there is in each department."""
    return tuple(
        Fact(one.department, said("list.unowned_load", n=one.tickets, overdue=one.overdue)) for one in found.load
    )


def section(policy: Policy, found: Unowned) -> Section:
    """The same for a digest, whose lines are not answered by number."""
    shown = found.first[:SHOWN]
    more = found.tickets - len(shown)
    return Section(
        said("list.unowned"),
        rows=escalation.rows(policy, shown),
        facts=counts(found),
        more=more or None,
    )
