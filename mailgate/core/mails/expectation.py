"""When a customer may expect an answer: the promise of the SLA or, where we do worse, what really happened lately."""

from __future__ import annotations

from datetime import timedelta

from mailgate.core.mails.case import Case
from mailgate.core.model.shown import OpeningHours, PromisedAnswer
from mailgate.core.model.ticket import AnyTicket
from mailgate.core.worktime import working_time
from mailgate.core.worktime.promise import calendar_of, choose, told


def promised_answer(case: Case, ticket: AnyTicket) -> PromisedAnswer:
    """What an acknowledgement may promise; `wire` puts it into the customer's language.

    What is usual is the 80th percentile of the last 30 days, taken where it is longer than the SLA. Otherwise the
    promise has a time (`promise.told`), unless that is over when the mail is decided.
    """
    policy = case.policy
    sla = choose(policy, ticket.department, ticket.priority, ticket.tags, ticket.requester.addr, ticket.sla)
    promised = sla.first_response if sla and sla.first_response else timedelta(0)
    real = timedelta(seconds=case.facts.promise_seconds.get(ticket.department, 0))
    calendar = calendar_of(policy, ticket.department)
    open_hours = working_time.hours_of_day(calendar) if calendar else ()
    return PromisedAnswer(
        seconds=int(max(promised, real).total_seconds()),
        usual=real > promised,
        hours=tuple(OpeningHours(tuple(span.weekdays), tuple(span.spans)) for span in open_hours),
        by=_told(case, ticket, promised) if promised and real <= promised else None,
    )


def _told(case: Case, ticket: AnyTicket, promised: timedelta) -> str | None:
    calendar = calendar_of(case.policy, ticket.department)
    due = working_time.add(calendar, ticket.created_at, promised)
    return told(case.policy, ticket.department, due).isoformat() if due > case.now else None
