"""Time alone moves a ticket: hold ends, a silent customer is asked once and then let go, what is solved rests."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailgate.core.letters import readers, status_letters
from mailgate.core.model import changed
from mailgate.core.model.change import Assign, Change, Outbound, SetStatus, Step
from mailgate.core.model.facts import Facts
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.worktime import promise, sla

UNANSWERED = "no answer"  # why a ticket is solved by time


def decide(policy: Policy, ticket: Ticket, facts: Facts, now: datetime) -> Step | None:
    """What time does to a ticket whose moment has come; None when it has not, so a second look changes nothing."""
    if ticket.status is Status.SOLVED:
        return _rest(policy, ticket, now)
    if ticket.status_until is None or ticket.status_until > now:
        return None
    if ticket.status is Status.HOLD:
        return _wake(policy, ticket, facts, now)
    if ticket.status is Status.WAITING:
        return _silent(policy, ticket, facts, now)
    return Step(ticket.number, (SetStatus(ticket.status),))


def archived_after(policy: Policy) -> timedelta:
    """How long a solved ticket stays before it is archived: never while a reply would still reopen it."""
    return max(policy.tickets.archive_after, policy.tickets.reopen_within)


def _rest(policy: Policy, ticket: Ticket, now: datetime) -> Step | None:
    since = ticket.status_since or ticket.solved_at or ticket.updated_at
    if now - since < archived_after(policy):
        return None
    return Step(ticket.number, (SetStatus(Status.ARCHIVED),))


def _wake(policy: Policy, ticket: Ticket, facts: Facts, now: datetime) -> Step:
    """On hold no longer: back to its owner, or to the department when they are not there any more."""
    owner = policy.agent(ticket.owner)
    gone = ticket.owner is not None and (owner is None or not owner.active)
    changes: list[Change] = [Assign(None)] if gone else []
    changes.append(SetStatus(Status.OPEN if ticket.owner and not gone else Status.NEW, why="woken"))
    planned = changed.ticket_after(ticket, changes, now)
    changes += sla.deadlines_after(policy, ticket, planned, now)
    letters = tuple(
        readers.to_agent(
            policy, agent, "notice", purpose="note", context={"why": "woken"},
            not_before=readers.at_work(policy, agent, ticket.priority, now),
        )
        for agent in readers.of_ticket(policy, planned, facts.away)
    )  # fmt: skip
    return Step(ticket.number, tuple(changes), letters)


def _silent(policy: Policy, ticket: Ticket, facts: Facts, now: datetime) -> Step:
    """The customer has not answered: asked once, then the ticket is solved, if the department says so."""
    desk = policy.department(ticket.department)
    since = max(filter(None, (ticket.status_since, ticket.last_agent_at)), default=ticket.updated_at)
    sent = facts.stage_letters.get(ticket.number, ())
    nudged = any(template == "nudge" and at >= since for template, at in sent)
    sensible = desk.nudge is not None and (desk.solve_after is None or desk.nudge < desk.solve_after)
    asks = sensible and not nudged and status_letters.may_send(policy, ticket, facts)
    if asks and since + (desk.nudge or timedelta(0)) <= now:
        return _nudge(policy, ticket, facts, since, now)
    if desk.solve_after and since + desk.solve_after <= now:
        changes: list[Change] = [SetStatus(Status.SOLVED, why=UNANSWERED)]
        changes += sla.deadlines_after(policy, ticket, changed.ticket_after(ticket, changes, now), now)
        return Step(
            ticket.number,
            tuple(changes),
            status_letters.stage_letter(policy, ticket, "closing", facts, now, again=True),
        )
    pauses = [pause for pause in (desk.nudge if asks else None, desk.solve_after) if pause]
    until = promise.in_hours(policy, ticket.department, since + min(pauses)) if pauses else None
    return Step(ticket.number, (SetStatus(Status.WAITING, until),))


def _nudge(policy: Policy, ticket: Ticket, facts: Facts, since: datetime, now: datetime) -> Step:
    """Asked once; also after days of downtime they have the whole rest of the time to answer."""
    desk = policy.department(ticket.department)
    until = None
    if desk.solve_after and desk.nudge:
        rest = max(since + desk.solve_after, now + (desk.solve_after - desk.nudge))
        until = promise.in_hours(policy, ticket.department, rest)
    about = {"until": until.isoformat() if until else None}
    dedupe = f"nudge:{ticket.number}:{since.isoformat()}"
    letters: tuple[Outbound, ...] = status_letters.stage_letter(
        policy, ticket, "nudge", facts, now, context=about, dedupe=dedupe, again=True
    )
    return Step(ticket.number, (SetStatus(Status.WAITING, until),), letters)
