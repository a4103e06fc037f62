"""What a letter says <-> the plain values of its row; and the names of what its template may show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any, get_args, get_type_hints

from mailgate.core.model.content import Ack, Content
from mailgate.core.model.letter_kinds import INSIDE, TO_CUSTOMERS
from mailgate.core.model.said import Said
from mailgate.core.model.shown import RECORDS

TEMPLATES: Mapping[str, type[Content]] = {kind.TEMPLATE: kind for kind in (*TO_CUSTOMERS, *INSIDE)}


def _record_in(hint: Any) -> type | None:
    """The record that stands in a field of this type, by itself or in a list."""
    if hint is Said:
        return None  # a row keeps it in a way of its own
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    return next((found for one in get_args(hint) if (found := _record_in(one))), None)


_SAID = "said"  # what a row knows a sentence by that nobody has said yet; no record has a field of that name
_HINTS: Mapping[type, Mapping[str, Any]] = {kind: get_type_hints(kind) for kind in (*TEMPLATES.values(), *RECORDS)}
# Class -> its fields that hold records, and which; its fields that may be null.
_HELD: Mapping[type, Mapping[str, type]] = {
    kind: {name: found for name, hint in hints.items() if (found := _record_in(hint))} for kind, hints in _HINTS.items()
}
_NULLABLE: Mapping[type, frozenset[str]] = {
    kind: frozenset(name for name, hint in hints.items() if type(None) in get_args(hint))
    for kind, hints in _HINTS.items()
}


def _name(one: Field[Any]) -> str:
    return one.name.removesuffix("_")  # `from` is a word of Python


def to_plain(content: Content) -> dict[str, Any]:
    """What the row keeps, as JSON values; fields that say nothing are left out."""
    return _written(content)


def _written(record: Any) -> dict[str, Any]:
    kept = [one for one in fields(record) if one.metadata.get("row", True)]
    values = [(one, getattr(record, one.name)) for one in kept]
    return {_name(one): _plain(value) for one, value in values if not _silent(one, value)}


def _silent(one: Field[Any], value: Any) -> bool:
    return bool(one.metadata.get("omitted")) and value == one.default and type(value) is type(one.default)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Said):
        return {**{name: _plain(one) for name, one in value.params.items()}, _SAID: value.code}
    return _written(value) if is_dataclass(value) else value


def from_plain(template: str, kept: Mapping[str, Any]) -> Content:
    """What a row of any version says: what it lacks has its default, and what nobody knows any more is passed over.

    A template we do not know is an acknowledgement of the admin's own.
    """
    kind = TEMPLATES.get(template)
    if kind is None:
        return Ack(**{**_read(Ack, kept), "named": template})
    make: Any = kind
    return make(**_read(kind, kept))  # type: ignore[no-any-return]


def _read(kind: type, kept: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    held = _HELD[kind]
    for one in fields(kind):
        if one.metadata.get("row", True) and _name(one) in kept:
            value = _value(kept[_name(one)], held.get(one.name))
            if value is not None or one.name in _NULLABLE[kind]:
                found[one.name] = value
    return found


def _value(value: Any, record: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_value(one, record) for one in value)
    if isinstance(value, Mapping) and _SAID in value:
        return Said(value[_SAID], {name: _value(one, None) for name, one in value.items() if name != _SAID})
    if record is not None and isinstance(value, Mapping):
        return record(**_read(record, value))
    return value


def names_of(kind: type) -> tuple[str, ...]:
    """What a template may show of a letter or a record, in order."""
    return tuple(_name(one) for one in fields(kind) if not one.metadata.get("hidden"))


# Template -> its own variables; list or record -> what each entry has.
VARIABLES: Mapping[str, tuple[str, ...]] = {template: names_of(kind) for template, kind in TEMPLATES.items()}
ITEMS: Mapping[str, tuple[str, ...]] = {
    name.removesuffix("_"): names_of(record)
    for kind, held in _HELD.items()
    for name, record in held.items()
    if name.removesuffix("_") in names_of(kind)
}
