"""What is done while somebody is away, and told on their return, against a real store: each once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.jobs.ticking import HOUR, NOW, POLICY, Desk, until_it_works

from mailgate.app.jobs.covering import cover, pass_on, tell_on_return
from mailgate.core.letters import readers
from mailgate.core.model.change import Assign, Decision, Fate, SetAway, SetPriority, SetStatus, Step
from mailgate.core.model.content import Notice
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Calendar
from mailgate.core.model.ticket import Priority, Status

OFFICE = replace(POLICY, calendars=(Calendar("round", "UTC", (((480, 960),),) * 7),))


def say(
    desk: Desk, name: str, start: datetime | None, until: datetime | None, by: str = "", at: datetime = NOW
) -> None:
    away = Decision(Fate.FILED, "away", effects=(SetAway(name, start, until, by),))
    desk.store.write(lambda tx: tx.apply(None, away, at, desk.ids)).result()


def urgent(desk: Desk, name: str) -> int:
    [number] = desk.open(1)
    desk.change(number, Assign(name), SetStatus(Status.OPEN), SetPriority(Priority.URGENT), at=NOW)
    return number


def test_what_presses_goes_back_and_who_is_back_hears_of_it_once(make: Callable[..., Desk]) -> None:
    desk = make(policy=OFFICE)
    number, other = urgent(desk, "bo"), urgent(desk, "bo")
    say(desk, "bo", NOW - HOUR, NOW + 5 * HOUR)
    assert cover(desk.gateway, NOW) == 2 and cover(desk.gateway, NOW) == 0
    assert [(desk.ticket(one).owner, desk.ticket(one).status) for one in (number, other)] == [(None, "new")] * 2
    desk.change(other, Assign("bo"), at=NOW + HOUR)
    assert [tell_on_return(desk.gateway, NOW + hours * HOUR) for hours in (4, 5, 5, 20)] == [0, 1, 0, 0]
    assert [row for row in desk.letters() if row[1] == "bo@staff.example"] == [("question", "bo@staff.example", None)]


def test_it_is_told_in_their_hours_and_not_while_they_are_away_again(make: Callable[..., Desk]) -> None:
    desk = make(policy=OFFICE)
    urgent(desk, "bo")
    say(desk, "bo", NOW - HOUR, NOW + 8 * HOUR)
    assert cover(desk.gateway, NOW) == 1
    say(desk, "bo", NOW + 22 * HOUR, NOW + 32 * HOUR, at=NOW + 21 * HOUR)
    # closing time, the night, the next morning, that evening, and the morning after
    assert [tell_on_return(desk.gateway, NOW + hours * HOUR) for hours in (8, 15, 23, 33, 47)] == [0, 0, 0, 0, 1]


def test_who_comes_back_early_is_told_then(make: Callable[..., Desk]) -> None:
    desk = make(policy=OFFICE)
    urgent(desk, "bo")
    say(desk, "bo", NOW - HOUR, NOW + 100 * HOUR)
    assert cover(desk.gateway, NOW) == 1
    say(desk, "bo", None, NOW + HOUR, at=NOW + HOUR)
    assert tell_on_return(desk.gateway, NOW + HOUR) == 1


def test_nothing_moved_is_nothing_to_tell(make: Callable[..., Desk]) -> None:
    desk = make(policy=OFFICE)
    say(desk, "bo", NOW - HOUR, NOW + HOUR)
    assert tell_on_return(desk.gateway, NOW + 2 * HOUR) == 0


def held_for(desk: Desk, name: str) -> list[tuple[str, str]]:
    rows = desk.store.read(lambda read: read.outbox.deliveries(("waiting", "held", "dead")))
    return sorted((row.to.partition("@")[0], row.state) for row in rows if row.template == "notice")


def test_a_letter_that_waits_for_their_hours_is_read_by_another_wherever_we_crash(make: Callable[..., Desk]) -> None:
    def begun(name: str) -> Desk:
        desk = make(name, policy=POLICY)
        [number] = desk.open(1)
        letter = readers.to_agent(
            POLICY, POLICY.agents[1], Notice(why="note"), purpose=Purpose.NOTE, not_before=NOW + 2 * HOUR
        )
        decision = Decision(Fate.FILED, "test", (Step(number, (), (letter,)),))
        desk.store.write(lambda tx: tx.apply(None, decision, NOW - HOUR, desk.ids)).result()
        say(desk, "bo", NOW - HOUR, NOW + 5 * HOUR, "cy")
        return desk

    for n in range(1, 40):
        desk = begun(f"crash{n}")
        failed = until_it_works(lambda desk=desk: pass_on(desk.gateway, NOW), n)
        assert held_for(desk, "bo") == [("bo", "dead"), ("cy", "waiting")]
        assert pass_on(desk.gateway, NOW) == 0
        if not failed:
            break
    else:
        raise AssertionError("it never ended")
