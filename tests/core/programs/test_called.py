"""What a call is after its events, in whatever order and however often they come (W-38)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from mailgate.core.programs import called
from mailgate.core.programs.called import KnownCall
from mailgate.core.programs.calls import Call, Happened

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
RINGS = Call("1", Happened.RINGING, "+37126123456", "80", "", NOW)
TAKES = Call("1", Happened.ANSWERED, "+37126123456", "80", "12", NOW + timedelta(seconds=8))
MISSES = Call("1", Happened.MISSED, "+37126123456", "80", "", NOW + timedelta(seconds=20))
ENDS = Call("1", Happened.ENDED, "+37126123456", "80", "", NOW + timedelta(seconds=103))
LONG = Call("1", Happened.ENDED, seconds=95, recording="https://pbx.example/1.wav", at=NOW)


def known(*events: Call) -> KnownCall:
    found: KnownCall | None = None
    for one in events:
        found = called.after(found, one, "pbx")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("events", "ringing", "missed", "spoken", "seconds"),
    [
        ((RINGS,), True, False, False, None),
        ((RINGS, TAKES), False, False, False, None),
        ((RINGS, TAKES, ENDS), False, False, True, 95),
        ((RINGS, MISSES), False, True, False, None),
        ((RINGS, ENDS), False, False, False, None),  # it was given to a machine, or somebody else
        ((LONG,), False, False, True, 95),
        ((TAKES, MISSES), False, False, True, 12),  # missed by one of the telephones that rang
        ((MISSES, TAKES), False, True, False, None),  # its ticket is there
        ((MISSES, ENDS), False, True, False, None),
        ((ENDS, MISSES), False, True, False, None),
    ],
)
def test_what_became_of_a_call(
    events: tuple[Call, ...], ringing: bool, missed: bool, spoken: bool, seconds: int | None
) -> None:
    found = known(*events)
    assert (found.ringing, found.missed, found.spoken) == (ringing, missed, spoken)
    assert found.seconds == seconds


@pytest.mark.parametrize("events", list(permutations((RINGS, TAKES, LONG))))
def test_the_order_of_events_does_not_matter(events: tuple[Call, ...]) -> None:
    found = known(*events)
    assert found.spoken and not found.missed and not found.ringing
    assert (found.number, found.called, found.agent, found.seconds) == ("+37126123456", "80", "12", 95)
    assert (found.at, found.recording) == (NOW, "https://pbx.example/1.wav")


@pytest.mark.parametrize("event", [RINGS, TAKES, MISSES, ENDS, LONG])
def test_w38_the_same_event_twice_is_one(event: Call) -> None:
    assert known(RINGS, event, event) == known(RINGS, event)


def test_whoever_answered_has_it_though_another_telephone_rang_first() -> None:
    ringing = Call("1", Happened.RINGING, agent="11", at=NOW)
    assert known(ringing, TAKES).agent == "12"
    assert known(TAKES, ringing).agent == "12"
