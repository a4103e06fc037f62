"""Who hears of what happens to a ticket: owner, watchers, a department's crew, its lead, the admin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailgate.core.model.change import Audience, Outbound, Urgency
from mailgate.core.model.content import Alarm, Content
from mailgate.core.model.facts import Absence
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Department, Policy, Role
from mailgate.core.model.said import Words
from mailgate.core.model.ticket import AnyTicket, Priority
from mailgate.core.worktime import working_time

PULL_FROM = 4  # departments with at least so many agents pull their work unless the admin says otherwise


def of_ticket(policy: Policy, ticket: AnyTicket, away: Iterable[Absence] = ()) -> tuple[Agent, ...]:
    """The agents who hear of new words on this ticket: owner and watchers, else the department by `notify`.

    Where the owner is no active agent any more it is the department's; where that pulls its work, its lead's.
    """
    owner = policy.agent(ticket.owner)
    if owner and owner.active:
        named = [owner.name, *ticket.watchers]
    else:
        named = [*ticket.watchers, *crew(policy, ticket.department)]
        lead = lead_of(policy, ticket.department) if ticket.owner else None
        if lead and not any(one and one.active for one in map(policy.agent, named)):
            named.append(lead.name)
    covers = {absence.agent: absence.cover for absence in away if absence.cover}
    found: dict[str, Agent] = {}
    for name in named:
        agent = policy.agent(name)
        cover = policy.agent(covers.get(name or "", ""))
        for one in (cover,) if cover and name != ticket.owner else (agent, cover):
            if one and one.active:
                found.setdefault(one.name, one)
    return tuple(found.values())


def of_departments(policy: Policy, names: Iterable[str]) -> tuple[Agent, ...]:
    """The agents who hear of an unowned ticket of any of these departments, each once."""
    crews = (policy.agent(name) for department in names for name in crew(policy, department))
    return tuple({agent.name: agent for agent in crews if agent and agent.active}.values())


def crew(policy: Policy, department: str) -> tuple[str, ...]:
    """Names of those who hear of an unowned ticket (configuration `notify`; empty means all up to three agents)."""
    settings = policy.department(department)
    agents = policy.agents_of(department)
    how = settings.notify or ("all" if len(agents) < PULL_FROM else "pull")
    if how == "all":
        return tuple(agent.name for agent in agents)
    lead = lead_of(policy, settings) if how in ("lead", "owner") and settings.lead else None
    return (lead.name,) if lead else ()


def lead_of(policy: Policy, department: Department | str) -> Agent | None:
    """The lead of a department, else the first agent who leads anywhere, else any admin."""
    settings = policy.department(department) if isinstance(department, str) else department
    lead = policy.agent(settings.lead)
    if lead and lead.active:
        return lead
    leaders = [agent for role in (Role.LEAD, Role.ADMIN) for agent in policy.agents if agent.role is role]
    return next((agent for agent in leaders if agent.active), None)


def at_work(moment: Moment, agent: Agent, priority: Priority) -> datetime | None:
    """When a notice may leave that comes outside the agent's hours: at their start; urgent ones at once (None)."""
    calendar = moment.policy.calendar(agent.calendar)
    if calendar is None or priority is Priority.URGENT or working_time.is_open(calendar, moment.now):
        return None
    return working_time.next_open(calendar, moment.now)


def to_agent(
    policy: Policy,
    agent: Agent,
    content: Content,
    *,
    purpose: Purpose,
    department: str = "",
    subject: str = "",
    in_reply_to: str = "",
    attachments: tuple[tuple[int, str], ...] = (),
    urgency: Urgency = Urgency.NOTICE,
    not_before: datetime | None = None,
    mail: int | None = None,
    dedupe: str = "",
) -> Outbound:
    """A letter to one agent at their configured address, in their language; the rest as in `Outbound`."""
    return Outbound(
        content=content,
        audience=Audience.AGENT,
        to=(Address(agent.address, agent.shown_name),),
        agent=agent.name,
        language=agent.language if agent.language in policy.languages else "en",
        purpose=purpose,
        department=department,
        subject=subject,
        in_reply_to=in_reply_to,
        references=(in_reply_to,) if in_reply_to else (),
        attachments=attachments,
        urgency=urgency,
        not_before=not_before,
        mail=mail,
        dedupe=dedupe,
    )


def alarm(moment: Moment, what: str, title: Words, text: Words, remedy: Words = "") -> tuple[Outbound, ...]:
    """A letter to the admin, at most one an hour of its kind; none when they are one of our own inbound addresses."""
    policy = moment.policy
    if not policy.admin or policy.department_at(policy.admin):
        return ()
    return (
        Outbound(
            content=Alarm(title=title, text=text, remedy=remedy),
            audience=Audience.ADMIN,
            to=(Address(policy.admin),),
            purpose=Purpose.ADMIN,
            language=policy.language if policy.language in policy.languages else "en",
            dedupe=f"alarm:{what}:{moment.now:%Y-%m-%dT%H}",
        ),
    )
