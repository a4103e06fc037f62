"""Commands about mail nobody asked for: spam, a sender shut out for a while, and what was none after all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from mailgate.core.commands.catalogue import DOMAIN
from mailgate.core.commands.judging import Judgement, Refusal, TicketContext
from mailgate.core.letters import acks
from mailgate.core.model import changed
from mailgate.core.model.change import Ban, Change, SetStatus, Tag
from mailgate.core.model.facts import Sender
from mailgate.core.model.policy import Policy, Role
from mailgate.core.model.ticket import EntryKind, Status, Ticket
from mailgate.core.text.folding import fold
from mailgate.core.text.mail_providers import is_public

SPAM = "spam"  # the tag
SHUT_OUT = timedelta(days=90)


def names_a_domain(text: str) -> bool:
    """True when a mail may ask for a whole domain: then the store is asked who was answered there."""
    return not DOMAIN.isdisjoint(fold(text).split())


def spam(context: TicketContext) -> Judgement:
    """Closed and marked; `why` keeps every letter to the sender back. `always`: what they send later is spam too."""
    known = _known(context)
    if context.world.crowd and (known.answered or context.ticket.last_agent_at):  # who was answered is a customer
        return context.granted_already("spam_left_out", address=context.ticket.requester.addr)
    over, tagged = context.ticket.status.done, SPAM in context.ticket.tags
    closing = () if over else (SetStatus(Status.SOLVED, why="spam"),)
    marked: tuple[Change, ...] = () if over and tagged else (Tag(add=(SPAM,)), *closing)
    if context.argument:
        return _shut_out(context, marked)
    return context.granted("spam", *marked) if marked else context.granted_already("already_spam")


def _shut_out(context: TicketContext, marked: tuple[Change, ...]) -> Judgement:
    """An address is shut out, or a lead's whole domain where that hits no customers."""
    person = context.person(context.ticket.requester.addr)
    if isinstance(person, Refusal):
        return person
    known, address = _known(context), person.key
    if known.answered or context.ticket.last_agent_at:
        question = context.ask_first("answered_them", address=address)
        if question:
            return question
    if _may_be_forged(context.ticket) and (doubt := context.ask_first("forged_sender", address=address)):
        return doubt
    domain = person.domain
    until = context.world.now + SHUT_OUT
    granted = partial(context.granted, address=address, domain=domain, at=context.in_their_days(until))
    alone = (*marked, Ban(address, until))
    if DOMAIN.isdisjoint(fold(context.argument).split()):
        return granted("spam_always", *alone)
    if not context.leads:
        return Refusal("role", params={"role": Role.LEAD.value})
    if is_public(domain):
        return granted("spam_public", *alone)
    if known.domain_answered or _is_ours(context.policy, domain):
        return granted("spam_answered", *alone)
    return granted("spam_domain", *marked, Ban(f"@{domain}", until))


def _may_be_forged(ticket: Ticket) -> bool:
    """True when a border called each mail of its customer forged: somebody else would be shut out."""
    theirs = [one for one in ticket.entries if one.kind is EntryKind.CUSTOMER]
    return bool(theirs) and all(one.unverified for one in theirs)


def _is_ours(policy: Policy, domain: str) -> bool:
    """True for a domain in which the desk or one of its agents has an address."""
    ours = [addr for desk in policy.departments for addr in desk.addresses]
    ours += [addr for agent in policy.agents for addr in (agent.address, *agent.aliases)]
    return any(addr.lower().rpartition("@")[2] == domain for addr in ours)


def not_spam(context: TicketContext) -> Judgement:
    """Work after all: open again, its sender welcome, and told that their mail has come, once."""
    ticket, known = context.ticket, _known(context)
    tagged = SPAM in ticket.tags
    lifted: list[Change] = [Ban(ticket.requester.key, None)] if known.address_until else []
    domain = f"@{ticket.requester.domain}"
    if known.domain_until and context.leads:
        lifted.append(Ban(domain, None))
    stays = known.domain_until is not None and not context.leads
    if not tagged and not lifted:
        return context.granted_already("not_spam")
    changes: list[Change] = [Tag(remove=(SPAM,))] if tagged else []
    if tagged and ticket.status.done:
        changes.append(SetStatus(Status.OPEN if ticket.owner else Status.NEW, why="notspam"))
    changes += lifted
    after = changed.ticket_after(ticket, changes, context.world.now)
    moment = context.world.moment
    undo = moment.now + moment.policy.undo_window  # it waits while the agent may take it back
    owed = tagged and not known.acknowledged
    letters = acks.late(moment, after, not_before=undo) if owed else ()
    return context.granted(
        "spam_no_more_but" if stays else "spam_no_more_told" if letters else "spam_no_more",
        *changes,
        outbound=letters,
        domain=domain,
    )


def _known(context: TicketContext) -> Sender:
    senders: Mapping[int, Sender] = context.world.moment.facts.senders
    return senders.get(context.ticket.number, Sender(acknowledged=True))  # nobody asked: nothing is written
