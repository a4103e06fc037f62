"""One ticket for the pages of the team: whoever may ask `#show` by mail sees it here."""

from __future__ import annotations

from typing import Final

from mailgate.app.questions.journal import JournalWords
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.inside import agent_inside
from mailgate.core.model.change import Fate
from mailgate.core.model.content import Receipt
from mailgate.core.model.mail import Source
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import Words, said
from mailgate.core.model.ticket import Ticket
from mailgate.core.pages import thread
from mailgate.core.pages.thread import ThreadAsked, ThreadPage, Told
from mailgate.core.pages.window import Refusal
from mailgate.store.base import Read
from mailgate.wire.words import Phrases

MERGES = 10  # that are followed


def thread_(desk: WindowDesk, asked: ThreadAsked) -> ThreadPage | Refusal:
    """The page of a ticket, of that it was merged into; none of a number that there is not."""
    agent, gateway = agent_inside(desk, asked.session), desk.gateway
    if isinstance(agent, Refusal):
        return agent
    policy, now = gateway.in_force.policy, gateway.clock()

    def look(read: Read) -> ThreadPage | Refusal:
        ticket = shown_to(read, asked.number)
        if ticket is None:
            return Refusal("forbidden")
        speech = Phrases(agent.language, agent.timezone, now)
        journal = JournalWords(policy, speech)
        return thread.page(
            gateway.in_force.moment(now),
            agent,
            ticket,
            read.tickets.events(ticket.number),
            lambda line: speech.said(journal.what(line)),
            older=asked.older,
            spent=read.report.spent_on(ticket.number),
            told=told(read, policy, agent, speech, asked.mail) if asked.mail else None,
            known=read.customers.by_address(ticket.requester.addr) if policy.knows_customers else None,
        )

    return gateway.store.read(look)


def shown_to(read: Read, number: int) -> Ticket | None:
    """The ticket `#show` would show: any that there is; where one was merged into another, that one."""
    ticket = read.tickets.get(number)
    for _ in range(MERGES):
        if ticket is None or ticket.merged_into is None:
            return ticket
        ticket = read.tickets.get(ticket.merged_into)
    return ticket


def told(read: Read, policy: Policy, agent: Agent, speech: Phrases, mail: int) -> Told | None:
    """What became of an act of theirs, as its receipt says it, else as the journal does; None for any other mail."""
    row = read.mail.row(mail)
    if row is None or row.source != Source.WINDOW or row.login != agent.name:
        return None
    if row.fate is None:
        return Told("hand")
    lines = tuple(speech.said(one) for one in _receipt(read, mail))
    if row.fate == Fate.PARKED:
        return Told(
            "parked",
            lines or (speech.say(f"waits.{row.reason}") if speech.knows(f"waits.{row.reason}") else row.reason,),
        )
    if row.fate == Fate.QUARANTINED:
        return Told("hand")
    journal = JournalWords(policy, speech)
    events = [one for number in row.tickets for one in read.tickets.events(number) if one.mail == mail]
    done = tuple(speech.said(journal.what(one)) for one in events)
    return Told("done", tuple(dict.fromkeys((*done, *lines))))


def _receipt(read: Read, mail: int) -> list[Words]:
    """The lines of the receipt about a mail: what was not done and why, what waits, what else one must know."""
    for caused in read.outbox.letters_of_mail(mail):
        letter = read.outbox.letter(caused.id) if caused.template == "receipt" else None
        if letter is not None and isinstance(letter.content, Receipt):
            about = letter.content
            refused = [said("done.line", command=one.text, what=one.why) for one in about.refused or ()]
            return [*refused, *(about.asks or ())]
    return []


ANSWERS: Final[Answers] = {"thread": thread_}
