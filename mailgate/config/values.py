"""The small languages of configuration values: sizes, durations, clock times, hours, dates, addresses, listeners."""

from __future__ import annotations

import itertools
import re
import shlex
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailgate.config.tree import Listen, Network
from mailgate.core.model.mail import Address, canonical
from mailgate.core.text import address as addresses

_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([KMG]?B)", re.IGNORECASE)
_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_DURATION = re.compile(r"(?:[0-9]{1,6} ?(?:ms|[smhdw]) ?)+")
_PART = re.compile(r"([0-9]{1,6}) ?(ms|[smhdw])")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")
_RATE = re.compile(r"([0-9]{1,6}) ?/ ?(s|second|m|min|minute|h|hour)")
_OFTEN = re.compile(r"([0-9]{1,6}) ?/ ?([0-9].{0,20})")
_LONGEST_ADDRESS = 400
_A_MINUTE = {"s": 60.0, "m": 1.0, "h": 1 / 60}


def size(text: str) -> int:
    """`"25MB"` -> octets; a KB is 1,024."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError('a size is a number with B, KB, MB or GB, like "25MB"')
    return int(float(found[1]) * _UNITS[found[2].upper()])


def duration(text: str) -> timedelta:
    """`"4h"`, `"1d 4h"`, `"90s"` -> how long; a day is 24 hours here."""
    if not _DURATION.fullmatch(text.strip()):
        raise ValueError('a duration is a number with s, m, h, d or w, like "30m", "4h" or "1d 12h"')
    return timedelta(seconds=sum(int(number) * _SECONDS[unit] for number, unit in _PART.findall(text)))


def duration_or_none(text: str) -> timedelta:
    """The same, and `"0"` is none at all."""
    return timedelta() if text.strip() == "0" else duration(text)


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Working time as written: how long a day is depends on the calendar."""

    days: int
    rest: timedelta

    def of(self, day: timedelta) -> timedelta:
        """The time with days that long."""
        return self.days * day + self.rest


def working(text: str) -> WorkingTime:
    """`"2d 4h"` -> two working days and four hours; a week is five working days."""
    duration(text)
    days = sum(int(number) * (5 if unit == "w" else 1) for number, unit in _PART.findall(text) if unit in "wd")
    rest = "".join(f"{number}{unit}" for number, unit in _PART.findall(text) if unit not in "wd")
    return WorkingTime(days, duration(rest) if rest else timedelta())


def clock(text: str) -> int:
    """`"8:30"` -> minutes from midnight; `"24:00"` is the end of the day."""
    found = _CLOCK.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if not found or int(found[2]) > 59 or not 0 <= minutes <= 1440:
        raise ValueError('a time of day is like "08:30"')
    return minutes


def span(text: str) -> tuple[int, int]:
    """`"21:00-07:00"` -> minutes from midnight; the end may lie on the next day."""
    start, dash, end = text.replace("–", "-").partition("-")
    if not dash:
        raise ValueError('hours are like "09:00-17:00"')
    if any(one.strip().isdecimal() for one in (start, end)):
        meant = "-".join(f"{one.strip()}:00" if one.strip().isdecimal() else one.strip() for one in (start, end))
        raise ValueError(f'hours are written with their minutes: "{meant}"')
    return clock(start), clock(end)


def hours(value: str | list[str]) -> tuple[tuple[int, int], ...]:
    """`"09:00-12:00, 13:00-17:00"` -> spans of one day in order; `""` is closed."""
    parts = value if isinstance(value, list) else value.split(",")
    spans = sorted(span(part) for part in parts if part.strip())
    for start, end in spans:
        if start >= end:
            raise ValueError("hours must end after they begin; for a night give each day its part, as 22:00-24:00")
    if any(left[1] > right[0] for left, right in itertools.pairwise(spans)):
        raise ValueError("two spans of a day overlap")
    return tuple(spans)


def day(value: Any) -> date:
    """`"2026-12-24"`, or a TOML date without quotes."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError('a date is like "2026-12-24"') from None


def address(text: str) -> Address:
    """`"Acme Support <support@acme.example>"` or the bare address; display name kept."""
    if len(text) > _LONGEST_ADDRESS:  # the library's parser calls itself for every bracket
        raise ValueError(f"an address with its name has at most {_LONGEST_ADDRESS} characters")
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise ValueError("an address holds no control characters")
    name, addr = parseaddr(text)
    before, bracket, rest = text.partition("<")
    if "," in before and bracket and '"' not in before and addresses.parts(rest.strip().removesuffix(">")):
        raise ValueError(f"a name with a comma stands in quotes of its own: '\"{before.strip()}\" <{rest.strip()}'")
    if not addresses.parts(addr) or (name == "" and text.strip().strip("<>") != addr):
        raise ValueError('an address is like "support@acme.example" or "Acme Support <support@acme.example>"')
    return Address(canonical(addr), name)


def mailbox(text: str) -> str:
    """A bare address, canonical."""
    found = address(text)
    if found.name:
        raise ValueError('only the address is wanted, like "support@acme.example"')
    return found.addr


def sender(text: str) -> str:
    """A bare address or an `@domain`, canonical."""
    if text.startswith("@"):
        return mailbox(f"x{text}")[1:]
    if "*" in text:
        whole = addresses.meant_domain(text) or "@acme.example"
        raise ValueError(f'there are no wildcards: a whole domain is written "{whole}"')
    return mailbox(text)


def listen(text: str, folder: Path) -> Listen:
    """`"127.0.0.1:8025"`, `"[::1]:8025"`, or the path of a unix socket."""
    if "/" in text:
        return Listen(path=folder / text.removeprefix("unix:"))
    if text.endswith((".sock", ".socket")):
        raise ValueError(f'the path of a unix socket has a slash in it, so that it is no host: "./{text}"')
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError('a listener is a host and port like "127.0.0.1:8025", or the path of a unix socket')
    return Listen(host, int(port))


def listen_or_handed(text: str, folder: Path) -> Listen:
    """The same, or `"fd:3"`: the descriptor of a socket that whoever started us has bound."""
    number = text.removeprefix("fd:")
    if number == text:
        return listen(text, folder)
    if not (number.isascii() and number.isdigit()) or not 2 < int(number[:6]) < 1024:
        raise ValueError('a socket that is handed over is like "fd:3"')
    return Listen(handed=int(number))


def network(text: str) -> Network:
    """`"10.0.0.0/8"` or one IP address."""
    try:
        return ip_network(text.strip())
    except ValueError:
        raise ValueError('a network is like "10.0.0.0/8", "192.0.2.7" or "2001:db8::/32"') from None


def here(host: str) -> bool:
    """True for the names and addresses of this machine: what goes there crosses no network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def zone(text: str) -> str:
    """A time zone's name in the IANA database."""
    try:
        ZoneInfo(text[:100])
    except (OSError, ValueError, LookupError):
        raise ValueError('there is no such time zone; names are like "Europe/Helsinki"') from None
    return text


def rate(text: str) -> float:
    """`"30/min"` -> letters a minute; `""` is without limit, 0."""
    if not text.strip():
        return 0.0
    found = _RATE.fullmatch(text.strip())
    if not found or int(found[1]) == 0:
        raise ValueError('a rate is like "30/min", "2/s" or "1000/h"')
    return int(found[1]) * _A_MINUTE[found[2][0]]


def often(text: str) -> tuple[int, timedelta]:
    """`"5/10m"` -> five times in ten minutes."""
    found = _OFTEN.fullmatch(text.strip())
    if not found or int(found[1]) == 0:
        raise ValueError('how often is like "5/10m", five times in ten minutes')
    return int(found[1]), duration(found[2])


def command(value: str | list[str]) -> tuple[str, ...]:
    """A program with its arguments: a list, or one line split as a shell would, without a shell."""
    return tuple(value) if isinstance(value, list) else tuple(shlex.split(value))
