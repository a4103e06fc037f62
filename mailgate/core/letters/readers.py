"""Who hears of what happens to a ticket: owner, watchers, a department's crew, its lead, the admin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from mailgate.core.model.change import Audience, Outbound, Urgency
from mailgate.core.model.content import Alarm, Content
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Calendar, Department, Policy, Role
from mailgate.core.model.said import Words
from mailgate.core.model.ticket import AnyTicket, Priority, Status
from mailgate.core.worktime import skills, working_time
from mailgate.core.worktime.promise import for_ticket, tier_of

URGENT_AN_HOUR = 10  # notices of urgent tickets that leave to one agent at once; further ones are gathered
GATHERED_EVERY = timedelta(minutes=10)
GATHERED_AHEAD = timedelta(minutes=5)  # notices are gathered so long before they would leave
_FULL_HOUR = datetime(2025, 1, 1, tzinfo=UTC)  # any: lists leave at :00, :10 and so on
BUSY = 2  # tickets of an hour from which on those told in turn hear of further ones one by one
IN_TURN = "in_turn"  # why they hear of it at all
IN_TURN_EVERY = timedelta(hours=2)
PULL_FROM = 4  # departments with at least so many agents pull their work unless the admin says otherwise


def of_ticket(moment: Moment, ticket: AnyTicket, *, arrived: bool = False, watched: bool = True) -> tuple[Agent, ...]:
    """The agents who hear of new words on this ticket: owner and watchers, else the department by `notify`.

    Where the owner is no active agent any more it is the department's; where that pulls its work, its lead's. Of what
    is urgent, promised so (`Sla.at_once`), or has `arrived` from another department, those hear who cannot wait for a
    list (`at_once`).
    """
    policy = moment.policy
    owner = policy.agent(ticket.owner)
    watchers = _watchers(moment, ticket) if watched else ()
    if owner and owner.active:
        return _here(moment, [owner.name, *watchers], ticket.department, owner.name)
    pressing = arrived or ticket.priority is Priority.URGENT or _promised_at_once(moment, ticket)
    alone = policy.training(ticket.department) and ticket.watchers  # of whoever practises nobody else hears
    named = [*watchers, *(() if alone else (at_once if pressing else crew)(moment, ticket.department))]
    lead = lead_of(policy, ticket.department) if ticket.owner else None
    if lead and not any(one and one.active for one in map(policy.agent, named)):
        named.append(lead.name)
    return _here(moment, named, ticket.department)


def _promised_at_once(moment: Moment, ticket: AnyTicket) -> bool:
    promised = for_ticket(moment.policy, ticket, tier_of(moment.facts, ticket))
    return promised is not None and promised.at_once


def _watchers(moment: Moment, ticket: AnyTicket) -> tuple[str, ...]:
    """Who follows the ticket, or a tag it has."""
    by_tag = (name for tag in ticket.tags for name in moment.facts.tag_watchers.get(tag, ()))
    return (*ticket.watchers, *by_tag)


def _here(moment: Moment, names: Iterable[str], department: str, owner: str = "") -> tuple[Agent, ...]:
    """Those agents, each once: for who is away their cover, and always somebody for the `owner` or for them all."""
    named = [agent for agent in map(moment.policy.agent, names) if agent and agent.active]
    found: dict[str, Agent] = {}
    for agent in named:
        one = instead_of(moment, agent, department) if agent.name == owner else covered(moment, agent)
        if one:
            found.setdefault(one.name, one)
    if not found and named:
        found[""] = instead_of(moment, named[0], department)
    return tuple(found.values())


def of_departments(moment: Moment, names: Iterable[str]) -> tuple[Agent, ...]:
    """The agents who hear at once of a ticket that is sent to any of these departments, each once."""
    found = (one for name in names for one in _here(moment, at_once(moment, name), name))
    return tuple({one.name: one for one in found}.values())


def crew(moment: Moment, department: str) -> Sequence[str]:
    """Names of those who hear of an unowned ticket (configuration `notify`; empty means all up to three agents)."""
    policy = moment.policy
    settings, how = policy.department(department), notified(policy, department)
    if how in ("all", "turn"):
        return [agent.name for agent in policy.agents_of(department)]
    lead = lead_of(policy, settings) if how == "lead" or (how == "owner" and settings.lead) else None
    return [lead.name] if lead else []


def at_once(moment: Moment, department: str) -> Sequence[str]:
    """Names of those who hear of an unowned ticket that cannot wait for a list.

    Where work is pulled those are all on duty; where nobody is, the lead. Elsewhere they hear of every ticket anyway.
    """
    policy = moment.policy
    if notified(policy, department) != "pull":
        return crew(moment, department)
    found, lead = on_duty(moment, department), lead_of(policy, department)
    return [agent.name for agent in found or ((lead,) if lead else ())]


def turned_urgent(
    moment: Moment, before: AnyTicket, after: AnyTicket, by: Agent | None = None, *, watched: bool = True
) -> tuple[Agent, ...]:
    """Who hears that a ticket nobody has cannot wait for a list any more; not who made it urgent."""
    urgent = after.priority is Priority.URGENT and before.priority is not Priority.URGENT
    waits = after.owner is None and after.status in (Status.NEW, Status.OPEN)
    if not (urgent and waits) or notified(moment.policy, after.department) != "pull":
        return ()
    return tuple(one for one in of_ticket(moment, after, watched=watched) if by is None or one.name != by.name)


def notified(policy: Policy, department: str) -> str:
    """How a department hears of new mail: all, turn, owner, lead or pull."""
    few = len(policy.agents_of(department)) < PULL_FROM
    return policy.department(department).notify or ("all" if few else "pull")


def on_duty(moment: Moment, department: str) -> tuple[Agent, ...]:
    """The agents of a department who are at work at this moment."""
    return tuple(agent for agent in moment.policy.agents_of(department) if is_on_duty(moment, agent, department))


def is_on_duty(moment: Moment, agent: Agent, department: str) -> bool:
    """True for an agent of the department in their hours, and not away."""
    here = agent.active and agent.works_in(department) and not is_away(moment, agent)
    return here and working_time.is_open(hours(moment.policy, agent, department), moment.now)


def lead_of(policy: Policy, department: Department | str) -> Agent | None:
    """The lead of a department, else the first agent who leads anywhere, else any admin."""
    settings = policy.department(department) if isinstance(department, str) else department
    lead = policy.agent(settings.lead)
    if lead and lead.active:
        return lead
    leaders = [agent for role in (Role.LEAD, Role.ADMIN) for agent in policy.agents if agent.role is role]
    return next((agent for agent in leaders if agent.active), None)


def lead_here(moment: Moment, department: str) -> Agent | None:
    """Who reads now what is for the lead of a department; None where nobody leads anywhere."""
    lead = lead_of(moment.policy, department)
    return lead and instead_of(moment, lead, department)


def leads(moment: Moment, agent: Agent) -> bool:
    """True for leads and admins, and for whoever stands in for the lead of a department."""
    return agent.chief or any(stands_in(moment, agent, department) for department in moment.policy.departments)


def stands_in(moment: Moment, agent: Agent, department: Department) -> bool:
    """True for the deputy of a department while its lead is away; a cover gets what is to be read, and no rights."""
    lead = lead_of(moment.policy, department)
    deputy = agent.name == department.deputy and agent.active and agent.role is not Role.TRAINEE
    return deputy and lead is not None and is_away(moment, lead)


def instead_of(moment: Moment, agent: Agent, department: str = "") -> Agent:
    """Who reads what is for this agent: they themselves, or while they are away the first who is here of these.

    Whoever covers for them, the department's lead, its deputy, the gateway's admin, other leads and admins, anybody
    who answers there; of each their cover where they are away too. Where nobody is here it stays theirs.
    """
    if not is_away(moment, agent):
        return agent
    policy = moment.policy
    home = policy.department(department or agent.home)
    ranked = [one for role in (Role.LEAD, Role.ADMIN, Role.AGENT) for one in policy.agents if one.role is role]
    others = [one for one in ranked if one.role is not Role.AGENT or one.works_in(home.name)]
    people = (agent, lead_of(policy, home), policy.agent(home.deputy), policy.agent_at(policy.admin), *others)
    return next((one for person in people if person and (one := covered(moment, person))), agent)


def covered(moment: Moment, agent: Agent) -> Agent | None:
    """The agent while they are here, else whoever covers for them, or for that cover; None where that leads nowhere."""
    covers = {one.agent: one.cover for one in moment.facts.away}
    names = [agent.name]
    while names[-1] in covers and covers[names[-1]] not in names:
        names.append(covers[names[-1]])
    last = moment.policy.agent(names[-1])
    return last if last and last.active and last.name not in covers else None


def is_away(moment: Moment, agent: Agent) -> bool:
    """True for an agent who has said, or of whom somebody has, that they are not here."""
    return any(absence.agent == agent.name for absence in moment.facts.away)


def unspoken(moment: Moment, department: str, languages: Iterable[str]) -> tuple[str, ...]:
    """Which of these languages nobody on duty in a department speaks, or at night nobody who is here.

    None where no agent of it has said what they speak: nothing is known then.
    """
    agents = moment.policy.agents_of(department)
    here = on_duty(moment, department) or tuple(one for one in agents if not is_away(moment, one))
    if not any(one.speaks for one in agents):
        return ()
    return tuple(code for code in languages if not any(skills.speaks(one, code) for one in here))


def hours(policy: Policy, agent: Agent, department: str = "") -> Calendar | None:
    """When an agent hears of a department's tickets: in their own calendar, else in that of a department which pulls.

    None is at any hour: few who are all told want to know at once, unless they say otherwise. No calendar has the name
    `always`: whoever gives it as theirs has opted out. A ticket of a department that is not theirs (they watch it, say)
    comes in the hours of their own.
    """
    if agent.calendar:
        return policy.calendar(agent.calendar)
    home = department if agent.works_in(department) else agent.home
    pulls = notified(policy, home) == "pull"
    return policy.calendar(policy.department(home).calendar) if pulls else None


def at_work(moment: Moment, agent: Agent, priority: Priority, department: str = "") -> datetime | None:
    """When a notice may leave that comes outside the agent's hours: at their start; urgent ones at once (None).

    Whatever the hour, of a flood of urgent ones only the first leave alone; the others soon and together.
    """
    if priority is Priority.URGENT:
        often = moment.facts.urgent_hour.get(agent.name, 0) >= URGENT_AN_HOUR
        return next_list(moment.now) if often else None
    calendar = hours(moment.policy, agent, department)
    if calendar is None or working_time.is_open(calendar, moment.now):
        return None
    return working_time.next_open(calendar, moment.now)


def in_turn(moment: Moment, ticket: AnyTicket, heard: Sequence[Agent]) -> Mapping[str, datetime]:
    """Of those who are told in turn of what nobody has, who hears of it one to three hours later in a list, and when.

    On a busy day each new ticket is told to one of them at once, to whoever heard of that customer before; what is
    taken by then does not come into the others' list. Not of what cannot wait, nor to who asked to follow it.
    """
    policy, department = moment.policy, ticket.department
    waits = ticket.owner is None and ticket.priority is not Priority.URGENT and not _promised_at_once(moment, ticket)
    if notified(policy, department) != "turn" or not waits or moment.facts.opened_hour.get(department, 0) < BUSY:
        return {}
    followers = _watchers(moment, ticket)
    crew_ = [agent for agent in heard if agent.name not in followers]
    here = [agent for agent in crew_ if is_on_duty(moment, agent, department)] or crew_
    able = skills.able(here, skills.written_in(ticket))
    first = able[sum(ticket.requester.key.encode()) % len(able)].name if able else ""
    later = next_list(moment.now + IN_TURN_EVERY / 2, IN_TURN_EVERY)
    if ticket.due.next:  # early enough to be kept still
        later = max(next_list(moment.now), min(later, moment.now + (ticket.due.next - moment.now) / 2))
    return {agent.name: later for agent in crew_ if agent.name != first}


def next_list(now: datetime, every: timedelta = GATHERED_EVERY) -> datetime:
    """When what is written now leaves in a list: after 6 minutes at least, before which it is surely gathered."""
    earliest = now + GATHERED_AHEAD + timedelta(minutes=1)
    return earliest + (_FULL_HOUR - earliest) % every


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
