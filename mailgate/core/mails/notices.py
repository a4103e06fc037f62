"""Which agents hear of what happened to a ticket, and in what letter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mailgate.core.letters import readers
from mailgate.core.letters.addressee import writable
from mailgate.core.mails import guard
from mailgate.core.mails.case import Case
from mailgate.core.model.change import Outbound
from mailgate.core.model.content import Notice
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import language, said
from mailgate.core.model.shown import Person
from mailgate.core.model.ticket import AnyTicket, Ticket
from mailgate.core.worktime import skills


def customers_words(
    case: Case, ticket: AnyTicket, notice: Notice, extra: Collection[str] = (), *, arrived: bool = False
) -> tuple[Outbound, ...]:
    """Notices of a customer's words: a plain reply to one goes to the customer.

    `arrived`: these words brought the ticket from another department.
    """
    agents = {agent.name: agent for agent in readers.of_ticket(case.moment, ticket, arrived=arrived)}
    for name in extra:
        agent = case.policy.agent(name)
        if agent and agent.active:
            agents.setdefault(name, agent)
    author = case.authority.agent
    others = [agent for agent in agents.values() if author is None or agent.name != author.name]
    later = {} if arrived else readers.in_turn(case.moment, ticket, [one for one in others if one.name not in extra])
    told = _unspoken(case, ticket, _elsewhere(case, ticket, notice))
    return _to_each(case, ticket, others, Purpose.CUSTOMER, told, files(case), later)


def _unspoken(case: Case, ticket: AnyTicket, notice: Notice) -> Notice:
    """With a line where nobody on duty speaks the mail's language, nor the ticket's owner."""
    written, owner = case.mail.language or skills.written_in(ticket), case.policy.agent(ticket.owner)
    if case.verdict.robot or (owner and skills.speaks(owner, written)):
        return notice
    codes = readers.unspoken(case.moment, ticket.department, (written,))
    lines = (said("skills.nobody", language=language(code)) for code in codes)
    return replace(notice, notes=(*notice.notes, *lines))


def only_thanks(case: Case, ticket: Ticket) -> bool:
    """True for a bare thanks for what is solved: it stays so, and the week's letter tells of it."""
    return ticket.status.done and guard.thanks_only(case.mail.fresh) and not case.mail.attachments


def _elsewhere(case: Case, ticket: AnyTicket, notice: Notice) -> Notice:
    """With the other address of a mail whose Reply-To is not its From: where it came from, or where answers should go.

    The requester never changes by itself: a later mail's wish is shown, and one tap grants it.
    """
    author = case.author
    if author is None or not case.answers_to or case.route.call is not None:
        return notice
    addressee = case.answers_to[0]
    takes_part = {one.key for one in (ticket.requester, *ticket.participants)}
    if addressee.key == author.key:
        return notice
    if addressee.key not in takes_part:
        return replace(notice, asks_for=addressee.addr)
    known = author.key in takes_part or not writable(author, case.policy)
    return notice if known else replace(notice, came_from=author.addr)


def files(case: Case) -> tuple[tuple[int, str], ...]:
    """The mail's files, when they are small enough to be sent on; large ones are only named (threats C-10)."""
    found = case.mail.attachments
    fits = sum(file.size for file in found) <= case.policy.attach_max
    return tuple((0, file.part) for file in found) if fits else ()


def internal_note(case: Case, ticket: Ticket, notice: Notice) -> tuple[Outbound, ...]:
    """Notices of internal words: a plain reply to one stays internal."""
    author = case.authority.agent if case.authority.steer else None
    agents = readers.of_ticket(case.moment, ticket)
    others = [agent for agent in agents if author is None or agent.name != author.name]
    return _to_each(case, ticket, others, Purpose.NOTE, notice)


def to_departments(case: Case, ticket: AnyTicket, names: Iterable[str]) -> tuple[Outbound, ...]:
    """Further departments hear of a ticket that was sent to them too."""
    return _to_each(case, ticket, readers.of_departments(case.moment, names), Purpose.CUSTOMER, Notice(why="told"))


def _to_each(
    case: Case,
    ticket: AnyTicket,
    agents: Sequence[Agent],
    purpose: Purpose,
    notice: Notice,
    attachments: tuple[tuple[int, str], ...] = (),
    later: Mapping[str, datetime] | None = None,
) -> tuple[Outbound, ...]:
    """The same notice to several agents, to each when they are at work; `later` has those who hear in a list."""
    about, later = replace(notice, from_=shown_person(case.author)), later or {}
    hours = {one.name: readers.at_work(case.moment, one, ticket.priority, ticket.department) for one in agents}
    return tuple(
        readers.to_agent(
            case.policy,
            agent,
            replace(about, why=readers.IN_TURN) if agent.name in later else about,
            purpose=purpose,
            attachments=attachments,
            not_before=max(filter(None, (hours[agent.name], later.get(agent.name))), default=None),
        )
        for agent in agents
    )


def shown_person(addr: Address | None) -> Person:
    return Person(addr.name, addr.addr) if addr else Person()
