"""Who speaks which language: in what a customer writes, and whom of several agents that suits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import AnyTicket, Ticket

FIELD = "language"  # of a ticket whose customer writes in another language than they are written to


def written_in(ticket: AnyTicket) -> str:
    """The language of a ticket's customer (ISO 639-1): its field `language`, else that of its letters."""
    return ticket.fields.get(FIELD) or ticket.language


def shown(policy: Policy, ticket: AnyTicket) -> str:
    """The language as a row of a list names it: "" for the usual one of the ticket's department."""
    usual = policy.department(ticket.department).language or policy.language
    return "" if written_in(ticket) == usual else written_in(ticket)


def speaks(agent: Agent, language: str) -> bool:
    """True for an agent who speaks it, and for one of whom nothing is known."""
    return not agent.speaks or not language or language in agent.speaks


def able(agents: Sequence[Agent], language: str) -> list[Agent]:
    """Those who speak it, or all of them where none does."""
    return [one for one in agents if speaks(one, language)] or list(agents)


def own_and_others(policy: Policy, agent: Agent) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what an agent speaks, what their colleagues speak): of tickets in neither nobody is the better reader.

    Nothing for an agent of whom nothing is known, or who has no colleagues; no others' where a colleague speaks all.
    """
    homes = [one.name for one in policy.departments if agent.works_in(one.name)]
    colleagues = {one.name: one for home in homes for one in policy.agents_of(home) if one.name != agent.name}
    if not agent.speaks or not colleagues:
        return (), ()
    everything = any(not one.speaks for one in colleagues.values())
    others = {language for one in colleagues.values() for language in one.speaks}
    return agent.speaks, () if everything else tuple(sorted(others))


def in_order(tickets: Iterable[Ticket], own: Sequence[str], others: Sequence[str]) -> tuple[Ticket, ...]:
    """The same tickets, last those that a colleague can read and this agent cannot (see `own_and_others`)."""
    if not own:
        return tuple(tickets)

    def left_to_others(ticket: Ticket) -> bool:
        language = written_in(ticket)
        return language not in own and (not others or language in others)

    return tuple(sorted(tickets, key=left_to_others))
