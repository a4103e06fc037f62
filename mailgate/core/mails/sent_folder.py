"""Mail found in a watched Sent folder: written past us, so it is filed, and not sent again."""

from __future__ import annotations

from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import agent_absence, agent_answer, notices
from mailgate.core.mails.case import Case
from mailgate.core.mails.guard import Wrote
from mailgate.core.mails.match import referred_ids, subject_numbers, takes_part
from mailgate.core.model import changed
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Change,
    Decision,
    Fate,
    LinkKind,
    LinkTo,
    OpenTicket,
    Outbound,
    SetStatus,
    Step,
)
from mailgate.core.model.content import Notice
from mailgate.core.model.ticket import EntryKind, Status, Ticket
from mailgate.core.worktime import sla


def file_sent_answer(case: Case) -> Decision:
    """The words as the desk's own in the ticket they answer, else in a new one that nobody is told of.

    What the mailbox sent by itself and answers no ticket, an absence or a receipt, is nobody's words.
    """
    ticket = _answered(case)
    if ticket is None:
        return case.decided(Fate.DROPPED, "sent") if _by_itself(case) else _opened(case)
    agent = case.authority.agent
    changes: list[Change] = [_words(case)]
    if agent and ticket.owner is None:
        changes.append(Assign(agent.name))
    changes.append(agent_answer.status_after_answer(case, ticket))
    changes += sla.deadlines_after(case.moment, ticket, changed.ticket_after(ticket, changes, case.now))
    colleague = ticket.owner is not None and (agent is None or ticket.owner != agent.name)
    letters: tuple[Outbound, ...] = notices.internal_note(case, ticket, Notice(why="answered")) if colleague else ()
    return case.decided(Fate.FILED, "sent", steps=(Step(ticket.number, tuple(changes), letters),))


def _by_itself(case: Case) -> bool:
    if case.verdict.kind is Wrote.AUTO_REPLY:
        return case.verdict.sure and agent_absence.says_no_more(case)
    return case.verdict.kind in (Wrote.RECEIPT, Wrote.CALENDAR) and case.verdict.sure


def _words(case: Case) -> AddEntry:
    agent, mail = case.authority.agent, case.mail
    who, shown = (
        (agent.name, agent.shown_name) if agent else (mail.author.key, mail.author.name) if mail.author else ("", "")
    )
    text = mail.fresh or mail.text or mail.summary
    return AddEntry(EntryKind.AGENT, who, shown, text, mail.quoted, mail.fresh_html, mail.attachments)


def _opened(case: Case) -> Decision:
    """A mail somebody sent first: its reader's ticket, solved, so that an answer finds it and nobody is written to."""
    readers = case.newcomers() or (*case.mail.to, *case.mail.cc)
    opening = OpenTicket(
        subject=case.title(case.mail.subject),
        department=case.departments[0],
        requester=readers[0] if readers else NOBODY,
        participants=readers[1:],
        language=case.language,
    )
    changes: list[Change] = [opening, _words(case)]
    if case.authority.agent:
        changes.append(Assign(case.authority.agent.name))
    changes += [LinkTo(number, LinkKind.MENTION) for number in subject_numbers(case.mail.subject, case.policy)
                if number in case.facts.tickets]  # fmt: skip
    changes.append(SetStatus(Status.SOLVED, why="sent"))
    return case.decided(Fate.FILED, "sent, new", steps=(Step(None, tuple(changes)),))


def _answered(case: Case) -> Ticket | None:
    """The ticket a sent mail refers to, when somebody who takes part in it is among its readers."""
    facts = case.facts
    numbers = [facts.by_id[identifier] for identifier in referred_ids(case.mail) if identifier in facts.by_id]
    numbers += subject_numbers(case.mail.subject, case.policy)
    for ticket in map(facts.ticket, numbers):
        if ticket and any(takes_part(ticket, addr) for addr in (*case.mail.to, *case.mail.cc)):
            return ticket
    return None
