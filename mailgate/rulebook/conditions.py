"""What may stand under `when`: every condition, how it is written, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mailgate.core.model.ticket import Status
from mailgate.core.rules.condition import ON_MAIL, AtLeast, Condition, Wanted
from mailgate.core.text.folding import as_wanted, fold
from mailgate.core.text.language import KNOWN
from mailgate.rulebook.patterns import compiled
from mailgate.rulebook.reading import Names, Reading, one_of, sender, texts, truth

_COMPARED = re.compile(r"(<=|>=|<|>) ?([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(B|KB|MB|GB)?", re.IGNORECASE)
_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_NO_WORD = {
    "star_inside": "a `*` may stand only at the end, after the beginning of a word",
    "wordless": "there is no word in it",
}
_HEADER = re.compile(r"[!-9;-~]{1,80}")

Parser = Callable[[Any, Names], tuple[Wanted, ...]]


def _senders(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(sender(entry) for entry in texts(value))


def _patterns(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(compiled(entry) for entry in texts(value))


def _words(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(_word(entry) for entry in texts(value))


def _word(entry: str) -> str:
    try:
        return as_wanted(entry)
    except ValueError as error:
        raise ValueError(f'found "{entry}"; {_NO_WORD[str(error)]}') from None


def _names(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(entry for entry in texts(value) if entry)


def _globs(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(fold(entry) for entry in texts(value))


def _truth(value: Any, names: Names) -> tuple[Wanted, ...]:
    return (truth(value),)


def _size(value: Any, names: Names) -> tuple[Wanted, ...]:
    found = _COMPARED.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or not found[3]:
        raise ValueError('a size is compared, like ">5MB" or "<=100KB"')
    return (AtLeast(found[1], float(found[2]) * _UNITS[found[3].upper()]),)


def _score(value: Any, names: Names) -> tuple[Wanted, ...]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (AtLeast(">=", float(value)),)
    found = _COMPARED.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or found[3]:
        raise ValueError('a score is compared, like ">=5", or a number, which means at least that')
    return (AtLeast(found[1], float(found[2])),)


def _languages(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(one_of(entry, dict.fromkeys((*names.policy.languages, *KNOWN)), "language") for entry in texts(value))


def _calendars(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(one_of(entry, names.calendars, "calendar") for entry in texts(value))


def _states(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(one_of(entry, list(Status), "status") for entry in texts(value))


def _departments(value: Any, names: Names) -> tuple[Wanted, ...]:
    return tuple(one_of(entry, names.departments, "department") for entry in texts(value))


def _header(value: Any, names: Names) -> tuple[Wanted, ...]:
    return (value,) if isinstance(value, bool) else _patterns(value, names)


def _column(value: Any, names: Names) -> tuple[Wanted, ...]:
    return (value,) if isinstance(value, bool) else tuple(fold(entry) for entry in texts(value))


def _column_of(name: str) -> Parser:
    """How a column of the customers' table is asked for; one nobody of ours knows is a free column."""
    return {"known": _truth, "agent": _agents}.get(name, _column)


def _agents(value: Any, names: Names) -> tuple[Wanted, ...]:
    if isinstance(value, bool):
        return (value,)
    return tuple(fold(one_of(entry, names.agents, "agent")) for entry in texts(value))


PARSERS: Mapping[str, Parser] = {
    "to": _senders,
    "from": _senders,
    "reply_to": _senders,
    "subject": _patterns,
    "body": _patterns,
    "words": _words,
    "attachment": _globs,
    "has_attachment": _truth,
    "size": _size,
    "spam": _truth,
    "program": _names,
    "spam.score": _score,
    "language": _languages,
    "automatic": _truth,
    "authenticated": _truth,
    "hours": _calendars,
    "new": _truth,
    "agent": _truth,
    "ticket.status": _states,
    "ticket.department": _departments,
}
HEADS = tuple(dict.fromkeys(name.partition(".")[0] for name in PARSERS))


def read(when: Mapping[str, Any], place: Reading) -> tuple[Condition, ...]:
    """The conditions of a rule, plain ones before negated ones; what is wrong is noted at its place."""
    negated = when.get("not", {})
    plain = {key: value for key, value in when.items() if key != "not"}
    found = _read(plain, place, negated=False)
    inner = place.at("not")
    return (*found, *_read(inner.table(negated), inner, negated=True))


def _read(table: Mapping[str, Any], place: Reading, *, negated: bool) -> list[Condition]:
    place.unknown(table, (*HEADS, "header", "customer", *(() if negated else ("not",)), *PARSERS), "condition")
    found: list[Condition] = []
    for key, value in table.items():
        if key == "header":
            for name, wish in place.at(key).table(value).items():
                found += _one(f"header.{name.lower()}", wish, _header, place.at(key, name), negated)
                if not _HEADER.fullmatch(name):
                    place.at(key, name).note(f'"{name}" is no name of a header')
        elif key == "customer":
            for name, wish in place.at(key).table(value).items():
                found += _one(f"customer.{name}", wish, _column_of(name), place.at(key, name), negated)
        elif key in PARSERS and not (isinstance(value, dict) and key == "spam"):
            found += _one(key, value, PARSERS[key], place.at(key), negated)
        elif key in HEADS:
            inner = place.at(key)
            known = {name.partition(".")[2]: name for name in PARSERS if name.startswith(f"{key}.")}
            inner.unknown(inner.table(value), known, "condition")
            for name, wish in inner.table(value).items():
                if name in known:
                    found += _one(known[name], wish, PARSERS[known[name]], inner.at(name), negated)
    return found


def _one(key: str, value: Any, parse: Parser, place: Reading, negated: bool) -> list[Condition]:
    parsed = place.tried(parse, value, place.names)
    return [Condition(key, parsed, negated)] if parsed is not None else []


def about_mail(condition: Condition) -> bool:
    """True when the mail alone answers it."""
    return condition.key in ON_MAIL or condition.key.startswith("header.")
