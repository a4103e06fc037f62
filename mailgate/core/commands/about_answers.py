"""The command that takes up what a colleague wrote to somebody else: a draft for the agent, and for nobody else yet."""

from __future__ import annotations

from mailgate.core.commands.judging import Judgement, Refusal, TicketContext
from mailgate.core.letters import readers
from mailgate.core.model.canned import Drafted, solution
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.text import marks


def draft(context: TicketContext) -> Judgement:
    """The answer that solved another ticket, what was its customer's own marked; it leaves when the agent writes it."""
    other = context.other_ticket(context.argument)
    if isinstance(other, Refusal):
        return other
    answer = solution(other.entries)
    if answer is None:
        return Refusal("no_answer", params={"number": str(other.number)})
    names = (*people_of(other), answer.author_name)
    text = marks.marked(answer.text, names)
    about = Drafted(source=other.number, who=answer.author_name or answer.author, text=text)
    letter = readers.to_agent(context.policy, context.agent, about, purpose=Purpose.CUSTOMER)
    return context.granted("drafted", outbound=[letter], number=str(other.number))


def people_of(ticket: Ticket) -> tuple[str, ...]:
    """The names of its customers, as they wrote them."""
    wrote = (one.author_name for one in ticket.entries if one.kind is EntryKind.CUSTOMER)
    return tuple({ticket.requester.name, *(one.name for one in ticket.participants), *wrote} - {""})
