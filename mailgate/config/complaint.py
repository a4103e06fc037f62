"""What a validation error means to the person who wrote the file."""

from __future__ import annotations

import copy
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from mailgate.config.model import FileModel
from mailgate.config.work import Loading
from mailgate.tomlfile import Loc, nearest

SECRET_KEYS = frozenset(["password", "client_secret", "keys"])
_TYPES = {
    "string_type": "text in quotes", "int_type": "a whole number", "float_type": "a number",
    "bool_type": "true or false", "list_type": 'a list, like ["a", "b"]', "dict_type": "a table",
    "model_type": "a table", "tuple_type": "a list",
    "model_attributes_type": "a table", "int_from_float": "a whole number",
}  # fmt: skip


def note_errors(fault: Mapping[str, Any], data: Any, work: Loading) -> None:
    """Note one error of the validation: what was found, what is allowed, and the nearest valid name."""
    loc: Loc = _plain(fault["loc"])
    kind: str = fault["type"]
    if kind == "extra_forbidden":
        names = fields(loc[:-1])
        close = nearest(str(loc[-1]), names)
        work.note(loc, f"unknown key{close}" if close else f"unknown key; allowed: {', '.join(names)}")
    elif kind == "missing":
        work.note(loc, "is missing" if len(loc) > 1 else f"there is no [[{loc[0]}]]: at least one is needed")
    else:
        work.note(loc, f"{found_value(loc, fault['input'])}{allowed(fault)}")


def _plain(loc: Iterable[str | int]) -> Loc:
    """A location without the names of union members and the marks of keys that pydantic puts in."""
    loc = tuple(loc)
    return loc[:-1] if loc[-1:] in (("bool",), ("str",), ("[key]",)) else loc


def found_value(loc: Loc, value: Any) -> str:
    """`found 99999; `, nothing for secrets and for whole tables."""
    if SECRET_KEYS & {str(piece) for piece in loc} or isinstance(value, dict | list):
        return ""
    shown = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
    return f"found {shown or _quoted(value)}; "


def _quoted(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def allowed(fault: Mapping[str, Any]) -> str:
    """What would have been right."""
    kind: str = fault["type"]
    context: Mapping[str, Any] = fault.get("ctx") or {}
    if kind == "literal_error":
        names = [name.strip("'") for name in str(context["expected"]).replace(" or ", ", ").split(", ")]
        close = nearest(str(fault["input"]), names)
        return f"allowed: {', '.join(name or chr(34) * 2 for name in names)}{close}"
    if kind in _TYPES:
        return f"this is to be {_TYPES[kind]}"
    if kind == "value_error":
        return str(context["error"])
    return str(fault["msg"])[:1].lower() + str(fault["msg"])[1:]


def fields(loc: Loc) -> list[str]:
    """The keys a table may have, as written in the file."""
    current: Any = FileModel
    for piece in loc:
        if isinstance(piece, int):
            continue
        current = _inner(_by_alias(current, piece))
    return [field.alias or name for name, field in current.model_fields.items()] if _is_model(current) else []


def _by_alias(model: Any, key: str) -> Any:
    if not _is_model(model):
        return None
    return next((f.annotation for name, f in model.model_fields.items() if (f.alias or name) == key), None)


def _inner(annotation: Any) -> Any:
    """The model in `Model`, `list[Model]` or `Annotated[list[Model], ...]`."""
    if _is_model(annotation):
        return annotation
    return next((inner for arg in typing.get_args(annotation) if (inner := _inner(arg)) is not None), None)


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def without(data: dict[str, Any], locs: Iterable[Loc]) -> dict[str, Any]:
    """The data less what is wrong, and with stand-ins for what must be there, so that the rest can be checked too."""
    left = copy.deepcopy(data)
    for place in {_plain(loc) for loc in locs}:
        last = max(at for at, piece in enumerate(place) if isinstance(piece, str))
        _take_out(left, place[: last + 1])
    return left


def _take_out(data: dict[str, Any], loc: Loc) -> None:
    table: Any = data
    try:
        for piece in loc[:-1]:
            table = table[piece]
        table.pop(loc[-1], None)
    except (KeyError, IndexError, TypeError, AttributeError):
        return
    name = "unnamed-" + "-".join(str(piece) for piece in loc[:-1])
    stand_ins: dict[str | int, Any] = {
        "name": name,
        "address": f"{name}@invalid",
        "addresses": [f"{name}@invalid"],
        "host": "invalid",
        "at": 1.0,
        "department": [{"name": name, "addresses": [f"{name}@invalid"]}],
    }
    if loc[-1] in stand_ins and (len(loc) > 2 or loc == ("department",)):
        table[loc[-1]] = stand_ins[loc[-1]]
    elif loc == ("gateway", "mode"):
        table["mode"] = "watch"  # the mode that asks least of the rest
