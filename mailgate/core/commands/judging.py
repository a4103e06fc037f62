"""One command about to be judged: who asks, on which ticket, in which world, and what may come of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailgate.core.commands.catalogue import misspellings
from mailgate.core.commands.reader import Command
from mailgate.core.letters import readers
from mailgate.core.model.change import Change, Effect, Outbound, Step
from mailgate.core.model.content import Content
from mailgate.core.model.facts import Absence, KnownPerson, SentLetter
from mailgate.core.model.mail import Address, Attachment, canonical
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Calendar, Policy
from mailgate.core.model.said import Said, day, moment
from mailgate.core.model.shown import Gathering
from mailgate.core.model.ticket import Entry, Ticket
from mailgate.core.text import address as addresses
from mailgate.core.text.folding import fold
from mailgate.core.worktime import moments

LONGEST_NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a ticket's journal, as the store keeps it; times in `old` and `new` are microseconds since 1970."""

    mail: int | None
    actor: str
    kind: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class KnownWorld:
    """What a command may lean on, apart from its ticket."""

    moment: Moment
    tickets: Mapping[int, Ticket] = field(default_factory=dict)  # others that commands name, merges followed
    entries: tuple[Entry, ...] = ()  # this ticket's thread, oldest first
    events: tuple[Event, ...] = ()  # this ticket's journal, oldest first
    unsent: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # mail -> its letters that have not left
    people: Mapping[str, KnownPerson] = field(default_factory=dict)  # whom commands name, by canonical address
    replies: Mapping[str, str] = field(default_factory=dict)  # canned answers and articles, by name
    callers: Mapping[str, Address] = field(default_factory=dict)  # whose numbers these are, as they are dialled
    words: str = ""  # the rest of the mail
    passed_on: str = ""  # the same, unless it goes elsewhere when the customer's mail is forwarded
    passed_files: tuple[Attachment, ...] = ()  # of the mail in hand, likewise
    files: bool = False  # it brings files of its own
    title: str = ""  # its subject without tag and commands
    department: str = ""  # where a ticket opened by a command belongs
    confirmed: bool = False  # the agent has answered our question with yes
    crowd: bool = False  # the ticket is one of several that the answer to a list does the same with, unread perhaps
    undoes: int | None = None  # the mail that `#undo` means; None: the writer's last one on the ticket
    asked: Gathering | None = None  # the tickets that question named
    let_go_by: str = ""  # whoever answered it
    solves: bool = False  # they want these solved as well
    replied: SentLetter | None = None  # the letter of ours that the mail answers

    @property
    def policy(self) -> Policy:
        """All the admin decided."""
        return self.moment.policy

    @property
    def now(self) -> datetime:
        """When the command is judged, aware UTC."""
        return self.moment.now

    @property
    def away(self) -> tuple[Absence, ...]:
        """Who is not here, and who covers."""
        return self.moment.facts.away


@dataclass(frozen=True, slots=True)
class Granted:
    """A command granted: what it changes, whom it makes us write to, and the line for the receipt."""

    answer: str  # with `done.` before it a key of `wire.words`; "": the command itself says all
    changes: tuple[Change, ...] = ()
    opens: tuple[Change, ...] = ()  # a new ticket, its first change an OpenTicket
    elsewhere: tuple[Step, ...] = ()  # what happens to other tickets
    outbound: tuple[Outbound, ...] = ()
    letters: tuple[Outbound, ...] = ()  # those that belong to no ticket
    effects: tuple[Effect, ...] = ()
    params: Mapping[str, str | Said] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command not granted: the mail is parked, nothing happens, and the agent is told why."""

    code: str  # with `refused.` before it a key of `wire.words`
    nearest: tuple[str, ...] = ()  # commands or names that may have been meant
    params: Mapping[str, str | Said] = field(default_factory=dict)
    gathers: Gathering | None = None  # tickets to be looked up for the question


Judgement = Granted | Refusal


@dataclass(frozen=True, slots=True)
class CommandContext:
    """A command by an agent, whether or not it is about a ticket."""

    command: Command
    agent: Agent
    world: KnownWorld

    @property
    def argument(self) -> str:
        """What stands after the command."""
        return self.command.argument

    @property
    def policy(self) -> Policy:
        """All the admin decided."""
        return self.world.policy

    @property
    def leads(self) -> bool:
        """True for leads and admins, who may act for others, and for a deputy while their lead is away."""
        return readers.leads(self.world.moment, self.agent)

    @property
    def zone(self) -> ZoneInfo:
        """The agent's own time zone."""
        return ZoneInfo(self.agent.timezone)

    def granted(
        self, answer: str, *changes: Change, outbound: Iterable[Outbound] = (), **params: str | Said
    ) -> Granted:
        """The command is granted."""
        return Granted(answer, changes, outbound=tuple(outbound), params=params)

    def granted_already(self, answer: str, **params: str) -> Granted:
        """Granted, and nothing to do: a repeated command is no mistake."""
        return Granted(answer, params=params)

    def ask_first(self, code: str, **params: str) -> Refusal | None:
        """A question, unless it was answered with yes already."""
        return None if self.world.confirmed else Refusal(code, params=params)

    def letter(self, reader: Agent, content: Content) -> Outbound:
        """A letter to a colleague, a plain answer to which stays in the house."""
        return readers.to_agent(self.policy, reader, content, purpose=Purpose.NOTE)

    def in_their_time(self, at: datetime) -> Said:
        """A time as this agent reads it."""
        return moment(at.astimezone(self.zone), self.world.now.astimezone(self.zone))

    def in_their_days(self, at: datetime, *, last: bool = False) -> Said:
        """The day that begins at a midnight of theirs, or the `last` one before it; any other time as a time."""
        return days_of(at, self.world.now, self.zone, last=last)

    def colleague(self, text: str) -> Agent | Refusal:
        """The active agent somebody means: by name, full name, first name or address; `me` is the writer."""
        wanted = fold(" ".join(text.split()).strip(".,;@"))
        if wanted in ("me", "myself"):
            return self.agent
        active = [agent for agent in self.policy.agents if agent.active]
        for names in (_exact, _given):
            found = [agent for agent in active if wanted in names(agent)]
            if len(found) == 1:
                return found[0]
            if found:
                return Refusal("which_agent", tuple(agent.name for agent in found), {"name": text})
        near = nearest(wanted, {name: agent.name for agent in active for name in (*_exact(agent), *_given(agent))})
        return Refusal("no_such_agent", near, {"name": text})

    def person(self, text: str) -> Address | Refusal:
        """The outsider's address somebody wrote; ours and the agents' own are refused."""
        return outsider(self.policy, text)


@dataclass(frozen=True, slots=True)
class TicketContext(CommandContext):
    """A command by an agent on a ticket."""

    ticket: Ticket

    @property
    def calendar(self) -> Calendar | None:
        """The agent's own hours, else the department's."""
        department = self.policy.department(self.ticket.department)
        return self.policy.calendar(self.agent.calendar or department.calendar)

    def leading_moment(self, text: str) -> tuple[datetime, str] | Refusal:
        """The moment at the beginning of `text` in the agent's time, and the words after it."""
        try:
            return moments.take_moment(text, self.world.now, self.zone, self.calendar)
        except moments.NotAMoment as problem:
            return Refusal(f"when_{problem.reason}", params={"text": text})

    def whole_moment(self) -> datetime | Refusal:
        """The moment that the whole argument names."""
        found = self.leading_moment(self.argument)
        if isinstance(found, Refusal):
            return found
        at, rest = found
        return Refusal("when_unreadable", params={"text": self.argument}) if rest else at

    def other_ticket(self, text: str) -> Ticket | Refusal:
        """Another ticket by its number."""
        number = text.strip("[]#., ")
        if not (number.isascii() and number.isdigit()) or len(number) > 10:
            return Refusal("no_number", params={"text": text})
        if int(number) == self.ticket.number:
            return Refusal("itself", params={"number": number})
        other = self.world.tickets.get(int(number))
        if other is None:
            return Refusal("no_such_ticket", params={"number": number})
        return Refusal("itself", params={"number": number}) if other.number == self.ticket.number else other


def days_of(at: datetime, now: datetime, zone: ZoneInfo, *, last: bool = False) -> Said:
    """As `CommandContext.in_their_days`, for a reader in that time zone."""
    here, today = at.astimezone(zone), now.astimezone(zone)
    if here.hour or here.minute:
        return moment(here, today)
    return day(here - timedelta(days=int(last)), today)


def outsider(policy: Policy, text: str) -> Address | Refusal:
    """The address in `text`, when it is one of the internet, neither ours nor an agent's."""
    found = _written_address(text)
    if not found:
        return Refusal("no_address", params={"text": text})
    if policy.department_at(found):
        return Refusal("our_address", params={"address": found})
    if policy.colleague_at(found):
        return Refusal("agents_address", params={"address": found})
    return Address(found)


def signed_words(argument: str) -> list[str]:
    """The `+a -b` of a command; telephones make a dash of a minus."""
    return argument.replace(",", " ").replace("–", "-").replace("—", "-").split()


def is_name(text: str) -> bool:
    """True for what an agent may call a canned answer, an article or an incident."""
    return 0 < len(text) <= LONGEST_NAME and all(char.isalnum() or char in "-_" for char in text)


def nearest(wanted: str, known: Mapping[str, str] | Collection[str]) -> tuple[str, ...]:
    """The known names that are a slip or two away from what was written, best first."""
    named = known if isinstance(known, Mapping) else {fold(name): name for name in known}
    allowed = 1 if len(wanted) < 5 else 2
    found: dict[str, int] = {}
    for key, name in named.items():
        distance = misspellings(wanted, key, allowed)
        if distance > allowed and len(wanted) > 1 and key.startswith(wanted):
            distance = allowed
        if distance <= allowed:
            found[name] = min(distance, found.get(name, distance))
    return tuple(sorted(found, key=lambda name: (found[name], name)))


def _exact(agent: Agent) -> set[str]:
    addresses = {canonical(addr) for addr in (agent.address, *agent.aliases)}
    return {fold(agent.name), fold(agent.full_name), *addresses} - {""}


def _given(agent: Agent) -> set[str]:
    return set(fold(agent.full_name).split()) | {fold(agent.address.partition("@")[0])}


def _written_address(text: str) -> str:
    """The address in `<ann@acme.example>,` as people write one in a command; "" where none of the internet stands."""
    found = text.strip()
    found = found[:-1] if found.endswith((".", ",", ";")) else found
    found = found.removeprefix("<").removesuffix(">")
    local, domain = addresses.parts(found) or ("", "")
    last = domain.rpartition(".")[2]
    whole = "." in domain and len(last) > 1 and last[0].isalnum() and last[-1].isalnum() and domain[0] != "["
    return found if whole and not local.startswith('"') else ""


def world_at(moment: Moment, ticket: Ticket | None, **mail: Any) -> KnownWorld:
    """What commands on a ticket, or on none, may lean on at a moment; `mail` is what a mail adds (see `KnownWorld`)."""
    policy, facts = moment.policy, moment.facts
    replies = {
        **{one.name: one.whole for one in policy.articles},
        **{name: next(iter(texts.values())) for name, texts in policy.replies.items()},
        **facts.replies,
    }
    moved = {old: facts.tickets[new] for old, new in facts.merged.items() if new in facts.tickets}
    return KnownWorld(
        moment=moment,
        tickets={**facts.tickets, **moved},
        entries=facts.entries.get(ticket.number, ()) if ticket else (),
        events=tuple(
            Event(line.mail, line.actor, line.kind, line.old, line.new)
            for line in (facts.journal.get(ticket.number, ()) if ticket else ())
        ),
        unsent=facts.unsent.get(ticket.number, {}) if ticket else {},
        replies=replies,
        callers=facts.callers,
        people=facts.people,
        **mail,
    )
