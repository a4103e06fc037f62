"""What of an agent's words has not arrived: parked, on its way, come back or unreadable; and when they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.clock import collected
from mailgate.core.letters import readers
from mailgate.core.model.change import Outbound
from mailgate.core.model.content import Digest
from mailgate.core.model.letter_rows import StuckAnswer
from mailgate.core.model.mail_rows import ParkedMail, QuarantinedMail
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Calendar, Policy
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact, Section
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.worktime import working_time

BEFORE_END = timedelta(minutes=15)  # of their hours: there is time to do something about it
AFTER_END = timedelta(hours=1)  # a gateway that was down says it no later
PRESSING = timedelta(hours=2)  # a parked answer to what is due so soon is told to the lead at once


@dataclass(frozen=True, slots=True)
class Held:
    """Mail of one agent."""

    parked: tuple[ParkedMail, ...] = ()
    stuck: tuple[StuckAnswer, ...] = ()
    came_back: tuple[Ticket, ...] = ()  # tickets at work whose newest words are a bounce's
    unreadable: tuple[QuarantinedMail, ...] = ()

    def __len__(self) -> int:
        """How many they are."""
        return len(self.parked) + len(self.stuck) + len(self.came_back) + len(self.unreadable)

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """Where something can be done about it by a line of a list; a parked mail is answered by its receipt."""
        return tuple({one.number: one for one in (*self.came_back, *(each.ticket for each in self.stuck))}.values())


def rest(policy: Policy, held: Held) -> tuple[Fact, ...]:
    """All but what is parked, a line each."""

    def about(ticket: Ticket) -> str:
        return f"{policy.tag(ticket.number)} {ticket.subject}"

    stuck = ((f"{about(one.ticket)} → {one.to}", "uncertain" if one.uncertain else "delayed") for one in held.stuck)
    return (
        *(Fact(said("held.came_back"), about(one)) for one in held.came_back),
        *(Fact(said(f"held.{why}"), what) for what, why in stuck),
        *(Fact(said("held.unreadable"), one.subject or said("ticket.untitled")) for one in held.unreadable),
    )


def sections(policy: Policy, held: Held) -> list[Section]:
    """What is parked, then the rest; none for nothing."""
    found = [collected.waiting(held.parked, policy, said("list.parked"))] if held.parked else []
    others = rest(policy, held)
    return [*found, Section(said("list.not_arrived"), facts=others)] if others else found


def evening(calendar: Calendar | None, now: datetime) -> date | None:
    """The local day whose last working hour ends about now; None at other times, and around the clock."""
    if calendar is None:
        return None
    day = now.astimezone(ZoneInfo(calendar.timezone)).date()
    ends = [end for _, end in working_time.intervals(calendar, day, day) if not working_time.is_open(calendar, end)]
    return day if ends and ends[-1] - BEFORE_END <= now < ends[-1] + AFTER_END else None


def before_leaving(policy: Policy, agent: Agent, held: Held, hearer: Agent) -> Outbound:
    """At the end of their hours: how many of an agent's answers have not arrived, and which."""
    title = said("list.not_arrived_n", n=len(held))
    if hearer.name != agent.name:
        title = said("list.of_agent", name=agent.shown_name, title=said("list.not_arrived"))
    about = Digest(title=title, why="held", sections=tuple(sections(policy, held)))
    return readers.to_agent(policy, hearer, about, purpose=Purpose.NOTE)


def presses(ticket: Ticket, now: datetime) -> bool:
    """True where a parked answer is to a ticket that is late, or will be before two hours have passed."""
    due = ticket.due.next
    return due is not None and due <= now + PRESSING and ticket.status in (Status.NEW, Status.OPEN)
