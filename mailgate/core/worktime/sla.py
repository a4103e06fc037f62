"""Promises: which one holds for a ticket, when it is due, who is late, and which step of escalation comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailgate.core.channels import channel
from mailgate.core.model import changed
from mailgate.core.model.change import Assign, Change, SetDue, SetEscalation, SetPriority, SetSla, SetStatus
from mailgate.core.model.changed import AT_REST
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Calendar, EscalationStep, Policy, Sla
from mailgate.core.model.said import Said, said
from mailgate.core.model.ticket import AnyTicket, Due, Priority, Status, Ticket
from mailgate.core.worktime import quiet, skills, working_time
from mailgate.core.worktime.promise import choose, for_ticket, hours_of, tier_of

Pauses = tuple[tuple[datetime, datetime], ...]
# What happens to a deadline given by hand on a ticket that no promise covers.
HEARD = 0.8  # the share of the time after which a customer hears that it may not be enough
BEFORE_END = timedelta(hours=1)  # of a channel's window: the promise falls so much before it
BEFORE_QUIET = timedelta(minutes=10)
BY_HAND = Sla("by_hand", warn=0.8, escalate=(EscalationStep(1.0, notify=("owner", "lead")),))


@dataclass(frozen=True, slots=True)
class RunningDeadline:
    """A running deadline: `promise` of working time since `start`, `paused` not counted."""

    which: str  # "first_response", "next_response" or "resolve"
    start: datetime
    promise: timedelta
    paused: timedelta  # working time not counted because the ticket was at rest
    sla: str
    calendar: str | None
    due: datetime


@dataclass(frozen=True, slots=True)
class Escalation:
    """A step that is due now; `changes` records it and does what can be done to the ticket itself."""

    level: int  # 1 is the first step of this deadline
    step: EscalationStep
    due_at: datetime
    overdue: bool
    changes: tuple[Change, ...]


# --- when it is due ---------------------------------------------------------------------------------------------------


def deadline(calendar: Calendar | None, start: datetime, promise: timedelta, pauses: Pauses = ()) -> datetime:
    """When `promise` of working time has passed since `start`, the pauses not counted; later pauses change nothing."""
    due = working_time.add(calendar, start, promise)
    for begin, end in pauses:
        if end > start and begin < due:
            due = working_time.add(calendar, end, working_time.between(calendar, max(begin, start), due))
    return due


def running_deadlines(policy: Policy, ticket: AnyTicket) -> tuple[RunningDeadline, ...]:
    """The clocks that run for a ticket; none while it is waiting, on hold or done.

    The response clock runs from the opening until the first answer, and anew from each customer mail after it; the
    resolution clock runs from the opening. Raises ConfigError for a calendar with too few hours.
    """
    sla = _named(policy, ticket.sla)
    if sla is None or ticket.status in AT_REST:
        return ()
    running: list[tuple[str, datetime, timedelta]] = []
    agent_at, customer_at = ticket.last_agent_at, ticket.last_customer_at
    if ticket.first_response_at is None:
        if sla.first_response is not None:
            running.append(("first_response", ticket.created_at, sla.first_response))
    elif sla.next_response is not None and customer_at and (agent_at is None or customer_at > agent_at):
        running.append(("next_response", customer_at, sla.next_response))
    if sla.resolve is not None:
        running.append(("resolve", ticket.created_at, sla.resolve))
    calendar = hours_of(policy, ticket.department, ticket.sla)
    found = []
    for which, start, promise in running:
        due = deadline(calendar, start, promise, ticket.pauses)
        paused = _paused(calendar, ticket.pauses, start, due)
        found.append(RunningDeadline(which, start, promise, paused, sla.name, calendar.name if calendar else None, due))
    return tuple(found)


def deadlines(policy: Policy, ticket: AnyTicket) -> Due:
    """The deadlines as the clocks give them; `first_response` holds whichever response is owed now."""
    dues = {
        "resolve" if clock.which == "resolve" else "first_response": clock.due
        for clock in running_deadlines(policy, ticket)
    }
    manual = None if ticket.status.done else ticket.due.manual
    ends = _channel_ends(policy, ticket)
    first = min(filter(None, (dues.get("first_response"), ends)), default=None)
    return Due(first, dues.get("resolve"), manual)


def _channel_ends(policy: Policy, ticket: AnyTicket) -> datetime | None:
    """Until when somebody who waits for an answer on a channel has to have it, a while before it lets nobody answer."""
    there = channel.at(policy.channels, ticket.requester.addr)
    if there is None or there.window is None or ticket.status in AT_REST or policy.training(ticket.department):
        return None
    asked = ticket.last_customer_at or ticket.created_at
    if ticket.last_agent_at is not None and ticket.last_agent_at >= asked:
        return None
    return asked + there.window - min(BEFORE_END, there.window / 10)


def deadlines_at_opening(moment: Moment, ticket: AnyTicket) -> tuple[Change, ...]:
    """Promise, deadlines and first step of a ticket that was just opened; a rule may have named another promise."""
    promised = for_ticket(moment.policy, ticket, tier_of(moment.facts, ticket))
    return _settle(moment, None, ticket, promised.name if promised else None)


def deadlines_after(moment: Moment, before: AnyTicket, after: AnyTicket) -> tuple[Change, ...]:
    """What the clocks make of a change from `before` to `after` (see `changed.ticket_after`), entries written included.

    The promise is chosen again unless a rule had named another; deadlines count from the original start; one that was
    already missed stays as it was until it is answered or the ticket is done. Moved to where nothing is promised, a
    ticket keeps what its customer was promised, until it comes to a department that promises too.
    """
    policy = moment.policy
    usual, fitting = (
        choose(policy, one.department, one.priority, one.tags, one.requester.addr, tier=tier_of(moment.facts, one))
        for one in (before, after)
    )
    same = after.sla == before.sla is not None
    brought = same and usual is None and any(one.sla == before.sla for one in policy.departments)
    pinned = after.sla != before.sla or before.sla != (usual.name if usual else None)
    if pinned and not (brought and fitting):
        return _settle(moment, before, after, after.sla)
    moved = after.department != before.department
    return _settle(moment, before, after, fitting.name if fitting else after.sla if moved else None)


def _settle(moment: Moment, before: AnyTicket | None, after: AnyTicket, sla: str | None) -> tuple[Change, ...]:
    changes: list[Change] = [] if sla == after.sla else [SetSla(sla)]
    old = before.due if before else Due()
    promised = replace(after, sla=sla)
    due = _keep_missed(old, deadlines(moment.policy, promised), promised, moment.now)
    for which in ("first_response", "resolve", "manual"):
        if getattr(due, which) != getattr(after.due, which):
            changes.append(SetDue(which, getattr(due, which)))
    settled = replace(promised, due=due)
    moved = due.next != old.next
    stirred = before is None or (before.status in AT_REST) != (after.status in AT_REST)
    if moved or changes or (stirred and due.next):
        level = 0 if moved else after.escalation
        changes.append(SetEscalation(level, next_look(moment.policy, replace(settled, escalation=level)), due.next))
    return tuple(changes)


def _keep_missed(old: Due, new: Due, ticket: AnyTicket, now: datetime) -> Due:
    if ticket.status.done:
        return Due()
    answered = ticket.last_agent_at is not None and ticket.last_agent_at >= (
        ticket.last_customer_at or ticket.created_at
    )
    missed_response = not answered and old.first_response is not None and old.first_response < now
    missed_resolve = old.resolve is not None and old.resolve < now
    return Due(
        old.first_response if missed_response else new.first_response,
        old.resolve if missed_resolve else new.resolve,
        new.manual,
    )


def explain(policy: Policy, ticket: AnyTicket, written: Callable[[datetime], str]) -> tuple[Said, ...]:
    """How each deadline of a ticket came about, a sentence each, times as `written` writes them."""
    running = {
        "resolve" if clock.which == "resolve" else "first_response": clock
        for clock in running_deadlines(policy, ticket)
    }
    lines: list[Said] = []
    for slot, due in (("first_response", ticket.due.first_response), ("resolve", ticket.due.resolve)):
        clock = running.get(slot)
        if due is None:
            continue
        what = said(f"due.{clock.which if clock else slot}")
        line = _counted(clock, what, due, written) if clock else said("due.known", what=what, at=written(due))
        if clock is None or clock.due != due:
            line = said("due.missed", line=line)
        lines.append(line)
    if ticket.due.manual:
        lines.append(said("due.by_hand", at=written(ticket.due.manual)))
    if ticket.status in AT_REST and ticket.sla and not ticket.status.done:
        lines.append(said("due.rest", sla=ticket.sla, status=said(f"status.{ticket.status}")))
    return tuple(lines)


def _counted(clock: RunningDeadline, what: Said, due: datetime, written: Callable[[datetime], str]) -> Said:
    hours = said("due.calendar", calendar=clock.calendar) if clock.calendar else said("due.clock")
    line = said("due.counted", what=what, at=written(due), span=span(clock.promise), hours=hours, sla=clock.sla,
                start=written(clock.start))  # fmt: skip
    return said("due.paused", line=line, span=span(clock.paused)) if clock.paused else line


def span(length: timedelta) -> str:
    """A duration for people: `4 h`, `1 h 20 min`, `45 min`."""
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return (
        " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part) or "0 h"
    )


def span_to_the_second(seconds: int) -> str:
    """The same with seconds where there is not a minute: `4 s`."""
    return span(timedelta(seconds=seconds)) if seconds >= 60 else f"{seconds} s"


def due_steps(sla: Sla) -> tuple[EscalationStep, ...]:
    """The warning and every configured step in order of time; steps at the same share of the deadline are one."""
    found: dict[float, EscalationStep] = {}
    warning = (EscalationStep(sla.warn, notify=("owner",)),) if sla.warn > 0 else ()
    for step in (*warning, *(sla.escalate or BY_HAND.escalate)):
        same = found.get(step.at, EscalationStep(step.at))
        found[step.at] = EscalationStep(
            step.at,
            notify=tuple(dict.fromkeys((*same.notify, *step.notify))),
            priority=step.priority or same.priority,
            release=step.release or same.release,
            reassign=step.reassign or same.reassign,
        )
    return tuple(found[at] for at in sorted(found))


def next_look(policy: Policy, ticket: AnyTicket) -> datetime | None:
    """When the next step of escalation is to be taken; None when there is none or the clocks stand still."""
    ahead = _moments(policy, ticket)[ticket.escalation :]
    return ahead[0][0] if ahead else None


def escalate(moment: Moment, ticket: Ticket) -> Escalation | None:
    """The highest step that is due and was not taken for this deadline yet; None when there is none.

    A step that gives the ticket to the least busy goes by the facts' `load`, and passes over who is away. After days
    of downtime the lower steps are skipped: one step a ticket, not a storm (threats K-05).
    """
    moments, now = _moments(moment.policy, ticket), moment.now
    due_at = ticket.due.next
    passed = [level for level, (at, _) in enumerate(moments, start=1) if at <= now and level > ticket.escalation]
    if due_at is None or not passed:
        return None
    level = passed[-1]
    step = moments[level - 1][1]
    following = moments[level][0] if level < len(moments) else None
    changes: list[Change] = [SetEscalation(level, following, due_at)]
    if step.priority and Priority(step.priority).rank < ticket.priority.rank:
        changes.append(SetPriority(Priority(step.priority)))
    changes += _handed(moment, ticket, step)
    after = changed.ticket_after(ticket, changes, now)
    return Escalation(level, step, due_at, due_at < now, (*changes, *deadlines_after(moment, ticket, after)))


def _handed(moment: Moment, ticket: Ticket, step: EscalationStep) -> list[Change]:
    if step.reassign:
        load, away = moment.facts.load, {absence.agent for absence in moment.facts.away}
        crew = moment.policy.agents_of(ticket.department)
        here = [agent for agent in crew if agent.name != ticket.owner and agent.name not in away]
        able = [agent.name for agent in skills.able(here, skills.written_in(ticket))]
        if able:
            return [Assign(min(able, key=lambda name: (load.get(name, 0), name))), SetStatus(Status.OPEN)]
    if step.release and ticket.owner:
        return [Assign(None), SetStatus(Status.NEW)]
    return []


def _moments(policy: Policy, ticket: AnyTicket) -> tuple[tuple[datetime, EscalationStep], ...]:
    """Every step of the nearest deadline with its time; the share counts the working time that the deadline counted."""
    due = ticket.due.next
    if due is None or ticket.status in AT_REST:
        return ()
    sla = _named(policy, ticket.sla) or BY_HAND
    calendar = hours_of(policy, ticket.department, ticket.sla)
    start, pauses = ticket.created_at, ticket.pauses
    if due == ticket.due.manual:
        calendar, pauses = None, ()
    elif due == ticket.due.first_response and ticket.first_response_at and ticket.last_customer_at:
        start = ticket.last_customer_at
    counted = working_time.between(calendar, start, due) - _paused(calendar, pauses, start, due)
    moments = []
    for step in due_steps(sla):
        at = deadline(calendar, start, counted * step.at, pauses)
        moments.append((min(at, due) if step.at < 1 else due if step.at == 1 else max(at, due), step))
    usual = deadline(calendar, start, counted * HEARD, pauses)
    heard = _customer_hears(policy, ticket, [at for at, _ in moments], usual)
    silent = [(heard, EscalationStep(HEARD))] if heard and start < heard < due else []
    return tuple(sorted((*moments, *silent), key=lambda one: one[0]))


def _customer_hears(policy: Policy, ticket: AnyTicket, steps: list[datetime], usual: datetime) -> datetime | None:
    """When the customer is to hear that a promise may break, where no step brings it about before it does.

    A letter waits for the end of quiet hours: one that would come out of them too late leaves before they begin.
    """
    due, here = ticket.due.next, (policy, ticket.department)
    if due is None or "late" not in policy.letters.stages:
        return None
    if any(at < due and quiet.until(*here, at) < due for at in steps):
        return None
    return usual if quiet.until(*here, usual) < due else quiet.since(*here, usual) - BEFORE_QUIET


def _paused(calendar: Calendar | None, pauses: Pauses, start: datetime, end: datetime) -> timedelta:
    lengths = (working_time.between(calendar, max(begin, start), min(until, end)) for begin, until in pauses)
    return sum(lengths, timedelta())


def _named(policy: Policy, name: str | None) -> Sla | None:
    return next((sla for sla in policy.slas if sla.name == name), None)
