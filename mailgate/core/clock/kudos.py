"""What customers thank for: the words beside a 9 or 10, once a week, to those who answered and to who leads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from mailgate.core.model.desk_rows import Praise
from mailgate.core.model.policy import Agent, Calendar, Policy
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact, Section
from mailgate.core.text.excerpt import beginning
from mailgate.core.worktime import working_time

MOST = 25  # votes a section shows
LONGEST = 300  # characters of each


def due(calendar: Calendar | None, day: date) -> bool:
    """True on Fridays, and on the last day before one that is not worked."""
    left = (day + timedelta(days=n) for n in range(1, 5 - day.weekday()))
    return day.weekday() <= 4 and not any(working_time.is_working_day(calendar, one) for one in left)


def sections(policy: Policy, reader: Agent, found: Sequence[Praise], led: Collection[str]) -> list[Section]:
    """A section of those the reader answered, and of the departments they lead with the names of who did; or none."""
    facts = []
    for one in found:
        if one.department in led:
            agents = map(policy.shown_name, one.answered)
            facts.append(Fact(" · ".join((f"#{one.ticket}", *agents)), _words(one)))
        elif reader.name in one.answered:
            facts.append(Fact(f"#{one.ticket}", _words(one)))
    return [Section(said("list.kudos"), facts=tuple(facts[:MOST]))] if facts else []


def _words(one: Praise) -> str:
    return f"{one.score}/10: {beginning(' '.join(one.words.split()), LONGEST)}"
