"""Acknowledgements: what one says, and that of a mail which was held up, taken for spam or one of a wave."""

from __future__ import annotations

from datetime import datetime

from mailgate.core.letters import expectation, status_letters
from mailgate.core.model.change import Audience, Outbound, Urgency
from mailgate.core.model.content import Ack
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outage import news_of
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import AnyTicket, Ticket


def written(
    moment: Moment,
    ticket: AnyTicket,
    to: Address,
    *,
    answers: str,
    thread: tuple[str, ...],
    named: str = Ack.TEMPLATE,
    echo: bool = False,
    not_before: datetime | None = None,
) -> Outbound:
    """An acknowledgement to who wrote, in answer to that mail of that thread; `echo` their words, and their name."""
    home = moment.policy.department(ticket.department)
    return Outbound(
        content=Ack(
            named=named,
            show_subject=echo,
            writer=to.key,
            promise=expectation.promised_answer(moment, ticket),
            news=news_of(moment.facts.news, home.name, ticket.language, home.language or moment.policy.language),
        ),
        audience=Audience.CUSTOMER,
        to=(to if echo else Address(to.addr),),
        department=ticket.department,
        language=ticket.language,
        purpose=Purpose.ACK,
        in_reply_to=answers,
        references=thread,
        urgency=Urgency.ACK,
        not_before=not_before,
    )


def late(
    moment: Moment, ticket: Ticket, *, named: str = Ack.TEMPLATE, not_before: datetime | None = None
) -> tuple[Outbound, ...]:
    """The acknowledgement that was not written at once, or none where an agent has answered or silence is safer.

    Their words are not echoed: that this is no spam says nothing of who they are. And no more than `acks_per_hour`
    leave, whatever comes in at once: senders may be forged.
    """
    if moment.facts.acks_hour >= moment.policy.limits.acks_per_hour:
        return ()
    if ticket.last_agent_at is not None or not status_letters.may_send(moment, ticket):
        return ()
    answers, thread = moment.facts.customer_thread(ticket.number)
    to = ticket.requester
    return (written(moment, ticket, to, answers=answers, thread=thread, named=named, not_before=not_before),)
