"""All the admin decided, as frozen values: who works here, what is promised, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from mailgate.core.channels.channel import Channel
from mailgate.core.model.canned import Article
from mailgate.core.model.mail import Address, canonical, without_detail
from mailgate.core.pages.policy import WebPolicy

_DETAIL = re.compile(r"\+[^\s@+<>]{0,64}@")  # of `anna+shop@`


class Mode(StrEnum):
    """live sends; pilot sends only to `pilot_to` and holds the rest; watch only looks."""

    LIVE = "live"
    PILOT = "pilot"
    WATCH = "watch"


class Role(StrEnum):
    """What an agent may do."""

    TRAINEE = "trainee"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Department:
    """A desk with inbound addresses of its own."""

    name: str
    addresses: tuple[str, ...]  # canonical
    from_: Address  # what customers see in From and Reply-To
    language: str | None = None
    sla: str | None = None
    calendar: str | None = None
    lead: str | None = None  # an agent's name
    deputy: str | None = None  # another's, who stands in for the lead
    signature: str = ""
    outgoing: str | None = None  # name of the relay; None: the first
    notify: str = ""  # all, turn, owner, lead, pull; "" decides by the number of agents
    order: str = "due"  # how its work is listed: due first, or "arrival": first come, first served
    after_reply: str = "waiting"
    nudge: timedelta | None = None
    solve_after: timedelta | None = None
    via: str | None = None  # "google-group"
    training: bool = False  # trainees practise here: nothing leaves to anybody but agents, and nothing counts


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers tickets."""

    id: int  # stable, from the store; stands in tokens
    name: str
    address: str  # canonical
    aliases: tuple[str, ...] = ()
    full_name: str = ""
    departments: tuple[str, ...] = ()  # empty: all
    role: Role = Role.AGENT
    language: str = "en"
    speaks: tuple[str, ...] = ()  # languages of customers, as codes; empty: nothing is known, so all
    timezone: str = "UTC"
    calendar: str | None = None
    signature: str = ""
    receipts: str = "refused"  # or "always"
    active: bool = True
    generation: int = 0  # counts the desk addresses they have had

    @property
    def shown_name(self) -> str:
        """The name colleagues and customers see."""
        return self.full_name or self.name

    @property
    def chief(self) -> bool:
        """True for a lead or an admin, wherever they work."""
        return self.role in (Role.LEAD, Role.ADMIN)

    @property
    def home(self) -> str:
        """The first department they were given; "" for an agent of all."""
        return next(iter(self.departments), "")

    def works_in(self, department: str) -> bool:
        """True when the department's tickets are this agent's business."""
        return not self.departments or department in self.departments


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """What happens when a share `at` of a deadline has passed (1.0 is the deadline itself)."""

    at: float
    notify: tuple[str, ...] = ()  # "owner", "lead", an agent's name or an address
    priority: str | None = None
    release: bool = False
    reassign: bool = False


@dataclass(frozen=True, slots=True)
class Sla:
    """A promise: durations are working time of the department's calendar."""

    name: str
    first_response: timedelta | None = None
    next_response: timedelta | None = None
    resolve: timedelta | None = None
    warn: float = 0.8
    escalate: tuple[EscalationStep, ...] = ()
    priorities: tuple[str, ...] = ()  # which tickets it is for; empty: any
    tags: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()  # addresses or @domains
    tiers: tuple[str, ...] = ()  # folded; of customers the desk was told of
    at_once: bool = False  # its tickets wait for no list where work is pulled


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working hours; spans are minutes from local midnight, end exclusive (1440 is midnight)."""

    name: str
    timezone: str
    week: tuple[tuple[tuple[int, int], ...], ...]  # seven weekdays from Monday, each its spans
    closed: frozenset[date] = frozenset()  # public holidays and `closed`, minus `open`
    opened: frozenset[date] = frozenset()  # worked although a weekend: Monday's hours


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings that keep a loop or a bomb small."""

    acks_per_sender_hour: int = 5
    acks_per_sender_day: int = 20
    acks_per_hour: int = 500
    ack_max_age: timedelta = timedelta(hours=24)
    reopens_per_ticket_day: int = 5
    tickets_per_sender_hour: int = 30
    parts: int = 1000
    nesting: int = 20
    header_bytes: int = 256 * 1024


@dataclass(frozen=True, slots=True)
class Border:
    """Whose word about a sender is believed: an authserv-id (RFC 8601) or Exchange Online's own headers."""

    id: str = ""
    format: str = "rfc8601"  # or "exchange-online"
    veto: str = "all"  # whose mail its explicit fail stops: "all", or "agents" where it fails customers wrongly


@dataclass(frozen=True, slots=True)
class Identity:
    """How an agent proves themselves."""

    accept: str = "token"  # token, token+pass, pass
    subaddress: str = "+"
    borders: tuple[Border, ...] = ()
    old_letters: timedelta = timedelta(days=7)  # how long agents' letters of 0.1.0 prove after the upgrade


@dataclass(frozen=True, slots=True)
class TicketPolicy:
    """Numbers, tags in subjects, and how long a ticket may be reopened."""

    tag: str = "[#{number}]"
    old_tags: tuple[str, ...] = ()
    first_number: int = 1001
    reopen_within: timedelta = timedelta(days=14)
    archive_after: timedelta = timedelta(days=30)
    tags: tuple[str, ...] = ()  # when not empty, no other tags exist


@dataclass(frozen=True, slots=True)
class LogoFile:
    """A picture for the head of letters that travels with each; `content_id`, without angle brackets, is its own."""

    type: str  # "image/png"
    data: bytes = field(repr=False)
    digest: str  # sha256 hex of `data`
    content_id: str


LOGO_LARGEST = 64 * 1024  # octets: every letter that shows a logo carries it, and is kept


def logo_id(digest: str, domain: str) -> str:
    """The Content-ID of a logo: it says which octets it is of, so that an earlier one is known as well."""
    return f"logo.{digest[:20]}@{domain}"


@dataclass(frozen=True, slots=True)
class LetterPolicy:
    """What customers are told without an agent, and how often."""

    logo: str = ""  # "https://..." or the "cid:..." of `logo_file`
    logo_file: LogoFile | None = None
    survey: bool | str = True
    survey_every: timedelta = timedelta(days=30)  # one person is asked once in so long; 0 asks always
    stages: tuple[str, ...] = ("solved",)
    max_per_day: int = 2
    quiet_hours: tuple[int, int] | None = None  # minutes from midnight, department's time zone
    suggest: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    privacy: str = ""  # "https://...": where customers read how we handle their data


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key; `id` is the KID of a Message-ID."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Policy:
    """Everything `decide` may lean on; built once by the configuration, never changed."""

    name: str
    domain: str  # right-hand side of our Message-IDs
    departments: tuple[Department, ...]
    keys: tuple[Key, ...] = ()  # the first signs, all verify
    instance: str = ""  # names this gateway in X-Mailgate-Loop
    agents: tuple[Agent, ...] = ()
    admin: str = ""
    mode: Mode = Mode.LIVE
    pilot_to: tuple[str, ...] = ()
    timezone: str = "UTC"
    language: str = "en"
    languages: tuple[str, ...] = ("en", "fi", "pl", "lv")
    language_for: Mapping[str, str] = field(default_factory=dict)  # a mail's language -> that of letters to its sender
    slas: tuple[Sla, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    limits: Limits = Limits()
    identity: Identity = Identity()
    tickets: TicketPolicy = TicketPolicy()
    letters: LetterPolicy = LetterPolicy()
    attach_max: int = 15 * 1024 * 1024
    forwards: Mapping[str, str] = field(default_factory=dict)  # name -> the outside address it stands for
    undo_window: timedelta = timedelta(minutes=2)
    command_aliases: Mapping[str, str] = field(default_factory=dict)
    replies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # canned answers: name -> language -> text
    articles: tuple[Article, ...] = ()
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # our words: language -> key -> phrase
    digest_at: int = 8 * 60  # minutes from midnight
    digest_to: tuple[str, ...] = ("agents", "lead")
    spent_by_agent: bool = False  # do reports say how long each agent worked?
    web: WebPolicy = field(default_factory=WebPolicy)
    knows_customers: bool = False  # from a table of ours, or another program: else nobody asks the store
    channels: tuple[Channel, ...] = ()

    @cached_property
    def inbound(self) -> Mapping[str, str]:
        """Canonical inbound address -> department name."""
        return {addr: dept.name for dept in self.departments for addr in dept.addresses}

    @cached_property
    def _departments(self) -> Mapping[str, Department]:
        return {dept.name: dept for dept in self.departments}

    @cached_property
    def _agents(self) -> Mapping[str, Agent]:
        return {agent.name: agent for agent in self.agents}

    @cached_property
    def _agent_addresses(self) -> Mapping[str, Agent]:
        return {addr: agent for agent in self.agents for addr in (agent.address, *agent.aliases)}

    def department(self, name: str) -> Department:
        """The department of that name, else the first one: a ticket must always have a home."""
        return self._departments.get(name) or self.departments[0]

    def training(self, department: str) -> bool:
        """True for a department in which trainees practise."""
        found = self._departments.get(department)
        return found is not None and found.training

    def agent(self, name: str | None) -> Agent | None:
        """The agent of that name."""
        return self._agents.get(name or "")

    def shown_name(self, name: str | None) -> str:
        """The name people see of an agent, of one who is gone the one commands have; "" for nobody."""
        agent = self.agent(name)
        return agent.shown_name if agent else name or ""

    def agent_by_id(self, number: int) -> Agent | None:
        """The agent whose id stands in a token."""
        return next((agent for agent in self.agents if agent.id == number), None)

    def agent_at(self, addr: str) -> Agent | None:
        """The active agent with exactly this ASCII address or alias; never a look-alike (threats A-17)."""
        if not addr.isascii():
            return None
        agent = self._agent_addresses.get(canonical(addr))
        return agent if agent and agent.active else None

    def colleague_at(self, addr: str) -> Agent | None:
        """The agent an address is, with a detail of their own too (`anna+shop@`): nobody's customer, and no proof."""
        local, at, domain = addr.rpartition("@")
        return self.agent_at(addr) or self.agent_at(f"{local.partition('+')[0]}{at}{domain}")

    def names_an_agent(self, text: str) -> bool:
        """True when a private address of any agent stands in the text."""
        if "@" not in text:
            return False
        low = _DETAIL.sub("@", text.lower())
        return any(addr in low for agent in self.agents for addr in (agent.address, *agent.aliases))

    def without_agents(self, text: str) -> str:
        """The lines in which no private address of an agent stands; one that begins with `#` is no word to anybody."""
        kept = (line for line in text.split("\n") if line.lstrip().startswith("#") or not self.names_an_agent(line))
        return "\n".join(kept)

    def agents_of(self, department: str) -> tuple[Agent, ...]:
        """Active agents who work in a department."""
        return tuple(agent for agent in self.agents if agent.active and agent.works_in(department))

    def by_arrival(self, departments: Iterable[str]) -> bool:
        """True when work of these departments (of none: all) is listed first come, first served: each wants it so."""
        named = frozenset(departments)
        wanted = {one.order for one in self.departments if not named or one.name in named}
        return wanted == {"arrival"}

    def calendar(self, name: str | None) -> Calendar | None:
        """The calendar of that name."""
        return next((calendar for calendar in self.calendars if calendar.name == name), None)

    def base_address(self, addr: str) -> str:
        """An address without its subaddress part: `support+1042.x@a` -> `support@a`; canonical."""
        return without_detail(addr, self.identity.subaddress)

    def department_at(self, addr: str) -> str | None:
        """The department an address (plus part ignored) belongs to, None when it is not ours."""
        return self.inbound.get(canonical(addr)) or self.inbound.get(self.base_address(addr))

    @cached_property
    def markers(self) -> tuple[str, ...]:
        """The line our notices begin with, in every language."""
        return tuple(phrases["marker"] for phrases in self.kept.values() if "marker" in phrases)

    def own_words(self, key: str, language: str, **values: str | int) -> str:
        """Words of ours that a ticket keeps as they were said: in its language, else in English, else their key."""
        phrase = self.kept.get(language, {}).get(key) or self.kept.get("en", {}).get(key, key)
        return phrase.format_map(values)

    def tag(self, number: int) -> str:
        """The mark of a ticket in a subject."""
        return self.tickets.tag.format(number=number)
