"""Work gives way to a rush of mail, but never for long."""

from __future__ import annotations

import threading

from mailgate.app.intake.backpressure import LONGEST, MANY, WITHIN, Backpressure


class Time:
    """Moves on by a step whenever somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Door(threading.Event):
    """A stop event whose waiting lets time go by, `arrivals` mails at each glance."""

    def __init__(self, rush: Backpressure, time: Time, arrivals: int) -> None:
        super().__init__()
        self.rush, self.time, self.arrivals, self.glances = rush, time, arrivals, 0

    def wait(self, timeout: float | None = None) -> bool:
        self.glances += 1
        self.time.now += timeout or 0.0
        for _ in range(self.arrivals):
            self.rush.arrived()
        return self.is_set()


def rushed() -> tuple[Backpressure, Time]:
    time = Time()
    rush = Backpressure(time)
    for _ in range(MANY):
        rush.arrived()
    return rush, time


def test_a_few_mails_keep_nobody_from_working() -> None:
    time = Time()
    rush = Backpressure(time)
    for _ in range(MANY - 1):
        rush.arrived()
    door = Door(rush, time, 0)
    rush.wait_for_intake(door)
    assert not rush.is_rush() and door.glances == 0


def test_mails_that_come_one_by_one_are_no_rush() -> None:
    time = Time()
    rush = Backpressure(time)
    for _ in range(3 * MANY):
        rush.arrived()
        time.now += WITHIN / (MANY - 1)
    assert not rush.is_rush()


def test_work_waits_until_the_rush_is_over() -> None:
    rush, time = rushed()
    door = Door(rush, time, 0)
    rush.wait_for_intake(door)
    assert not rush.is_rush() and 0 < door.glances < 10


def test_a_rush_without_end_is_given_way_to_once_until_work_has_caught_up() -> None:
    rush, time = rushed()
    door = Door(rush, time, MANY)
    began = time.now
    rush.wait_for_intake(door)
    assert rush.is_rush() and LONGEST <= time.now - began < LONGEST + WITHIN
    glances = door.glances
    rush.wait_for_intake(door)
    assert door.glances == glances
    rush.caught_up()
    rush.wait_for_intake(door)
    assert door.glances == 2 * glances


def test_a_daemon_that_stops_gives_way_to_nobody() -> None:
    rush, time = rushed()
    door = Door(rush, time, MANY)
    door.set()
    rush.wait_for_intake(door)
    assert door.glances == 0
