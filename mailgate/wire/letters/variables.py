"""What a letter may show -> the names and plain values that its template is given."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
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
    seen = [one for one in fields(record) if not one.metadata.get("hidden")]
    return {one.name.removesuffix("_"): _plain(getattr(record, one.name), one.metadata.get("shown")) for one in seen}


def _plain(value: Any, instead: Any = None) -> Any:
    value = instead if value is None else value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return _shown(value) if is_dataclass(value) else value
