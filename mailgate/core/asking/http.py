"""One question by HTTP, what it may take, and its outcome: values that whoever asks shares with edge/http."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

PACKAGE: Final = "httpcore2"  # of the extra `connect`: the engine of httpx2
EXTRA: Final = "mailgate[connect]"


class Why(StrEnum):
    """Who or what is to blame when a URL gave us nothing."""

    UNREACHABLE = "unreachable"  # no such name, no way there, nobody listens
    REFUSED = "refused"  # we do not call it: an address of the machine's own network, or no URL at all
    TLS = "tls"  # its certificate, or no TLS
    LATE = "late"  # no answer within the time
    BROKEN = "broken"  # the connection was lost, or what came is no HTTP
    TOO_LARGE = "too_large"  # more than was allowed, where all of it is wanted
    STATUS = "status"  # it answered, and not with 2xx
    STOPPED = "stopped"  # we ourselves are being stopped


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and octets that one question may take."""

    connect: float = 5.0  # until there is a connection, TLS included
    total: float = 10.0  # until the last octet of the answer
    octets: int = 4096  # of the answer's body
    whole: bool = False  # True: a longer answer is an error; else it is cut there


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: `url` is http or https, without a user in it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx; `type` is that of its body, as the other side says it, in small letters and without parameters."""

    status: int
    type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no such answer, for people in `text` (one line, printable, without secrets of ours)."""

    why: Why
    text: str
    status: int = 0  # with Why.STATUS
    retry_after: float | None = None  # seconds the other side asks us to wait
    taken: bool = False  # all of the question was sent: it may have been acted upon


class Fetches(Protocol):
    """Asks a URL once, within `limits` or its own; raises nothing (edge/http/fetch.py)."""

    def fetch(self, asked: Asked, limits: Limits | None = None) -> Answer | Failure: ...
