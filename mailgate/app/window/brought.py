"""What merges brought into a ticket: where its words were said, and who came along with them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mailgate.core.letters import own_page
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.ticket import Ticket
from mailgate.store.base import Read


@dataclass(slots=True)
class Brought:
    """Of a ticket and all that went into it; people are canonical addresses."""

    circles: dict[int, frozenset[str]] = field(default_factory=dict)  # entry id -> who took part where it was said
    joined: dict[str, datetime] = field(default_factory=dict)  # when people came along
    requesters: set[str] = field(default_factory=set)  # an agent was asked whether they may read everything


def by_merges(read: Read, home: Ticket, journal: Iterable[JournalLine]) -> Brought:
    """What is to be known so that nobody reads what was said without them: a merge asks about requesters alone."""
    found = Brought()
    _gather(read, home, journal, found, {home.number})
    moved = found.circles.keys()
    wrote = {(one.author, one.at) for one in home.entries if one.id not in moved}
    there = {key for key, at in found.joined.items() if any(who == key and when < at for who, when in wrote)}
    found.joined = {key: at for key, at in found.joined.items() if key not in there}
    return found


def _gather(read: Read, home: Ticket, journal: Iterable[JournalLine], found: Brought, seen: set[int]) -> set[str]:
    """Who came into `home` by merges; of those a ticket of its own brought there, that one is asked first."""
    came: set[str] = set()
    for line in journal:
        number = int(line.new) if line.kind == "merged-in" and line.new.isdecimal() else 0
        source = read.tickets.get(number) if number and number not in seen else None
        if source is None or source.merged_into != home.number:
            continue  # it was taken apart again
        seen.add(number)
        events = read.tickets.events(number)
        moved: dict[str, Any] = next((json.loads(one.old) for one in reversed(events) if one.kind == "merged"), {})
        people = {one.key for one in own_page.people_of(source)}
        inner = Brought()
        own = people - (_gather(read, source, events, inner, seen) - {source.requester.key})
        found.circles |= dict.fromkeys(moved.get("entries", ()), frozenset(own)) | inner.circles
        found.requesters |= {source.requester.key} | inner.requesters
        if moved.get("people"):
            found.joined |= dict.fromkeys(people, line.at)
            came |= people
    return came
