"""The line to an agent whose telephone rings: everybody it may be, and a link for each of their open tickets."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.core.letters import readers
from mailgate.core.model.change import Outbound
from mailgate.core.model.letter_kinds import Ringing
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.shown import CallersTicket
from mailgate.core.programs.called import MOST, Caller, KnownCall


def letter(policy: Policy, agent: Agent, call: KnownCall, callers: Sequence[Caller]) -> Outbound:
    """It leaves at once, whatever the hour: the telephone rings now."""
    shown = callers[:MOST]
    tickets = (CallersTicket(one.number, one.subject, named(who)) for who in shown for one in who.open)
    content = Ringing(
        caller=call.number, called=call.called, people=tuple(map(named, shown)), open_tickets=tuple(tickets)[: 2 * MOST]
    )
    return readers.to_agent(policy, agent, content, purpose=Purpose.QUESTION, department=agent.home)


def named(who: Caller) -> str:
    """A person on one line: name, company, address."""
    said = ", ".join(part for part in (who.name, who.company) if part)
    address = who.addresses[0] if who.addresses else ""
    return " ".join((f"{said} ({address})" if said and address else said or address).split())
