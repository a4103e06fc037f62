"""What a child hands back: plain values and our own frozen records, packed so that they can name no code."""

from __future__ import annotations

import importlib
import io
import pickle
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Final

ROOMS: Final = ("mailgate.core.", "mailgate.wire.", "mailgate.errors")  # where the records live
MOMENT: Final = "datetime"
PLAIN: Final = frozenset((str, int, bytes, tuple, type(None), bool, list, dict, float, frozenset, set))

Turn = Callable[[Any], Any]


def pack(value: Any) -> bytes:
    """The octets of a value: plain ones, aware or naive datetimes, and records.

    Anything else is packed as pickle likes, which `unpack` refuses. Raises what pickle raises, TypeError for a word
    of an enumeration that stands by itself.
    """
    out = io.BytesIO()
    _Packer(out, pickle.HIGHEST_PROTOCOL).dump(value)
    return out.getvalue()


def unpack(data: bytes) -> Any:
    """The value again. Raises any Exception for octets that name a function, a class or a record we do not know.

    Whoever wrote them may have been taken over. No function, class or word of an enumeration ever comes to lie on the
    unpickler's stack: nothing is there that could be called, or changed for everybody.
    """
    return _Unpacker(io.BytesIO(data)).load()


def unpack_answer(data: bytes) -> tuple[Any, ...]:
    """A job's value alone in a tuple, or the name and the text of what it raised. Raises as `unpack` does."""
    found = unpack(data)
    if type(found) is tuple and (len(found) == 1 or tuple(map(type, found)) == (str, str)):
        return found
    raise ValueError("neither a value nor a failure")


class _Packer(pickle.Pickler):
    """Records and moments leave as persistent ids: `(module, name, values of its fields)`, `("datetime", text)`."""

    def persistent_id(self, value: Any) -> Any:
        kind = type(value)
        if kind in PLAIN:
            return None
        if kind is datetime:
            return (MOMENT, value.isoformat())
        if isinstance(value, Enum):
            raise TypeError(f"{kind.__name__} travels only in a field that says so")
        if is_dataclass(kind):
            record = _record(kind.__module__, kind.__name__)
            return (kind.__module__, kind.__name__, tuple(record.out_of(value)))
        return None


class _Unpacker(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is no value")

    def persistent_load(self, pid: Any) -> Any:
        if not isinstance(pid, tuple) or not all(type(part) is str for part in pid[:2]):
            raise pickle.UnpicklingError("no record")
        if len(pid) == 2 and pid[0] == MOMENT:
            return datetime.fromisoformat(pid[1])
        module, name, values = pid
        return _record(module, name).into(values)


class _Record:
    """How one class of ours travels: its fields in order, words of enumerations as the text they stand for."""

    def __init__(self, kind: type) -> None:
        hints = typing.get_type_hints(kind)
        self.kind = kind
        self.names = [one.name for one in fields(kind) if one.init]
        self.words = [(at, turn) for at, name in enumerate(self.names) if (turn := _turn(hints[name]))]

    def out_of(self, value: Any) -> list[Any]:
        """The values of its fields, plain."""
        found = [getattr(value, name) for name in self.names]
        for at, _ in self.words:
            found[at] = _told(found[at])
        return found

    def into(self, values: Any) -> Any:
        """A record of these values. Raises Exception when they are not its own."""
        if type(values) is not tuple or len(values) != len(self.names):
            raise pickle.UnpicklingError(f"{self.kind.__name__} has other fields")
        if self.words:
            changed = list(values)
            for at, turn in self.words:
                changed[at] = turn(changed[at])
            values = changed
        return self.kind(**dict(zip(self.names, values, strict=True)))


@lru_cache(256)
def _record(module: str, name: str) -> _Record:
    """The frozen record of that name which that module itself defines. Raises UnpicklingError for anything else."""
    found = getattr(importlib.import_module(module), name, None) if module.startswith(ROOMS) else None
    if isinstance(found, type) and found.__module__ == module and _frozen(found):
        return _Record(found)
    raise pickle.UnpicklingError(f"{module}.{name} is no value")


def _frozen(kind: type) -> bool:
    made = getattr(kind, "__dataclass_params__", None)
    return bool(made and made.frozen)


def _turn(hint: Any) -> Turn | None:
    """What makes words of an enumeration of text again, None where a field has none."""
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    inner = typing.get_args(hint)
    turn = next((found for one in inner if (found := _turn(one))), None)
    if turn is None:
        return None
    origin, into = typing.get_origin(hint), turn
    if origin in (frozenset, set, list) or (origin is tuple and inner[1:] == (...,)):
        return lambda values: origin(map(into, values))
    if origin in (typing.Union, types.UnionType) and len(inner) == 2 and type(None) in inner:
        return lambda value: None if value is None else into(value)
    raise TypeError(f"words of an enumeration cannot travel in {hint}")


def _told(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return type(value)(map(_told, value)) if isinstance(value, tuple | frozenset | set | list) else value
