"""What time alone does to a ticket, and how long it waits before (S-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases import ANNA, BO, NOW, POLICY, D, H, facts, ticket

from mailgate.core.clock import waking
from mailgate.core.model import change as ch
from mailgate.core.model.facts import Absence
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Policy, TicketPolicy
from mailgate.core.model.ticket import Due, Status, Ticket

SUPPORT = replace(POLICY.departments[0], nudge=2 * D, solve_after=5 * D)
DESK = replace(POLICY, departments=(SUPPORT, POLICY.departments[1]))


def moved(known: Ticket, policy: Policy = DESK, **about: object) -> list[object]:
    step = waking.decide(Moment(policy, facts(known, **about), NOW), known)
    return [] if step is None else [*step.changes, *(one.template for one in step.outbound)]


@pytest.mark.parametrize(("archive", "reopen", "rested", "goes"), [
    (30, 14, 31, True), (30, 14, 29, False), (3, 14, 13, False), (3, 14, 14, True), (0, 14, 1, False),
])  # fmt: skip
def test_nothing_is_archived_that_a_reply_would_still_reopen(
    archive: int, reopen: int, rested: int, goes: bool
) -> None:
    policy = replace(POLICY, tickets=TicketPolicy(archive_after=archive * D, reopen_within=reopen * D))
    known = ticket(status=Status.SOLVED, status_since=NOW - rested * D, solved_at=NOW - rested * D)
    assert waking.archived_after(policy) == max(archive, reopen) * D
    assert moved(known, policy) == ([ch.SetStatus(Status.ARCHIVED)] if goes else [])


def waiting(days: float, until: timedelta = timedelta(0)) -> Ticket:
    return ticket(
        status=Status.WAITING, status_since=NOW - days * D, last_agent_at=NOW - days * D, status_until=NOW + until
    )


SILENCE = [
    ("not yet", waiting(1, until=H), {}, None, []),
    ("asked after two days", waiting(2), {}, Status.WAITING, ["nudge"]),
    ("asked once only", waiting(3), {"stage_letters": {1042: (("nudge", NOW - D),)}}, Status.WAITING, []),
    ("asked before the last answer: once more", waiting(3), {"stage_letters": {1042: (("nudge", NOW - 4 * D),)}},
     Status.WAITING, ["nudge"]),
    ("never where all is quiet", replace(waiting(3), tags=("quiet",)), {}, Status.WAITING, []),
    ("nor let go there", replace(waiting(99), tags=("quiet",)), {}, Status.WAITING, []),
    ("nor where the law sets a time", replace(waiting(99), tags=("privacy",), due=Due(manual=NOW + D)), {}, Status.WAITING, []),
    ("but afterwards", replace(waiting(5), tags=("privacy",)), {"stage_letters": {1042: (("nudge", NOW - 3 * D),)}},
     Status.SOLVED, ["closing"]),
    ("let go after five", waiting(5), {"stage_letters": {1042: (("nudge", NOW - 3 * D),)}}, Status.SOLVED, ["closing"]),
]  # fmt: skip


@pytest.mark.parametrize(("known", "about", "status", "letters"), [c[1:] for c in SILENCE], ids=[c[0] for c in SILENCE])
def test_a_silent_customer_is_asked_once_and_then_let_go(
    known: Ticket, about: dict[str, object], status: Status | None, letters: list[str]
) -> None:
    done = moved(known, **about)
    assert next((one.status for one in done if isinstance(one, ch.SetStatus)), None) == status
    assert [one for one in done if isinstance(one, str)] == letters


@pytest.mark.parametrize(("owner", "active", "status", "released", "readers"), [
    ("bo", True, Status.OPEN, False, ["bo"]), ("bo", False, Status.NEW, True, ["anna", "cai"]),
    ("gone", True, Status.NEW, True, ["anna", "bo", "cai"]), (None, True, Status.NEW, False, ["anna", "bo", "cai"]),
])  # fmt: skip
def test_hold_ends_with_its_owner_or_with_the_department(
    owner: str | None, active: bool, status: Status, released: bool, readers: list[str]
) -> None:
    policy = replace(POLICY, agents=(ANNA, replace(BO, active=active), POLICY.agents[2]))
    known = ticket(status=Status.HOLD, status_until=NOW, owner=owner)
    step = waking.decide(Moment(policy, facts(known), NOW), known)
    assert step is not None
    assert [one.agent for one in step.outbound] == readers
    assert (ch.Assign(None) in step.changes) is released
    assert [one.status for one in step.changes if isinstance(one, ch.SetStatus)] == [status]


def test_hold_of_somebody_who_is_away_ends_with_their_cover_or_with_the_department() -> None:
    known = ticket(status=Status.HOLD, status_until=NOW, owner="bo")
    for by, changes, readers in (
        ("cai", [ch.SetStatus(Status.OPEN, why="woken")], ["cai"]),
        ("", [ch.Assign(None), ch.Journal("away", old="bo"), ch.SetStatus(Status.NEW, why="woken")], ["anna", "cai"]),
    ):
        step = waking.decide(Moment(POLICY, facts(known, away=(Absence("bo", NOW - H, None, by),)), NOW), known)
        assert step is not None
        assert ([*step.changes], [one.agent for one in step.outbound]) == (changes, readers)
