"""A deadline comes near or has passed: the step that is due on a ticket, and who hears of it in what letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.core.letters import readers, status_letters
from mailgate.core.model import changed, outage
from mailgate.core.model.change import (
    Assign,
    Audience,
    Change,
    Decision,
    Fate,
    Outbound,
    SetEscalation,
    SetPriority,
    Step,
)
from mailgate.core.model.content import Digest, Escalated, Handover
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import said
from mailgate.core.model.shown import Section, TicketRow
from mailgate.core.model.ticket import IN_WAVE, Ticket
from mailgate.core.worktime import skills, sla

MOST_ROWS = 50  # tickets a list shows; the rest are counted
WAVE_ENDS = timedelta(hours=1)  # by then every wave has had its word, or has come in without one
LOOK_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step taken on a ticket. Without one that is due (`level` 0), only the time of the next look is set right."""

    ticket: Ticket  # as it stands after the step
    changes: tuple[Change, ...]
    level: int = 0
    which: str = ""  # "first_response", "resolve" or "manual"
    due_at: datetime | None = None
    agents: tuple[Agent, ...] = ()
    outside: tuple[str, ...] = ()  # addresses that are no agents'
    given_to: Agent | None = None
    letters: tuple[Outbound, ...] = ()  # to the customer

    @property
    def notes(self) -> tuple[str, ...]:
        """What the step did, as codes of phrases `escalation.note.CODE`."""
        found = []
        for one in self.changes:
            if isinstance(one, Assign):
                found.append("reassigned" if one.agent else "released")
            elif isinstance(one, SetPriority):
                found.append(f"priority_{one.priority.value}")
        return tuple(found)


def take(moment: Moment, ticket: Ticket) -> Taken:
    """The highest step that is due and was not taken for this deadline; each is taken once (threats K-01, K-05)."""
    policy = moment.policy
    if _waits_for_a_word(moment, ticket):
        return Taken(ticket, (SetEscalation(ticket.escalation, moment.now + LOOK_AGAIN, ticket.due.next),))
    found = sla.escalate(moment, ticket)
    if found is None:
        look = SetEscalation(ticket.escalation, sla.next_look(policy, ticket), ticket.due.next)
        return Taken(ticket, (look,))
    after = changed.ticket_after(ticket, found.changes, moment.now)
    agents, outside = _told(moment, ticket, after, found.step.notify)
    if policy.training(ticket.department):
        agents, outside = tuple(one for one in agents if one.name == after.owner), ()
    given = policy.agent(after.owner) if after.owner != ticket.owner else None
    letters = status_letters.letter_for_change(moment, ticket, after, found.changes)
    if outage.gathered(moment.facts.incidents, ticket.department, ticket.tags):  # its list and the digest count it
        agents, outside = (), ()
    return Taken(
        ticket=after,
        changes=found.changes,
        level=found.level,
        which=_which(ticket, found.due_at),
        due_at=found.due_at,
        agents=tuple(agent for agent in agents if given is None or agent.name != given.name),
        outside=outside,
        given_to=given,
        letters=letters or status_letters.delayed_letter(moment, ticket),
    )


def _waits_for_a_word(moment: Moment, ticket: Ticket) -> bool:
    """True for one of a wave: nobody is written to, and no agent disturbed, before the lead's word or its time."""
    return IN_WAVE in ticket.tags and ticket.untouched and moment.now - ticket.created_at < WAVE_ENDS


def _which(ticket: Ticket, due_at: datetime) -> str:
    slots = {"manual": ticket.due.manual, "first_response": ticket.due.first_response, "resolve": ticket.due.resolve}
    return next((name for name, at in slots.items() if at == due_at), "resolve")


def _told(
    moment: Moment, before: Ticket, after: Ticket, names: Sequence[str]
) -> tuple[tuple[Agent, ...], tuple[str, ...]]:
    """Agents and outside addresses of `notify`, and whoever loses the ticket or may take it now."""
    policy = moment.policy
    lead = readers.lead_here(moment, before.department)
    people: list[Agent | None] = []
    outside = []
    for name in names:
        if name == "owner":
            owners = readers.of_ticket(moment, before, watched=False)
            people += owners or (lead,)
        elif name == "lead":
            people.append(lead)
        elif "@" in name and policy.agent_at(name) is None:
            outside.append(name)
        else:
            people.append(policy.agent_at(name) if "@" in name else policy.agent(name))
    if before.owner != after.owner:
        people.append(policy.agent(before.owner))
        people += readers.of_ticket(moment, after, watched=False) if after.owner is None else ()
    people += readers.turned_urgent(moment, before, after, watched=False)
    here = (readers.instead_of(moment, one, before.department) for one in people if one and one.active)
    known = {agent.name: agent for agent in here}
    return tuple(known.values()), tuple(dict.fromkeys(outside))


# --- letters ----------------------------------------------------------------------------------------------------------


def decide(moment: Moment, taken: Sequence[Taken], *, storm: bool = False) -> Decision:
    """The decision about steps taken together.

    In a `storm` (hundreds of late tickets after days of downtime) each reader gets one list instead of a letter a
    ticket (threats K-05).
    """
    steps = tuple(
        Step(one.ticket.number, one.changes, (*one.letters, *(() if storm else _letters(moment, one)))) for one in taken
    )
    done = [one for one in taken if one.level]
    lists = _lists(moment.policy, done) if storm else ()
    outside = tuple(_outside(moment.policy, addr, found) for addr, found in _by_address(done).items())
    return Decision(Fate.FILED, "escalated", steps, (*lists, *outside))


def _letters(moment: Moment, one: Taken) -> tuple[Outbound, ...]:
    """To each agent told: a plain reply is an internal note. Whoever is given the ticket gets the whole thread."""
    if not one.level or one.due_at is None:
        return ()
    policy = moment.policy
    why = "overdue" if one.due_at < moment.now else "due_soon"
    about = Escalated(which=one.which, due_at=one.due_at.isoformat(), notes=one.notes, why=why)
    found = [
        readers.to_agent(
            policy, agent, about, purpose=Purpose.NOTE, dedupe=_dedupe(one, agent.name),
            not_before=readers.at_work(moment, agent, one.ticket.priority, one.ticket.department),
        )
        for agent in one.agents
    ]  # fmt: skip
    if one.given_to:
        handed = Handover(by=policy.name, why=said("list.overdue"))
        found.append(readers.to_agent(policy, one.given_to, handed, purpose=Purpose.CUSTOMER,
                                     dedupe=_dedupe(one, one.given_to.name)))  # fmt: skip
    return tuple(found)


def _dedupe(one: Taken, reader: str) -> str:
    """The key that makes each step of each deadline one letter to each reader, whatever the clock does."""
    due = one.due_at.isoformat() if one.due_at else ""
    return f"escalation:{one.ticket.number}:{due}:{one.level}:{reader}"


def _lists(policy: Policy, taken: Sequence[Taken]) -> tuple[Outbound, ...]:
    told: dict[str, Agent] = {}
    found: dict[str, list[Taken]] = {}
    for one in taken:
        for agent in (*one.agents, *((one.given_to,) if one.given_to else ())):
            told[agent.name] = agent
            found.setdefault(agent.name, []).append(one)
    return tuple(
        readers.to_agent(
            policy,
            told[name],
            _list(policy, ones),
            purpose=Purpose.NOTE,
        )
        for name, ones in found.items()
    )


def _by_address(taken: Sequence[Taken]) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = {}
    for one in taken:
        for addr in one.outside:
            found.setdefault(addr, []).append(one)
    return found


def _outside(policy: Policy, addr: str, taken: Sequence[Taken]) -> Outbound:
    """To an address that is no agent's: the list alone, no thread, no notes, nothing that steers."""
    language = policy.language if policy.language in policy.languages else "en"
    first = taken[0]
    return Outbound(
        content=_list(policy, taken),
        audience=Audience.ADMIN,
        to=(Address(addr),),
        department=first.ticket.department,
        language=language,
        purpose=Purpose.ADMIN,
        dedupe=_dedupe(first, addr) if len(taken) == 1 else "",
    )


def _list(policy: Policy, taken: Sequence[Taken]) -> Digest:
    more = len(taken) - MOST_ROWS
    late = Section(
        said("list.overdue"),
        rows=rows(policy, [one.ticket for one in taken[:MOST_ROWS]]),
        more=more if more > 0 else None,
    )
    return Digest(title=said("list.late_tickets", n=len(taken)), why="overdue", sections=(late,))


def rows(policy: Policy, tickets: Sequence[Ticket]) -> tuple[TicketRow, ...]:
    """Tickets as the lines of a table, numbered from 1."""
    return tuple(_row(policy, ticket, number) for number, ticket in enumerate(tickets, start=1))


def _row(policy: Policy, ticket: Ticket, number: int) -> TicketRow:
    return TicketRow(
        n=number,
        number=ticket.number,
        subject=ticket.subject,
        who=ticket.requester.name or ticket.requester.addr,
        department=ticket.department,
        status=ticket.status.value,
        owner=policy.shown_name(ticket.owner),
        priority=ticket.priority.value,
        due=ticket.due.next.isoformat() if ticket.due.next else None,
        quiet=ticket.quiet,
        language=skills.shown(policy, ticket),
    )
