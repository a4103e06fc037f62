"""An agent's words on their way to the customer: what may not leave, who gets them, and what it does to the ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailgate.core.channels import channel
from mailgate.core.channels.whereabouts import is_chat
from mailgate.core.commands.line import Command
from mailgate.core.letters import addressee, on_channels, status_letters
from mailgate.core.mails import scope
from mailgate.core.mails.case import Case
from mailgate.core.model import changed
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Audience,
    Change,
    Join,
    Journal,
    Leave,
    OpenTicket,
    Outbound,
    SetRequester,
    SetStatus,
    Urgency,
)
from mailgate.core.model.content import Answer, Receipt
from mailgate.core.model.mail import Address, Attachment, canonical
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import AnyTicket, EntryKind, Status, Ticket
from mailgate.core.proof import session, token
from mailgate.core.proof.authority import CarriedBy, Proof
from mailgate.core.text import signature
from mailgate.core.worktime import promise


def why_not_sent(case: Case, ticket: Ticket, agent: Agent, text: str, canned: str = "") -> str:
    """Why these words must not leave now, `""` when they may (design: *What the customer must never see*)."""
    who = (case.mail.author.name, case.mail.author.addr) if case.mail.author else ()
    if signature.is_all_signature(text, who) and not canned:
        return "empty" if case.mail.text.strip() and case.mail.quoted.strip() else ""
    if case.held:
        return str(case.held)
    if token.stands_in(text, case.policy.markers):
        return "internal"
    if case.policy.names_an_agent(text):
        return "address"
    if _stale(case, ticket, agent):
        return "stale"
    return "window" if _late_there(case, ticket, case.now) else ""


def _late_there(case: Case, ticket: AnyTicket, at: datetime) -> bool:
    """True when the customer is on a channel that lets nobody answer any more by then."""
    there = channel.at(case.policy.channels, ticket.requester.addr)
    return there is not None and channel.is_over(there, ticket.last_customer_at, at)


def goes_by_mail(case: Case, ticket: Ticket, commands: Iterable[Command]) -> bool:
    """True when words can only reach the customer by mail by now, and an address is known that is proven theirs."""
    if not _late_there(case, ticket, case.now) or any(one.name == "via" for one in commands):
        return False
    known = (Address(one) for one in case.facts.ways.get(ticket.number, ()))
    return any(addressee.writable(one, case.policy) and not is_chat(one.addr) for one in known)


def stays_behind(case: Case, ticket: AnyTicket) -> list[str]:
    """The names of the agent's files that the customer's channel does not take."""
    there = channel.at(case.policy.channels, ticket.requester.addr)
    if there is None:
        return []
    files = enclosed(case, ticket)
    return [files[at].name for at in on_channels.left_out([one.size for one in files], there)]


def out_of_reach(ticket: Ticket, policy: Policy, only: Address | None = None) -> bool:
    """True when nobody who takes part, or not the one meant, can be written to: words filed would reach no one."""
    return not any(only is None or one.key == only.key for one in addressee.receivers(ticket, policy))


def _stale(case: Case, ticket: Ticket, agent: Agent) -> bool:
    """True when a colleague's public words are newer than the notice this answers."""
    answered = newest_notice(case)
    last = ticket.last_agent_at
    if answered is None or last is None or last <= answered:
        return False
    return case.facts.last_words.get(ticket.number) not in (None, agent.name)


def newest_notice(case: Case) -> datetime | None:
    """When the letter this mail answers was written, or the page was made on which it was."""
    if case.authority.proof is Proof.SESSION:
        return session.seen_at(case.mail, case.now)
    letters = [one.letter(case.facts.letters) for one in case.authority.carried if one.by is not CarriedBy.TAP]
    return max((letter.created_at for letter in letters if letter is not None), default=None)


def customer_wrote_since(case: Case, ticket: Ticket) -> bool:
    """True when the customer has written since the notice was sent: the words leave, and the agent is told."""
    answered = newest_notice(case)
    return answered is not None and ticket.last_customer_at is not None and ticket.last_customer_at > answered


def entry_and_letter(
    case: Case, ticket: Ticket, agent: Agent, text: str, *, keep_status: bool, canned: str = "", survey: bool = False
) -> tuple[list[Change], tuple[Outbound, ...]]:
    """The entry, what an answer does to the ticket, and the letter, held for the undo window.

    Those who stand in the agent's own To or Cc have it already: they are left out, and without anybody left there is
    no letter. `canned` is a canned answer put before the agent's own words.
    """
    whole = "\n\n".join(part for part in (canned, text.strip()) if part)
    own = case.mail.fresh_html if not canned else ""  # it is cut down to what the text says when it is sent
    changes: list[Change] = [
        AddEntry(
            EntryKind.AGENT, agent.name, agent.shown_name, whole, case.mail.not_sent, own, case.mail.attachments,
            only=case.only.key if case.only else "",
        )
    ]  # fmt: skip
    if case.only:
        changes.append(Journal("only", case.only.key))
    if ticket.owner is None:
        changes.append(Assign(agent.name))
    if case.only and case.only.key != ticket.requester.key:  # whoever asked waits for us still
        changes += [SetStatus(Status.OPEN)] if ticket.status is Status.NEW and not keep_status else []
    elif not keep_status:
        changes.append(status_after_answer(case, ticket))
    letter = answer_letter(case, ticket, agent, whole, own, canned=canned, survey=survey)
    return changes, (letter,) if letter else ()


def status_after_answer(case: Case, ticket: AnyTicket) -> SetStatus:
    """What an answer does to a ticket: done, or the customer's turn until they are asked again.

    Where all is quiet it waits, and nothing asks.
    """
    if ticket.quiet:
        return SetStatus(Status.WAITING, why="answered")
    after = Status(case.policy.department(ticket.department).after_reply)
    until = promise.waits_until(case.policy, ticket.department, case.now) if after is Status.WAITING else None
    return SetStatus(after, until, why="answered")


def in_agents_own_copy(case: Case, ticket: Ticket) -> list[str]:
    """Who of those taking part stands in the agent's own To or Cc: they answered all."""
    has_it = {addr.key for addr in (*case.mail.to, *case.mail.cc)}
    return [person.addr for person in (ticket.participants or (ticket.requester,)) if person.key in has_it]


def reached(case: Case, ticket: AnyTicket) -> tuple[Address, ...]:
    """To whom the words go: those the first line of a notice names, without those in the agent's own To or Cc.

    Of words for one person alone (`#only`) that is the one.
    """
    has_it = {addr.key for addr in (*case.mail.to, *case.mail.cc)}
    people = tuple(one for one in addressee.receivers(ticket, case.policy) if one.key not in has_it)
    return tuple(one for one in people if one.key == case.only.key) if case.only else people


def named(case: Case, ticket: Ticket) -> tuple[Address, ...] | None:
    """Whom what the agent read last named as those who get their words; None when it named nobody, or nobody knows.

    That is the receipt that let a parked mail go, else the page or the letter answered: In-Reply-To comes first.
    """
    if case.authority.proof is Proof.SESSION:
        shown = session.named(case.mail)
        return None if shown is None else tuple(map(Address, shown))
    if case.authority.proof is Proof.RELEASED:
        about = case.question.content if case.question else None
        agreed = about.to if isinstance(about, Receipt) else None
        return None if agreed is None else tuple(map(Address, agreed))
    if case.corrects and isinstance(case.corrects.content, Receipt):
        return tuple(map(Address, case.corrects.content.corrected_to))
    for carried in case.authority.carried:
        letter = carried.letter(case.facts.letters)
        if letter is not None and letter.promised is not None and scope.is_of(case, carried, ticket):
            return letter.promised
    return None


def not_named(case: Case, ticket: Ticket, changes: Iterable[Change]) -> tuple[Address, ...]:
    """Who would get the words although nothing told the agent so: they have joined since, or a merge brought them.

    Whom the mail itself brings in (`#cc +A`) it names, and whom its author brought in by an earlier one they know.
    """
    people = named(case, ticket)
    elsewhere = case.only is not None and case.only.key != ticket.requester.key  # the mail itself names whom it is for
    if people is None or elsewhere:
        return ()
    if case.only and case.authority.proof is not Proof.RELEASED:
        people = people[:1]  # the customer, as the agent knows them; a receipt has named nobody but the one
    known = {one.key for one in people} | {one.address.key for one in changes if isinstance(one, Join | SetRequester)}
    me = case.authority.agent.name if case.authority.agent else None
    known |= {addr for addr, by in case.facts.brought_in.get(ticket.number, {}).items() if by == me}
    return tuple(one for one in reached(case, ticket) if one.key not in known)


def no_longer(case: Case, ticket: Ticket, changes: Iterable[Change]) -> list[str]:
    """Whom the agent was told of and the words do not reach: they have left since, or the ticket is another's now."""
    off = {canonical(one.address) for one in changes if isinstance(one, Leave)}
    there = {one.key for one in addressee.receivers(ticket, case.policy)} | off
    people = named(case, ticket) or ()
    return [one.addr for one in people if one.key not in there and addressee.writable(one, case.policy)]


def answer_letter(
    case: Case, ticket: AnyTicket, agent: Agent, text: str, html: str = "", *, canned: str = "", survey: bool = False
) -> Outbound | None:
    """The letter with an agent's words: To the requester, Cc the participants, in the customer's own thread.

    Clients that attach what they answer bring our own notice back as a file: it stays with the ticket, and so do the
    pictures of what is quoted and of a signature, which is not sent either.
    """
    people = reached(case, ticket)
    if not people:
        return None
    answers, thread = case.facts.customer_thread(ticket.number)
    alone = len(people) == 1 and people[0].key == ticket.requester.key  # nobody else is to vote, nor to see it asked
    asks = status_letters.survey(case.moment, ticket, answered=True) if survey and alone else ""
    return Outbound(
        content=Answer(agent=agent.name, text=text, html=html, canned=canned, survey=asks),
        audience=Audience.CUSTOMER,
        to=people[:1],
        cc=people[1:],
        department=ticket.department,
        language=ticket.language,
        purpose=Purpose.WORDS,
        in_reply_to=answers,
        references=thread,
        attachments=tuple((0, file.part) for file in enclosed(case, ticket)),
        urgency=Urgency.WORDS,
        not_before=_leaves_at(case, ticket),
    )


def _leaves_at(case: Case, ticket: AnyTicket) -> datetime | None:
    """When the undo window is over; None for at once, as what would leave too late for the customer's channel does."""
    at = case.now + case.policy.undo_window
    return at if case.policy.undo_window and not _late_there(case, ticket, at) else None


def enclosed(case: Case, ticket: AnyTicket) -> list[Attachment]:
    """The files that are the agent's own: no picture that their program brought back from a letter."""
    files = case.mail.attachments
    there = {one.digest for entry in ticket.entries for one in entry.attachments}
    own = {file.content_id for file in files if file.digest not in there}
    return [
        file
        for file in files
        if not (file.ours or file.aside)
        and not (file.inline and file.digest in there and (not file.placed or file.content_id in own))
    ]


def about_to_open(case: Case, opening: Change) -> AnyTicket:
    """The ticket a command is about to open, for the letter and the clocks."""
    assert isinstance(opening, OpenTicket)
    return changed.ticket_from_opening(opening, case.now)
