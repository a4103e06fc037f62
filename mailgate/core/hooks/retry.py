"""What follows from what a program answered: done, again later, given up; or the hook rests, or is switched off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mailgate.core.asking.http import Answer, Failure, Why

FIRST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(hours=24)
LONGEST_REST: Final = timedelta(hours=1)  # of a program that cannot be reached: nothing waits a day once it is back
KEPT_UP: Final = timedelta(days=3)
TRIES: Final = 5  # of what the program itself refuses
GONE: Final = 410
BUSY: Final = (429, 503)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one event; `again` is when it is told again, `rest` how long the hook tells nothing at all."""

    sent: bool = False
    failed: bool = False
    again: timedelta | None = None
    rest: timedelta | None = None
    off: bool = False


def verdict(outcome: Answer | Failure, tries: int, age: timedelta, rests: int) -> Verdict:
    """`tries` of this event, `rests` of the hook in a row, both with this one; `age` since it was first due."""
    if isinstance(outcome, Answer):
        return Verdict(sent=True)
    status = outcome.status if outcome.why is Why.STATUS else 0
    if status == GONE:
        return Verdict(again=timedelta(), off=True)
    refused = 300 <= status < 500 and status not in BUSY
    if age >= KEPT_UP or (refused and tries >= TRIES):
        return Verdict(failed=True)
    if status and status not in BUSY:
        return Verdict(again=growing(tries))
    rest = min(growing(rests), LONGEST_REST)
    if outcome.retry_after is not None:
        rest = min(timedelta(seconds=outcome.retry_after), LONGEST)
    return Verdict(again=rest, rest=rest)


def growing(times: int) -> timedelta:
    """A minute at first, twice as long each time, a day at most."""
    doublings = min(max(times, 1) - 1, 20)
    return min(FIRST * (1 << doublings), LONGEST)
