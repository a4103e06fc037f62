"""The section `[lookup]`: where customers are looked up, how they are asked for, and what of an answer is taken."""

from __future__ import annotations

import re
import shutil
import string
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from mailgate.config import tree, values
from mailgate.config.kinds import Command, Duration, Line, Model, PerMinute
from mailgate.config.work import Loading
from mailgate.tomlfile import Loc, nearest

HOLES: Final = ("address", "phone", "domain", "number")
OWN: Final = ("name", "company", "number", "phone", "language", "tier", "agent")  # what a customer has anyway
LONGEST_WAIT: Final = timedelta(seconds=5)  # of a mail
LONGEST: Final = timedelta(seconds=30)  # of a question
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")  # RFC 9110 section 5.6.2
_FIELD: Final = re.compile(r"[^\W\d_][\w -]{0,39}")
_STEP: Final = re.compile(r"\.|\[([0-9]{1,4})\]")
_DEEPEST: Final = 10


def _flat(value: Any) -> Any:
    """`links.CRM = "url"` is a table in a table; here it is one more name."""
    if not isinstance(value, dict):
        raise ValueError('is to be a table like { name = "contact.full_name", links.CRM = "url" }')
    links = value.get("links", {})
    if not isinstance(links, dict):
        raise ValueError('each link has a label: links.CRM = "url"')
    return {
        **{name: path for name, path in value.items() if name != "links"},
        **{f"links.{label}": path for label, path in links.items()},
    }


def _named(value: dict[str, str]) -> dict[str, str]:
    for name, path in value.items():
        if not _FIELD.fullmatch(name.removeprefix("links.")):
            raise ValueError(f'"{name}" is no name of a field: letters, digits, spaces, - and _, a letter first')
        ways(path)
    return value


def _somewhere(value: str) -> str:
    if value:
        steps(value)
    return value


def _header(value: str) -> str:
    if not _HEADER.fullmatch(value):
        raise ValueError('the name of a header is like "X-Api-Key"')
    return value


def _most(most: timedelta, least: timedelta, what: str) -> AfterValidator:
    def within(value: timedelta) -> timedelta:
        if not least <= value <= most:
            raise ValueError(what)
        return value

    return AfterValidator(within)


Wait = Annotated[Duration, _most(LONGEST_WAIT, timedelta(), "a mail waits for 5 s at most")]
Limit = Annotated[Duration, _most(LONGEST, timedelta(milliseconds=100), "a question may take from 100ms to 30s")]
Kept = Annotated[Duration, _most(timedelta(days=3660), timedelta(minutes=1), "an answer is kept from 1m to ten years")]


class LookupModel(Model):
    url: Line = ""
    secret: str = ""
    header: Annotated[str, AfterValidator(_header)] = "Authorization"
    command: Command = ()
    people: Annotated[str, AfterValidator(_somewhere)] = ""
    fields: Annotated[dict[str, str], BeforeValidator(_flat), AfterValidator(_named)] = Field(default={})
    wait: Wait = timedelta()
    timeout: Limit = timedelta(seconds=5)
    cache: Kept = timedelta(days=1)
    stale: Kept = timedelta(days=30)
    rate: PerMinute = 60.0


def ways(text: str) -> tuple[tuple[str, ...], ...]:
    """`"first + last"` -> the ways to two values that stand one after another. Raises ValueError as `steps`."""
    return tuple(steps(path.strip()) for path in text.split(" + "))


def steps(path: str) -> tuple[str, ...]:
    """`"phones[0].number"` -> the steps from the answer to a value; a number is a place in a list.

    Raises ValueError for what leads nowhere.
    """
    found = tuple(_STEP.sub(lambda step: f".{step[1]}" if step[1] else ".", path).split("."))
    if not all(found) or len(found) > _DEEPEST or len(path) > 200:
        raise ValueError(f'"{path}" is no way into an answer: names and places with dots, like "phones.0.number"')
    return found


def place(given: LookupModel, work: Loading) -> tree.Lookup:
    """Where customers are looked up; what is wrong is noted."""
    if given.url and given.command:
        work.note(("lookup", "command"), "a customer is looked up by `url` or by `command`: leave one of them out")
    if given.url:
        _url(given, work)
    elif given.command:
        _command(given.command, work)
    if given.stale < given.cache:
        work.note(
            ("lookup", "stale"), "an answer would be of no use before it is asked for anew: stale is cache or more"
        )
    return tree.Lookup(
        url=given.url,
        secret=work.secret(("lookup", "secret"), given.secret),
        header=given.header,
        command=_found(given.command, work),
        people=steps(given.people) if given.people else (),
        fields={name: ways(path) for name, path in (given.fields or {name: name for name in OWN}).items()},
        wait=given.wait,
        timeout=given.timeout,
        cache=given.cache,
        stale=given.stale,
        rate=given.rate,
    )


def _url(given: LookupModel, work: Loading) -> None:
    loc: Loc = ("lookup", "url")
    _holes(loc, [given.url], work)
    try:
        parts = urlsplit(given.url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if (
        parts.scheme not in ("https", "http")
        or not host
        or not given.url.isascii()
        or " " in given.url
        or parts.fragment
    ):
        work.note(
            loc, f'found "{given.url}"; the address of a page is like "https://crm.example/api?email={{address}}"'
        )
    elif "{" in parts.netloc:
        work.note(loc, "whoever writes a mail would choose the host that is asked: a name in {} stands behind it")
    elif "@" in parts.netloc:
        work.note(loc, "a password stands in no address: give it as `secret`, and its header as `header`")
    elif parts.scheme == "http" and not values.here(host):
        secret = bool(given.secret)
        text = "the secret and" if secret else "customers'"
        text = f"{text} addresses would cross the network in the clear: give an https address"
        work.note(loc, text, warning=not secret)


def _found(command: Sequence[str], work: Loading) -> tuple[str, ...]:
    """The command, a program beside the configuration by its whole path."""
    return tuple(str(work.path(word)) if not at and "/" in word else word for at, word in enumerate(command))


def _command(command: Sequence[str], work: Loading) -> None:
    loc: Loc = ("lookup", "command")
    if "{" in command[0]:
        work.note(loc, "whoever writes a mail would choose the program that is run: its name has no {}")
        return
    _holes(loc, command[1:], work)
    if shutil.which(_found(command, work)[0]) is None:
        work.note(loc, f"there is no program {command[0]} that this user may run", warning=True)


def _holes(loc: Loc, texts: Sequence[str], work: Loading) -> None:
    """Each name in braces is one we know, and there is one at least."""
    found: list[str] = []
    try:
        for text in texts:
            found += _names(text)
    except ValueError:
        work.note(loc, "the braces do not pair: {address} is a name, {{ and }} are braces themselves")
        return
    for name in found:
        if name not in HOLES:
            hint = nearest(name, HOLES) or f"; there are: {', '.join(HOLES)}"
            work.note(loc, f"there is no {{{name}}}{hint}")
    if not found:
        work.note(loc, "the same would be asked about everybody: put {address} into it")


def _names(text: str) -> Iterator[str]:
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is not None:
            yield name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
