"""Which agents hear of what happened to a ticket, and in what letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mailgate.core import worktime
from mailgate.core.addressee import writable
from mailgate.core.case import Case
from mailgate.core.change import Audience, Outbound, Urgency
from mailgate.core.facts import Absence
from mailgate.core.mail import Address
from mailgate.core.policy import Agent, Department, Policy, Role
from mailgate.core.ticket import Priority, Ticket

PULL_FROM = 4  # departments with at least so many agents pull their work unless the admin says otherwise


def readers(policy: Policy, ticket: Ticket, away: Iterable[Absence] = ()) -> tuple[Agent, ...]:
    """The agents who hear of new words on this ticket: owner and watchers, else the department by `notify`."""
    named = [ticket.owner, *ticket.watchers] if ticket.owner else [*ticket.watchers, *crew(policy, ticket.department)]
    covers = {absence.agent: absence.cover for absence in away if absence.cover}
    found: dict[str, Agent] = {}
    for name in named:
        agent = policy.agent(name)
        cover = policy.agent(covers.get(name or "", ""))
        for one in (cover,) if cover and name != ticket.owner else (agent, cover):
            if one and one.active:
                found.setdefault(one.name, one)
    return tuple(found.values())


def crew(policy: Policy, department: str) -> tuple[str, ...]:
    """Names of those who hear of an unowned ticket (configuration `notify`; empty means all up to three agents)."""
    desk = policy.department(department)
    agents = policy.agents_of(department)
    how = desk.notify or ("all" if len(agents) < PULL_FROM else "pull")
    if how == "all":
        return tuple(agent.name for agent in agents)
    return (desk.lead,) if how in ("lead", "owner") and desk.lead else ()


def to_agent(policy: Policy, agent: Agent, template: str, **parts: Any) -> Outbound:
    """A letter to one agent at their configured address, in their language."""
    return Outbound(
        template=template,
        audience=Audience.AGENT,
        to=(Address(agent.address, agent.shown_name),),
        agent=agent.name,
        language=agent.language if agent.language in policy.languages else "en",
        **{"urgency": Urgency.NOTICE, **parts},
    )


def at_work(policy: Policy, agent: Agent, priority: Priority, now: datetime) -> datetime | None:
    """When a notice may leave that comes outside the agent's hours: at their start; urgent ones at once (None)."""
    calendar = policy.calendar(agent.calendar)
    if calendar is None or priority is Priority.URGENT or worktime.is_open(calendar, now):
        return None
    return worktime.next_open(calendar, now)


def of_words(case: Case, ticket: Ticket, why: str, extra: Iterable[str] = (), **context: Any) -> tuple[Outbound, ...]:
    """Notices of a customer's words: a plain reply to one goes to the customer."""
    agents = {agent.name: agent for agent in readers(case.policy, ticket, case.facts.away)}
    for name in extra:
        agent = case.policy.agent(name)
        if agent and agent.active:
            agents.setdefault(name, agent)
    author = case.authority.agent
    others = [agent for agent in agents.values() if author is None or agent.name != author.name]
    return _to_each(case, ticket, others, "customer", {"why": why, **_elsewhere(case, ticket), **context}, files(case))


def _elsewhere(case: Case, ticket: Ticket) -> dict[str, str]:
    """The other address of a mail whose Reply-To is not its From: where it came from, or where answers are asked for.

    The requester never changes by itself: a later mail's wish is shown, and one tap grants it.
    """
    author = case.author
    if author is None or not case.answers_to or case.route.call is not None:
        return {}
    asked = case.answers_to[0]
    takes_part = {one.key for one in (ticket.requester, *ticket.participants)}
    if asked.key == author.key:
        return {}
    if asked.key not in takes_part:
        return {"asks_for": asked.addr}
    return {} if author.key in takes_part or not writable(author, case.policy) else {"came_from": author.addr}


def files(case: Case) -> tuple[tuple[int, str], ...]:
    """The mail's files, when they are small enough to be sent on; large ones are only named (threats C-10)."""
    found = case.mail.attachments
    fits = sum(file.size for file in found) <= case.policy.attach_max
    return tuple((0, file.part) for file in found) if fits else ()


def of_note(case: Case, ticket: Ticket, why: str, **context: Any) -> tuple[Outbound, ...]:
    """Notices of internal words: a plain reply to one stays internal."""
    author = case.authority.agent if case.authority.steer else None
    agents = readers(case.policy, ticket, case.facts.away)
    others = [agent for agent in agents if author is None or agent.name != author.name]
    return _to_each(case, ticket, others, "note", {"why": why, **context})


def to_departments(case: Case, ticket: Ticket, names: Iterable[str]) -> tuple[Outbound, ...]:
    """Further departments hear of a ticket that was sent to them too."""
    agents = {name: case.policy.agent(name) for dept in names for name in crew(case.policy, dept)}
    known = [agent for agent in agents.values() if agent and agent.active]
    return _to_each(case, ticket, known, "customer", {"why": "told"})


def _to_each(
    case: Case,
    ticket: Ticket,
    agents: Iterable[Agent],
    purpose: str,
    about: Mapping[str, Any],
    attachments: tuple[tuple[int, str], ...] = (),
) -> tuple[Outbound, ...]:
    """The same notice to several agents, to each when they are at work."""
    return tuple(
        to_agent(
            case.policy,
            agent,
            "notice",
            purpose=purpose,
            context={"from": _shown(case.author), **about},
            attachments=attachments,
            not_before=at_work(case.policy, agent, ticket.priority, case.now),
        )
        for agent in agents
    )


def lead_of(policy: Policy, department: Department | str) -> Agent | None:
    """The lead of a department, else the first agent who leads anywhere, else any admin."""
    desk = policy.department(department) if isinstance(department, str) else department
    lead = policy.agent(desk.lead)
    if lead and lead.active:
        return lead
    leaders = [agent for role in (Role.LEAD, Role.ADMIN) for agent in policy.agents if agent.role is role]
    return next((agent for agent in leaders if agent.active), None)


def _shown(addr: Address | None) -> dict[str, str]:
    return {"name": addr.name, "address": addr.addr} if addr else {"name": "", "address": ""}
