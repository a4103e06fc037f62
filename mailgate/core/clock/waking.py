"""Time alone moves a ticket: hold ends, a silent customer is asked once and then let go, what is solved rests."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailgate.core.commands import about_absence
from mailgate.core.letters import privacy, readers, status_letters
from mailgate.core.model import changed
from mailgate.core.model.change import Assign, Change, Outbound, SetStatus, Step
from mailgate.core.model.content import Closing, Notice, Nudge
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.worktime import promise, sla

UNANSWERED = "unanswered"  # why a ticket is solved by time


def decide(moment: Moment, ticket: Ticket) -> Step | None:
    """What time does to a ticket whose moment has come; None when it has not, so a second look changes nothing."""
    if ticket.status is Status.SOLVED:
        return _archived(moment, ticket)
    if ticket.status_until is None or ticket.status_until > moment.now:
        return None
    if ticket.status is Status.HOLD:
        return _woken(moment, ticket)
    if ticket.status is Status.WAITING:
        return _unanswered(moment, ticket)
    return Step(ticket.number, (SetStatus(ticket.status),))


def archived_after(policy: Policy) -> timedelta:
    """How long a solved ticket stays before it is archived: never while a reply would still reopen it."""
    return max(policy.tickets.archive_after, policy.tickets.reopen_within)


def _archived(moment: Moment, ticket: Ticket) -> Step | None:
    since = ticket.status_since or ticket.solved_at or ticket.updated_at
    if moment.now - since < archived_after(moment.policy):
        return None
    return Step(ticket.number, (SetStatus(Status.ARCHIVED),))


def _woken(moment: Moment, ticket: Ticket) -> Step:
    """On hold no longer: back to its owner, or to the department when they have left, or are away without a cover."""
    policy = moment.policy
    owner = policy.agent(ticket.owner)
    left = ticket.owner is not None and (owner is None or not owner.active)
    changes: list[Change] = [Assign(None)] if left else [*about_absence.given_back(moment, ticket)]
    gone = bool(changes)
    changes.append(SetStatus(Status.OPEN if ticket.owner and not gone else Status.NEW, why="woken"))
    planned = changed.ticket_after(ticket, changes, moment.now)
    changes += sla.deadlines_after(moment, ticket, planned)
    letters = tuple(
        readers.to_agent(
            policy, agent, Notice(why="woken"), purpose=Purpose.NOTE,
            not_before=readers.at_work(moment, agent, ticket.priority, ticket.department),
        )
        for agent in readers.of_ticket(moment, planned)
    )  # fmt: skip
    return Step(ticket.number, tuple(changes), letters)


def _unanswered(moment: Moment, ticket: Ticket) -> Step:
    """The customer has not answered: asked once, then the ticket is solved, if the department says so.

    Where all is quiet they are neither asked nor let go, nor where they are owed an end of what they asked for about
    their data: with the ticket the month of the law would be forgotten.
    """
    policy, now = moment.policy, moment.now
    if ticket.quiet or (privacy.TAG in ticket.tags and ticket.due.manual):
        return Step(ticket.number, (SetStatus(Status.WAITING),))
    department = policy.department(ticket.department)
    since = max(filter(None, (ticket.status_since, ticket.last_agent_at)), default=ticket.updated_at)
    sent = moment.facts.stage_letters.get(ticket.number, ())
    nudged = any(template == "nudge" and at >= since for template, at in sent)
    sensible = department.nudge is not None and (
        department.solve_after is None or department.nudge < department.solve_after
    )
    asks = sensible and not nudged and status_letters.may_send(moment, ticket)
    if asks and since + (department.nudge or timedelta(0)) <= now:
        return _nudged(moment, ticket, since)
    if department.solve_after and since + department.solve_after <= now:
        changes: list[Change] = [SetStatus(Status.SOLVED, why=UNANSWERED)]
        changes += sla.deadlines_after(moment, ticket, changed.ticket_after(ticket, changes, now))
        return Step(ticket.number, tuple(changes), status_letters.stage_letter(moment, ticket, Closing(), again=True))
    pauses = [pause for pause in (department.nudge if asks else None, department.solve_after) if pause]
    until = promise.in_hours(policy, ticket.department, since + min(pauses)) if pauses else None
    return Step(ticket.number, (SetStatus(Status.WAITING, until),))


def _nudged(moment: Moment, ticket: Ticket, since: datetime) -> Step:
    """Asked once; also after days of downtime they have the whole rest of the time to answer."""
    department = moment.policy.department(ticket.department)
    until = None
    if department.solve_after and department.nudge:
        rest = max(since + department.solve_after, moment.now + (department.solve_after - department.nudge))
        until = promise.in_hours(moment.policy, ticket.department, rest)
    about = Nudge(until=until.isoformat() if until else None)
    dedupe = f"nudge:{ticket.number}:{since.isoformat()}"
    letters: tuple[Outbound, ...] = status_letters.stage_letter(moment, ticket, about, dedupe=dedupe, again=True)
    return Step(ticket.number, (SetStatus(Status.WAITING, until),), letters)
