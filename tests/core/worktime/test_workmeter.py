"""A table of working time measures as the arithmetic does, inside its reach and outside."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model.policy import Calendar
from mailgate.core.worktime import working_time
from mailgate.core.worktime.meter import WorkingTimeTable, micros, moment

OFFICE = ((480, 720), (750, 960))
FINLAND = Calendar(
    "office",
    "Europe/Helsinki",
    (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ()),
    frozenset({date(2026, 4, 3), date(2026, 4, 6)}),
    frozenset({date(2026, 4, 4)}),
)
NIGHT = Calendar("night", "Europe/Helsinki", (((0, 300), (1380, 1440)),) * 7)  # over both clock changes
BEGIN, END = datetime(2026, 3, 1, 7, 30, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC)
METERS = {calendar.name: (calendar, WorkingTimeTable(calendar, BEGIN, END)) for calendar in (FINLAND, NIGHT)}
INSTANTS = st.datetimes(datetime(2026, 2, 20), datetime(2026, 11, 20), timezones=st.just(UTC))


@pytest.mark.parametrize("name", METERS)
@given(one=INSTANTS, other=INSTANTS)
def test_the_table_says_what_the_arithmetic_says(name: str, one: datetime, other: datetime) -> None:
    calendar, meter = METERS[name]
    exact = working_time.between(calendar, one, other) // timedelta(seconds=1)
    assert meter.seconds(micros(one), micros(other)) == exact


def test_without_a_calendar_every_second_counts() -> None:
    meter = WorkingTimeTable(None, BEGIN, END)
    assert meter.seconds(micros(BEGIN), micros(END)) == (END - BEGIN).total_seconds()
    assert meter.seconds(micros(END), micros(BEGIN)) == 0


@given(INSTANTS)
def test_a_moment_survives_the_way_to_microseconds_and_back(at: datetime) -> None:
    assert moment(micros(at)) == at
