"""What the admin decided about the window: which pages there are, for whom, and what may be done on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Act(StrEnum):
    """What an agent who has logged in may do on pages."""

    NONE = "none"  # look
    STEER = "steer"  # what stays in the house: take, assign, hold, wait, tag, note, file
    ALL = "all"  # answer customers as well


class Confirm(StrEnum):
    """What on a customer's page goes by way of a letter to the address on file."""

    NEVER = "never"
    FILES = "files"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class TopicField:
    """One more thing that the form asks for; what is answered becomes the ticket's field of that name."""

    key: str  # "order_number"
    text: Mapping[str, str]  # language -> what the form says
    required: bool = False
    pattern: str = ""  # for `rulebook.patterns.compiled`: all of the answer has to fit; "": anything


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody can write about, and whose work that is."""

    name: str  # of `?topic=`
    text: Mapping[str, str]  # language -> what the form says
    department: str
    fields: tuple[TopicField, ...] = ()


@dataclass(frozen=True, slots=True)
class FormPolicy:
    """The contact form."""

    public: bool = True
    topics: tuple[Topic, ...] = ()  # none: the departments themselves
    embed_on: tuple[str, ...] = ()  # origins whose pages may show the form in a frame: "https://acme.example"
    files: int = 5
    size: int = 10 * 1024**2  # octets, of all files together
    rate: tuple[int, timedelta] = (5, timedelta(minutes=10))  # so often in so long, from one place


@dataclass(frozen=True, slots=True)
class CallsPolicy:
    """What is done with calls that a telephone exchange tells of."""

    tell: bool = False  # the agent whose telephone rings gets a line
    ended: bool = False  # calls that were answered become memos too, not only those that were missed
    agents: Mapping[str, str] = field(default_factory=dict)  # extension or SIP name -> agent
    numbers: Mapping[str, str] = field(default_factory=dict)  # the number that was called -> department


@dataclass(frozen=True, slots=True)
class WebPolicy:
    """The window's pages; the defaults are those of a desk that has none."""

    on: bool = False
    url: str = ""  # under which people find the pages, without a slash at its end
    trusted_proxies: tuple[str, ...] = ()  # networks whose word about a client's address is believed
    board: bool = True  # agents' pages
    status: bool = True  # the link in customers' letters, and the page behind it
    links: timedelta = timedelta(days=60)  # how long such a link lives on when its ticket is solved
    confirm: Confirm = Confirm.FILES
    session: timedelta = timedelta(hours=12)
    act: Act = Act.STEER
    form: FormPolicy = field(default_factory=FormPolicy)
    help: bool = True  # articles, for everybody to read
    calls: CallsPolicy = field(default_factory=CallsPolicy)
