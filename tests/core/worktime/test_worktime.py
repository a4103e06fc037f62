"""Working time: added, measured, across clock changes, and never for ever."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.model.policy import Calendar
from mailgate.core.worktime import working_time
from mailgate.errors import ConfigError

OFFICE = ((480, 960),)
WEEK = (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ())
FINLAND = Calendar("office", "Europe/Helsinki", WEEK, frozenset({date(2026, 12, 24), date(2026, 12, 25)}))
ALWAYS = Calendar("always", "Europe/Helsinki", (((0, 1440),),) * 7)
H = timedelta(hours=1)


def at(text: str, zone: str = "Europe/Helsinki") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-12-23T15:00", 8, "2026-12-28T15:00"),  # two holidays and a weekend
        ("2026-03-27T15:30", 1, "2026-03-30T08:30"),  # over the spring change
        ("2026-10-23T15:30", 1, "2026-10-26T08:30"),  # over the autumn change
        ("2026-11-23T08:00", 8, "2026-11-23T16:00"),  # the last second of the day, not the next morning
        ("2026-11-22T12:00", 1, "2026-11-23T09:00"),  # begun on a Sunday
        ("2026-11-23T05:00", 40, "2026-11-27T16:00"),
        ("2026-11-23T08:00", 80, "2026-12-04T16:00"),  # whole weeks are skipped
        ("2026-12-14T08:00", 100, "2027-01-01T12:00"),  # but none with a holiday in it
    ],
)
def test_working_hours_are_added_across_nights_weekends_and_holidays(start: str, hours: int, end: str) -> None:
    assert working_time.add(FINLAND, at(start), hours * H) == at(end)
    assert working_time.between(FINLAND, at(start), at(end)) == hours * H


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_k03_a_day_of_round_the_clock_work_is_as_long_as_the_clock_change_makes_it(day: str, hours: int) -> None:
    midnight = at(f"{day}T00:00")
    following = at(f"{date.fromisoformat(day) + timedelta(days=1)}T00:00")
    assert working_time.between(ALWAYS, midnight, following) == hours * H
    assert working_time.add(ALWAYS, midnight, hours * H) == following


def test_k03_hours_that_begin_in_the_skipped_hour_begin_at_the_jump() -> None:
    night = Calendar("night", "Europe/Helsinki", (((210, 300),),) * 7)  # 03:30-05:00; 03:00-04:00 is skipped
    jump = at("2026-03-29T04:00")
    assert working_time.next_open(night, at("2026-03-29T00:00")) == jump
    assert working_time.between(night, at("2026-03-29T00:00"), at("2026-03-29T12:00")) == H
    split = Calendar("split", "Europe/Helsinki", (((120, 210), (210, 300)),) * 7)
    assert working_time.between(split, at("2026-03-29T00:00"), at("2026-03-29T12:00")) == 2 * H


def test_k03_the_hour_that_comes_twice_is_counted_once_per_span() -> None:
    split = Calendar("split", "Europe/Helsinki", (((120, 210), (210, 300)),) * 7)  # 02:00-03:30, 03:30-05:00
    assert working_time.between(split, at("2026-10-25T00:00"), at("2026-10-25T12:00")) == 4 * H


@pytest.mark.parametrize("day", ["2028-02-29", "2026-12-31", "2027-01-01", "2026-01-05"])
def test_k04_leap_days_and_year_ends_are_ordinary_days(day: str) -> None:
    calendar = Calendar("all", "UTC", (OFFICE,) * 7)
    start = at(f"{day}T15:00", "UTC")
    assert working_time.add(calendar, start, 2 * H) == start + 18 * H


def test_several_spans_a_day_and_special_days_count() -> None:
    lunch = ((480, 720), (780, 960))
    calendar = Calendar("lunch", "UTC", (lunch, lunch, (), (), (), (), ()), opened=frozenset({date(2026, 11, 28)}))
    assert working_time.add(calendar, at("2026-11-23T11:00", "UTC"), 2 * H) == at("2026-11-23T14:00", "UTC")
    assert working_time.is_open(calendar, at("2026-11-23T12:59", "UTC")) is False
    assert working_time.is_open(calendar, at("2026-11-28T08:00", "UTC")) is True  # a worked Saturday has Monday's hours
    assert working_time.add(calendar, at("2026-11-24T15:00", "UTC"), 2 * H) == at("2026-11-28T09:00", "UTC")
    assert working_time.hours_of_day(calendar) == (working_time.OpenHours((0, 1), lunch),)


def test_opening_hours_are_grouped_the_way_people_write_them() -> None:
    saturday = Calendar("shop", "UTC", (OFFICE, OFFICE, (), OFFICE, OFFICE, ((600, 840),), ()))
    assert [group.weekdays for group in working_time.hours_of_day(saturday)] == [(0, 1), (3, 4), (5,)]


def test_a_calendar_without_hours_is_an_error_and_not_an_endless_loop() -> None:
    never = Calendar("never", "UTC", ((),) * 7)
    for ask in (
        lambda: working_time.add(never, at("2026-01-01T00:00"), H),
        lambda: working_time.next_open(never, at("2026-01-01T00:00")),
        lambda: working_time.working_day_after(never, date(2026, 1, 1), 1),
    ):
        with pytest.raises(ConfigError, match=r"calendar\.never"):
            ask()
    assert working_time.between(never, at("2026-01-01T00:00"), at("2036-01-01T00:00")) == timedelta()


def test_no_calendar_means_that_every_second_counts() -> None:
    start = at("2026-11-21T23:00")
    assert working_time.add(None, start, 5 * H) == start + 5 * H
    assert working_time.between(None, start, start + 5 * H) == 5 * H
    assert working_time.next_open(None, start) == start


def test_k01_a_clock_set_back_makes_no_negative_time() -> None:
    assert working_time.between(FINLAND, at("2026-11-24T12:00"), at("2026-11-24T11:00")) == timedelta()
    with pytest.raises(ValueError, match="backwards"):
        working_time.add(FINLAND, at("2026-11-24T12:00"), -H)


def test_working_days_skip_weekends_and_holidays() -> None:
    assert working_time.working_day_after(FINLAND, date(2026, 12, 23), 1) == date(2026, 12, 28)
    assert working_time.working_day_after(FINLAND, date(2026, 11, 21), 0) == date(2026, 11, 23)
    assert working_time.working_day_after(None, date(2026, 11, 20), 2) == date(2026, 11, 22)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    def spans() -> tuple[tuple[int, int], ...]:
        edges = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
        return tuple((a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False))

    week = (((draw(st.integers(0, 40)) * 15, 960),), *(spans() for _ in range(6)))
    days = st.dates(date(2026, 1, 1), date(2027, 6, 1))
    zone = draw(st.sampled_from(["Europe/Helsinki", "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "UTC"]))
    closed = frozenset(draw(st.sets(days, max_size=20)))
    return Calendar("drawn", zone, week, closed, frozenset(draw(st.sets(days, max_size=5))))


@settings(max_examples=150, deadline=None)
@given(
    calendars(),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.timedeltas(timedelta(), timedelta(hours=300)),
)
def test_adding_then_measuring_gives_back_what_was_added(
    calendar: Calendar, start: datetime, duration: timedelta
) -> None:
    begin = start.replace(tzinfo=UTC)
    end = working_time.add(calendar, begin, duration)
    assert working_time.between(calendar, begin, end) == duration
    if duration:  # the earliest such moment: an instant before it the work was not done
        assert working_time.between(calendar, begin, end - timedelta(microseconds=1)) < duration


@settings(max_examples=60, deadline=None)
@given(calendars(), st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)), min_size=3, max_size=3))
def test_measured_time_adds_up(calendar: Calendar, moments: list[datetime]) -> None:
    a, b, c = sorted(moment.replace(tzinfo=UTC) for moment in moments)
    whole = working_time.between(calendar, a, c)
    assert working_time.between(calendar, a, b) + working_time.between(calendar, b, c) == whole
    assert timedelta() <= whole <= c - a


@settings(max_examples=60, deadline=None)
@given(calendars(), st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)))
def test_the_next_opening_is_open_and_nothing_is_open_before_it(calendar: Calendar, moment: datetime) -> None:
    asked = moment.replace(tzinfo=UTC)
    opening = working_time.next_open(calendar, asked)
    assert working_time.is_open(calendar, opening)
    assert working_time.between(calendar, asked, opening) == timedelta()


@pytest.mark.parametrize(("moment", "is_open"), [
    ("2026-11-23T07:59:59.999999", False), ("2026-11-23T08:00", True), ("2026-11-23T15:59:59.999999", True),
    ("2026-11-23T16:00", False), ("2026-11-23T16:01", False), ("2026-11-22T12:00", False), ("2026-12-24T12:00", False),
])  # fmt: skip
def test_the_closing_minute_is_closed(moment: str, is_open: bool) -> None:
    """S-14."""
    assert working_time.is_open(FINLAND, at(moment)) is is_open
    assert (working_time.next_open(FINLAND, at(moment)) == at(moment)) is is_open


@pytest.mark.parametrize(("now", "midnight"), [
    ("2026-11-23T00:00", "2026-11-23T00:00"), ("2026-11-23T01:30", "2026-11-23T00:00"),  # of UTC still the 22nd
    ("2026-11-23T23:59:59", "2026-11-23T00:00"), ("2026-03-29T12:00", "2026-03-29T00:00"),  # 23 hours
])  # fmt: skip
def test_a_day_begins_at_midnight_of_its_zone(now: str, midnight: str) -> None:
    assert working_time.midnight_before(ZoneInfo("Europe/Helsinki"), at(now)) == at(midnight)
