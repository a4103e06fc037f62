"""A delivery report: believed only by a signed address or an id of ours inside it (RFC 3464, threats L-05 to L-08).

Nothing a person may have written is only dropped: what is not proven, or is worded like a report and no more, is filed
like anybody's mail, or waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from mailgate.core.letters import addressee, readers
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.letter import OWN_WORDS
from mailgate.core.mails import guard, notices
from mailgate.core.mails.case import Case
from mailgate.core.model import changed
from mailgate.core.model.change import AddEntry, Bounced, Change, Decision, Fate, Outbound, SetStatus, Step, WhyParked
from mailgate.core.model.content import Alarm, Content, Forwarded, Notice
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail import Address, BouncedRecipient, canonical
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import said
from mailgate.core.model.ticket import EntryKind, Status, Ticket
from mailgate.core.proof import authority, token
from mailgate.core.proof.token import Token
from mailgate.core.worktime import sla

UNSOLICITED = "unsolicited_dsn"


def handle_report(case: Case, addressed: Sequence[tuple[Token, str]]) -> Decision | None:
    """What a report of (non-)delivery changes; None when it is to be treated like anybody's mail."""
    if case.mail.envelope.history:
        return None
    found = _letter_of(case, addressed)
    if found is None:
        return _unproven(case)
    letter, bound = found
    recipients = _of_one(case, letter, bound) if bound else _recipients(case)
    if not recipients:
        return _settled(case, "bounce_of_another")
    if letter.audience == Audience.AGENT:
        return _of_notice(case, letter, recipients)
    if letter.audience not in (Audience.CUSTOMER, Audience.EXPERT) or letter.ticket is None:
        return _settled(case, "bounce_without_ticket")
    ticket = case.facts.tickets.get(letter.ticket)
    if ticket is None:
        return _settled(case, "bounce_ticket_gone")
    return _of_letter(case, letter, ticket, recipients)


def _recipients(case: Case) -> tuple[BouncedRecipient, ...]:
    """Whom the report could not reach; our own addresses stand in it because we wrote, never because we were to read.

    Where nobody is named, somebody was not reached all the same.
    """
    others = tuple(one for one in case.mail.bounced if not case.policy.department_at(one.address))
    return others or (BouncedRecipient("", "failed"),)


def _of_one(case: Case, letter: SentLetter, bound: str) -> tuple[BouncedRecipient, ...]:
    """What a report says of the one delivery it can speak of; mail that was passed on fails under another address.

    What it says of others the letter went to is not its business.
    """
    key = canonical(bound)
    others = {canonical(address) for _, address in letter.deliveries} - {key}
    named = [one for one in _recipients(case) if canonical(one.address) not in others]
    named.sort(key=lambda one: (canonical(one.address) != key, not one.failed))
    return tuple(
        one if canonical(one.address) == key else replace(one, address=bound, diagnostic=_passed_on(one))
        for one in named[:1]
    )


def _passed_on(one: BouncedRecipient) -> str:
    return f"{one.address}: {one.diagnostic}" if one.address else one.diagnostic


def _unproven(case: Case) -> Decision | None:
    """A report about no letter of ours that we know: dropped only when nobody can have written it.

    What a mail system sends without such proof waits for a person: a ticket would be told to agents, and the reports
    of notices that do not arrive would open the next.
    """
    named = any(token.in_message_id(one, case.policy.keys) for one in case.mail.bounced_ids)
    if case.verdict.sure and case.mail.envelope.null and not named:
        return case.decided(Fate.DROPPED, UNSOLICITED)
    author = case.mail.author
    if guard.null_sender(case.mail) and (guard.is_report(case.mail) or author is None or addressee.robot(author.addr)):
        return case.decided(Fate.PARKED, UNSOLICITED, parking=WhyParked(UNSOLICITED))
    return None


def _settled(case: Case, reason: str, letters: tuple[Outbound, ...] = ()) -> Decision:
    """Nothing of a report is worth keeping in a ticket; one that a person may have written waits to be looked at."""
    if case.verdict.sure:
        return case.decided(Fate.DROPPED, reason, letters=letters)
    return case.decided(Fate.PARKED, reason, parking=WhyParked(reason), letters=letters)


def _letter_of(case: Case, addressed: Sequence[tuple[Token, str]]) -> tuple[SentLetter, str] | None:
    """The letter of ours a report is about, and the recipient its address was made for (`""`: whomever it names).

    A report to an address that was made for one delivery is about that one or about nothing: whoever has such an
    address and alters it, or writes an id beside it, reports nothing of others (R-08).
    """
    known = case.facts.letters
    for made, bound in addressed:
        letter = known.get(made.letter)
        if letter and not bound:
            return letter, ""
        recipient = token.reached(made, bound, letter.deliveries, case.policy.keys) if letter else None
        if letter and recipient is not None:
            return letter, recipient
    plus = case.policy.identity.subaddress
    if addressed or any(token.is_bounce_address(addr, plus) for addr in authority.recipients(case.mail)):
        return None
    inside = [one for one in case.mail.bounced_ids if token.in_message_id(one, case.policy.keys)]
    return next(((known[key], "") for key in inside if key in known), None)


def _of_letter(case: Case, letter: SentLetter, ticket: Ticket, recipients: Sequence[BouncedRecipient]) -> Decision:
    changes: list[Change] = [
        Bounced(letter.message_id, one.address, one.status, one.diagnostic, lasting=one.failed)
        for one in recipients
        if one.action in ("failed", "delayed")
    ]
    if not changes and case.verdict.sure:
        return _settled(case, "delivered")
    text = "\n".join(_line(one) for one in recipients)
    changes.append(AddEntry(EntryKind.BOUNCE, "mailgate", "", text, quoted=case.mail.text))
    failed = [one.address for one in recipients if one.failed]
    late = any(isinstance(change, Bounced) for change in changes)
    if not failed and late and case.verdict.sure:
        return case.decided(Fate.FILED, "delayed", steps=(Step(ticket.number, tuple(changes)),))
    if letter.audience == Audience.CUSTOMER:
        changes += _opened_again(case.moment, ticket, letter.template, failed)
    planned = changed.ticket_after(ticket, changes, case.now)
    letters = notices.internal_note(case, planned, Notice(why="bounce", notes=tuple(text.splitlines())))
    about = _about(case.author, text.splitlines())
    letters += _to_forwarder(case.moment, planned, letter.content, about, letters)
    letters = letters or _to_lead(case.moment, planned, about)
    reason = "bounce" if failed else "delayed" if late else "report"
    told = tuple(_once_a_day(case, letter, recipients, one) for one in letters)
    return case.decided(Fate.FILED, reason, steps=(Step(ticket.number, tuple(changes), told),))


def _once_a_day(case: Case, letter: SentLetter, recipients: Sequence[BouncedRecipient], told: Outbound) -> Outbound:
    """One report of a letter is told once a day, however often a mail system sends it; each stands in the ticket."""
    about = " ".join(sorted(f"{canonical(one.address)}={one.action}={one.status}" for one in recipients))
    if not case.verdict.sure:  # a person's words are new ones; what counts up in a program's is not
        about += " ".join(word for word in case.mail.text.lower().split() if word.isalpha())
    mark = sha256(about.encode()).hexdigest()[:16]
    return replace(told, dedupe=f"report:{letter.id}:{mark}:{told.agent}:{case.now:%Y-%j}")


def _opened_again(moment: Moment, ticket: Ticket, template: str, failed: Sequence[str]) -> tuple[Change, ...]:
    """A customer who was not reached cannot answer: the ticket waits for nobody and is not done (design: bounces).

    What tells of a solved ticket was written after it: that it does not arrive undoes nothing. A participant's copy
    that is lost leaves the requester's where it was.
    """
    others = {person.key for person in ticket.participants} - {ticket.requester.key}
    if all(canonical(address) in others for address in failed):
        return ()
    at_rest = ticket.status in (Status.WAITING, Status.HOLD) or (
        ticket.status is Status.SOLVED and template in OWN_WORDS
    )
    if not at_rest:
        return ()
    again = SetStatus(Status.OPEN if ticket.owner else Status.NEW, why="bounce")
    return (again, *sla.deadlines_after(moment, ticket, changed.ticket_after(ticket, (again,), moment.now)))


def _to_lead(moment: Moment, ticket: Ticket, about: Notice) -> tuple[Outbound, ...]:
    """Where nobody else hears of a ticket, its lead does."""
    lead = readers.lead_here(moment, ticket.department)
    return (_told(moment, ticket, lead, about),) if lead else ()


def _to_forwarder(
    moment: Moment, ticket: Ticket, content: Content, about: Notice, told: Sequence[Outbound]
) -> tuple[Outbound, ...]:
    """Who passed a mail on hears that it did not arrive, whosever the ticket is."""
    agent = moment.policy.agent(content.agent) if isinstance(content, Forwarded) else None
    if agent is None or not agent.active or any(one.agent == agent.name for one in told):
        return ()
    return (_told(moment, ticket, agent, about),)


def _told(moment: Moment, ticket: Ticket, reader: Agent, about: Notice) -> Outbound:
    """A notice of a bounce to one agent, when they are at work."""
    return readers.to_agent(
        moment.policy, reader, about, purpose=Purpose.NOTE,
        not_before=readers.at_work(moment, reader, ticket.priority, ticket.department),
    )  # fmt: skip


def _about(author: Address | None, lines: Sequence[str]) -> Notice:
    return Notice(from_=notices.shown_person(author), why="bounce", notes=tuple(lines))


def _of_notice(case: Case, letter: SentLetter, recipients: Sequence[BouncedRecipient]) -> Decision:
    """An agent cannot be reached: their lead hears of it, the ticket never does."""
    ticket = None if letter.ticket is None else case.facts.tickets.get(letter.ticket)
    lead = readers.lead_here(case.moment, ticket.department if ticket else case.departments[0])
    failed = any(one.failed for one in recipients)
    if lead is None or not failed or lead.name == letter.agent:
        return _settled(case, "bounce_of_notice")
    lines = "\n".join(_line(one) for one in recipients)
    alarm = readers.to_agent(
        case.policy,
        lead,
        Alarm(title=said("alarm.unreachable", agent=letter.agent), text=lines),
        purpose=Purpose.ADMIN,
        dedupe=f"bounce:{letter.agent}:{case.now:%Y-%m-%d}",
    )
    return _settled(case, "bounce_of_notice", (alarm,))


def _line(one: BouncedRecipient) -> str:
    parts = (one.address or "?", one.action, one.status, one.diagnostic)
    return " · ".join(part for part in parts if part)[:500]


def undelivered(moment: Moment, ticket: Ticket, due: DueLetter, recipient: str, error: str) -> Decision:
    """A letter of ours was refused for good: the owner of a customer's letter hears of it, never the customer."""
    policy = moment.policy
    whom = addressee.known_as(ticket, recipient)
    line = " · ".join(part for part in (addressee.called(whom), error) if part)[:500]
    if due.audience == Audience.AGENT:
        lead = readers.lead_here(moment, ticket.department)
        if lead is None or lead.name == due.agent:
            return Decision(Fate.FILED, "undelivered")
        about = Alarm(title=said("alarm.unreachable", agent=due.agent), text=line)
        alarm = readers.to_agent(policy, lead, about, purpose=Purpose.ADMIN,
                                dedupe=f"unreachable:{due.agent}:{ticket.number}")  # fmt: skip
        return Decision(Fate.FILED, "undelivered", letters=(alarm,))
    changes: tuple[Change, ...] = (AddEntry(EntryKind.BOUNCE, "mailgate", "", line, of_mail=False),)
    if due.audience == Audience.CUSTOMER:
        changes += _opened_again(moment, ticket, due.template, (recipient,))
    words = _about(whom, (line,))
    letters = tuple(_told(moment, ticket, reader, words) for reader in readers.of_ticket(moment, ticket))
    letters += _to_forwarder(moment, ticket, due.content, words, letters)
    step = Step(ticket.number, changes, letters or _to_lead(moment, ticket, words))
    return Decision(Fate.FILED, "undelivered", (step,))
