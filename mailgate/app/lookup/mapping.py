"""What another program answers about a person, made a customer: only what was asked for, from where it stands."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from mailgate.core.customers.answer import LONGEST, LONGEST_OF, Answer, Outcome, language, link, tidy
from mailgate.core.customers.customer import COLUMNS, Customer

Steps = Sequence[str]  # from an answer to a value: names of a table, places in a list
MOST: Final = 20  # values of a list
LINKS: Final = "links."


class Unfit(ValueError):
    """An answer that is not what we were told it would be; the text is for the admin."""


def read(answer: object, people: Steps, fields: Mapping[str, Sequence[Steps]], as_of: datetime) -> Answer:
    """The customer in an answer (JSON, decoded), whose `people` stand somewhere in it: one table, or a list of them.

    Raises Unfit.
    """
    entries = _entries(answer, people)
    if len(entries) > 1:
        return Answer(Outcome.SEVERAL, count=len(entries))
    values = {name: list(_values(entries[0], paths)) for name, paths in fields.items()} if entries else {}
    customer = _customer(values, as_of)
    return Answer(Outcome.PERSON, customer) if customer.known else Answer(Outcome.NOBODY)


def _entries(answer: object, people: Steps) -> list[Mapping[str, object]]:
    found = _at(answer, people)
    listed = found if isinstance(found, list) else [] if found is None else [found]
    entries = [entry for entry in listed if isinstance(entry, dict)]
    if len(entries) < len(listed):
        other = next(entry for entry in listed if not isinstance(entry, dict))
        where = ".".join(people) or "the answer"
        raise Unfit(f"{where} is {_kind(other)}, and a table with a person's fields was expected")
    return [entry for entry in entries if entry]


def _at(place: object, steps: Steps) -> object:
    """What stands there, None for nothing. Raises Unfit when the way leads through what has no inside."""
    for at, step in enumerate(steps):
        if place is None:
            return None
        if isinstance(place, dict):
            place = place.get(step)
        elif isinstance(place, list) and step.isdecimal():
            place = place[int(step)] if int(step) < len(place) else None
        else:
            before = ".".join(steps[:at]) or "the answer"
            raise Unfit(f"{'.'.join(steps)}: {before} is {_kind(place)}, there is no {step} in it")
    return place


def _kind(value: object) -> str:
    kinds = {dict: "a table", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "nothing")


def _values(entry: object, paths: Sequence[Steps]) -> Iterator[str]:
    """The texts of a field: of several paths one after another, as first and last name are."""
    for path in paths:
        found = _at(entry, path)
        for value in found[:MOST] if isinstance(found, list) else [found]:
            if isinstance(value, dict | list):
                raise Unfit(f"{'.'.join(path)} is {_kind(value)}, and a text was expected")
            yield from filter(None, [_text(value)])


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}" if math.isfinite(value) else ""
    return tidy(str(value)) if isinstance(value, str | int) else ""


def _customer(values: Mapping[str, list[str]], as_of: datetime) -> Customer:
    single: dict[str, Any] = {
        name: tidy(" ".join(values.get(name, ())), LONGEST_OF.get(name, LONGEST)) for name in COLUMNS
    }
    single["language"] = language(single["language"])
    labelled = {name.removeprefix(LINKS): link("".join(v)) for name, v in values.items() if name.startswith(LINKS)}
    free = {
        name: tidy(", ".join(found))
        for name, found in values.items()
        if name not in (*COLUMNS, "phone") and not name.startswith(LINKS)
    }
    return Customer(
        **single,
        phones=tuple(
            one for one in values.get("phone", ()) if len(one) <= LONGEST_OF["phone"] and any(map(str.isdigit, one))
        ),
        links={label: address for label, address in labelled.items() if address},
        fields={name: text for name, text in free.items() if text},
        origin="lookup",
        as_of=as_of,
    )
