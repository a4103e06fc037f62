"""Letters about a trainee's answer: to whoever may send it, and to the trainee about what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.core.letters import readers
from mailgate.core.model.change import Outbound
from mailgate.core.model.coaching import Coached, TraineesAnswer
from mailgate.core.model.content import Receipt
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy, Role
from mailgate.core.model.shown import NamedFile, Passage
from mailgate.core.model.ticket import Ticket
from mailgate.core.text.difference import difference

MOST_SHOWN = 30_000  # characters of an answer in a letter about it


def coach_of(moment: Moment, department: str) -> Agent | None:
    """Who is asked whether a trainee's answer leaves: the lead or who reads instead, else any who may send one."""
    lead = readers.lead_here(moment, department)
    return lead if lead and lead.role is not Role.TRAINEE else next(iter(_full(moment, department)), None)


def who_may_send(moment: Moment, department: str, coach: Agent) -> tuple[Agent, ...]:
    """Who is asked when a trainee's answer has waited: the coach and every full agent on duty; none who is away."""
    full = _full(moment, department)
    here = [one for one in full if readers.is_on_duty(moment, one, department)] or full
    first = [] if readers.is_away(moment, coach) else [coach]
    return tuple({one.name: one for one in (*first, *here)}.values()) or (coach,)


def _full(moment: Moment, department: str) -> list[Agent]:
    """The agents of a department who are here and may send letters."""
    agents = moment.policy.agents_of(department)
    return [one for one in agents if one.role is not Role.TRAINEE and not readers.is_away(moment, one)]


def handed_in(
    policy: Policy,
    coach: Agent,
    trainee: Agent,
    ticket: Ticket,
    about: Receipt,
    files: Sequence[NamedFile],
    attachments: tuple[tuple[int, str], ...],
) -> Outbound:
    """The coach's letter: the customer's newest words, and what is `about` to leave with all that goes with it."""
    home = policy.department(ticket.department)
    return readers.to_agent(
        policy,
        coach,
        TraineesAnswer(
            parked=True,
            ticket=about.ticket,
            understood=about.understood,
            meant=about.meant,
            text=about.text,
            author=trainee.name,
            to=about.to,
            corrected=about.corrected,
            corrected_to=about.corrected_to,
            by=trainee.shown_name,
            customer=_customer(ticket),
            signature="\n".join(part for part in (trainee.signature, home.signature) if part),
            attachments=tuple(files),
        ),
        purpose=Purpose.RELEASE,
        attachments=attachments,
    )


def sent(policy: Policy, trainee: Agent, by: str, ticket: Ticket) -> Outbound:
    """It left as it was."""
    return readers.to_agent(
        policy, trainee, Coached(by=_who(policy, by), customer=_customer(ticket)), purpose=Purpose.NOTE
    )


def changed(policy: Policy, trainee: Agent, by: Agent, ticket: Ticket, own: str, text: str) -> Outbound:
    """It left with changes: what was sent, and what is other in it."""
    own, text = own[:MOST_SHOWN], text[:MOST_SHOWN]
    passages = tuple(Passage(kind, words) for kind, words in difference(own, text))
    if passages and all(one.kind == "kept" for one in passages):
        return sent(policy, trainee, by.name, ticket)
    says = Coached(
        outcome="changed",
        by=by.shown_name,
        customer=_customer(ticket),
        text=text,
        own="" if passages else own,
        changes=passages,
    )
    return readers.to_agent(policy, trainee, says, purpose=Purpose.NOTE)


def returned(policy: Policy, trainee: Agent, by: Agent, ticket: Ticket, own: str, word: str) -> Outbound:
    """It did not leave: with the coach's word; a plain reply to it is the next answer to the customer."""
    says = Coached(outcome="returned", by=by.shown_name, customer=_customer(ticket), word=word[:MOST_SHOWN], own=own)
    return readers.to_agent(policy, trainee, says, purpose=Purpose.CUSTOMER)


def _customer(ticket: Ticket) -> str:
    return ticket.requester.name or ticket.requester.addr


def _who(policy: Policy, name: str) -> str:
    agent = policy.agent(name)
    return agent.shown_name if agent else policy.name
