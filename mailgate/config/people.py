"""Departments, agents, promises and calendars, from the file's words to the policy's values."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from mailgate.config import calendars as holiday_dates
from mailgate.config.model import DAYS, CalendarModel, FileModel
from mailgate.config.values import WorkingTime
from mailgate.config.work import Loading
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Agent, Calendar, Department, EscalationStep, Role, Sla
from mailgate.core.text.folding import fold


def departments(model: FileModel, name: str) -> tuple[Department, ...]:
    """Every department; without `from` its first address speaks, under the gateway's name."""
    return tuple(
        Department(
            name=given.name,
            addresses=tuple(given.addresses),
            from_=given.from_ or Address(given.addresses[0], name),
            language=given.language,
            sla=given.sla,
            calendar=given.calendar,
            lead=given.lead,
            deputy=given.deputy,
            signature=given.signature,
            outgoing=given.outgoing,
            notify=given.notify,
            order=given.order,
            after_reply=given.after_reply,
            nudge=given.nudge,
            solve_after=given.solve_after,
            via=given.via or None,
            training=given.training,
        )
        for given in model.department
    )


def agents(model: FileModel) -> tuple[Agent, ...]:
    """Every agent; language and time zone are the gateway's unless given. Where trainees practise nobody is unasked."""
    practice = any(one.training for one in model.department)
    all_of_them = tuple(one.name for one in model.department if not one.training) if practice else ()
    return tuple(
        Agent(
            id=0,
            name=given.name,
            address=given.address,
            aliases=tuple(given.aliases),
            full_name=given.full_name,
            departments=tuple(given.departments) or all_of_them,
            role=Role(given.role),
            language=given.language or model.gateway.language,
            speaks=tuple(given.speaks),
            timezone=given.timezone or model.gateway.timezone,
            calendar=given.calendar,
            signature=given.signature,
            receipts=given.receipts,
            active=given.active,
        )
        for given in model.agent
    )


def slas(model: FileModel) -> tuple[Sla, ...]:
    """Every promise; its days are working days as long as those of the calendar it is kept by."""
    found = []
    for given in model.sla:
        day = _working_day(given.name, model)

        def long(value: WorkingTime | None, day: timedelta = day) -> timedelta | None:
            return value.of(day) if value else None

        found.append(
            Sla(
                name=given.name,
                first_response=long(given.first_response),
                next_response=long(given.next_response),
                resolve=long(given.resolve),
                warn=given.warn,
                escalate=tuple(
                    EscalationStep(step.at, tuple(step.notify), step.priority, step.release, step.reassign)
                    for step in sorted(given.escalate, key=lambda step: step.at)
                ),
                priorities=tuple(given.priorities),
                tags=tuple(given.tags),
                customers=tuple(given.customers),
                tiers=tuple(map(fold, given.tier)),
                at_once=given.at_once,
            )
        )
    return tuple(found)


def _working_day(sla: str, model: FileModel) -> timedelta:
    """How long a day of a promise is: the longest day of the calendar of the first department that gives it."""
    using = next((given for given in model.department if given.sla == sla), model.department[0])
    calendar = next((given for given in model.calendar if given.name == using.calendar), None)
    minutes = max((sum(end - start for start, end in spans) for spans in _week(calendar)), default=0) if calendar else 0
    return timedelta(minutes=minutes or 24 * 60)


def _week(given: CalendarModel) -> tuple[tuple[tuple[int, int], ...], ...]:
    return tuple(getattr(given, day) for day in DAYS)


def calendars(model: FileModel, work: Loading) -> tuple[Calendar, ...]:
    """Every calendar with its holidays as dates; a day that is both closed and open is open."""
    found = []
    for at, given in enumerate(model.calendar):
        loc = ("calendar", at)
        if not any(_week(given)):
            work.note(loc, f'has no hours: write monday = "09:00-17:00" and so on; days are {", ".join(DAYS)}')
        elif given.open and not given.monday:
            work.note((*loc, "open"), "open days have Monday's hours, and Monday has none")
        public = work.tried((*loc, "holidays"), partial(holiday_dates.closed_days, given.holidays, work.today))
        opened = frozenset(given.open)
        found.append(
            Calendar(
                name=given.name,
                timezone=given.timezone or model.gateway.timezone,
                week=_week(given),
                closed=((public or frozenset()) | frozenset(given.closed)) - opened,
                opened=opened,
            )
        )
    return tuple(found)
