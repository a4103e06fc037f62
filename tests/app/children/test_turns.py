"""Which job a child gets next, as a table: no threads, no processes."""

from __future__ import annotations

import pytest

from mailgate.app.children.turns import Job, JobTurns

ONE, TWO, MORE = "one", "two", "company"


def jobs(*peers: str) -> list[Job]:
    return [Job("os:getpid", (), peer) for peer in peers]


@pytest.fixture
def in_hand() -> list[str]:
    return []


@pytest.fixture
def turns(in_hand: list[str]) -> JobTurns:
    return JobTurns(lambda: in_hand)


def test_in_order_of_arrival_and_what_is_put_back_first(turns: JobTurns) -> None:
    a, b, c = jobs("", "", "")
    turns.add([a, b, c])
    assert turns.next(ONE) is a and turns.next(ONE) is b
    turns.put_back([a, b])
    assert [turns.next(ONE) for _ in range(4)] == [a, b, c, None]


def test_slow_jobs_share_one_child_which_takes_all_of_them_first(turns: JobTurns) -> None:
    first, second, third, fast = jobs("x", "y", "x", "")
    assert turns.claim(ONE, first.peer)
    assert not turns.claim(TWO, second.peer)
    turns.put_aside(second)
    turns.put_aside(third)
    turns.add([fast])
    assert turns.next(TWO) is fast and turns.next(TWO) is None
    assert turns.next(ONE) is second and turns.next(ONE) is third and turns.next(ONE) is None
    assert turns.claim(TWO, second.peer), "the last slow job is done: the next may be anywhere"


def test_the_company_takes_no_slow_jobs(turns: JobTurns) -> None:
    slow, fast = jobs("x", "y")
    turns.put_aside(slow)
    turns.add([fast])
    assert turns.next(MORE, only_fast=True) is fast
    assert turns.next(MORE, only_fast=True) is None
    assert turns.next(ONE) is slow


def test_slow_peers_take_turns(turns: JobTurns) -> None:
    order = jobs("x", "x", "x", "y")
    for job in order:
        turns.put_aside(job)
    assert turns.claim(ONE, "x")
    assert [turns.next(ONE) for _ in range(4)] == [order[3], order[0], order[1], order[2]]


def test_of_a_peer_with_a_slow_job_two_are_in_hand_and_the_others_pass(turns: JobTurns, in_hand: list[str]) -> None:
    hostile, also, customer, nobodys = jobs("evil", "evil", "mx", "")
    turns.add([hostile, also, customer, nobodys])
    assert turns.claim(ONE, "evil")
    in_hand += ["evil", "evil"]
    assert turns.next(TWO) is customer
    assert turns.more(TWO, 0, 100) is None, "the next in line has to wait"
    assert turns.next(TWO) is nobodys
    assert turns.next(TWO) is None
    in_hand.remove("evil")
    assert turns.next(TWO) is hostile
    in_hand.append("evil")
    assert turns.next(TWO) is None
    turns.gone(ONE)
    assert turns.next(TWO) is also, "nothing of it is slow any more"


def test_a_child_with_work_gets_more_only_from_a_backlog_and_what_fits(turns: JobTurns) -> None:
    small, large = Job("f:x", ()), Job("f:x", (b"x" * 100,))
    turns.add([small, large])
    assert turns.more(ONE, 2, 1000) is None
    assert turns.more(ONE, 1, 1000) is small
    assert turns.more(ONE, 0, 99) is None
    assert turns.claim(ONE, "")
    assert turns.more(ONE, 0, 1000) is None, "behind a slow job nobody waits"
