"""One ticket on a page: its thread and journal in the order they came, and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailgate.core.commands.catalogue import CUSTOMER_NAMES
from mailgate.core.commands.line import HASHED, STOPS
from mailgate.core.customers.customer import Customer
from mailgate.core.letters import addressee, views
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import Entry, EntryKind, Ticket
from mailgate.core.pages import acts
from mailgate.core.pages.lists import Row, rows
from mailgate.core.pages.policy import Act
from mailgate.core.pages.reader import Reader, reader_of
from mailgate.core.text.folding import fold
from mailgate.core.worktime import sla

NEWEST = 60  # parts that are shown before somebody asks for the older ones
ROOM = 400_000  # characters of words; with older ones
MOST = 2_000  # parts
COLUMNS = 40  # free columns of a customer's row
NEWER = 500  # characters of what came since a page was made
UNSAID = frozenset(("entry",))  # kinds of the journal that the thread itself shows


@dataclass(frozen=True, slots=True)
class ThreadAsked:
    """A ticket by its number; `mail` is an act whose fate is told above it."""

    session: str
    number: int
    older: bool = False
    mail: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """A file, by its name alone: pages hand out none."""

    name: str
    size: int  # octets


@dataclass(frozen=True, slots=True)
class Part:
    """Something that was said, or that happened (`kind` is "event")."""

    kind: str
    who: str
    at: datetime
    text: str
    address: str = ""
    title: str = ""
    quoted: str = ""
    orders: tuple[str, ...] = ()  # of a customer: status, close, reopen, confirm
    files: tuple[File, ...] = ()
    only: str = ""  # whom alone an agent's words went to
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is owed until when: first_response, resolve or manual."""

    which: str
    at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an act."""

    state: str  # done, parked, hand
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A ticket with all that the team sees of it."""

    reader: Reader
    row: Row
    tag: str
    at: datetime  # when the page was made
    act: Act  # what pages may do
    offered: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()  # oldest first
    older: int = 0  # parts before these
    people: tuple[tuple[str, str], ...] = ()  # name and address of those who take part, the requester first
    receivers: tuple[str, ...] = ()  # whom an answer reaches
    deadlines: tuple[Deadline, ...] = ()
    until: datetime | None = None  # how long it is on hold, or waits
    answered_at: datetime | None = None
    solved_at: datetime | None = None
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str, str], ...] = ()  # name, value, where it leads
    customer: views.CustomerCard | None = None  # what the desk was told of the requester
    links: tuple[int, ...] = ()
    watchers: tuple[str, ...] = ()
    spent: str = ""  # how long was worked on it
    departments: tuple[str, ...] = ()
    agents: tuple[tuple[str, str], ...] = ()
    told: Told | None = None


def page(
    moment: Moment,
    agent: Agent,
    ticket: Ticket,
    events: Iterable[JournalLine],
    say: Callable[[JournalLine], str],
    *,
    older: bool = False,
    spent: int = 0,
    told: Told | None = None,
    known: Customer | None = None,
) -> ThreadPage:
    """The page of a ticket for an agent; `say` puts a line of its journal into their words."""
    policy, now = moment.policy, moment.now
    parts = _parts(policy, ticket, events, say)
    shown = _newest(parts, older=older)
    due = ticket.due
    named = (("first_response", due.first_response), ("resolve", due.resolve), ("manual", due.manual))
    here = [one for one in policy.agents if one.active]
    links = {one.name: one.href for one in views.field_links(ticket.fields, policy.letters.links)}
    return ThreadPage(
        reader=reader_of(agent),
        row=rows(moment, [ticket])[0],
        tag=policy.tag(ticket.number),
        at=now,
        act=policy.web.act,
        offered=acts.offered(policy, agent, ticket),
        parts=shown,
        older=len(parts) - len(shown),
        people=tuple((one.name, one.addr) for one in (ticket.participants or (ticket.requester,))),
        receivers=tuple(one.addr for one in addressee.receivers(ticket, policy)),
        deadlines=tuple(Deadline(name, at, ticket.overdue(now) and at < now) for name, at in named if at),
        until=ticket.status_until,
        answered_at=ticket.first_response_at,
        solved_at=ticket.solved_at,
        tags=tuple(ticket.tags),
        fields=(
            *((name, value, links.get(name, "")) for name, value in ticket.fields.items()),
            *((name, "", href) for name, href in links.items() if name not in ticket.fields),
        ),
        customer=views.card_of(ticket, policy, known, columns=COLUMNS),
        links=tuple(ticket.links),
        watchers=tuple(map(policy.shown_name, ticket.watchers)),
        spent=sla.span(timedelta(minutes=spent)) if spent else "",
        departments=tuple(one.name for one in policy.departments),
        agents=tuple((one.name, one.shown_name) for one in here),
        told=told,
    )


def _parts(
    policy: Policy, ticket: Ticket, events: Iterable[JournalLine], say: Callable[[JournalLine], str]
) -> list[Part]:
    said = [_said(policy, entry) for entry in ticket.entries if entry.kind is not EntryKind.EVENT]
    happened: list[Part] = []
    before: JournalLine | None = None
    for one in (line for line in events if line.kind not in UNSAID):
        if before is not None and _of_one_act(before, one):  # what one mail did is told in one breath
            happened[-1] = replace(happened[-1], text=f"{happened[-1].text} · {say(one)}")
        else:
            happened.append(Part("event", policy.shown_name(one.actor), one.at, say(one)))
        before = one
    return sorted((*said, *happened), key=lambda part: part.at)


def _of_one_act(one: JournalLine, other: JournalLine) -> bool:
    same = one.mail == other.mail if one.mail is not None else one.at == other.at and other.mail is None
    return same and one.actor == other.actor


def _said(policy: Policy, entry: Entry) -> Part:
    person = views.person_of(entry, policy)
    text, orders = own_words(entry)
    return Part(
        kind=entry.kind.value,
        who=person.name or person.address,
        at=entry.at,
        text=text,
        address=person.address,
        title=entry.title,
        quoted=entry.quoted if entry.folded else "",
        orders=orders,
        files=tuple(File(one.name, one.size) for one in entry.attachments),
        only=entry.only,
        unverified=entry.unverified,
    )


def own_words(entry: Entry) -> tuple[str, tuple[str, ...]]:
    """What a customer said, and the orders of theirs that stood above or below it (`#close`), which are told apart."""
    if entry.kind is not EntryKind.CUSTOMER or "#" not in entry.text:
        return entry.text, ()
    lines = entry.text.split("\n")
    filled = [at for at, line in enumerate(lines) if line.strip()]
    orders: dict[str, None] = {}
    for at in dict.fromkeys((*filled[:1], *filled[-1:])):
        hashed = HASHED.fullmatch(lines[at].strip().rstrip(STOPS))
        word = CUSTOMER_NAMES.get(fold(hashed["word"])) if hashed and not hashed["after"] else None
        if word:
            orders[word] = None
            lines[at] = ""
    return ("\n".join(lines).strip("\n"), tuple(orders)) if orders else (entry.text, ())


def written_since(ticket: Ticket, seen: datetime | None) -> str:
    """The customer's newest words, where they wrote them after a page was made; "" where its reader has seen all."""
    newest = next((one for one in reversed(ticket.entries) if one.kind is EntryKind.CUSTOMER), None)
    if seen is None or newest is None or newest.at <= seen:
        return ""
    text = own_words(newest)[0].strip() or newest.author
    return text if len(text) <= NEWER else f"{text[:NEWER]} …"


def _newest(parts: list[Part], *, older: bool) -> tuple[Part, ...]:
    """The newest of them, oldest first: as many as there is room for, the first whose words are too long cut."""
    kept: list[Part] = []
    room = ROOM
    for part in reversed(parts[-(MOST if older else NEWEST) :]):
        if room <= 0:
            break
        kept.append(_cut(part, room))
        room -= len(part.text) + len(part.quoted)
    return tuple(reversed(kept))


def _cut(part: Part, room: int) -> Part:
    text = part.text if len(part.text) <= room else f"{part.text[:room]} …"
    return replace(part, text=text, quoted=part.quoted[: max(0, room - len(text))])
