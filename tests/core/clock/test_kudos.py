"""Thanks of customers: on which day they are told, to whom, with whose names, and how much of each."""

from __future__ import annotations

from datetime import date

import pytest
from cases import ANNA, BO, OFFICE, POLICY

from mailgate.core.clock import kudos
from mailgate.core.model.desk_rows import Praise
from mailgate.core.model.policy import Agent, Calendar
from mailgate.core.model.shown import Fact

SHORT = Calendar("short", "UTC", (((480, 960),),) * 4 + ((), (), ()))
WEEKENDS = Calendar("weekends", "UTC", ((),) * 5 + (((480, 960),),) * 2)


@pytest.mark.parametrize(
    ("calendar", "day", "due"),
    [(None, 6, True), (None, 5, False), (OFFICE, 6, True), (OFFICE, 5, False), (SHORT, 5, True), (SHORT, 4, False),
     (WEEKENDS, 7, False)],
)  # fmt: skip
def test_fridays_and_the_last_day_before_one_that_is_off(calendar: Calendar | None, day: int, due: bool) -> None:
    assert kudos.due(calendar, date(2026, 3, day)) is due


ONE = Praise(1042, "support", 10, "Quick\nand  kind", ("anna", "gone"))
TOLD = [
    ("who answered", ANNA, (), [Fact("#1042", "10/10: Quick and kind")]),
    ("who did not", BO, (), []),
    ("who leads, with the names", BO, ("support",), [Fact("#1042 · Anna Virtanen · gone", "10/10: Quick and kind")]),
    ("who leads elsewhere", BO, ("sales",), []),
]


@pytest.mark.parametrize(("reader", "led", "facts"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_who_reads_what(reader: Agent, led: tuple[str, ...], facts: list[Fact]) -> None:
    found = kudos.sections(POLICY, reader, [ONE], led)
    assert [fact for one in found for fact in one.facts or ()] == facts


def test_long_words_are_cut_and_many_are_not_all_told() -> None:
    long = Praise(1042, "support", 9, "kind " * 500, ("anna",))
    [section] = kudos.sections(POLICY, ANNA, [long] * 100, ())
    facts = section.facts or ()
    assert len(facts) == kudos.MOST
    assert all(isinstance(one.value, str) and len(one.value) < kudos.LONGEST + 20 for one in facts)
    assert str(facts[0].value).endswith("kind …")
