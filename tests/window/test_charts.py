"""The geometry of charts: nothing stands outside, what is late is red, and few letters stand on a phone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.core.pages.board import Promises
from mailgate.window import charts
from mailgate.window.charts import Column

NOW = datetime(2026, 11, 28, 13, 22, tzinfo=UTC)


def clock(at: datetime) -> str:
    return f"{at:%H:%M}"


@pytest.mark.parametrize("promises", [
    Promises((0,) * 36), Promises((9,) * 36, 12, 999, 216), Promises((0,) * 36, 12, 5), Promises((1, *(0,) * 34, 1), 12, 0, 1),
])  # fmt: skip
@pytest.mark.parametrize("tall", [False, True])
def test_the_strip_stands_inside_its_frame(promises: Promises, tall: bool) -> None:
    for one in charts.strip(promises, NOW, "Europe/Helsinki", "earlier", clock, tall=tall):
        assert sum(bar.n for bar in one.bars) <= promises.older + sum(promises.hours)
        assert all(bar.x >= 0 and bar.x + bar.width <= one.width + 0.1 and 12 < bar.y < one.base for bar in one.bars)
        assert one.now is not None
        assert all((bar.kind == "b-late") is (bar.x < one.now) for bar in one.bars)
        assert all(0 < mark.at < one.width for mark in one.marks)
        assert all(b.at - a.at >= 40 for a, b in zip(one.marks, one.marks[1:], strict=False)), "words have room"


def test_hours_are_those_of_the_desks_own_clock() -> None:
    wide, slim = charts.strip(Promises((0,) * 36), NOW, "Europe/Helsinki", "earlier", clock)
    assert [one.text for one in wide.marks] == ["06:00", "12:00", "18:00", "00:00", "06:00", "12:00"]
    assert [one.text for one in slim.marks] == ["15:00", "18:00", "21:00", "00:00"]
    spring = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)  # the night in which three o'clock does not come
    assert [one.text for one in charts.strip(Promises((0,) * 36), spring, "Europe/Helsinki", "e", clock)[1].marks] == [
        "21:00", "00:00", "06:00", "09:00"]  # fmt: skip


def test_what_a_phone_has_no_room_for_is_counted_as_earlier() -> None:
    wide, slim = charts.strip(Promises((3, *(0,) * 35), 12, 4), NOW, "UTC", "earlier", clock)
    assert [bar.n for bar in wide.bars] == [4, 3] and [bar.n for bar in slim.bars] == [7]


def test_the_table_behind_has_the_hours_that_owe_something() -> None:
    assert charts.hours(Promises((2, *(0,) * 34, 1)), NOW, clock) == [("01:22", 2), ("12:22", 1)]


@pytest.mark.parametrize(("days", "named"), [(1, 1), (7, 7), (14, 14), (30, 10), (365, 14)])
def test_columns_stand_inside_and_the_last_is_named(days: int, named: int) -> None:
    shown = [Column(f"d{n}", "", n % 70, (n * 7) % 40, n == days - 1) for n in range(days)]
    wide, slim = charts.columns(shown)
    for one in (wide, slim):
        assert all(
            bar.x >= 0 and bar.x + bar.width <= one.width + 0.1 and bar.y + bar.height == pytest.approx(one.base)
            for bar in one.bars
        )
        assert all(0 < y <= one.base for _, y in one.points)
        assert one.marks[-1].text == f"d{days - 1}" and one.marks[-1].strong
    assert len(wide.marks) <= named and len(slim.points) == min(7, days)


def test_no_columns_are_an_empty_frame() -> None:
    assert [len(one.bars) for one in charts.columns([])] == [0, 0]


@pytest.mark.parametrize(
    ("n", "top"), [(0, 2), (1, 2), (3, 4), (7, 8), (9, 10), (66, 80), (100, 100), (101, 200), (12345, 20000)]
)
def test_a_scale_ends_at_a_figure_that_is_read_at_a_glance(n: int, top: int) -> None:
    assert charts.columns([Column("a", "", n, 0)])[0].scale[-1].text == str(top)
