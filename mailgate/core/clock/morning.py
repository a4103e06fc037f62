"""The morning's letter: when its reader wants it, and what of the desk they should know before they begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.clock import collected, held, pulling
from mailgate.core.clock.escalation import rows
from mailgate.core.clock.held import Held
from mailgate.core.letters import readers
from mailgate.core.model.desk_rows import Load, Unowned
from mailgate.core.model.mail_rows import ParkedMail
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Calendar, Department, Policy
from mailgate.core.model.said import Words, day, said
from mailgate.core.model.shown import Fact, Section
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.worktime import working_time

MOST = 25  # tickets a section shows


def due_day(calendar: Calendar | None, zone: ZoneInfo, at: int, now: datetime) -> date | None:
    """The local day whose digest is due at `now`; None before its time and on days off.

    `at` is minutes from local midnight; a reader whose work begins later gets it when it begins. Nobody gets it after
    their last hour: a gateway that starts in the evening has no morning to tell of.
    """
    day = now.astimezone(zone).date()
    if not working_time.is_working_day(calendar, day):
        return None
    due = working_time.moment_of_day(zone, day, at)
    if calendar is not None:
        hours = tuple(working_time.intervals(calendar, day, day))
        due = max(due, hours[0][0]) if hours else due
        if hours and due < hours[-1][1] <= now:
            return None
    return day if now >= due else None


def calendar_of(policy: Policy, agent: Agent) -> Calendar | None:
    """The agent's own working hours, else those of their department (the first that has any)."""
    names = [agent.calendar, *(policy.department(name).calendar for name in agent.departments)]
    names += [one.calendar for one in policy.departments] if not agent.departments else []
    return next((found for found in map(policy.calendar, names) if found), None)


def recipients(moment: Moment) -> tuple[tuple[Agent, ...], tuple[Agent, ...], tuple[str, ...]]:
    """(agents who get their own list, agents who get the list of those they lead, outside addresses).

    Who is away gets none: see `reads_for`, and whoever reads for a lead gets the lead's.
    """
    policy = moment.policy
    own: dict[str, Agent] = {}
    leads: dict[str, Agent] = {}
    outside = []
    chiefs = [readers.lead_here(moment, one.name) for one in policy.departments]
    for name in policy.digest_to:
        if name == "agents":
            own.update({one.name: one for one in policy.agents if one.active and not readers.is_away(moment, one)})
        elif name == "lead":
            leads.update({agent.name: agent for agent in chiefs if agent})
        elif "@" in name and policy.agent_at(name) is None:
            outside.append(name)
        else:
            named = policy.agent_at(name) if "@" in name else policy.agent(name)
            if named and named.active:
                agent = readers.instead_of(moment, named)
                own[agent.name] = agent
                if agent in chiefs:
                    leads[agent.name] = agent
    return tuple(own.values()), tuple(leads.values()), tuple(dict.fromkeys(outside))


def reads_for(moment: Moment, agent: Agent) -> tuple[Agent, ...]:
    """Those away whose own list somebody else has in theirs."""
    gone = (one for one in moment.policy.agents if one.active and readers.is_away(moment, one))
    return tuple(one for one in gone if readers.instead_of(moment, one).name == agent.name)


def led_by(moment: Moment, agent: Agent) -> tuple[Department, ...]:
    """The departments an agent leads, or reads for their lead."""
    return tuple(
        one
        for one in moment.policy.departments
        if not one.training and (chief := readers.lead_here(moment, one.name)) and chief.name == agent.name
    )


# --- what stands in it ------------------------------------------------------------------------------------------------


def agents_list(
    moment: Moment,
    agent: Agent,
    mine: Sequence[Ticket],
    waits: Held,
) -> list[Section]:
    """Sections about an agent's own work, each ticket in the first that fits; empty when there is nothing to say."""
    policy = moment.policy
    zone = ZoneInfo(agent.timezone)
    evening, here = _midnight(zone, moment.now), moment.now.astimezone(zone)
    titles = {"today": said("list.today", day=day(here, here))}
    piles: dict[str, list[Ticket]] = {"overdue": [], "today": [], "answer": [], "mine": []}
    for ticket in mine:
        piles[_pile(ticket, evening, moment.now)].append(ticket)
    sections = held.sections(policy, waits)
    sections += [
        _tickets(policy, titles.get(pile, said(f"list.{pile}")), found) for pile, found in piles.items() if found
    ]
    return sections


def for_another(who: Agent, sections: Sequence[Section]) -> list[Section]:
    """Sections about the work of somebody away, for whoever reads them instead."""
    return [replace(one, title=said("list.of_agent", name=who.shown_name, title=one.title)) for one in sections]


def _pile(ticket: Ticket, evening: datetime, now: datetime) -> str:
    due = ticket.due.next
    if ticket.overdue(now):
        return "overdue"
    if due is not None and due < evening:
        return "today"
    customer_at, agent_at = ticket.last_customer_at, ticket.last_agent_at
    return "answer" if customer_at is not None and (agent_at is None or customer_at > agent_at) else "mine"


def of_everybody(policy: Policy, agent: Agent, unowned: Unowned, overdue: Sequence[Ticket]) -> list[Section]:
    """Sections about an agent's departments: what nobody has, and what is overdue in the hands of colleagues."""
    sections = [pulling.section(policy, unowned)] if unowned.first else []
    late: dict[str, list[Ticket]] = {}
    for ticket in overdue:
        if ticket.owner not in (None, agent.name):
            late.setdefault(ticket.department, []).append(ticket)
    return sections + [
        _tickets(policy, said("list.overdue_in", department=department), found) for department, found in late.items()
    ]


def departments_list(
    policy: Policy, department: Department, work: Sequence[Load], overdue: Sequence[Ticket]
) -> list[Section]:
    """How much everybody has, and what is overdue; `work` are rows of `Read.desk`."""
    load: dict[str, list[int]] = {}
    for one in work:
        if one.department == department.name and one.status in (Status.NEW, Status.OPEN):
            counts = load.setdefault(policy.shown_name(one.owner), [0, 0])
            counts[0] += one.tickets
            counts[1] += one.overdue
    if not load:
        return []
    facts = tuple(
        Fact(name or said("somebody.none"), said("list.load", open=both[0], overdue=both[1]))
        for name, both in sorted(load.items(), key=lambda pair: (-pair[1][0], not pair[0], pair[0]))
    )
    team = Section(said("list.team", department=department.name), facts=facts)
    return [team, *([_tickets(policy, said("list.overdue"), overdue)] if overdue else [])]


def whole_desk_list(policy: Policy, parked: Sequence[ParkedMail], quarantined: int) -> list[Section]:
    """The places where something waits for a person."""
    sections: list[Section] = []
    if quarantined:
        sections.append(Section(said("list.quarantine"), text=said("list.in_quarantine", n=quarantined)))
    if parked:
        sections.append(collected.waiting(parked, policy, said("list.parked_all")))
    return sections


def _tickets(policy: Policy, title: Words, found: Sequence[Ticket]) -> Section:
    more = len(found) - MOST
    return Section(
        title,
        rows=rows(policy, found[:MOST]),
        more=more if more > 0 else None,
    )


def _midnight(zone: ZoneInfo, now: datetime) -> datetime:
    return working_time.moment_of_day(zone, now.astimezone(zone).date() + timedelta(days=1))
