"""What an acknowledgement may promise, and in which hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, POLICY, D, H, case, ticket

from mailgate.core.letters.expectation import promised_answer
from mailgate.core.model.policy import Sla
from mailgate.core.model.shown import OpeningHours
from mailgate.core.model.ticket import AnyTicket, Priority

M = timedelta(minutes=1)
VIP = Sla("vip", first_response=H, tags=("vip",))
LATER = Sla("later", resolve=9 * H)
GOLD = Sla("gold", first_response=2 * H)
DESK = replace(
    POLICY,
    departments=(replace(POLICY.departments[0], sla="standard", calendar="office"), POLICY.departments[1]),
    slas=(*POLICY.slas, VIP, LATER, GOLD),
)
OPEN = (OpeningHours((0, 1, 2, 3, 4), ((480, 960),)),)

# what is decided, the ticket, the real first responses of late, and what may be said
ROWS: list[tuple[str, AnyTicket, dict[str, int], tuple[int, bool, tuple[OpeningHours, ...]]]] = [
    ("the department's promise in its hours", ticket(), {}, (4 * 3600, False, OPEN)),
    ("faster than promised is as promised", ticket(), {"support": 60}, (4 * 3600, False, OPEN)),
    ("just as fast is as promised", ticket(), {"support": 4 * 3600}, (4 * 3600, False, OPEN)),
    ("slower is said as it is", ticket(), {"support": 4 * 3600 + 1}, (4 * 3600 + 1, True, OPEN)),
    ("another department's answers say nothing", ticket(), {"sales": 90_000}, (4 * 3600, False, OPEN)),
    ("nothing is promised where nothing is", ticket(department="sales"), {}, (0, False, ())),
    ("what is usual may be said all the same", ticket(department="sales"), {"sales": 90}, (90, True, ())),
    ("a tag's promise", ticket(tags=("vip",)), {}, (3600, False, OPEN)),
    ("also while the department's name stands on it", ticket(tags=("vip",), sla="standard"), {}, (3600, False, OPEN)),
    ("a rule's", ticket(tags=("vip",), sla="gold"), {}, (2 * 3600, False, OPEN)),
    ("a promise to solve promises no answer", ticket(sla="later"), {}, (0, False, OPEN)),
    ("the priority is not asked here", ticket(priority=Priority.URGENT), {}, (4 * 3600, False, OPEN)),
]


@pytest.mark.parametrize(("about", "real", "said"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_when_a_customer_may_expect_an_answer(
    about: AnyTicket, real: dict[str, int], said: tuple[int, bool, tuple[OpeningHours, ...]]
) -> None:
    found = promised_answer(case(policy=DESK, promise_seconds=real).moment, about)
    assert (found.seconds, found.usual, found.hours) == said


def test_a_promise_of_half_a_second_is_whole_seconds() -> None:
    policy = replace(DESK, slas=(Sla("standard", first_response=timedelta(seconds=1.5)),))
    assert promised_answer(case(policy=policy).moment, ticket()).seconds == 1


# When their mail came (4 March 2026 is a Wednesday; Helsinki is two hours ahead, open 8:00-16:00 UTC), and what is told.
BY: list[tuple[str, AnyTicket, dict[str, int], str | None]] = [
    ("the promise as a time", ticket(created_at=NOW), {}, "2026-03-04T14:00:00+00:00"),
    ("rounded up", ticket(created_at=NOW - 3 * M), {}, "2026-03-04T14:00:00+00:00"),
    ("what is usual has no time", ticket(created_at=NOW), {"support": 4 * 3600 + 1}, None),
    ("no promise has none", ticket(department="sales", created_at=NOW), {}, None),
    ("a mail that lay until the time was over", ticket(created_at=NOW - D), {}, None),
]


@pytest.mark.parametrize(("about", "real", "by"), [row[1:] for row in BY], ids=[row[0] for row in BY])
def test_by_when_a_customer_may_expect_an_answer(about: AnyTicket, real: dict[str, int], by: str | None) -> None:
    assert promised_answer(case(policy=DESK, promise_seconds=real).moment, about).by == by
