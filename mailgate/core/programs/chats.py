"""A message from a channel, and what became of one of ours there: what is asked, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mailgate.core.channels import message, whereabouts
from mailgate.core.channels.channel import Channel
from mailgate.core.letters.addressee import NOBODY
from mailgate.core.model.mail import Address
from mailgate.core.pages.form import FormFile, Wrong, harmless, line
from mailgate.core.text.excerpt import beginning

LONGEST_ID: Final = 200  # characters of a message's id
LONGEST_PERSON: Final = 100  # characters of a person's; what its address has room for is less for most
LONGEST_TEXT: Final = 65_536
LONGEST_NAME: Final = 100
MOST_FILES: Final = 20
LARGEST: Final = 10 * 1024**2  # octets of all files of a message
OLDEST: Final = timedelta(days=7)  # before now: what is older counts as written now
TITLE: Final = 80  # characters


@dataclass(frozen=True, slots=True)
class ApiChatAsked:
    """What somebody said on a channel, as its bridge hands it over; nothing of it is believed but who it is from."""

    bearer: str
    peer: str
    channel: str
    id: str
    person: str  # their id there
    text: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""  # they say
    files: tuple[FormFile, ...] = ()
    at: datetime | None = None
    reply_to: str = ""  # the id of the message of ours they answered


@dataclass(frozen=True, slots=True)
class ApiChatPage:
    """It lies safely in the desk, unless something is wrong with it: then nothing of it was kept."""

    mail: int = 0
    ticket: int | None = None  # None while it is not decided, or waits for a person
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiReceiptAsked:
    """What a bridge says became of a message of ours."""

    bearer: str
    peer: str
    channel: str
    id: str
    state: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class ApiReceiptPage:
    """Whether that is a message of ours."""

    known: bool


def wrong(asked: ApiChatAsked, channel: Channel) -> tuple[Wrong, ...]:
    """All that is wrong with a message."""
    found = []
    if not 0 < len(asked.id) <= LONGEST_ID or not asked.id.isprintable():
        found.append(Wrong("id", "id"))
    if not whereabouts.address_of(channel.name, asked.person) or len(asked.person) > LONGEST_PERSON:
        found.append(Wrong("person.id", "person"))
    if len(asked.text) > LONGEST_TEXT:
        found.append(Wrong("text", "long"))
    if not (asked.text.strip() or asked.files):
        found.append(Wrong("text", "empty"))
    if len(asked.files) > MOST_FILES:
        found.append(Wrong("files", "files"))
    if sum(len(one.data) for one in asked.files) > LARGEST:
        found.append(Wrong("files", "size"))
    return tuple(found)


def author(asked: ApiChatAsked, channel: Channel) -> Address:
    """Who says it: their place on the channel, and the name people read, which says on which."""
    name = line(asked.name)[:LONGEST_NAME] or line(asked.phone)[:40] or line(asked.person)[:40]
    return Address(whereabouts.address_of(channel.name, asked.person) or NOBODY.addr, channel.names(name))


def title(asked: ApiChatAsked) -> str:
    """What a ticket is called that it opens."""
    first = next((one for one in asked.text.splitlines() if one.strip()), "")
    named = line(first) or ", ".join(line(one.name) for one in asked.files[:3])
    return harmless(beginning(named, TITLE))


def written_at(asked: ApiChatAsked, now: datetime) -> datetime:
    """When it was written: as the bridge says, unless that is nowhere near."""
    said = asked.at
    return said if said is not None and now - OLDEST <= said <= now else now


def outcome(asked: ApiReceiptAsked) -> str:
    """The state it tells of; `""` for one that is none."""
    return asked.state if asked.state in message.TOLD else ""
