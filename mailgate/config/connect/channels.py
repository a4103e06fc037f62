"""`[[channel]]`: where people chat with the desk, how each is written, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from mailgate.config import tree, values
from mailgate.config.kinds import Count, Duration, Language, MaybeDuration, Model, Size
from mailgate.config.work import Loading
from mailgate.core.channels import whereabouts
from mailgate.core.channels.channel import MAIL, Channel
from mailgate.tomlfile import Loc

SMALLEST_TEXT = 50  # characters: below that an answer is a heap of messages
LARGEST_FILE = 25 * 1024**2  # octets


def _name(value: str) -> str:
    if not whereabouts.NAME.fullmatch(value):
        raise ValueError("a channel's name has up to 20 letters (a to z), digits and hyphens, a letter first")
    if value.lower() == MAIL:
        raise ValueError('"mail" is no channel: `#via mail` means the mail itself')
    return value


def _url(value: str) -> str:
    found = urlsplit(value)
    if found.scheme not in ("http", "https") or not found.hostname or found.username or found.fragment:
        raise ValueError('give the address your bridge listens at, like "http://127.0.0.1:8090/out"')
    return value


def _small(value: int) -> int:
    if value > LARGEST_FILE:
        raise ValueError(f"{LARGEST_FILE // 1024**2} MB at most")
    return value


class ChannelModel(Model):
    name: Annotated[str, AfterValidator(_name)]
    url: Annotated[str, AfterValidator(_url)]
    secret: str
    department: str
    language: Language | Literal[""] = ""
    max_text: Annotated[int, Field(ge=SMALLEST_TEXT)] = 4000
    files: Count = 10
    files_max: Annotated[Size, AfterValidator(_small)] = 10 * 1024**2
    window: MaybeDuration = None
    ack: bool = False
    signature: bool = False
    retry_for: Duration = timedelta(days=5)


def bridges(given: Sequence[ChannelModel], work: Loading) -> tuple[tree.Bridge, ...]:
    """Where the bridge of each channel listens."""
    found = []
    for at, one in enumerate(given):
        secret = work.secret(("channel", at, "secret"), one.secret)
        if secret is None and not one.secret:
            work.note(("channel", at, "secret"), "a bridge must know that an answer is ours: give the secret it checks")
        if secret is not None:
            found.append(tree.Bridge(one.name, one.url, secret, one.max_text, one.retry_for))
    return tuple(found)


def policy(given: Sequence[ChannelModel]) -> tuple[Channel, ...]:
    """What may leave on each."""
    names = Channel.__dataclass_fields__
    return tuple(Channel(**{name: getattr(one, name) for name in names}) for one in given)


def names(given: Sequence[ChannelModel], departments: list[str], work: Loading) -> None:
    """Note every channel that is nobody's work, and every name that two have."""
    first: dict[str, str] = {}
    for at, one in enumerate(given):
        loc: Loc = ("channel", at)
        if one.department not in departments:
            listed = f"; there are: {', '.join(departments)}" if departments else ""
            work.note((*loc, "department"), f'there is no department "{one.department}"{listed}')
        if one.name.lower() in first:
            work.note((*loc, "name"), f'"{one.name}" and "{first[one.name.lower()]}" are the same channel')
        first.setdefault(one.name.lower(), one.name)
        host = urlsplit(one.url).hostname or ""
        if one.url.startswith("http:") and not values.here(host):
            text = "customers' words cross the network in the clear: give an https address, or run the bridge here"
            work.note((*loc, "url"), text, warning=True)
