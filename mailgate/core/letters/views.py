"""What each audience may see of a ticket, and all that a template may show beside what its letter says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter

from mailgate.core.channels import channel
from mailgate.core.customers.customer import Customer
from mailgate.core.letters import own_page
from mailgate.core.letters.addressee import called, receivers
from mailgate.core.model.change import Audience
from mailgate.core.model.content import Content, Notice
from mailgate.core.model.mail import Address, canonical
from mailgate.core.model.policy import Policy
from mailgate.core.model.shown import Joining, NamedFile, Person
from mailgate.core.model.ticket import Entry, EntryKind, Ticket
from mailgate.core.proof import one_tap
from mailgate.core.proof.one_tap import TapLink, VoteLink

SAID = frozenset(EntryKind) - {EntryKind.EVENT}
CARD_COLUMNS = 2  # free columns of a customer's row that a letter shows
LONGEST_THREAD = 30_000  # characters of earlier words in one letter; the newest come first
_TITLES = frozenset(
    ["dr", "mr", "mrs", "ms", "miss", "prof", "ing", "mag", "herra", "rouva", "pan", "pani", "kungs", "kundze"]
)
_UNFIT_NAME = re.compile(r"[^\w\s.,'’\-]|[0-9_]|www|://", re.UNICODE)


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as a template sees them."""

    name: str
    first_name: str  # to greet them by, "" when the name is no name
    address: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """A contribution to the thread."""

    kind: str
    author: str
    at: datetime
    text: str
    attachments: tuple[NamedFile, ...]
    unverified: bool | None  # None: not the reader's business
    title: str = ""  # the subject of the customer's mail, where it was a new one
    folded: int = 0  # lines that quote the ticket, which the house sees with `#show`
    only: str = ""  # whom alone an agent's words went to; the house sees that


@dataclass(frozen=True, slots=True)
class FieldLink:
    """Where `[letters.links]` lead for this ticket; `value` is that of the field of this name, if there is one."""

    name: str
    value: str
    href: str


@dataclass(frozen=True, slots=True)
class CustomerLink:
    """Where a row of the customers' table leads."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class CustomerColumn:
    """A free column of it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """What the desk was told of a ticket's customer, in short."""

    name: str
    company: str
    tier: str
    number: str
    agent: str  # who looks after them, as they are shown
    links: tuple[CustomerLink, ...]
    columns: tuple[CustomerColumn, ...]
    origin: str  # file, lookup
    as_of: str | None  # RFC 3339
    looked_up: str | None  # RFC 3339: when another program said it, or some of it
    unverified: bool  # nothing proves that it is they who wrote


@dataclass(frozen=True, slots=True)
class InsideView:
    """What of a ticket only the house sees."""

    department: str
    owner: str
    priority: str
    tags: tuple[str, ...]
    fields: Mapping[str, str]
    field_links: tuple[FieldLink, ...]
    links: tuple[int, ...]
    until: datetime | None
    due: datetime | None
    first_response_due: datetime | None
    resolve_due: datetime | None
    escalation: int
    language: str
    participants: tuple[PersonView, ...]
    customer: CustomerCard | None = None
    answer_until: datetime | None = None  # on their channel, where that lets nobody answer later


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket; a customer's has nothing `inside` and no entry that is not their own business."""

    number: int
    tag: str
    subject: str
    status: str
    created_at: datetime
    requester: PersonView
    entries: tuple[EntryView, ...]  # newest first
    inside: InsideView | None


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom a plain reply reaches, and since when they take part, where they joined later (RFC 3339)."""

    address: str
    since: str | None


@dataclass(frozen=True, slots=True)
class DepartmentView:
    """Whose letter it is, as customers see it."""

    name: str
    address: str
    signature: str


@dataclass(frozen=True, slots=True)
class AgentsPart:
    """What letters to the house have beside: what a reply does, whom it reaches, and one-tap answers."""

    purpose: str
    receivers: tuple[Receiver, ...]
    taps: tuple[TapLink, ...]
    questions: tuple[TapLink, ...]
    read_by: str  # who reads a trainee's answer before it leaves, "" for other readers


@dataclass(frozen=True, slots=True)
class LetterView:
    """All that a template may show."""

    content: Content
    gateway: str
    department: DepartmentView
    logo: str
    privacy: str  # where customers read how we handle their data
    reader: PersonView
    agent_name: str
    agent_signature: str  # of the agent whose words these are, "" in any other letter
    ticket: TicketView | None
    mark: str  # the token of the marker line, "" in a customer's letter
    agents: AgentsPart | None  # None for customers and outsiders
    confirm: str  # where the person whose data it is says that it was they who asked; "" in any other letter
    scale: tuple[VoteLink, ...] | None  # the survey's, in letters that may ask
    page: str = ""  # the address of the reader's page, in customers' letters


def given_name(name: str) -> str:
    """The name to greet somebody by, `""` when the display name is no name.

    A forged sender chooses their display name, and we mail it to the address they forged: anything that could carry an
    advertisement or a link is left out (threats L-13).
    """
    name = " ".join(name.split()).strip("'\"")
    if not name or len(name) > 60 or _UNFIT_NAME.search(name) or re.search(r"\w\.\w", name):
        return ""
    _, comma, given = name.partition(",")
    words = (given if comma else name).split()
    first = next((word for word in words if len(word) > 1 and word[-1] != "." and word.lower() not in _TITLES), "")
    return first if 1 < len(first) <= 25 else ""


def ticket_view(
    ticket: Ticket | None, audience: Audience, policy: Policy, known: Customer | None = None
) -> TicketView | None:
    """The ticket as a template sees it; a customer's view has no field that is not their own business."""
    if ticket is None:
        return None
    return TicketView(
        number=ticket.number,
        tag=policy.tag(ticket.number),
        subject=ticket.subject,
        status=ticket.status.value,
        created_at=ticket.created_at,
        requester=person_view(ticket.requester),
        entries=entry_views(ticket, audience, policy),
        inside=None if audience in (Audience.CUSTOMER, Audience.EXPERT) else _inside(ticket, policy, known),
    )


def _inside(ticket: Ticket, policy: Policy, known: Customer | None) -> InsideView:
    return InsideView(
        department=ticket.department,
        owner=policy.shown_name(ticket.owner),
        priority=ticket.priority.value,
        tags=tuple(ticket.tags),
        fields=dict(ticket.fields),
        field_links=field_links(ticket.fields, policy.letters.links),
        links=tuple(ticket.links),
        until=ticket.status_until,
        due=ticket.due.next,
        first_response_due=ticket.due.first_response,
        resolve_due=ticket.due.resolve,
        escalation=ticket.escalation,
        language=ticket.language,
        participants=tuple(person_view(one) for one in ticket.participants),
        customer=card_of(ticket, policy, known),
        answer_until=_answer_until(ticket, policy),
    )


def card_of(ticket: Ticket, policy: Policy, known: Customer | None, columns: int = CARD_COLUMNS) -> CustomerCard | None:
    """What is shown of a ticket's customer to the house, so many of their free columns at most; None for a stranger."""
    if known is None:
        return None
    return CustomerCard(
        name=known.name,
        company=known.company,
        tier=known.tier,
        number=known.number,
        agent=policy.shown_name(known.agent),
        links=tuple(CustomerLink(*one) for one in known.links.items()),
        columns=tuple(CustomerColumn(*one) for one in known.fields.items() if one[1])[:columns],
        origin=known.origin,
        as_of=known.as_of.isoformat() if known.as_of else None,
        looked_up=known.looked_up.isoformat() if known.looked_up else None,
        unverified=_in_doubt(ticket),
    )


def _in_doubt(ticket: Ticket) -> bool:
    """True while nothing proves that the customer's newest words are theirs."""
    theirs = (one for one in reversed(ticket.entries) if one.kind is EntryKind.CUSTOMER)
    return next((one.unverified for one in theirs), False)


def _answer_until(ticket: Ticket, policy: Policy) -> datetime | None:
    there = channel.at(policy.channels, ticket.requester.addr)
    return there.open_until(ticket.last_customer_at) if there else None


def field_links(fields: Mapping[str, str], links: Mapping[str, str]) -> tuple[FieldLink, ...]:
    """The links of `[letters.links]` whose `{names}` are all fields of the ticket; values are percent-encoded."""
    found = []
    for name, link in links.items():
        holes = [hole for _, hole, _, _ in Formatter().parse(link) if hole is not None]
        if all(fields.get(hole) for hole in holes):
            href = link.format_map({hole: one_tap.quoted(fields[hole]) for hole in holes})
            found.append(FieldLink(name, fields.get(name, ""), href))
    return tuple(found)


def person_view(person: Address) -> PersonView:
    """A person as a template sees them."""
    return PersonView(person.name, given_name(person.name), person.addr)


def entry_views(ticket: Ticket, audience: Audience, policy: Policy) -> tuple[EntryView, ...]:
    """The thread, newest first: for customers and outsiders nothing but verified public words to all."""
    inside = audience not in (Audience.CUSTOMER, Audience.EXPERT)
    shown = [entry for entry in ticket.entries if entry.kind is not EntryKind.EVENT and (inside or entry.for_all)]
    views: list[EntryView] = []
    room = LONGEST_THREAD
    for entry in reversed(shown):
        views.append(_entry_view(entry, policy, inside, room))
        room -= len(views[-1].text)
    return tuple(views)


def _entry_view(entry: Entry, policy: Policy, inside: bool, room: int) -> EntryView:
    text = own_page.cut(entry.text, policy)
    return EntryView(
        kind=entry.kind.value,
        author=public_author(entry, policy),
        at=entry.at,
        text=text if len(text) <= room else f"{text[: max(room, 0)]} …",
        attachments=tuple(NamedFile(one.name, one.size) for one in entry.attachments),
        unverified=entry.unverified if inside else None,
        title=entry.title,
        folded=entry.folded if inside else 0,
        only=entry.only if inside else "",
    )


def public_author(entry: Entry, policy: Policy) -> str:
    """A name without an address: the agent's name as configured, the customer's display name."""
    if entry.kind in (EntryKind.CUSTOMER, EntryKind.AUTO):
        return entry.author_name or entry.author
    agent = policy.agent(entry.author)
    if agent:
        return agent.shown_name
    return entry.author_name if "@" not in entry.author_name else ""


def person_of(entry: Entry, policy: Policy) -> Person:
    """Who said it, to the house: an agent by their name alone."""
    address = entry.author if entry.kind in (EntryKind.CUSTOMER, EntryKind.AUTO) else ""
    return Person(public_author(entry, policy), address)


def files_of(entry: Entry | None) -> tuple[NamedFile, ...]:
    """Its attachments, by name and size alone (threats C-10)."""
    return tuple(NamedFile(one.name, one.size) for one in entry.attachments) if entry else ()


def newest_entry(ticket: Ticket | None) -> Entry | None:
    """What was said last."""
    return next((entry for entry in reversed(ticket.entries if ticket else ()) if entry.kind in SAID), None)


def entry_told(notice: Notice, ticket: Ticket | None, policy: Policy) -> Entry | None:
    """What a notice tells of: the newest words of whom it names, whatever others have said by the time it leaves.

    Of somebody who has said nothing here, and where it names nobody, the newest words of all; of a vote none but those
    that stand in it.
    """
    if notice.why == "vote":
        return None
    addr = notice.from_.address if notice.from_ else ""
    agent = policy.agent_at(addr)
    whose = agent.name if agent else canonical(addr)
    theirs = (entry for entry in reversed(ticket.entries if ticket else ()) if entry.kind in SAID)
    wrote = (one for one in theirs if whose in (one.author, canonical(one.author)))
    return (next(wrote, None) if addr else None) or newest_entry(ticket)


def receivers_shown(ticket: Ticket | None, policy: Policy, since: Iterable[Joining] = ()) -> tuple[Receiver, ...]:
    """The very people a reply goes to, the requester first; `since` says of some when they joined."""
    joined = {one.address: one.since for one in since}
    return tuple(Receiver(called(one), joined.get(one.key)) for one in (receivers(ticket, policy) if ticket else ()))
