"""Tickets for programs: one by its number, and lists of them in pages."""

from __future__ import annotations

from typing import Final

from mailgate.app.programs.bearer import ABSENT, BEYOND, judge
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.model.policy import Policy
from mailgate.core.pages.window import Refusal
from mailgate.core.programs import program, ticket, tickets
from mailgate.core.programs.program import Program
from mailgate.core.programs.ticket import ALL, ApiTicketAsked, ApiTicketPage, ApiTicketsPage
from mailgate.core.programs.tickets import ApiTicketsAsked, Wanted


def one(desk: WindowDesk, asked: ApiTicketAsked) -> ApiTicketPage | Refusal:
    """The ticket of a number; none of another department's, and none that trainees practise on unless it is named."""
    asks = judge(desk, asked.bearer, asked.peer, program.READ)
    if isinstance(asks, Refusal):
        return asks
    words = asks.may(program.WORDS)
    if asked.entries == ALL and not words:
        return BEYOND
    moment = desk.gateway.in_force.moment(desk.gateway.clock())
    found = desk.gateway.store.read(lambda read: read.tickets.get(asked.number))
    if found is None or not sees(asks, found.department, moment.policy):
        return ABSENT
    return ApiTicketPage(ticket.told(moment, found, words=words, entries=asked.entries))


def many(desk: WindowDesk, asked: ApiTicketsAsked) -> ApiTicketsPage | Refusal:
    """One page of tickets; of departments that the program knows."""
    asks = judge(desk, asked.bearer, asked.peer, program.READ)
    if isinstance(asks, Refusal):
        return asks
    words = asks.may(program.WORDS)
    if asked.tag and not words:
        return BEYOND
    moment = desk.gateway.in_force.moment(desk.gateway.clock())
    if asked.department and not sees(asks, asked.department, moment.policy):
        return ABSENT
    place = tickets.begin(asked)
    if place is None:
        return Refusal("cursor")
    wanted = Wanted(
        place=place,
        limit=max(1, min(asked.limit, tickets.MOST)),
        status=asked.status,
        departments=(asked.department,) if asked.department else asks.departments,
        owner=None if not asked.owner else "" if asked.owner == tickets.NOBODY else asked.owner,
        tag=asked.tag,
        customer=asked.customer,
    )
    found = desk.gateway.store.read(lambda read: read.programs.tickets(wanted))
    items = tuple(ticket.told(moment, one, words=words) for one in found.tickets)
    return ApiTicketsPage(items, tickets.written(found.next))


def sees(asks: Program, department: str, policy: Policy) -> bool:
    """True where a department's tickets are told to this program; those to practise on are told only by name."""
    return asks.knows(department) and (department in asks.departments or not policy.training(department))


ANSWERS: Final[Answers] = {"api_ticket": one, "api_tickets": many}
