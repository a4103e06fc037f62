"""One question to another program: its URL or command with what is known of a person in it, and what it says."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Final
from urllib.parse import quote

from mailgate.app.health.alarm import ENVIRONMENT
from mailgate.app.lookup.reading import LARGEST
from mailgate.config.tree import Lookup
from mailgate.core.asking.http import Answer, Asked, Failure, Fetches, Limits
from mailgate.core.customers.question import Person, Said
from mailgate.core.text.mail_providers import is_public
from mailgate.errors import Temporary

NOBODY: Final = (404, 410)
KEPT_OUT: Final = (401, 403)

Runs = Callable[[Sequence[str], Mapping[str, str], float, int], bytes]  # raises Temporary, Permanent


@dataclass(frozen=True, slots=True)
class Ways:
    """How to reach other programs."""

    http: Fetches
    run: Runs


def ask(settings: Lookup, person: Person, ways: Ways) -> Said | None:
    """What is said of a person, None for nobody. Raises Temporary, Permanent, ConfigError for the secret."""
    if settings.command:
        env = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        return Said(ways.run(argv(settings.command, person), env, settings.timeout.total_seconds(), LARGEST))
    seconds = settings.timeout.total_seconds()
    limits = Limits(connect=seconds, total=seconds, octets=LARGEST, whole=True)
    outcome = ways.http.fetch(Asked("GET", url(settings.url, person), _headers(settings)), limits)
    if isinstance(outcome, Answer):
        return Said(outcome.body, outcome.type)
    if outcome.status in NOBODY:
        return None
    raise Temporary(_why(outcome))


def fits(settings: Lookup, person: Person) -> bool:
    """Is there anything of this person in the question: without, it would be about everybody.

    A domain where anybody gets an address says nothing of who writes from there.
    """
    told = _told(settings, person)
    return bool(told - {"domain"}) or ("domain" in told and not is_public(person.domain))


def personal(settings: Lookup, person: Person) -> bool:
    """Does the question name the person, and not only their company: then the answer may say who they are."""
    return bool(_told(settings, person) - {"domain"} - person.shared)


def _told(settings: Lookup, person: Person) -> set[str]:
    """What of a person stands in the question."""
    holes = {name for text in (settings.url, *settings.command) for _, name, _, _ in Formatter().parse(text) if name}
    return {name for name, value in _known(person).items() if value and name in holes}


def url(template: str, person: Person) -> str:
    """The address that is asked; what stands in braces can be nothing but a value there."""
    return template.format(**{name: quote(value, safe="") for name, value in _known(person).items()})


def argv(command: Sequence[str], person: Person) -> list[str]:
    """The program and its arguments."""
    known = {name: value.lstrip("- ") for name, value in _known(person).items()}  # it would be an option
    return [command[0], *(word.format(**known) for word in command[1:])]


def _known(person: Person) -> dict[str, str]:
    return {"address": person.address, "phone": person.phone, "domain": person.domain, "number": person.number}


def _headers(settings: Lookup) -> dict[str, str]:
    told = {"Accept": "application/json"}
    if settings.secret is not None:
        secret = settings.secret.reveal()
        told[settings.header] = f"Bearer {secret}" if settings.header.lower() == "authorization" else secret
    return told


def _why(failure: Failure) -> str:
    if failure.status in KEPT_OUT:
        return f"{failure.text}: is `secret` right, and `header`?"
    return failure.text
