"""When a customer may expect an answer: the promise of the SLA or, where we do worse, what really happened lately."""

from __future__ import annotations

from datetime import timedelta

from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Sla
from mailgate.core.model.shown import OpeningHours, PromisedAnswer
from mailgate.core.model.ticket import AnyTicket
from mailgate.core.worktime import working_time
from mailgate.core.worktime.promise import calendar_of, for_ticket, hours_of, tier_of, told


def promised_answer(moment: Moment, ticket: AnyTicket) -> PromisedAnswer:
    """What an acknowledgement may promise; `wire` puts it into the customer's language.

    What is usual is the 80th percentile of the last 30 days, taken where it is longer than the SLA. Otherwise the
    promise has a time (`promise.told`), unless that is over when the mail is decided.
    """
    policy = moment.policy
    sla = for_ticket(policy, ticket, tier_of(moment.facts, ticket))
    promised = sla.first_response if sla and sla.first_response else timedelta(0)
    real = timedelta(seconds=moment.facts.promise_seconds.get(ticket.department, 0))
    calendar = calendar_of(policy, ticket.department)
    open_hours = working_time.hours_of_day(calendar) if calendar else ()
    return PromisedAnswer(
        seconds=int(max(promised, real).total_seconds()),
        usual=real > promised,
        hours=tuple(OpeningHours(tuple(span.weekdays), tuple(span.spans)) for span in open_hours),
        by=_told(moment, ticket, sla) if sla and promised and real <= promised else None,
    )


def _told(moment: Moment, ticket: AnyTicket, sla: Sla) -> str | None:
    calendar = hours_of(moment.policy, ticket.department, sla.name)
    due = working_time.add(calendar, ticket.created_at, sla.first_response or timedelta(0))
    return told(moment.policy, ticket.department, due, sla.name).isoformat() if due > moment.now else None
