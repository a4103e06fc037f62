"""A call that is over becomes a mail of the daemon's own making: at once, or once what prevented it has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from mailgate.app.calls import memo
from mailgate.app.calls.callers import Callers, may_be
from mailgate.app.calls.memo import Memo
from mailgate.app.gateway import Gateway
from mailgate.core.model.moment import Moment
from mailgate.core.programs import calls
from mailgate.core.programs.called import AGAIN, KnownCall
from mailgate.core.programs.program import Program
from mailgate.core.text import phone
from mailgate.store.base import Read

PATIENCE: Final = 25.0  # seconds for a memo to be on disk
SOON: Final = timedelta(seconds=5)  # the recording is fetched when its memo has been decided
UNFILED: Final = timedelta(minutes=1)  # after which a call that should have been filed by then is filed


def wanted(moment: Moment, call: KnownCall) -> bool:
    """Whether a call is to be filed as far as it is known."""
    return call.missed or (call.spoken and moment.policy.web.calls.ended)


def file(gateway: Gateway, moment: Moment, asks: Program | None, call: KnownCall) -> str:
    """The memo on disk; returns its Message-ID. Killed in between it is filed once: it is the same mail again."""
    id_ = memo.message_id(call, moment.policy.domain)
    whole = gateway.store.read(lambda read: _memo(read, moment, asks, call))
    raw, envelope = memo.mail_of(moment, whole)
    gateway.intake.receive(raw, envelope).result(PATIENCE)
    fetch_at = moment.now + SOON if call.recording else None
    gateway.store.write(lambda tx: tx.calls.filed(call.program, call.id, id_, fetch_at)).result(PATIENCE)
    return id_


def _memo(read: Read, moment: Moment, asks: Program | None, call: KnownCall) -> Memo:
    home = department_of(moment, asks, call)
    callers = may_be(read, call.number, moment.now, lambda ticket: True)
    whole = Memo(call, home, callers, agent_of(moment, call))
    if call.missed:
        return replace(whole, agent="", earlier=tuple(read.calls.earlier(phone.line(call.number), call.at - AGAIN)))
    return replace(whole, ticket=_only_ticket(callers, home, read))


def _only_ticket(callers: Callers, home: str, read: Read) -> int | None:
    """The one open ticket of the one person who can have called, in the department that was called."""
    tickets = callers.people[0].open if callers.people and not callers.several else ()
    if len(tickets) != 1:
        return None
    ticket = read.tickets.get(tickets[0].number)
    return ticket.number if ticket and ticket.department == home else None


def department_of(moment: Moment, asks: Program | None, call: KnownCall) -> str:
    """Whose number was called; among the program's departments, where it has some."""
    everywhere = [one.name for one in moment.policy.departments]
    known = [one for one in everywhere if asks is None or asks.knows(one)] or everywhere[:1]
    named = calls.place(moment.policy.web.calls.numbers, call.called)
    return named if named in known else known[0]


def agent_of(moment: Moment, call: KnownCall) -> str:
    """Which of us the exchange means: by the configuration, by name or by address; "" for nobody who is here."""
    policy = moment.policy
    named = calls.place(policy.web.calls.agents, call.agent) or calls.place(policy.web.calls.agents, call.called)
    agent = policy.agent(named or call.agent) or policy.agent_at(call.agent)
    return agent.name if agent and agent.active else ""
