"""The kinds of values that keys of `mailgate.toml` have: how each is written, and what it means once read."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from mailgate.config import tree, values
from mailgate.core.model.mail import Address
from mailgate.core.text.language import KNOWN
from mailgate.languages import LANGUAGES


def _text(parse: Any) -> BeforeValidator:
    """A value written as text, turned into what it means."""

    def from_text(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("is to be text in quotes")
        return parse(value)

    return BeforeValidator(from_text)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _perhaps(parse: Any) -> BeforeValidator:
    """Like `_text`, where the empty text means none."""

    def from_text(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("is to be text in quotes")
        return parse(value) if value.strip() else None

    return BeforeValidator(from_text)


def _name(value: str) -> str:
    if not value or len(value) > 40 or not all(c.isalnum() or c in "-_." for c in value):
        raise ValueError("a name is one word of letters, digits, - _ or .")
    return value


def _agent_name(value: str) -> str:
    if value.lower() in RESERVED:
        raise ValueError(f"{value!r} means something else; reserved are {', '.join(sorted(RESERVED))}")
    if not value.isascii():
        raise ValueError("an agent's name is plain ASCII, for it stands in addresses; use full_name for the real one")
    return _name(value)


def _line(value: str) -> str:
    if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in value):
        raise ValueError("one line of text without control characters")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError('a host is like "mail.acme.example" or "192.0.2.7"')
    return value


def _domain(value: str) -> str:
    if value and not _DOMAIN.fullmatch(value.rstrip(".")):
        raise ValueError('a domain is like "acme.example", in ASCII')
    return value


def _window(value: Any) -> timedelta:
    if value in (0, "0") and not isinstance(value, bool):
        return timedelta()
    if not isinstance(value, str):
        raise ValueError('a duration in quotes like "2m", or 0 for none')
    return values.duration(value)


def _share(value: float) -> float:
    if not 0 < value <= 100:
        raise ValueError("a share of the time allowed lies above 0: 1.0 is the deadline itself")
    return value


_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,255}")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
RESERVED = frozenset("round-robin least-busy lead owner agents me all both nobody mailgate always".split())  # noqa: SIM905
Network = Annotated[tree.Network, _text(values.network)]
Domain = Annotated[str, AfterValidator(_domain)]
AgentName = Annotated[str, AfterValidator(_agent_name)]
Rate = Annotated[tuple[int, timedelta], _text(values.often)]
PerMinute = Annotated[float, _text(values.rate)]
DurationOrZero = Annotated[timedelta, BeforeValidator(_window)]
MaybeSpan = Annotated[tuple[int, int] | None, _perhaps(values.span)]
Size = Annotated[int, _text(values.size)]
Duration = Annotated[timedelta, _text(values.duration)]
DurationOrNone = Annotated[timedelta, _text(values.duration_or_none)]
MaybeDuration = Annotated[timedelta | None, _perhaps(values.duration)]
Working = Annotated[values.WorkingTime | None, _perhaps(values.working)]
Mailbox = Annotated[str, _text(values.mailbox)]
MaybeMailbox = Annotated[str, _text(lambda text: values.mailbox(text) if text.strip() else "")]
Sender = Annotated[str, _text(values.sender)]
From = Annotated[Address, _text(values.address)]
Clock = Annotated[int, _text(values.clock)]
Hours = Annotated[tuple[tuple[int, int], ...], BeforeValidator(values.hours)]
Day = Annotated[date, BeforeValidator(values.day)]
Zone = Annotated[str, AfterValidator(values.zone)]
Name = Annotated[str, AfterValidator(_name)]
Line = Annotated[str, AfterValidator(_line)]
Host = Annotated[str, AfterValidator(_host)]
MaybeHost = Annotated[str, AfterValidator(lambda value: _host(value) if value else value)]
Share = Annotated[float, AfterValidator(_share)]
Texts = Annotated[list[str], BeforeValidator(_listed)]
Command = Annotated[tuple[str, ...], BeforeValidator(values.command)]
if TYPE_CHECKING:
    Language = str
    LanguageOrOurs = str
    Read = str
else:
    Language = Literal[LANGUAGES]
    LanguageOrOurs = Literal[("", *LANGUAGES)]  # "": the desk's
    Read = Literal[tuple(dict.fromkeys((*LANGUAGES, *KNOWN)))]  # that mail is read in
PriorityName = Literal["low", "normal", "high", "urgent"]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Model(BaseModel):
    """A section: no unknown keys, no silent conversions."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=False, hide_input_in_errors=True
    )
