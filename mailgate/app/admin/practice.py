"""`mailgate agents train`: mails to practise with for one agent, filed where nothing reaches anybody but agents."""

from __future__ import annotations

from datetime import datetime

from mailgate.app.admin import staff
from mailgate.app.gateway import Gateway
from mailgate.core.letters import readers
from mailgate.core.model.change import AddEntry, Decision, Fate, OpenTicket, Step, Watch
from mailgate.core.model.content import Notice
from mailgate.core.model.mail import Envelope, InboundMail, Source
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Department, Policy
from mailgate.core.model.shown import Person
from mailgate.core.model.ticket import EntryKind
from mailgate.errors import Permanent
from mailgate.store.base import Incoming, Tx
from mailgate.wire.letters import practice
from mailgate.wire.mime.content_digest import is_named, raw_digest
from mailgate.wire.mime.parse import parse


def train(gateway: Gateway, agent: str) -> list[int]:
    """Ten mails for this agent alone, who hears of each; returns their tickets. Raises Permanent."""
    who, policy, now = staff.configured(gateway, agent), gateway.in_force.policy, gateway.clock()
    if not who.active:
        raise Permanent(f"{agent} is not active")
    desk = department_of(policy, who)
    if desk is None:
        raise Permanent("there is no department to practise in: give one training = true")
    mark = f"{who.name}.{now:%Y%m%d%H%M%S%f}"
    found = [
        _taken_in(gateway, raw, who, desk, now) for raw in practice.mails(who.language, desk.addresses[0], now, mark)
    ]
    gateway.dispatcher.wake()
    if not gateway.threaded:
        gateway.dispatcher.drain()
    return found


def department_of(policy: Policy, agent: Agent) -> Department | None:
    """Where an agent practises: in one of theirs, else in the first that is for it."""
    found = [one for one in policy.departments if one.training]
    return next((one for one in found if one.name in agent.departments), next(iter(found), None))


def _taken_in(gateway: Gateway, raw: bytes, agent: Agent, desk: Department, now: datetime) -> int:
    """A mail kept and filed at once; returns its ticket."""
    policy = gateway.in_force.policy
    envelope = Envelope("", (desk.addresses[0],), Source.PIPE)
    decision = filed(policy, parse(raw, envelope, policy.limits), agent, desk)
    hold = gateway.in_force.snapshot.letters_wait

    def job(tx: Tx, large: Incoming | None) -> int:
        kept = tx.mail.keep(raw, envelope, raw_digest(raw), now, large, named=is_named(raw))
        return tx.apply(kept.number, decision, now, gateway.ids, None, hold=hold).tickets[0]

    return gateway.intake.keeping.keep_by(raw, job).result()


def filed(policy: Policy, mail: InboundMail, agent: Agent, desk: Department) -> Decision:
    """The decision about a mail to practise with: a ticket of nobody's that this agent follows, and their notice."""
    author = mail.author
    assert author is not None
    entry = AddEntry(
        EntryKind.CUSTOMER, author.key, author.name, mail.text.strip(), html=mail.html, attachments=mail.attachments
    )
    opening = OpenTicket(mail.subject, desk.name, author, language=mail.language or agent.language)
    notice = readers.to_agent(
        policy,
        agent,
        Notice(why="new", from_=Person(author.name, author.addr)),
        purpose=Purpose.CUSTOMER,
        attachments=tuple((0, one.part) for one in mail.attachments),
    )
    step = Step(None, (opening, entry, Watch(agent.name)), (notice,))
    return Decision(Fate.FILED, "practice", (step,), actor=author.key)
