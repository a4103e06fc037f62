"""What may stand under `then`: every action, how it is written, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Priority
from mailgate.core.rules.condition import Pattern
from mailgate.core.rules.rule import Actions
from mailgate.rulebook.patterns import compiled
from mailgate.rulebook.reading import Names, Reading, one_of, outside, text, texts, truth

TURNS = ("round-robin", "least-busy", "customer")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAG = re.compile(r"[^\W_][\w.-]{0,39}")


def _tags(value: Any, names: Names) -> tuple[str, ...]:
    allowed = names.policy.tickets.tags
    for tag in texts(value):
        if not _TAG.fullmatch(tag):
            raise ValueError(f'found "{tag}"; a tag is one word of letters, digits, - _ or .')
        if allowed:
            one_of(tag, allowed, "tag")
    return tuple(dict.fromkeys(texts(value)))


def _ack(value: Any, names: Names) -> str | bool:
    if value is False:
        return False
    if not isinstance(value, str):
        raise ValueError("this is to be a template's name, or false for no acknowledgement")
    return one_of(value, names.templates, "template") if names.templates else text(value)


def _requester(value: Any, names: Names) -> Pattern | str:
    return "reply-to" if value == "reply-to" else compiled(text(value))


def _readers(value: Any, names: Names) -> tuple[str, ...]:
    return tuple(
        outside(entry, names.policy) if "@" in entry else one_of(entry, ["lead", *names.agents], "agent")
        for entry in texts(value)
    )


def _forward(value: Any, names: Names) -> tuple[str, ...]:
    return tuple(outside(entry, names.policy) for entry in texts(value))


def _drop(value: Any, names: Names) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('dropping needs a reason, like drop = "newsletter nobody reads"')
    return value


def _park(value: Any, names: Names) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('parking needs a reason, like park = "somebody should look"')
    return value


def _slas(policy: Policy) -> list[str]:
    return [sla.name for sla in policy.slas]


PARSERS: Mapping[str, Callable[[Any, Names], Any]] = {
    "department": lambda value, names: one_of(value, names.departments, "department"),
    "priority": lambda value, names: Priority(one_of(value, list(Priority), "priority")),
    "tags": _tags,
    "quiet": lambda value, names: truth(value),
    "assign": lambda value, names: one_of(value, [*TURNS, *names.agents], "agent"),
    "sla": lambda value, names: one_of(value, _slas(names.policy), "SLA"),
    "language": lambda value, names: one_of(value, names.policy.languages, "language"),
    "ack": _ack,
    "requester": _requester,
    "requester_name": lambda value, names: compiled(text(value)),
    "call": lambda value, names: compiled(text(value)),
    "notify": _readers,
    "forward": _forward,
    "note": lambda value, names: text(value),
    "drop": _drop,
    "park": _park,
    "continue": lambda value, names: truth(value),
}


def read(then: Mapping[str, Any], place: Reading) -> Actions:
    """The actions of a rule; what is wrong is noted at its place."""
    place.unknown(then, (*PARSERS, "fields"), "action")
    found: dict[str, Any] = {}
    for key, value in then.items():
        if key in PARSERS:
            parsed = place.at(key).tried(PARSERS[key], value, place.names)
            if parsed is not None:
                found["go_on" if key == "continue" else key] = parsed
    found["fields"] = _fields(then.get("fields", {}), place.at("fields"))
    actions = Actions(**found)
    if actions.drop and actions.park:
        place.at("park").note("a mail cannot be dropped and parked at once")
    if actions.requester_name and actions.requester is None:
        place.at("requester_name").note("names whom `requester` finds: there is none")
    if actions.go_on and (actions.drop or actions.park):
        place.at("continue").note("drop and park end it: there is nothing to continue")
    return actions


def _fields(value: Any, place: Reading) -> dict[str, Pattern]:
    found: dict[str, Pattern] = {}
    for name, wish in place.table(value).items():
        if not _FIELD.fullmatch(name):
            place.at(name).note(f'"{name}" is no name of a field; names are like order or customer_id')
        pattern = place.at(name).tried(lambda wish=wish: compiled(text(wish)))
        if pattern is not None:
            found[name] = pattern
    return found
