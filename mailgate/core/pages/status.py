"""A customer's page of their ticket: where it stands, who has it, by when, and what was said that is theirs to see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailgate.core.commands import reader
from mailgate.core.commands.catalogue import CUSTOMER_NAMES
from mailgate.core.commands.line import STOPS
from mailgate.core.letters import own_page, views
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment, reopening_is_over
from mailgate.core.model.outage import News, news_of
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Entry, EntryKind, Status, Ticket
from mailgate.core.pages.form import FormFile
from mailgate.core.pages.policy import Confirm
from mailgate.core.text.folding import fold
from mailgate.core.worktime import promise

MOST = 40  # contributions on a page, the newest
LONGEST = 30_000  # characters of them together
LONGEST_MESSAGE = 100_000  # characters of what somebody says here
YOU, OTHER, US = "you", "other", "us"


# --- what crosses -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """The page behind a link."""

    token: str


@dataclass(frozen=True, slots=True)
class SayAsked:
    """What somebody does on the page behind a link."""

    token: str
    act: str  # "say", "close", "reopen", "file" (send me one), "link" (send me my own)
    text: str = ""
    files: tuple[FormFile, ...] = ()
    number: int = 0  # of the file that is asked for
    address: str = ""  # where the page is nobody's own: who it is that asks
    peer: str = ""  # who asks, as an IP address


@dataclass(frozen=True, slots=True)
class Said:
    """It is done; or what has to be mended first: the sentence is `page.status.wrong.CODE`."""

    wrong: str = ""  # "empty", "long"
    by_letter: bool = False  # a letter is on its way, if it was theirs to ask for
    file: tuple[FormFile, ...] = ()  # the file itself, where nothing goes by letter


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file that came with a contribution; `number` asks for it."""

    name: str
    size: int  # octets
    number: int


@dataclass(frozen=True, slots=True)
class EntryShown:
    """A contribution to the thread, or only what an order in it did."""

    whose: str  # "you", "other" (somebody else who takes part), "us"
    name: str  # "" for the reader
    at: datetime
    text: str
    orders: tuple[str, ...] = ()  # "close", "reopen", "status", "confirm": what they asked for beside the words
    files: tuple[FileShown, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusPage:
    """All that a page of a ticket shows; nothing in it is internal."""

    language: str  # the ticket's
    timezone: str  # of the department, as in letters
    tag: str  # "[#1042]"
    title: str
    department: str
    state: str  # "new", "open", "waiting", "hold", "solved"
    opened: datetime
    owner: str = ""  # the first name of who has it
    reopened: str = ""  # who has opened it again last, if nothing was done since: "you", "other" or ""
    by: datetime | None = None  # when they hear from us
    late: bool = False  # and that is over
    entries: tuple[EntryShown, ...] = ()  # oldest first
    earlier: int = 0  # contributions before them that are not shown
    news: str = ""  # what the department tells everybody at the moment
    own: bool = False  # the page of one person, who may write; else it only shows
    may_close: bool = False
    may_reopen: bool = False
    over: bool = False  # too late to go on here: what is written becomes a new request
    by_letter: bool = False  # what is done here goes by way of a letter to the address on file
    files: bool = False  # a file of the thread can be had
    files_here: bool = False  # on the page itself, and not by letter


# --- what is made of a ticket -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as its page sees it: whose page, since when people take part, and what is told everybody."""

    ticket: Ticket
    person: Address | None  # None: the ticket's own page
    joined: Mapping[str, datetime]  # canonical address -> when, of those who came later
    news: tuple[News, ...] = ()
    circles: Mapping[int, frozenset[str]] = field(default_factory=dict)  # entry id -> who took part where it was said
    requesters: frozenset[str] = frozenset()  # of tickets that went into this one: they read everything, as its own
    left: datetime | None = None  # what an agent said after that may still be taken back; None: nothing may

    @property
    def readers(self) -> frozenset[str]:
        """Who reads the page and does not read everything."""
        people = (self.person,) if self.person else self.ticket.participants
        return frozenset(one.key for one in people) - self.requesters - {self.ticket.requester.key}


def status_page(moment: Moment, seen: Seen) -> StatusPage:
    """The page of a ticket for its reader; pure."""
    ticket, policy = seen.ticket, moment.policy
    shown = visible(seen)
    numbers = _numbers(ticket)
    entries, earlier = _newest(shown, seen, numbers, policy)
    owed = promise.owed(ticket)
    by = promise.told(policy, ticket.department, owed, ticket.sla) if owed else None
    department = policy.department(ticket.department)
    is_theirs = seen.person is not None and seen.person.key == ticket.requester.key
    over = reopening_is_over(moment, ticket)
    return StatusPage(
        language=ticket.language if ticket.language in policy.languages else policy.language,
        timezone=promise.zone_of(policy, ticket.department),
        tag=policy.tag(ticket.number),
        title=own_page.cut(ticket.subject, policy),
        department=department.from_.name or policy.name,
        state=Status.SOLVED.value if ticket.status.done else ticket.status.value,
        opened=ticket.created_at,
        owner=_owner(ticket, policy),
        reopened=_reopened(entries, ticket),
        by=by,
        late=owed is not None and owed < moment.now,
        entries=entries,
        earlier=earlier,
        news=news_of(seen.news, ticket.department, ticket.language, policy.language),
        own=seen.person is not None,
        may_close=is_theirs and not ticket.status.done and not ticket.quiet,
        may_reopen=is_theirs and ticket.status.done and not over and not ticket.quiet,
        over=over,
        by_letter=policy.web.confirm == Confirm.ALWAYS,
        files=seen.person is not None and may_have_files(moment, ticket),
        files_here=policy.web.confirm == Confirm.NEVER,
    )


def _owner(ticket: Ticket, policy: Policy) -> str:
    agent = policy.agent(ticket.owner)
    return (views.given_name(agent.shown_name) or agent.shown_name) if agent else ""


# --- the thread -------------------------------------------------------------------------------------------------------


def visible(seen: Seen) -> tuple[Entry, ...]:
    """What of the thread is this reader's to see, oldest first: public words, from when they came on.

    The requester sees all of it. On the page of several stands what each of them may see.
    """
    ticket, person = seen.ticket, seen.person
    out = (one for one in ticket.entries if one.kind is not EntryKind.AGENT or not seen.left or one.at <= seen.left)
    came, aside = since(seen), said_aside(ticket.entries)
    return tuple(one for one in out if _is_theirs(one, person) or (one.id not in aside and _may_see(one, seen, came)))


def said_aside(entries: Iterable[Entry]) -> frozenset[int]:
    """The contributions of people since we spoke to them alone: what they answer is nobody's but theirs and ours.

    Nothing tells which of their later words answer that letter (a page's answer none), so all of them count.
    """
    alone: set[str] = set()
    aside: set[int] = set()
    for one in entries:
        if one.only:
            alone.add(one.only)
        elif one.kind is EntryKind.CUSTOMER and one.author in alone:
            aside.add(one.id)
    return frozenset(aside)


def since(seen: Seen) -> datetime | None:
    """When the last of those who read the page came to the ticket; None: they were there from the beginning."""
    return max((at for one in seen.readers if (at := seen.joined.get(one))), default=None)


def _is_theirs(entry: Entry, person: Address | None) -> bool:
    """True for the reader's own words, and for ours to them alone."""
    if person is None or entry.unverified:
        return False
    wrote = entry.kind is EntryKind.CUSTOMER and entry.author == person.key
    return wrote or (entry.kind is EntryKind.AGENT and entry.only == person.key)


def _may_see(entry: Entry, seen: Seen, came: datetime | None) -> bool:
    circle = seen.circles.get(entry.id)
    if circle is not None:  # a merge brought it
        return entry.for_all and seen.readers <= circle
    return entry.for_all and (came is None or entry.at >= came)


def _newest(
    shown: Sequence[Entry], seen: Seen, numbers: Mapping[tuple[int, str], int], policy: Policy
) -> tuple[tuple[EntryShown, ...], int]:
    kept: list[EntryShown] = []
    room = LONGEST
    for entry in reversed(shown):
        if len(kept) == MOST or room <= 0:
            break
        kept.append(_shown(entry, seen, numbers, policy, room))
        room -= len(kept[-1].text)
    return tuple(reversed(kept)), len(shown) - len(kept)


def _shown(entry: Entry, seen: Seen, numbers: Mapping[tuple[int, str], int], policy: Policy, room: int) -> EntryShown:
    ours = entry.kind is EntryKind.AGENT
    mine = not ours and seen.person is not None and entry.author == seen.person.key
    orders, text = ((), entry.text) if ours else parted(entry.text)
    text = own_page.cut(text, policy)
    return EntryShown(
        whose=US if ours else YOU if mine else OTHER,
        name="" if mine else _name(entry, ours, policy),
        at=entry.at,
        text=text if len(text) <= room else f"{text[: max(room, 0)]} …",
        orders=orders,
        files=tuple(
            FileShown(one.name, one.size, numbers[entry.id, one.part])
            for one in entry.attachments
            if (entry.id, one.part) in numbers
        ),
    )


def _name(entry: Entry, ours: bool, policy: Policy) -> str:
    """Who wrote, without an address: people's pages are read by others who take part."""
    name = views.public_author(entry, policy)
    if ours:
        return views.given_name(name) or name
    return "" if "@" in name else name


def parted(text: str) -> tuple[tuple[str, ...], str]:
    """A customer's words: the orders they gave by a line of their own (`#close`), and all else."""
    orders = reader.read_customer("", text) if "#" in text else ()
    if not orders:
        return (), text
    written = {f"#{name}" for name, word in CUSTOMER_NAMES.items() if word in orders}
    lines = (line for line in text.split("\n") if fold(line.strip(f"{STOPS} ")) not in written)
    return orders, "\n".join(lines).strip("\n ")


def _reopened(entries: Iterable[EntryShown], ticket: Ticket) -> str:
    """Whose order opened it again, while nobody has said anything since."""
    last = next((one for one in reversed(list(entries)) if one.whose == US or "reopen" in one.orders), None)
    return last.whose if last and "reopen" in last.orders and not ticket.status.done else ""


# --- files ------------------------------------------------------------------------------------------------------------


def _numbers(ticket: Ticket) -> dict[tuple[int, str], int]:
    """The files of a thread that people may ask for, counted from 1; what we enclosed ourselves is none."""
    found = ((entry.id, one.part) for entry in ticket.entries for one in entry.attachments if not one.ours)
    return {each: number for number, each in enumerate(found, 1)}


def may_have_files(moment: Moment, ticket: Ticket) -> bool:
    """True where a person gets a file of the thread: by a letter, where letters leave, or on the page."""
    confirm = moment.policy.web.confirm
    return confirm == Confirm.NEVER or (confirm == Confirm.FILES and not ticket.quiet)


def file_of(seen: Seen, number: int) -> tuple[int, str] | None:
    """The mail and the part of a file on this page by its number; None when it is not the reader's to see."""
    numbers = _numbers(seen.ticket)
    for entry in visible(seen):
        for one in entry.attachments:
            if numbers.get((entry.id, one.part)) == number and entry.mail is not None:
                return entry.mail, one.part
    return None
