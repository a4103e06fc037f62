"""The clock of the daemon: jobs that fail harm no other, and a wild clock makes nothing late."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mailgate import BUILT
from mailgate.app.jobs import schedule
from mailgate.app.jobs.schedule import BY_THE_CLOCK, HOLD, JOBS, Schedule, run_job
from mailgate.core.model.said import said
from mailgate.errors import Temporary

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Told:
    """Alarms that only remember."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    def tell(self, what: str, title: str, text: str, remedy: str) -> None:
        self.titles.append(title)


class Bench:
    """A schedule whose two clocks a test turns, and the jobs it ran."""

    def __init__(self) -> None:
        self.wall, self.monotonic = NOW, 1000.0
        self.ran: list[str] = []
        self.gateway: Any = SimpleNamespace(clock=lambda: self.wall, health={}, alarms=Told())
        self.schedule = Schedule(self.gateway, lambda: self.monotonic)

    def pass_by(self, **delta: float) -> None:
        span = timedelta(**delta)
        self.wall += span
        self.monotonic += span.total_seconds()

    def tick(self) -> list[str]:
        """Every job has its turn once, in the order of the table; returns those that ran."""
        self.ran.clear()
        for name in JOBS:
            self.schedule._tick(name)
        return list(self.ran)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench()
    monkeypatch.setattr(schedule, "run_job", lambda gateway, name, now: made.ran.append(name))
    yield made


def test_in_ordinary_times_every_job_runs(bench: Bench) -> None:
    assert bench.tick() == list(JOBS)
    bench.pass_by(seconds=20)
    assert bench.tick() == list(JOBS)
    assert bench.gateway.alarms.titles == []


JUMPS = [
    ("k01: back an hour", timedelta(hours=-1)),
    ("k02: ten years ahead", timedelta(days=3652)),
    ("k07: a suspended machine wakes", timedelta(hours=9)),
]


@pytest.mark.parametrize(("name", "jump"), JUMPS, ids=[name for name, _ in JUMPS])
def test_k02_k07_after_a_jump_of_the_clock_deadlines_wait_for_a_cycle_and_the_admin_hears_once(
    bench: Bench, name: str, jump: timedelta
) -> None:
    bench.tick()
    bench.wall += jump
    assert set(bench.tick()) == JOBS.keys() - BY_THE_CLOCK, name
    bench.pass_by(seconds=20)
    assert set(bench.tick()) == JOBS.keys() - BY_THE_CLOCK, "the tick of another job must not end the wait"
    assert "clock" in bench.gateway.health
    bench.pass_by(seconds=HOLD.total_seconds())
    assert bench.tick() == list(JOBS)
    assert bench.gateway.alarms.titles == [said("alarm.clock")]
    assert "clock" not in bench.gateway.health


@pytest.mark.parametrize(
    ("jump", "shown"), [(timedelta(hours=-1), "-1:00:00"), (timedelta(days=2, seconds=61), "48:01:01")]
)
def test_a_jump_is_shown_in_no_language(jump: timedelta, shown: str) -> None:
    assert schedule._clock_time(jump.total_seconds()) == shown


def test_k02_a_clock_that_is_wild_for_a_moment_and_right_again_runs_nothing_at_the_wrong_time(bench: Bench) -> None:
    bench.wall += timedelta(days=3652)
    assert not BY_THE_CLOCK & set(bench.tick())
    bench.pass_by(seconds=30)
    bench.wall -= timedelta(days=3652)
    assert not BY_THE_CLOCK & set(bench.tick())
    bench.pass_by(seconds=HOLD.total_seconds())
    assert bench.tick() == list(JOBS)


def test_small_corrections_of_the_clock_are_no_jump(bench: Bench) -> None:
    for _ in range(3):
        bench.wall += timedelta(minutes=2)
        assert bench.tick() == list(JOBS)
        bench.wall -= timedelta(minutes=2)


def test_k08_at_boot_without_a_clock_nothing_is_decided_by_time(bench: Bench) -> None:
    bench.wall = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    begun = Schedule(bench.gateway, lambda: bench.monotonic)
    bench.schedule = begun
    bench.pass_by(minutes=5)
    assert not BY_THE_CLOCK & set(bench.tick())
    assert "not been set" in bench.gateway.health["clock"]


@pytest.mark.parametrize("name", sorted(BY_THE_CLOCK | {"drain"}))
def test_k08_not_even_by_hand_before_mailgate_was_made(name: str) -> None:
    with pytest.raises(Temporary, match="1970"):
        run_job(SimpleNamespace(), name, datetime(1970, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]


def test_k08_the_build_date_lies_in_the_past() -> None:
    assert BUILT < NOW


def test_k06_a_job_that_raises_is_told_and_the_others_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong: dict[str, Exception] = {"wake": RuntimeError("boom"), "index": Temporary("disk full")}

    def run(gateway: object, name: str, now: datetime) -> None:
        if name in wrong:
            raise wrong[name]
        bench.ran.append(name)

    monkeypatch.setattr(schedule, "run_job", run)
    with caplog.at_level(logging.CRITICAL):
        assert set(bench.tick()) == JOBS.keys() - wrong.keys()
        assert bench.gateway.health == {"job wake": "RuntimeError"}
        wrong.clear()
        bench.pass_by(seconds=20)
        assert bench.tick() == list(JOBS)
    assert bench.gateway.health == {}


def test_every_job_of_the_contract_is_there() -> None:
    assert set(JOBS) >= {"escalate", "wake", "digest", "drain", "index", "purge", "watch", "promises"}


def test_an_unknown_job_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        run_job(SimpleNamespace(), "nothing", NOW)  # type: ignore[arg-type]
