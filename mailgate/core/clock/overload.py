"""Will the backlog clear by its deadlines? The pace of the last four weeks says so, and what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from mailgate.core.clock.escalation import rows
from mailgate.core.model.policy import Calendar, Policy
from mailgate.core.model.said import Said, said
from mailgate.core.model.shown import Fact, Section
from mailgate.core.model.ticket import Priority, Ticket
from mailgate.core.worktime import working_time

WEEKS = 4
FEWEST_SOLVED = 20  # in those weeks: fewer say nothing about the pace
FEWEST_LATE = 3  # tickets that will be late; fewer are no overload
SHOWN = 10


@dataclass(frozen=True, slots=True)
class WeeklyPace:
    """What a department got and did in the last weeks."""

    arrived: int
    solved: int
    worked: timedelta  # working time in that stretch

    @property
    def for_one_ticket(self) -> timedelta | None:
        """Working time in which the team solves one ticket; None when too few were solved to tell."""
        return self.worked / self.solved if self.solved >= FEWEST_SOLVED else None


@dataclass(frozen=True, slots=True)
class Overload:
    """More work than the deadlines allow."""

    department: str
    pace: WeeklyPace
    backlog: tuple[Ticket, ...]  # every unsolved ticket at work, in order of its deadline
    late: tuple[Ticket, ...]  # those that will miss it
    lacking: timedelta  # working time the team would need more to meet them all


def forecast(
    department: str, calendar: Calendar | None, tickets: Sequence[Ticket], pace: WeeklyPace, now: datetime
) -> Overload | None:
    """The tickets that will miss their deadline at this pace; None when all can be met, or too little is known.

    They are taken in order of their deadlines: no other order meets more of them, so what is late here is late in any.
    New arrivals are left out; they could only make it worse. What is overdue already counts as work, not as foresight.
    """
    if pace.for_one_ticket is None:
        return None
    backlog = sorted((one for one in tickets if one.due.next), key=lambda one: (one.due.next, one.number))
    late: list[Ticket] = []
    lacking = timedelta()
    needed = timedelta()
    for ticket in backlog:
        needed += pace.for_one_ticket
        due = ticket.due.next
        if due is None or due <= now:
            continue
        left = working_time.between(calendar, now, due)
        if needed > left:
            late.append(ticket)
            lacking = max(lacking, needed - left)
    return Overload(department, pace, tuple(backlog), tuple(late), lacking) if len(late) >= FEWEST_LATE else None


def section(policy: Policy, found: Overload) -> Section:
    """What the lead reads: how bad it is, what would help, who has how much, which tickets are late first."""
    own = Counter(ticket.owner for ticket in found.backlog if ticket.owner)
    return Section(
        title(found),
        text=said("list.lines", lines=tuple(_advice(policy, found, own))),
        facts=_shares(policy, own, len(found.backlog)),
        rows=rows(policy, found.late[:SHOWN]),
    )


def title(found: Overload) -> Said:
    """The subject of the letter."""
    return said("list.overload", department=found.department)


def verdict(found: Overload) -> Said:
    """How many will be late."""
    return said("list.overload_what", missed=len(found.late), backlog=len(found.backlog))


def _advice(policy: Policy, found: Overload, own: Mapping[str, int]) -> list[Said]:
    crew = [agent.name for agent in policy.agents_of(found.department)]
    load = {name: own.get(name, 0) for name in crew}
    lines = [
        verdict(found),
        said("list.overload_pace", arrived=round(found.pace.arrived / WEEKS), solved=round(found.pace.solved / WEEKS)),
        said("list.overload_hours", hours=ceil(found.lacking / timedelta(hours=1))),
    ]
    least = min(load, key=lambda name: (load[name], name), default=None)
    most = max(load, key=lambda name: (load[name], name), default=None)
    free = sum(1 for ticket in found.backlog if ticket.owner is None)
    if free and least:
        lines.append(said("list.overload_free", n=free, name=policy.shown_name(least)))
    if most and least and load[most] >= 2 * load[least] + FEWEST_LATE:
        lines.append(said("list.overload_even", most=policy.shown_name(most), many=load[most],
                         least=policy.shown_name(least), few=load[least]))  # fmt: skip
    low = sum(1 for ticket in found.backlog if ticket.priority is Priority.LOW)
    if low:
        lines.append(said("list.overload_low", n=low))
    return lines


def _shares(policy: Policy, own: Mapping[str, int], whole: int) -> tuple[Fact, ...]:
    ranked = sorted(own.items(), key=lambda pair: (-pair[1], pair[0]))
    shares = [Fact(policy.shown_name(name), f"{count}") for name, count in ranked]
    free = whole - sum(own.values())
    return (*shares, *((Fact(said("somebody.none"), f"{free}"),) if free else ()))
