"""Which ticket does a mail speak about, and how sure are we?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from mailgate.core.letters.addressee import known
from mailgate.core.mails import foreign_threads
from mailgate.core.model.content import Ack, ExpertAsked, Forwarded
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address, InboundMail
from mailgate.core.model.moment import Moment, reopening_is_over
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Ticket
from mailgate.core.proof import exchange, visitor
from mailgate.core.proof.authority import Authority, CarriedBy, CarriedToken
from mailgate.core.proof.exchange import ReportedCall
from mailgate.core.text.subject import numbers, without_prefixes

SUBJECT_LENGTH = 255
_LINKED = (CarriedBy.VOTE, CarriedBy.ARTICLE)  # in the text of what a customer's link writes
_QUOTED = (CarriedBy.MARKER, *_LINKED)  # carriers that travel in the text, which anybody may have copied


class Evidence(StrEnum):
    """Why a mail belongs to a ticket, best first."""

    LETTER = "token"  # it answers a letter of ours
    REFERENCE = "reference"  # it answers a mail in it
    NUMBER = "number"  # its subject has the tag
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Match:
    """The ticket a mail belongs to and the evidence."""

    by: Evidence
    ticket: Ticket | None = None
    verified: bool = True  # False: filed with a banner, the sender is not added and gets nothing
    mentions: tuple[int, ...] = ()  # tickets the mail only claims to be about
    leaked: tuple[CarriedToken, ...] = ()  # agents' tokens in the hands of somebody else
    asked: CarriedToken | None = None  # an expert's question this answers
    continues: int | None = None  # the ticket is over: a new one that is linked to it
    conflict: bool = False


def takes_part(ticket: Ticket, addr: Address | None) -> bool:
    """True for the requester and everybody who was let in."""
    if addr is None or not known(addr):
        return False
    return addr.key == ticket.requester.key or any(addr.key == other.key for other in ticket.participants)


def find(mail: InboundMail, author: Address | None, authority: Authority, moment: Moment) -> Match:
    """The ticket of a mail (design: *Which ticket*); the first evidence that holds decides."""
    called = exchange.call(mail)
    if called is not None:
        return _of_call(mail, called, moment)
    page = visitor.is_from_page(mail)
    facts, tagged = moment.facts, () if page else subject_numbers(mail.subject, moment.policy)
    match = _evident(mail, author, authority, facts, tagged)
    if match.ticket and match.by is not Evidence.NUMBER and tagged:
        named = [facts.merged.get(number, number) for number in tagged]
        match = replace(match, conflict=match.ticket.number not in named)
    late = not match.asked and not authority.agent and not mail.envelope.history and visitor.order(mail) != "status"
    if match.ticket and late and reopening_is_over(moment, match.ticket):
        old = match.ticket
        if not match.verified:  # an outsider's ticket continues nothing: its people's later mail would follow there
            return replace(match, ticket=None, mentions=(*match.mentions, old.number), verified=True)
        follow = facts.ticket(facts.successors.get(old.number))
        if follow is not None and takes_part(follow, author) and not reopening_is_over(moment, follow):
            return replace(match, ticket=follow)
        return replace(match, ticket=None, continues=old.number, verified=True)
    return match


def _of_call(mail: InboundMail, called: ReportedCall, moment: Moment) -> Match:
    """The ticket it is said to be about, else that of an earlier call it refers to, in the same department.

    What is solved stays so: a new call opens a new ticket. What adds to a call stands beside it whatever became of it.
    """
    facts, policy = moment.facts, moment.policy
    named = facts.ticket(called.ticket)
    if named is not None and not named.status.done:
        return Match(Evidence.REFERENCE, named)
    homes = {policy.department_at(one.addr) for one in mail.to}
    for identifier in referred_ids(mail):
        ticket = facts.ticket(facts.by_id.get(identifier))
        if ticket and (called.part or (not ticket.status.done and ticket.department in homes)):
            return Match(Evidence.REFERENCE, ticket)
    return Match(Evidence.NONE)


def subject_numbers(subject: str, policy: Policy) -> tuple[int, ...]:
    """Ticket numbers a subject carries, current and former tags alike."""
    return numbers(subject, (policy.tickets.tag, *policy.tickets.old_tags))


def neutral_title(subject: str, policy: Policy) -> str:
    """The subject without reply prefixes and tickets' numbers (threats T-15)."""
    for number in subject_numbers(subject, policy):
        for tag in (policy.tickets.tag, *policy.tickets.old_tags):
            subject = subject.replace(tag.format(number=number), " ")
    return " ".join(without_prefixes(subject).split())[:SUBJECT_LENGTH].strip()


def _evident(
    mail: InboundMail,
    author: Address | None,
    authority: Authority,
    facts: Facts,
    tagged: tuple[int, ...],
) -> Match:
    leaked = tuple(c for c in authority.carried if c.token.audience == Audience.AGENT) if not authority.agent else ()
    for carried in authority.carried:
        ticket = facts.ticket(carried.token.ticket)
        if ticket is None or (carried.by in _QUOTED and not authority.agent and not _votes(carried, ticket, author)):
            continue
        if authority.agent or takes_part(ticket, author) or _wrote_it(carried, author, facts):
            return Match(Evidence.LETTER, ticket, leaked=leaked)
        if carried.token.audience == Audience.CUSTOMER:
            return Match(Evidence.LETTER, ticket, verified=False, leaked=leaked)
        if carried.token.audience == Audience.EXPERT and _is_expert(carried, author, facts):
            return Match(Evidence.LETTER, ticket, asked=carried, leaked=leaked)
    mentioned = [c.token.ticket for c in leaked if c.token.ticket]
    history = mail.envelope.history  # what another desk filed in one thread stays in one, whoever wrote
    reported = mail.bounced_ids if history else ()  # of old reports; a live one needs more proof than an id it quotes
    for identifier in (*referred_ids(mail), *reported):
        ticket = facts.ticket(facts.by_id.get(identifier))
        if ticket and (authority.agent or history or takes_part(ticket, author)):
            return Match(Evidence.REFERENCE, ticket, leaked=leaked)
        if ticket:
            mentioned.append(ticket.number)
    for number in tagged:
        ticket = facts.ticket(number)
        if ticket and (authority.agent or takes_part(ticket, author)):
            return Match(Evidence.NUMBER, ticket, mentions=_known(mentioned, facts), leaked=leaked)
        if ticket:
            mentioned.append(ticket.number)
    awaited = facts.ticket(facts.awaited)  # an answer to this very mail came first
    if awaited and (history or takes_part(awaited, author)):
        return Match(Evidence.REFERENCE, awaited, mentions=_known(mentioned, facts), leaked=leaked)
    return Match(Evidence.NONE, mentions=_known(mentioned, facts), leaked=leaked)


def referred_ids(mail: InboundMail) -> tuple[str, ...]:
    """What a mail refers to, best first: In-Reply-To, References from the right, another system's thread."""
    return tuple(
        dict.fromkeys((*mail.in_reply_to, *reversed(mail.references), *foreign_threads.threads_of_other_desks(mail)))
    )


def _votes(carried: CarriedToken, ticket: Ticket, author: Address | None) -> bool:
    """A customer's link carries its token in the text and is about its own ticket, whatever the subject says."""
    return carried.by in _LINKED and carried.token.audience == Audience.CUSTOMER and takes_part(ticket, author)


def _wrote_it(carried: CarriedToken, author: Address | None, facts: Facts) -> bool:
    """True for the answer to an acknowledgement: it went to whoever wrote, where answers go to their Reply-To."""
    letter = carried.letter(facts.letters)
    content = letter.content if letter and carried.token.audience == Audience.CUSTOMER else None
    return author is not None and isinstance(content, Ack) and content.writer == author.key


def _is_expert(carried: CarriedToken, author: Address | None, facts: Facts) -> bool:
    letter = carried.letter(facts.letters)
    content = letter.content if letter else None
    return author is not None and isinstance(content, ExpertAsked | Forwarded) and content.expert == author.key


def _known(mentioned: Iterable[int], facts: Facts) -> tuple[int, ...]:
    """Mentioned tickets that exist, each once, at most five."""
    there = (facts.merged.get(number, number) for number in mentioned)
    return tuple(dict.fromkeys(number for number in there if number in facts.tickets))[:5]
