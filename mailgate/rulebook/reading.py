"""One rule file being read: where we are, the names that exist, and the problems met so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from mailgate.core.model.mail import canonical
from mailgate.core.model.policy import Policy
from mailgate.core.text import address as addresses
from mailgate.errors import Problem
from mailgate.tomlfile import Document, Loc, nearest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """What rules may refer to."""

    policy: Policy
    templates: frozenset[str] = frozenset()  # when empty, names of templates are not checked

    @property
    def departments(self) -> list[str]:
        """Names of departments, but for those in which trainees practise: no rule is about them."""
        return [department.name for department in self.policy.departments if not department.training]

    @property
    def agents(self) -> list[str]:
        """Names of agents who are at work here."""
        return [agent.name for agent in self.policy.agents if agent.active]

    @property
    def calendars(self) -> list[str]:
        """Names of calendars."""
        return [calendar.name for calendar in self.policy.calendars]


@dataclass(frozen=True, slots=True)
class Reading:
    """A place in a rule file; `problems` is shared by all places."""

    document: Document
    names: Names
    loc: Loc = ()
    rule: str = ""  # its name, for the words of a problem
    problems: list[Problem] = field(default_factory=list)

    def at(self, *pieces: str | int) -> Reading:
        """The place one or more keys further in."""
        return replace(self, loc=(*self.loc, *pieces))

    def note(self, text: str, *, warning: bool = False) -> None:
        """Remember a problem here."""
        inner = [str(piece) for piece in self.loc[2:] if isinstance(piece, str)]
        key = " ".join(filter(None, [f"rule '{self.rule}'" if self.rule else "", ".".join(inner)]))
        self.problems.append(self.document.problem(self.loc, text, key=key, warning=warning))

    def tried(self, parse: Callable[..., T], *args: Any) -> T | None:
        """What `parse` makes of the arguments, or None with its ValueError noted."""
        try:
            return parse(*args)
        except ValueError as error:
            self.note(str(error))
            return None

    def unknown(self, table: Mapping[str, Any], allowed: Iterable[str], what: str) -> None:
        """Note every key of a table that means nothing here."""
        allowed = list(allowed)
        for key in table:
            if key not in allowed:
                hint = nearest(key, allowed) or f"; allowed: {', '.join(allowed)}"
                self.at(key).note(f"unknown {what} '{key}'{hint}")

    def table(self, value: Any) -> Mapping[str, Any]:
        """The value as a table, with a problem noted when it is none."""
        if isinstance(value, dict):
            return value
        self.note("this is to be a table of keys")
        return {}


def text(value: Any) -> str:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("this is to be text in quotes")
    return value


def texts(value: Any) -> list[str]:
    """A text or a list of texts, at least one."""
    entries = value if isinstance(value, list) else [value]
    if not entries or not all(isinstance(entry, str) and entry.strip() for entry in entries):
        raise ValueError('this is to be text in quotes, or a list like ["a", "b"]')
    return entries


def truth(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError("this is to be true or false")
    return value


def one_of(value: Any, allowed: Iterable[str], what: str) -> str:
    """A name among those that exist."""
    allowed = list(allowed)
    if text(value) not in allowed:
        hint = nearest(value, allowed) or (
            f"; there are: {', '.join(allowed)}" if allowed else "; there is none at all"
        )
        raise ValueError(f"there is no {what} '{value}'{hint}")
    return str(value)


def address(value: str) -> str:
    """An address, canonical."""
    if not addresses.parts(value):
        raise ValueError(f'found "{value}"; an address is like "ann@acme.example"')
    return canonical(value)


def sender(value: str) -> str:
    """An address or an `@domain`, canonical."""
    if value.startswith("@") and addresses.parts(f"x{value}"):
        return canonical(f"x{value}")[1:]
    if not addresses.parts(value) or "*" in value:
        meant = addresses.meant_domain(value)
        if meant:
            raise ValueError(f'found "{value}"; a whole domain is written "{meant}"')
        raise ValueError(
            f'found "{value}"; addresses are exact like "ann@acme.example", or a domain like "@acme.example"'
        )
    return canonical(value)


def outside(value: str, policy: Policy) -> str:
    """An address that is not ours: mail to it must not come back in (threats G-08)."""
    addr = address(value)
    department = policy.department_at(addr)
    if department:
        raise ValueError(f"{addr} is an inbound address of department {department}: the mail would come back to us")
    return addr
