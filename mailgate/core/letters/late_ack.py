"""The acknowledgement of a mail that was held up: taken for spam, or one of a wave."""

from __future__ import annotations

from datetime import datetime

from mailgate.core.letters import expectation, status_letters
from mailgate.core.model.change import Audience, Outbound, Urgency
from mailgate.core.model.content import Ack
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import Ticket


def acknowledgement(
    moment: Moment, ticket: Ticket, *, named: str = Ack.TEMPLATE, not_before: datetime | None = None
) -> tuple[Outbound, ...]:
    """It, in answer to what the customer wrote, or none where an agent has answered or silence is safer.

    Their words are not echoed: that this is no spam says nothing of who they are. And no more than `acks_per_hour`
    leave, whatever comes in at once: senders may be forged.
    """
    if moment.facts.acks_hour >= moment.policy.limits.acks_per_hour:
        return ()
    if ticket.last_agent_at is not None or not status_letters.may_send(moment, ticket):
        return ()
    ids = moment.facts.customer_ids.get(ticket.number, ())
    return (
        Outbound(
            Ack(named=named, writer=ticket.requester.key, promise=expectation.promised_answer(moment, ticket)),
            Audience.CUSTOMER,
            (Address(ticket.requester.addr),),
            department=ticket.department,
            language=ticket.language,
            purpose=Purpose.ACK,
            in_reply_to=ids[-1] if ids else "",
            references=(*ids[:1], *ids[1:][-10:]),
            urgency=Urgency.ACK,
            not_before=not_before,
        ),
    )
