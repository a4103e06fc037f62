"""What an agent does on a ticket's page: written down as a mail of theirs, decided like any, and told at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from mailgate.app.admin import explaining
from mailgate.app.in_force import Snapshot
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.inside import agent_inside
from mailgate.app.window.thread import shown_to, told
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.content import Receipt
from mailgate.core.model.mail import Envelope, Source
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import Words, said
from mailgate.core.model.ticket import Ticket
from mailgate.core.pages import acts, thread
from mailgate.core.pages.acts import ActAsked, ActPage
from mailgate.core.pages.window import Refusal
from mailgate.core.proof import session
from mailgate.errors import Temporary
from mailgate.store.base import Read
from mailgate.wire.mime.parse import parse
from mailgate.wire.words import Phrases, size

KEPT: Final = 30.0  # seconds for the disk
DECIDED: Final = 4.0  # seconds that whoever pressed a button waits to see what became of it


def act(desk: WindowDesk, asked: ActAsked) -> ActPage | Refusal:
    """Carry it out as far as pages may; what would be refused is said at once and written nowhere."""
    agent, gateway = agent_inside(desk, asked.session), desk.gateway
    if isinstance(agent, Refusal):
        return agent
    if len(asked.words) > acts.LONGEST_WORDS:
        return Refusal("size", (("size", size(acts.LONGEST_WORDS)),))
    snapshot, now = gateway.in_force.snapshot, gateway.clock()
    policy = snapshot.policy
    speech = Phrases(agent.language, agent.timezone, now)

    def look(read: Read) -> tuple[bytes, Envelope, Ticket] | ActPage | Refusal:
        ticket = shown_to(read, asked.number)
        if ticket is None or not acts.may(policy, agent, asked.command):
            return Refusal("forbidden")
        line = acts.line(asked)
        if not acts.is_one(line, policy) or (asked.command in acts.WITH_WORDS and not acts.words(asked)):
            return ActPage(ticket.number, "refused", lines=(speech.say("page.thread.unclear", command=line),))
        newer = thread.written_since(ticket, session.page_made(asked.seen, now))
        if newer and asked.command in acts.LAYS_ASIDE:
            return ActPage(ticket.number, "refused", lines=(speech.say("receipt.newer"), newer))
        before = acts.said_before(ticket, agent, asked, now)
        if before:  # sent from another tab, or again after an answer that did not arrive: it is said once
            return ActPage(ticket.number, "done", before)
        undone = sum(one.kind == "undo" for one in read.tickets.events(ticket.number))
        raw, envelope = written(policy, agent, ticket, line, asked, now, undone)
        if asked.command not in acts.WITH_WORDS:  # of those nothing is to be lost, so they are not tried first
            refused = _would_be_refused(read, snapshot, raw, envelope, speech, now)
            if refused is not None:
                return ActPage(ticket.number, "refused", lines=refused)
        return raw, envelope, ticket

    found = gateway.store.read(look)
    if not isinstance(found, tuple):
        return found
    raw, envelope, ticket = found
    try:
        kept = gateway.intake.receive(raw, envelope).result(KEPT)
    except (Temporary, TimeoutError):
        return Refusal("trouble", wait=20)
    number = kept.first
    gateway.intake.await_fate(number, DECIDED)
    became = gateway.store.read(lambda read: told(read, policy, agent, speech, number))
    return ActPage(ticket.number, became.state if became else "hand", number, became.lines if became else ())


def written(
    policy: Policy, agent: Agent, ticket: Ticket, line: str, asked: ActAsked, now: datetime, undone: int = 0
) -> tuple[bytes, Envelope]:
    """The act as the mail it is kept as. The same button of the same page twice is the same mail, to the octet.

    Unless it was taken back between: `undone` is how often something of the ticket was.
    """
    mail = EmailMessage(policy=SMTP)
    local, _, domain = agent.address.rpartition("@")
    home = policy.department(ticket.department).addresses[0]
    seen = session.page_made(asked.seen, now)
    once = asked.once or secrets.token_hex(8)
    since = "" if asked.command == "undo" else str(undone)
    of = "\0".join((asked.session, str(ticket.number), line, acts.words(asked), once, since))
    mail["From"] = Address(agent.shown_name, local, domain)
    mail["To"] = home
    mail["Subject"] = f"{policy.tag(ticket.number)} {line}"
    mail["Message-ID"] = f"<act.{hashlib.sha256(of.encode()).hexdigest()[:32]}@window.invalid>"
    if seen is not None:
        mail[session.SEEN] = seen.isoformat()
    if named := acts.one_line(asked.named):
        mail[session.NAMED] = named
    mail.set_content(acts.words(asked))
    return bytes(mail), Envelope(agent.address, (home,), Source.WINDOW, peer="window", login=agent.name)


def _would_be_refused(
    read: Read, snapshot: Snapshot, raw: bytes, envelope: Envelope, speech: Phrases, now: datetime
) -> tuple[str, ...] | None:
    """Why a command would not be carried out now, as its receipt would say it; None where it would be."""
    mail = parse(raw, envelope, snapshot.policy.limits)
    decision = explaining.decided(mail, snapshot, read, now, anew=True)
    if decision.fate is not Fate.PARKED:
        return None
    return tuple(speech.said(one) for one in _lines(decision)) or (speech.say("waits.page_only"),)


def _lines(decision: Decision) -> list[Words]:
    receipts = (one.content for one in decision.letters if isinstance(one.content, Receipt))
    return [said("done.line", command=one.text, what=one.why) for about in receipts for one in about.refused or ()]


ANSWERS: Final[Answers] = {"act": act}
