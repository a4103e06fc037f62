"""A delivery for each recipient of a letter, under the way out by which it leaves."""

from __future__ import annotations

from typing import Any

from mailgate.core.channels.whereabouts import route_of
from mailgate.core.model.change import Outbound
from mailgate.core.model.outbound import DeliveryState
from mailgate.store import rows


def of_letter(letter: int, outbound: Outbound, department: str, now: int, hold: bool) -> list[dict[str, Any]]:
    """The rows of a letter's deliveries: to a channel under its name, else under the department's."""
    due = now if outbound.not_before is None else max(now, rows.micros(outbound.not_before))
    state = DeliveryState.HELD if hold or due > now else DeliveryState.WAITING
    return [
        {
            "letter": letter,
            "recipient": rows.clean(person.addr),
            "canonical": rows.clean(person.key),
            "department": route_of(person.addr) or department,
            "urgency": int(outbound.urgency),
            "state": state,
            "due_at": None if hold else due,
            "created_at": now,
        }
        for person in (*outbound.to, *outbound.cc)
    ]
