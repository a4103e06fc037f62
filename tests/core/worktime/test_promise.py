"""Which promise holds for a ticket, in which hours, and when one that waits is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cases import NOW, OFFICE, POLICY, D, H

from mailgate.core.model.policy import Calendar, Sla
from mailgate.core.model.ticket import Priority
from mailgate.core.worktime import promise

PLAIN, SALES = Sla("plain"), Sla("sales")
GOLD = Sla("gold", tiers=("gold", "platin"))
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


# --- the time a customer is told --------------------------------------------------------------------------------------

# Weekdays 9:00-12:00 and 13:00-16:45, Saturdays 8:45-12:00; Sundays and Thursday 5 March are closed. Monday is 2 March.
HOURS = Calendar(
    "hours",
    "Europe/Helsinki",
    (((540, 720), (780, 1005)),) * 5 + (((525, 720),), ()),
    closed=frozenset({date(2026, 3, 5)}),
)
NIGHT = Calendar("night", "Europe/Helsinki", (((0, 360), (1320, 1440)),) * 7)
KATHMANDU = Calendar("far", "Asia/Kathmandu", (((540, 1020),),) * 7)
# what is decided, the hours, when the promise is due and what is told, both on the wall clock of the department
TOLD: list[tuple[str, Calendar | None, str, str]] = [
    ("up to the half hour", HOURS, "03-02 11:07", "03-02 11:30"),
    ("up to the hour", HOURS, "03-02 10:31", "03-02 11:00"),
    ("a half hour is one", HOURS, "03-02 11:30", "03-02 11:30"),
    ("a second later is the next", HOURS, "03-02 11:30:01", "03-02 12:00"),
    ("noon, where they close then", HOURS, "03-02 11:50", "03-02 12:00"),
    ("the very moment of closing", HOURS, "03-02 16:45", "03-02 16:45"),
    ("no half hour is left before closing", HOURS, "03-02 16:31", "03-02 16:45"),
    ("in the break", HOURS, "03-02 12:10", "03-02 13:00"),
    ("in the evening", HOURS, "03-02 20:00", "03-03 09:00"),
    ("before a closed day", HOURS, "03-04 16:46", "03-06 09:00"),
    ("they open at no half hour", HOURS, "03-07 07:00", "03-07 09:00"),
    ("on Sunday", HOURS, "03-08 11:07", "03-09 09:00"),
    ("at midnight, which closes the day before", NIGHT, "03-03 00:00", "03-03 00:00"),
    ("before midnight", NIGHT, "03-02 23:50", "03-03 00:00"),
    ("a zone of three quarters of an hour", KATHMANDU, "03-02 11:07", "03-02 11:30"),
    ("around the clock", None, "03-02 23:50", "03-03 00:00"),
    ("around the clock, on Sunday", None, "03-08 11:07", "03-08 11:30"),
]


@pytest.mark.parametrize(("hours", "due", "told"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_a_promise_is_told_for_a_half_hour_that_is_not_earlier_and_in_working_hours(
    hours: Calendar | None, due: str, told: str
) -> None:
    department = replace(POLICY.departments[0], calendar=hours.name if hours else None)
    policy = replace(POLICY, departments=(department,), calendars=(hours,) if hours else (), timezone="Europe/Helsinki")
    zone = ZoneInfo(hours.timezone if hours else "Europe/Helsinki")
    at, wanted = (datetime.fromisoformat(f"2026-{wall}").replace(tzinfo=zone).astimezone(UTC) for wall in (due, told))
    found = promise.told(policy, department.name, at)
    assert found == wanted and found >= at
    assert promise.told(policy, department.name, found) == found, "what was told is told again"


@pytest.mark.parametrize(("due", "told"), [("00:50+00:00", "01:00+00:00"), ("01:10+00:00", "01:30+00:00")])
def test_the_half_hours_of_the_night_in_which_clocks_change(due: str, told: str) -> None:
    policy = replace(POLICY, departments=(replace(POLICY.departments[0], calendar=None),), timezone="Europe/Helsinki")
    at = datetime.fromisoformat(f"2026-03-29 {due}")
    assert promise.told(policy, "support", at) == datetime.fromisoformat(f"2026-03-29 {told}")


@pytest.mark.parametrize(
    ("slas", "tags", "customer", "tier", "expected"),
    [
        ((PLAIN, GOLD), (), "a@home.example", "Gold", "gold"),
        ((PLAIN, GOLD), (), "a@home.example", "PLATIN", "gold"),
        ((PLAIN, GOLD), (), "a@home.example", "silver", "plain"),
        ((PLAIN, GOLD), (), "a@home.example", "", "plain"),
        ((PLAIN, VIP, GOLD), ("vip",), "a@home.example", "gold", "gold"),
        ((PLAIN, DOMAIN, GOLD), (), "a@shop.example", "gold", "domain"),
        ((PLAIN, BOTH, GOLD), ("vip",), "a@home.example", "gold", "gold"),
    ],
)
def test_a_tier_weighs_more_than_a_tag_and_less_than_an_address(
    slas: tuple[Sla, ...], tags: tuple[str, ...], customer: str, tier: str, expected: str
) -> None:
    found = promise.choose(replace(DESK, slas=slas), "support", Priority.URGENT, tags, customer, tier=tier)
    assert found and found.name == expected
