"""Moments in commands: every shape, every language, and what is refused with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model.policy import Calendar
from mailgate.core.worktime import moments
from mailgate.core.worktime.moments import NotAMoment

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)  # Wednesday, 10:30 in Helsinki
OFFICE = Calendar("office", "Europe/Helsinki", (((480, 960),),) * 5 + ((), ()), frozenset({date(2026, 12, 24)}))


def at(text: str, now: datetime = NOW, calendar: Calendar | None = OFFICE) -> str:
    return f"{moments.parse(text, now, HELSINKI, calendar).astimezone(HELSINKI):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "2026-11-25 12:30"),
        ("90 min", "2026-11-25 12:00"),
        ("in 2 hours", "2026-11-25 12:30"),
        ("1h30m", "2026-11-25 12:00"),
        ("3d", "2026-11-30 10:30"),  # working days, the same time
        ("3 dni", "2026-11-30 10:30"),
        ("3d 14:00", "2026-11-30 14:00"),
        ("1d4h", "2026-11-26 14:30"),
        ("1w", "2026-12-02 10:30"),
        ("2 viikkoa", "2026-12-09 10:30"),
        ("3 dagar", "2026-11-30 10:30"),
        ("om 2 timmar", "2026-11-25 12:30"),
        ("i morgon kl. 14", "2026-11-26 14:00"),
        ("på fredag", "2026-11-27 09:00"),
        ("nästa vecka", "2026-11-30 09:00"),
        ("in 3 Tagen", "2026-11-30 10:30"),
        ("morgen um 14 Uhr", "2026-11-26 14:00"),
        ("bis Freitag", "2026-11-27 09:00"),
        ("nächste Woche", "2026-11-30 09:00"),
        ("3 päeva pärast", "2026-11-30 10:30"),
        ("2 tunni pärast", "2026-11-25 12:30"),
        ("homme kell 14", "2026-11-26 14:00"),
        ("reedeni", "2026-11-27 09:00"),
        ("järgmisel nädalal", "2026-11-30 09:00"),
        ("3 päivän päästä", "2026-11-30 10:30"),
        ("fri 14:00", "2026-11-27 14:00"),
        ("Fri. 14.00", "2026-11-27 14:00"),
        ("pe 14.00", "2026-11-27 14:00"),
        ("perjantaina klo 14", "2026-11-27 14:00"),
        ("w piątek o 14:00", "2026-11-27 14:00"),
        ("piektdien plkst. 14.00", "2026-11-27 14:00"),
        ("am Freitag um 14 Uhr", "2026-11-27 14:00"),
        ("på fredag kl 14", "2026-11-27 14:00"),
        ("reedel kell 14:00", "2026-11-27 14:00"),
        ("fri 2pm", "2026-11-27 14:00"),
        ("fri at 9", "2026-11-27 09:00"),
        ("fri", "2026-11-27 09:00"),
        ("wed", "2026-12-02 09:00"),  # today's own name means the next one
        ("wed 14:00", "2026-11-25 14:00"),
        ("wed 9:00", "2026-12-02 09:00"),
        ("today", "2026-11-25 16:00"),  # closing time
        ("tänään klo 15", "2026-11-25 15:00"),
        ("tomorrow", "2026-11-26 09:00"),
        ("huomenna", "2026-11-26 09:00"),
        ("jutro", "2026-11-26 09:00"),
        ("rīt", "2026-11-26 09:00"),
        ("rit 8:15", "2026-11-26 08:15"),
        ("i morgon", "2026-11-26 09:00"),
        ("ylihuomenna", "2026-11-27 09:00"),
        ("next week", "2026-11-30 09:00"),
        ("ensi viikolla", "2026-11-30 09:00"),
        ("nākamnedēļ", "2026-11-30 09:00"),
        ("next monday", "2026-11-30 09:00"),
        ("1.12.", "2026-12-01 09:00"),
        ("1.12. 14.00", "2026-12-01 14:00"),
        ("1.12 14:00", "2026-12-01 14:00"),
        ("24.12", "2026-12-24 09:00"),
        ("1.2.", "2027-02-01 09:00"),
        ("1.12.2027", "2027-12-01 09:00"),
        ("29.2.", "2028-02-29 09:00"),
        ("2026-12-01 14:00", "2026-12-01 14:00"),
        ("2026-12-01T14:00", "2026-12-01 14:00"),
        ("2026-12-01, 14:00", "2026-12-01 14:00"),
        ("25.11.", "2026-11-25 16:00"),
        ("14:00", "2026-11-25 14:00"),
        ("14.00", "2026-11-25 14:00"),
        ("9:00", "2026-11-26 09:00"),
    ],
)
def test_a_moment_is_understood(text: str, expected: str) -> None:
    assert at(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unreadable"),
        ("soon", "unreadable"),
        ("1", "unreadable"),
        ("may", "unreadable"),
        ("0h", "unreadable"),
        ("99.99.", "unreadable"),
        ("30.2.", "unreadable"),
        ("2026-02-30", "unreadable"),
        ("fri 25:00", "unreadable"),
        ("fri 14:00 maybe", "unreadable"),
        ("٣d", "unreadable"),
        ("9.10", "ambiguous"),
        ("next friday", "ambiguous"),
        ("2026-11-24", "past"),
        ("1.12.2025", "past"),
        ("today 9:00", "past"),
        ("2026-11-25 10:30", "past"),
        ("9999d", "far"),
        ("9999-12-31", "far"),
        ("9999w", "far"),
    ],
)
def test_what_names_no_moment_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(NotAMoment) as refused:
        at(text)
    assert refused.value.reason == reason


def test_days_without_a_calendar_are_plain_days() -> None:
    assert at("3d", calendar=None) == "2026-11-28 10:30"


def test_a_holiday_is_no_working_day() -> None:
    assert at("1d", datetime(2026, 12, 23, 8, tzinfo=UTC)) == "2026-12-25 10:00"


def test_the_words_after_a_moment_are_given_back() -> None:
    moment, rest = moments.take_moment("2d Call her, please", NOW, HELSINKI, OFFICE)
    assert (f"{moment:%d}", rest) == ("27", "Call her, please")


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_k03_the_same_time_tomorrow_is_the_same_time_on_the_wall(day: str) -> None:
    now = datetime.fromisoformat(day).replace(hour=12, tzinfo=HELSINKI).astimezone(UTC)
    assert at("1d", now, None).endswith("12:00")


def test_k03_a_time_that_is_skipped_is_the_moment_of_the_jump() -> None:
    assert at("2026-03-29 03:30", datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-29 04:00"


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026-12-20..2027-01-06", "2026-12-20", "2027-01-07"),
        ("20.12.-6.1.", "2026-12-20", "2027-01-07"),
        ("20.12...6.1.", "2026-12-20", "2027-01-07"),
        ("20.12. – 6.1.", "2026-12-20", "2027-01-07"),
        ("20.12. until 6.1.", "2026-12-20", "2027-01-07"),
        ("fri..mon", "2026-11-27", "2026-12-01"),
        ("tomorrow", "2026-11-26", "2026-11-27"),
        ("2026-11-20..2026-11-30", "2026-11-20", "2026-12-01"),
    ],
)
def test_a_range_of_days_runs_from_midnight_to_midnight(text: str, first: str, end: str) -> None:
    start, until = moments.period(text, NOW, HELSINKI)
    assert [f"{moment.astimezone(HELSINKI):%Y-%m-%d %H:%M}" for moment in (start, until)] == [
        f"{first} 00:00",
        f"{end} 00:00",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-12-20..2026-12-19", "unreadable"),
        ("2026-11-01..2026-11-20", "past"),
        ("x..y", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_a_range_that_is_none_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NotAMoment) as refused:
        moments.period(text, NOW, HELSINKI)
    assert refused.value.reason == reason


@given(st.text(max_size=40))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    for ask in (moments.parse, moments.period):
        try:
            ask(text, NOW, HELSINKI)
        except NotAMoment:
            pass


@pytest.mark.parametrize("text", ["2026-12-01..9999-12-31", "9999-12-31"])
def test_an_absence_to_the_end_of_time_is_too_far(text: str) -> None:
    with pytest.raises(NotAMoment) as refused:
        moments.period(text, NOW, HELSINKI)
    assert refused.value.reason == "far"
