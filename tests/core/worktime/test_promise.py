"""Which promise holds for a ticket, in which hours, and when one that waits is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cases import NOW, OFFICE, POLICY, D, H

from mailgate.core.model.policy import Sla
from mailgate.core.model.ticket import Priority
from mailgate.core.worktime import promise

PLAIN, SALES = Sla("plain"), Sla("sales")
URGENT, VIP = Sla("urgent", priorities=("urgent",)), Sla("vip", tags=("vip", "gold"))
DOMAIN, PERSON = Sla("domain", customers=("@shop.example",)), Sla("person", customers=("ann@shop.example",))
BOTH = Sla("both", tags=("vip",), priorities=("urgent",))
ALL = (PLAIN, SALES, URGENT, VIP, DOMAIN, PERSON)
NAMED = (replace(POLICY.departments[0], sla="plain"), replace(POLICY.departments[1], sla="sales"))
DESK = replace(POLICY, departments=NAMED, slas=ALL)

# what is decided, the promises, department, priority, tags, customer, the one a rule names, and the promise
CHOICES: list[tuple[str, tuple[Sla, ...], str, str, tuple[str, ...], str, str | None, str | None]] = [
    ("the department's own", ALL, "support", "normal", (), "a@home.example", None, "plain"),
    ("never another department's", ALL, "sales", "normal", (), "a@home.example", None, "sales"),
    ("a priority weighs more than none", ALL, "support", "urgent", (), "a@home.example", None, "urgent"),
    ("a tag more than a priority", ALL, "support", "urgent", ("vip",), "a@home.example", None, "vip"),
    ("one of the tags is enough", ALL, "support", "low", ("x", "gold"), "a@home.example", None, "vip"),
    ("a domain more than a tag", ALL, "support", "urgent", ("vip",), "bo@shop.example", None, "domain"),
    ("a person more than their domain", ALL, "support", "urgent", ("vip",), "ann@shop.example", None, "person"),
    ("however they write it", ALL, "support", "low", (), "Ann@SHOP.example", None, "person"),
    ("a domain below it is another", ALL, "support", "low", (), "ann@x.shop.example", None, "plain"),
    ("a name that ends like it is another", ALL, "support", "low", (), "ann@bigshop.example", None, "plain"),
    ("nobody's address is nobody's", ALL, "support", "low", (), "", None, "plain"),
    ("a domain and nothing more than tag and priority together", (BOTH, DOMAIN), "support", "urgent", ("vip",), "b@shop.example", None, "domain"),
    ("tag and priority more than the tag", (VIP, BOTH), "support", "urgent", ("vip",), "a@home.example", None, "both"),
    ("all conditions of one must hold", (BOTH,), "support", "low", ("vip",), "a@home.example", None, None),
    ("of equals the first", (VIP, Sla("vip2", tags=("vip",))), "support", "low", ("vip",), "a@home.example", None, "vip"),
    ("a rule's word goes before all", ALL, "support", "urgent", ("vip",), "ann@shop.example", "sales", "sales"),
    ("a name that is gone is no word", ALL, "support", "low", (), "a@home.example", "gone", "plain"),
    ("one without conditions that nobody names waits for a rule", (Sla("free"),), "support", "low", (), "a@home.example", None, None),
    ("one a department names is not for others, conditions or not", (replace(URGENT, name="sales"),), "support", "urgent", (),
     "a@home.example", None, None),
    ("no promise at all", (), "support", "urgent", ("vip",), "ann@shop.example", None, None),
    ("an unknown department is the first", ALL, "gone", "low", (), "a@home.example", None, "plain"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("slas", "department", "priority", "tags", "customer", "named", "expected"),
    [row[1:] for row in CHOICES],
    ids=[row[0] for row in CHOICES],
)
def test_the_most_specific_promise_holds(
    slas: tuple[Sla, ...],
    department: str,
    priority: str,
    tags: tuple[str, ...],
    customer: str,
    named: str | None,
    expected: str | None,
) -> None:
    policy = replace(DESK, slas=slas)
    found = promise.choose(policy, department, Priority(priority), tags, customer, named)
    assert (found.name if found else None) == expected


# what is decided, nudge, solve_after, with hours, since, and when it is looked at; NOW is Wednesday, 10:00
PAUSES: list[tuple[str, timedelta | None, timedelta | None, bool, datetime, datetime | None]] = [
    ("never", None, None, True, NOW, None),
    ("no pause is never", timedelta(0), timedelta(0), True, NOW, None),
    ("by the clock", D, None, False, NOW, NOW + D),
    ("the earlier of the two", 2 * D, D, False, NOW, NOW + D),
    ("the other, where one is off", timedelta(0), D, False, NOW, NOW + D),
    ("at night: in the morning", 8 * H, None, True, NOW, datetime(2026, 3, 5, 8, tzinfo=UTC)),
    ("on Saturday: on Monday", 3 * D, None, True, NOW, datetime(2026, 3, 9, 8, tzinfo=UTC)),
    ("the minute it opens is open", 22 * H, None, True, NOW, datetime(2026, 3, 5, 8, tzinfo=UTC)),
    ("the minute it closes is closed", 6 * H, None, True, NOW, datetime(2026, 3, 5, 8, tzinfo=UTC)),
    ("the last minute is open", 6 * H - timedelta(minutes=1), None, True, NOW, NOW + 6 * H - timedelta(minutes=1)),
    ("since long ago: in the past", D, None, False, NOW - 9 * D, NOW - 8 * D),
]


@pytest.mark.parametrize(
    ("nudge", "solve", "hours", "since", "at"), [row[1:] for row in PAUSES], ids=[row[0] for row in PAUSES]
)
def test_when_one_that_waits_is_looked_at(
    nudge: timedelta | None, solve: timedelta | None, hours: bool, since: datetime, at: datetime | None
) -> None:
    desk = replace(POLICY.departments[0], nudge=nudge, solve_after=solve, calendar="office" if hours else None)
    policy = replace(POLICY, departments=(desk,))
    assert promise.calendar_of(policy, "support") == (OFFICE if hours else None)
    assert promise.waits_until(policy, "support", since) == at


def test_a_calendar_that_is_gone_counts_every_second() -> None:
    policy = replace(POLICY, departments=(replace(POLICY.departments[0], calendar="gone"),))
    assert promise.calendar_of(policy, "support") is None
    night = datetime(2026, 3, 4, 23, tzinfo=UTC)
    assert promise.in_hours(policy, "support", night) == night
