"""Which promise of answer and solution holds for a ticket, and in which working hours it counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import canonical
from mailgate.core.model.policy import Calendar, Policy, Sla
from mailgate.core.model.ticket import AnyTicket, Priority, Status
from mailgate.core.text.folding import fold
from mailgate.core.worktime import working_time

_HALF_HOUR = timedelta(minutes=30)


def choose(
    policy: Policy,
    department: str,
    priority: Priority,
    tags: Iterable[str],
    customer: str,
    named: str | None = None,
    tier: str = "",
) -> Sla | None:
    """The promise for such a ticket: one named by a rule, else the most specific that fits, else none.

    A customer's address weighs more than their domain, that more than their tier, that more than a tag, that more than
    a priority, and that more than a promise without conditions. A promise some department names is for those
    departments only; one without conditions that nobody names waits for a rule to name it. Of equals the first in the
    configuration wins.
    """
    if policy.training(department):
        return None
    by_name = {sla.name: sla for sla in policy.slas}
    if named in by_name:
        return by_name[named]
    own = policy.department(department).sla
    claimed = {dept.sla for dept in policy.departments if dept.sla}
    tagged, address, tier = frozenset(tags), canonical(customer), fold(tier)
    best: Sla | None = None
    best_weight = -1
    for sla in policy.slas:
        conditional = bool(sla.priorities or sla.tags or sla.customers or sla.tiers)
        if sla.name != own and (sla.name in claimed or not conditional):
            continue
        weight = _weight(sla, priority, tagged, address, tier)
        if weight is not None and weight > best_weight:
            best, best_weight = sla, weight
    return best


def tier_of(facts: Facts, ticket: AnyTicket) -> str:
    """That of the ticket's customer, "" where nothing is known or nobody asked."""
    known = facts.customers.get(ticket.requester.key)
    return known.tier if known else ""


def for_ticket(policy: Policy, ticket: AnyTicket, tier: str = "") -> Sla | None:
    """The promise for a ticket, by what is known of it; its department's name stands on it only until it is opened."""
    named = ticket.sla if ticket.sla != policy.department(ticket.department).sla else None
    return choose(policy, ticket.department, ticket.priority, ticket.tags, ticket.requester.addr, named, tier)


def _weight(sla: Sla, priority: Priority, tags: frozenset[str], address: str, tier: str) -> int | None:
    weight = 0
    if sla.customers:
        if address in sla.customers:
            weight += 16
        elif "@" + address.rpartition("@")[2] in sla.customers:
            weight += 8
        else:
            return None
    if sla.tiers:
        if tier not in sla.tiers:
            return None
        weight += 4
    if sla.tags:
        if tags.isdisjoint(sla.tags):
            return None
        weight += 2
    if sla.priorities:
        if priority not in sla.priorities:
            return None
        weight += 1
    return weight


def zone_of(policy: Policy, department: str) -> str:
    """The time zone a department works in."""
    calendar = calendar_of(policy, department)
    return calendar.timezone if calendar else policy.timezone


def calendar_of(policy: Policy, department: str) -> Calendar | None:
    """The working hours promises of a department are counted in; None counts every second."""
    return policy.calendar(policy.department(department).calendar)


def hours_of(policy: Policy, department: str, sla: str | None) -> Calendar | None:
    """The hours a promise counts in: those of its ticket's department.

    In a department that promises nothing it came with the ticket, from the one that gave it, and keeps that one's
    hours: the time the customer was told stays.
    """
    giver = next((one.name for one in policy.departments if sla and one.sla == sla), department)
    return calendar_of(policy, department if policy.department(department).sla else giver)


def told(policy: Policy, department: str, due: datetime, sla: str | None = None) -> datetime:
    """The time a customer is told for a promise that is due then: rounded up to the half hour of the wall clock.

    Never earlier than `due`. It lies in working hours: a half hour after closing is the time of closing, and what is
    due outside them is told for the next opening.
    """
    calendar = hours_of(policy, department, sla)
    if calendar is None:
        return _half_hour(due, policy.timezone)
    begin = due if working_time.closing(calendar, due) else working_time.next_open(calendar, due)
    rounded = _half_hour(begin, calendar.timezone)
    return min(rounded, working_time.closing(calendar, begin) or rounded)


def owed(ticket: AnyTicket) -> datetime | None:
    """When the next word we promised its customer is due; none while the ticket is theirs, on hold or done."""
    promised = (ticket.due.first_response, ticket.due.resolve) if ticket.status in (Status.NEW, Status.OPEN) else ()
    return min((at for at in promised if at), default=None)


def _half_hour(at: datetime, timezone: str) -> datetime:
    wall = at.astimezone(ZoneInfo(timezone))
    past = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond) % _HALF_HOUR
    return at + (_HALF_HOUR - past) if past else at


def waits_until(policy: Policy, department: str, since: datetime) -> datetime | None:
    """When a ticket that waits for its customer since then is looked at: to nudge them or to solve it; None is never.

    The pauses of `[[department]]` are plain time; what falls outside working hours happens when they begin.
    """
    settings = policy.department(department)
    pause = min((each for each in (settings.nudge, settings.solve_after) if each), default=None)
    return in_hours(policy, department, since + pause) if pause else None


def in_hours(policy: Policy, department: str, at: datetime) -> datetime:
    """That moment, or the begin of the department's next working hours when it falls outside them."""
    return working_time.next_open(calendar_of(policy, department), at)
