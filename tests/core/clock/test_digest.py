"""Digests: whose morning it is, what stands in it, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailgate.core.clock import morning
from mailgate.core.clock.held import Held
from mailgate.core.model.desk_rows import Unowned, UnownedLoad
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.mail import Address
from mailgate.core.model.mail_rows import ParkedMail
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Calendar, Department, Policy, Role
from mailgate.core.model.said import Said, said
from mailgate.core.model.shown import Section
from mailgate.core.model.ticket import Due, Status, Ticket

WEEK = (((540, 1020),),) * 5 + ((), ())
OFFICE = Calendar("office", "Europe/Helsinki", WEEK, closed=frozenset({date(2026, 12, 24)}))
HELSINKI = ZoneInfo("Europe/Helsinki")
EIGHT, TEN = 480, 600
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday
ANNA = Agent(1, "anna", "anna@staff.example", departments=("support",), role=Role.LEAD, timezone="Europe/Helsinki")
BO = Agent(2, "bo", "bo@staff.example", departments=("support",), calendar="nights")
CY = Agent(3, "cy", "cy@staff.example", departments=("sales",))
NIGHTS = Calendar("nights", "UTC", (((0, 360),),) * 7)
POLICY = Policy(
    name="Acme",
    domain="acme.example",
    departments=(
        Department("support", ("support@acme.example",), Address("support@acme.example"), calendar="office", lead="anna"),
        Department("sales", ("sales@acme.example",), Address("sales@acme.example"), lead="cy"),
    ),
    agents=(ANNA, BO, CY),
    calendars=(OFFICE, NIGHTS),
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DAYS = [
    ("before its time", None, HELSINKI, EIGHT, "2026-03-02 05:59", None),
    ("at its time", None, HELSINKI, EIGHT, "2026-03-02 06:00", "2026-03-02"),
    ("later that day", None, HELSINKI, EIGHT, "2026-03-02 20:00", "2026-03-02"),
    ("their midnight is not ours", None, HELSINKI, EIGHT, "2026-03-02 22:30", None),
    ("before they begin", OFFICE, HELSINKI, EIGHT, "2026-03-02 06:59", None),
    ("when they begin", OFFICE, HELSINKI, EIGHT, "2026-03-02 07:00", "2026-03-02"),
    ("d31: in their last minute", OFFICE, HELSINKI, EIGHT, "2026-03-02 14:59", "2026-03-02"),
    ("d31: the first start of the gateway is in the evening", OFFICE, HELSINKI, EIGHT, "2026-03-02 15:00", None),
    ("d31: a list that is wanted in the evening", OFFICE, HELSINKI, 1200, "2026-03-02 19:00", "2026-03-02"),
    ("after they began", OFFICE, HELSINKI, TEN, "2026-03-02 07:30", None),
    ("a day off", OFFICE, HELSINKI, EIGHT, "2026-03-01 12:00", None),
    ("a holiday", OFFICE, HELSINKI, EIGHT, "2026-12-24 12:00", None),
    ("k03: the day of the spring change", None, HELSINKI, EIGHT, "2026-03-29 05:00", "2026-03-29"),
    ("k03: an hour that does not exist", None, HELSINKI, 210, "2026-03-29 01:00", "2026-03-29"),
    ("k03: the day of the autumn change", None, HELSINKI, EIGHT, "2026-10-25 05:59", None),
    ("k03: the hour that comes twice, first", None, HELSINKI, 210, "2026-10-25 00:30", "2026-10-25"),
    ("k04: leap day", None, HELSINKI, EIGHT, "2028-02-29 06:00", "2028-02-29"),
    ("k04: new year", None, HELSINKI, EIGHT, "2027-01-01 06:00", "2027-01-01"),
]


@pytest.mark.parametrize(("name", "calendar", "zone", "minute", "now", "day"), DAYS, ids=[row[0] for row in DAYS])
def test_whose_morning_it_is(
    name: str, calendar: Calendar | None, zone: ZoneInfo, minute: int, now: str, day: str | None
) -> None:
    found = morning.due_day(calendar, zone, minute, at(now))
    assert found == (date.fromisoformat(day) if day else None)


def test_an_agents_hours_are_their_own_else_their_departments() -> None:
    assert [morning.calendar_of(POLICY, agent) for agent in (ANNA, BO, CY)] == [OFFICE, NIGHTS, None]


READERS = [
    (("agents", "lead"), ["anna", "bo", "cy"], ["anna", "cy"], ()),
    (("lead",), [], ["anna", "cy"], ()),
    (("bo", "anna"), ["bo", "anna"], ["anna"], ()),
    (("BO@staff.example",), ["bo"], [], ()),
    (("boss@head.example", "boss@head.example"), [], [], ("boss@head.example",)),
    ((), [], [], ()),
]


@pytest.mark.parametrize(("to", "own", "leads", "outside"), READERS)
def test_who_reads(to: tuple[str, ...], own: list[str], leads: list[str], outside: tuple[str, ...]) -> None:
    found = morning.recipients(replace(AT, policy=replace(POLICY, digest_to=to)))
    assert ([one.name for one in found[0]], [one.name for one in found[1]], found[2]) == (own, leads, outside)


def test_who_has_left_reads_nothing() -> None:
    gone = replace(POLICY, agents=(replace(ANNA, active=False), BO, CY))
    own, leads, _ = morning.recipients(replace(AT, policy=gone))
    assert "anna" not in {one.name for one in (*own, *leads)}


# what is decided, who is away, who gets their own list, who that of those they lead, and whose list Bo has in his
AWAY: list[tuple[str, tuple[Absence, ...], list[str], list[str], list[str]]] = [
    ("a lead with a cover", (Absence("anna", NOW, None, "bo"),), ["bo", "cy"], ["bo", "cy"], ["anna"]),
    ("an agent with none: the lead reads", (Absence("bo", NOW, None, ""),), ["anna", "cy"], ["anna", "cy"], []),
    (
        "two with one cover",
        (Absence("anna", NOW, None, "bo"), Absence("cy", NOW, None, "bo")),
        ["bo"],
        ["bo"],
        ["anna", "cy"],
    ),
]


@pytest.mark.parametrize(
    ("away", "own", "leads", "read_by_bo"), [row[1:] for row in AWAY], ids=[row[0] for row in AWAY]
)
def test_who_is_away_gets_no_list_and_somebody_else_has_it(
    away: tuple[Absence, ...], own: list[str], leads: list[str], read_by_bo: list[str]
) -> None:
    moment = replace(AT, policy=replace(POLICY, digest_to=("agents", "lead")), facts=Facts(away=away))
    found = morning.recipients(moment)
    assert ([one.name for one in found[0]], [one.name for one in found[1]]) == (own, leads)
    assert [one.name for one in morning.reads_for(moment, BO)] == read_by_bo
    chiefs = [one for one in POLICY.agents if one.name in leads]
    led = [department.name for chief in chiefs for department in morning.led_by(moment, chief)]
    assert sorted(led) == sorted(one.name for one in POLICY.departments), "each department's list has one reader"


def test_anothers_sections_say_whose_they_are() -> None:
    [section] = morning.for_another(BO, [Section("Overdue", text="x")])
    assert section == Section(said("list.of_agent", name=BO.shown_name, title="Overdue"), text="x")


AT = Moment(POLICY, Facts(), NOW)


def ticket(number: int, due: timedelta | None = None, *, asked: bool = False, answered: bool = False) -> Ticket:
    return Ticket(
        number, "Lamp", Status.OPEN, "support", Address("c@c.example"), NOW, NOW, owner="anna",
        due=Due(resolve=NOW + due if due is not None else None),
        last_customer_at=NOW - timedelta(hours=2) if asked else None,
        last_agent_at=NOW - timedelta(hours=1) if answered else None,
    )  # fmt: skip


def test_each_ticket_stands_in_the_first_list_that_fits() -> None:
    hour = timedelta(hours=1)
    mine = [
        ticket(1, -hour, asked=True),
        ticket(2, 13 * hour),  # eleven in the evening, in Helsinki
        ticket(3, 15 * hour, asked=True),  # an hour past midnight there
        ticket(4, asked=True, answered=True),
        ticket(5),
    ]
    parked = ParkedMail(7, 7, NOW, "anna@staff.example", "Re: Lamp", "anna", "stale", ())
    sections = morning.agents_list(AT, ANNA, mine, Held(parked=(parked,)))
    titles = [section.title for section in sections]
    assert [one.code for one in titles if isinstance(one, Said)] == [
        f"list.{key}" for key in ("parked", "overdue", "today", "answer", "mine")
    ]
    assert titles[2] == said("list.today", day=Said("moment", {"at": "2026-03-02", "year": 0}))
    assert [one.label for one in sections[0].facts] == ["anna"]
    assert [[row.number for row in section.rows] for section in sections[1:]] == [[1], [2], [3], [4, 5]]
    assert morning.agents_list(AT, ANNA, [], Held()) == []


def test_what_colleagues_are_late_with_is_told_by_department_and_nobodys_once() -> None:
    nobodys = replace(ticket(1), owner=None)
    overdue = [nobodys, ticket(2), replace(ticket(3), owner="bo"), replace(ticket(4), owner="cy", department="sales")]
    unowned = Unowned((nobodys,), (UnownedLoad("support", 1, 1),), 9)
    sections = morning.of_everybody(POLICY, BO, unowned, overdue)
    assert [(one.title, [row.number for row in one.rows]) for one in sections] == [
        (said("list.unowned"), [1]),
        (said("list.overdue_in", department="support"), [2]),
        (said("list.overdue_in", department="sales"), [4]),
    ]
    assert morning.of_everybody(POLICY, BO, Unowned((), (), 9), []) == []


def test_long_lists_are_cut_and_say_so() -> None:
    [section] = morning.agents_list(AT, ANNA, [ticket(n) for n in range(30)], Held())
    assert len(section.rows) == morning.MOST and section.more == 5
