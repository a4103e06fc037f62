"""Looks whether many new tickets of a department share words that older ones do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mailgate.core.clock import outbreak
from mailgate.core.clock.outbreak import Outbreak
from mailgate.store.base import Read


def look(read: Read, departments: Iterable[str], now: datetime) -> Mapping[str, Outbreak]:
    """What the new tickets of these departments share; the older ones are read where there are enough new ones."""
    known, since = read.outage.incidents(now), now - outbreak.LATELY
    found: dict[str, Outbreak] = {}
    for name in dict.fromkeys(departments):
        lately = read.outage.opened(name, since, now, outbreak.MOST)
        if len(lately) < outbreak.LEAST:
            continue
        usually = read.outage.opened(name, since - outbreak.USUALLY, since, outbreak.MOST)
        one = outbreak.find(name, lately, usually, [each for each in known if each.department == name])
        if one:
            found[name] = one
    return found
