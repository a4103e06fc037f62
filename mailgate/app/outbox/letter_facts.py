"""What a letter says beside its cause, looked up when it is worded: earlier tickets, files, articles, newer words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailgate.app.outbox.solved_before import SolvedLookups
from mailgate.core.customers.customer import Customer
from mailgate.core.letters import own_page
from mailgate.core.letters.addressee import known
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.views import entry_told
from mailgate.core.model.canned import fitting
from mailgate.core.model.content import Ack, Content, Handover, Notice, Receipt
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.policy import Policy
from mailgate.core.model.shown import ArticleLink, Joining, NamedFile, RecentTicket
from mailgate.core.model.ticket import Entry, EntryKind, Ticket
from mailgate.core.proof.page import PageState, state_of
from mailgate.store.base import Read, TicketFilter

RECENT = 5
LONGEST_NEWER = 2_000  # characters of a customer's words in a receipt
EVERY_STATUS = ("new", "open", "waiting", "hold", "solved", "archived")


def with_letter_facts(
    due: DueLetter, read: Read, policy: Policy, now: datetime, before: SolvedLookups | None = None
) -> DueLetter:
    """The same letter with what its template may show beyond what was known when it was owed."""
    if isinstance(due.content, Receipt) and due.content.newer:  # a mere mark that asks for the words
        return replace(due, content=replace(due.content, newer=_newest_words(due.content.numbers or (), read)))
    if due.ticket is None:
        return due
    return replace(
        due,
        customer=_customer(due, due.ticket, read) if policy.knows_customers else None,
        page=_page(due, due.ticket, read, policy),
        content=_more(due, due.ticket, read, policy, now, before or SolvedLookups()),
        attachments=due.attachments or _enclosed(due, due.ticket, policy),
    )


def _customer(due: DueLetter, ticket: Ticket, read: Read) -> Customer | None:
    """To the house whatever is known of the requester; for a customer's letter what is of its reader's very address."""
    if due.audience != Audience.CUSTOMER:
        return read.customers.by_address(ticket.requester.addr) if known(ticket.requester) else None
    return read.customers.greeted(due.to[0].addr) if due.to else None


def _page(due: DueLetter, ticket: Ticket, read: Read, policy: Policy) -> PageState | None:
    """What the journal says of the customers' page of a ticket that a letter to them may link to."""
    if not own_page.offered(policy) or due.audience != Audience.CUSTOMER:
        return None
    written = (read.outbox.letter(one) for one in read.outbox.letters_to_customers(ticket.number))
    if own_page.is_to_a_stranger(due.content, ticket, (one.content for one in written if one)):
        return None
    return state_of([(row.kind, row.new) for row in read.tickets.events(ticket.number)])


def _more(due: DueLetter, ticket: Ticket, read: Read, policy: Policy, now: datetime, before: SolvedLookups) -> Content:
    match due.content:
        case Notice() as notice:
            found = _notice(notice, due, ticket, read, policy, now)
            return replace(found, solved_before=before.of(ticket, read)) if notice.why == "new" else found
        case Handover() as handover:
            return replace(handover, attachments=tuple(one for entry in ticket.entries for one in _files(entry)))
        case Ack(named=Ack.TEMPLATE) as ack if policy.letters.suggest and ticket.entries:
            return replace(ack, articles=_articles(policy, ticket, due.language, outside=True))
    return due.content


def _notice(notice: Notice, due: DueLetter, ticket: Ticket, read: Read, policy: Policy, now: datetime) -> Notice:
    told = _newest(ticket) if notice.why == "vote" and due.attachments else entry_told(notice, ticket, policy)
    notice = replace(notice, attachments=_files(told), recent=_recent(ticket, read, now))
    if due.purpose == Purpose.CUSTOMER:
        events = [row for row in read.tickets.events(ticket.number) if row.kind == "join"]
        notice = replace(notice, joined=tuple(Joining(row.new, row.at.isoformat()) for row in events))
    if notice.why == "new" and policy.articles:
        notice = replace(notice, articles=_articles(policy, ticket, ticket.language))
    return notice


def _enclosed(due: DueLetter, ticket: Ticket, policy: Policy) -> tuple[tuple[int, str], ...]:
    if not isinstance(due.content, Handover):
        return ()
    return passed_on(ticket, policy.attach_max, whole=due.agent == ticket.owner)


def passed_on(ticket: Ticket, room: int, *, whole: bool) -> tuple[tuple[int, str], ...]:
    """(mail, part) of the files that go along with a hand-over: all of the thread for its new owner (`whole`).

    Others get the recordings of calls, and so does an owner where all are more than `room` octets: the newest first, as
    far as there is room. They are words that stand nowhere else; every other file is named, as it is to everybody.
    """
    found = [(entry, file) for entry in ticket.entries if entry.mail for file in entry.attachments if not file.ours]
    if not whole or sum(file.size for _, file in found) > room:
        kept = []
        for entry, file in reversed(found):
            if entry.kind is EntryKind.CALL and file.size <= room:
                kept.append((entry, file))
                room -= file.size
        found = kept[::-1]
    return tuple((entry.mail, file.part) for entry, file in found if entry.mail)


def _recent(ticket: Ticket, read: Read, now: datetime) -> tuple[RecentTicket, ...]:
    """The customer's last other tickets, newest first."""
    if not known(ticket.requester):
        return ()
    wanted = TicketFilter(status=EVERY_STATUS, customer=ticket.requester.addr, limit=50)
    others = [one for one in read.tickets.matching(wanted, now) if one.number != ticket.number]
    others.sort(key=lambda one: one.created_at, reverse=True)
    return tuple(
        RecentTicket(one.number, one.subject, one.status.value, one.created_at.isoformat()) for one in others[:RECENT]
    )


def _articles(policy: Policy, ticket: Ticket, language: str, *, outside: bool = False) -> tuple[ArticleLink, ...]:
    """Those that answer what the ticket was opened with; `outside` the house only what everybody may read."""
    text = ticket.entries[0].text if ticket.entries else ""
    known = [one for one in policy.articles if one.public or not outside]
    found = fitting(known, ticket.subject, text, language)
    return tuple(ArticleLink(one.title, one.url, one.name) for one in found)


def _newest_words(numbers: tuple[int, ...], read: Read) -> str:
    """A customer's newest words on these tickets, shortened; "" when nobody kept any."""
    tickets = (read.tickets.get(number) for number in numbers)
    said = [one for ticket in tickets if ticket for one in ticket.entries if one.kind is EntryKind.CUSTOMER]
    words = max(said, key=lambda one: one.at).text if said else ""
    return words if len(words) <= LONGEST_NEWER else f"{words[:LONGEST_NEWER]} …"


def _newest(ticket: Ticket) -> Entry | None:
    return ticket.entries[-1] if ticket.entries else None


def _files(entry: Entry | None) -> tuple[NamedFile, ...]:
    return tuple(NamedFile(file.name, file.size) for file in entry.attachments) if entry else ()
