"""The standard library's mails, quicker: it makes a class for each header it reads, which only the collector takes away.

The classes of two headers of a name are alike. Only tests make and read as many mails that their headers took a tenth of
their time; the gateway reads what comes to it by other ways.
"""

from __future__ import annotations

import email
from email.headerregistry import HeaderRegistry
from email.message import Message
from typing import Any

_make = HeaderRegistry.__getitem__
_made: dict[tuple[type, type], type] = {}


def _class(registry: HeaderRegistry, name: str) -> type:
    """As `_make`, once for each kind of header."""
    kinds = registry.registry.get(name.lower(), registry.default_class), registry.base_class
    if kinds not in _made:
        _made[kinds] = _make(registry, name)
    return _made[kinds]


def begin() -> None:
    """From now on, in this process."""
    changed: Any = HeaderRegistry
    changed.__getitem__ = _class


def head(raw: bytes) -> Message:
    """The headers of a mail, without reading what stands below them."""
    ends = [at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    return email.message_from_bytes(raw[: min(ends)] if ends else raw)
