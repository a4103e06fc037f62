"""What a letter may show -> the names and plain values that its template is given."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from mailgate.core.letters.views import EntryView, LetterView, TicketView
from mailgate.core.model.content import Content


def of_content(content: Content) -> dict[str, Any]:
    """The template's own variables, as plain values: every one it may show, said or not."""
    return _shown(content)


def of_letter(view: LetterView) -> dict[str, Any]:
    """All of a template's variables that come from the letter; an unknown one is an error, so customers' have fewer."""
    found = {
        **of_content(view.content),
        "template": view.content.template,
        "gateway": view.gateway,
        "department": _shown(view.department),
        "logo": view.logo,
        "privacy": view.privacy,
        "confirm": view.confirm,
        "page": view.page,
        "reader": _shown(view.reader),
        "agent_name": view.agent_name,
        "agent_signature": view.agent_signature,
        "agent_first_name": view.agent_name.split(" ")[0],
        "ticket": _ticket(view.ticket) if view.ticket else None,
        "purpose": "",
        "mark": view.mark,
    }
    if view.agents:
        found |= _shown(view.agents)
        found["recipients_shown"] = ", ".join(one.address for one in view.agents.receivers)
    return found if view.scale is None else found | {"scale": _plain(view.scale)}


def _ticket(ticket: TicketView) -> dict[str, Any]:
    inside = _shown(ticket.inside) if ticket.inside else {}
    found = {name: value for name, value in _shown(ticket).items() if name != "inside"}
    return found | {"entries": [_entry(one) for one in ticket.entries]} | inside


def _entry(entry: EntryView) -> dict[str, Any]:
    found = _shown(entry)
    if entry.unverified is None:
        del found["unverified"]
    return found


def _shown(record: Any) -> dict[str, Any]:
    return {name: _plain(getattr(record, field), instead) for name, field, instead in _fields(record.__class__) or ()}


@lru_cache(256)
def _fields(kind: type) -> tuple[tuple[str, str, Any], ...] | None:
    """What a record shows: name, field, and what stands for None. None for a type that is no record."""
    if not is_dataclass(kind):
        return None
    seen = [one for one in fields(kind) if not one.metadata.get("hidden")]
    return tuple((one.name.removesuffix("_"), one.name, one.metadata.get("shown")) for one in seen)


def _plain(value: Any, instead: Any = None) -> Any:
    value = instead if value is None else value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if _fields(value.__class__) is None else _shown(value)
