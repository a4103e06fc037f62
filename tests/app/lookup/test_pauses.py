"""When a program that fails is not asked: after five failures in a row, for growing times, told once, and once it is back."""

from __future__ import annotations

from mailgate.app.lookup.pauses import FAILURES, FIRST, LONGEST, Pauses, Trouble


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def given_up() -> tuple[Pauses, Time]:
    time = Time()
    pauses = Pauses(time)
    told = [pauses.failed("500") for _ in range(FAILURES) if pauses.begin()]
    assert told == [*[None] * (FAILURES - 1), Trouble("500", FIRST)]
    return pauses, time


def test_a_failure_now_and_then_is_none() -> None:
    pauses = Pauses(Time())
    for _ in range(10):
        assert [pauses.failed("late") for _ in range(FAILURES - 1)] == [None] * (FAILURES - 1)
        assert not pauses.worked() and not pauses.off


def test_after_five_in_a_row_nothing_is_asked_until_the_pause_is_over() -> None:
    pauses, time = given_up()
    assert pauses.off and not pauses.may_ask() and not pauses.begin()
    time.now += FIRST - 1
    assert not pauses.begin() and pauses.resting() == 1
    time.now += 1
    assert pauses.may_ask() and pauses.begin()


def test_one_trial_at_a_time_after_a_pause() -> None:
    pauses, time = given_up()
    time.now += FIRST
    assert [pauses.begin() for _ in range(3)] == [True, False, False]
    assert not pauses.may_ask()


def test_each_failed_trial_makes_the_pause_longer_and_is_told_nobody() -> None:
    pauses, time = given_up()
    lengths = []
    for _ in range(8):
        time.now += pauses.resting()
        assert pauses.begin() and pauses.failed("500") is None
        lengths.append(pauses.resting())
    assert lengths == [120, 240, 480, 960, 1920, LONGEST, LONGEST, LONGEST]


def test_the_first_answer_brings_it_back_and_says_so_once() -> None:
    pauses, time = given_up()
    time.now += FIRST
    assert pauses.begin() and pauses.worked()
    assert not pauses.off and pauses.why == "" and pauses.begin() and not pauses.worked()
    assert [pauses.failed("x") for _ in range(FAILURES)] == [*[None] * (FAILURES - 1), Trouble("x", FIRST)]


def test_questions_that_were_on_their_way_when_it_was_given_up_make_no_longer_pause() -> None:
    pauses, _ = given_up()
    assert pauses.failed("late") is None and pauses.resting() == FIRST
