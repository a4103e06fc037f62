"""Promises and escalation: which one holds, when it is due, what stops the clock, and each step once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from mailgate.core.model import changed
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Change,
    Move,
    SetDue,
    SetEscalation,
    SetPriority,
    SetSla,
    SetStatus,
    Tag,
)
from mailgate.core.model.facts import Absence, Facts
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Calendar, Department, EscalationStep, Policy, Sla
from mailgate.core.model.ticket import Due, EntryKind, Priority, Status, Ticket
from mailgate.core.worktime import quiet, sla
from mailgate.wire.words import said

H = timedelta(hours=1)
OFFICE = Calendar("office", "UTC", (((480, 960),),) * 5 + ((), ()))
STANDARD = Sla(
    "standard",
    first_response=4 * H,
    next_response=2 * H,
    resolve=16 * H,
    warn=0.5,
    escalate=(EscalationStep(1.0, notify=("lead",)), EscalationStep(1.5, priority="urgent", release=True)),
)
FAST = replace(STANDARD, name="fast", first_response=H, resolve=4 * H, priorities=("urgent",))
GOLD = Sla("gold", first_response=H / 2, customers=("@gold.example",))
BOSS = Sla("boss", first_response=H / 4, customers=("boss@gold.example",))
VIP = Sla("vip", first_response=H / 3, tags=("vip",))
SHELF = Sla("shelf", resolve=H)
POLICY = Policy(
    "desk",
    "desk.example",
    (
        Department("support", ("support@desk.example",), Address("support@desk.example"), sla="standard", calendar="office"),
        Department("sales", ("sales@desk.example",), Address("sales@desk.example")),
    ),
    agents=(Agent(1, "anna", "anna@desk.example"), Agent(2, "bo", "bo@desk.example"), Agent(3, "cai", "cai@desk.example")),
    slas=(SHELF, STANDARD, FAST, GOLD, BOSS, VIP),
    calendars=(OFFICE,),
)  # fmt: skip
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def ticket(**parts: object) -> Ticket:
    base = Ticket(
        1001,
        "Lamp",
        Status.NEW,
        "support",
        Address("maija@home.example"),
        MONDAY,
        MONDAY,
        status_since=MONDAY,
        last_customer_at=MONDAY,
    )
    return replace(base, **parts)  # type: ignore[arg-type]


def at(now: datetime, policy: Policy = POLICY) -> Moment:
    """That time, with nothing known of other work."""
    return Moment(policy, Facts(), now)


def opened(**parts: object) -> Ticket:
    fresh = ticket(**parts)
    return changed.ticket_after(fresh, sla.deadlines_at_opening(at(MONDAY), fresh), MONDAY)


def happens(before: Ticket, now: datetime, *changes: Change, policy: Policy = POLICY) -> Ticket:
    after = changed.ticket_after(before, changes, now)
    return changed.ticket_after(after, sla.deadlines_after(at(now, policy), before, after), now)


def words(kind: EntryKind) -> AddEntry:
    return AddEntry(kind, "x", "X", "text")


@pytest.mark.parametrize(
    ("department", "priority", "tags", "customer", "chosen"),
    [
        ("support", "normal", (), "maija@home.example", "standard"),
        ("support", "urgent", (), "maija@home.example", "fast"),
        ("sales", "normal", (), "maija@home.example", None),
        ("sales", "urgent", (), "maija@home.example", "fast"),
        ("support", "urgent", ("vip",), "maija@home.example", "vip"),
        ("support", "urgent", ("vip",), "x@gold.example", "gold"),
        ("support", "normal", ("vip",), "BOSS@Gold.Example", "boss"),
    ],
)
def test_the_most_specific_promise_wins(
    department: str, priority: str, tags: tuple[str, ...], customer: str, chosen: str | None
) -> None:
    found = sla.choose(POLICY, department, Priority(priority), tags, customer)
    assert (found.name if found else None) == chosen


def test_a_promise_named_by_a_rule_comes_before_all_others_and_stays() -> None:
    named = opened(sla="shelf", tags=("vip",))
    assert named.sla == "shelf"
    assert happens(named, MONDAY + H, SetPriority(Priority.URGENT)).sla == "shelf"


def test_a_new_ticket_owes_an_answer_and_a_solution_in_working_time() -> None:
    new = opened()
    assert new.sla == "standard"
    assert new.due == Due(MONDAY + 4 * H, datetime(2026, 11, 24, 16, tzinfo=UTC))


def test_the_answer_ends_the_response_clock_and_the_next_words_start_it_again() -> None:
    answered = happens(opened(), MONDAY + H, words(EntryKind.AGENT), SetStatus(Status.WAITING))
    assert answered.due == Due()
    asked = happens(answered, MONDAY + 3 * H, words(EntryKind.CUSTOMER), SetStatus(Status.OPEN))
    assert asked.due.first_response == MONDAY + 5 * H
    assert asked.due.resolve == datetime(2026, 11, 25, 10, tzinfo=UTC)  # two hours of waiting do not count
    again = happens(asked, MONDAY + 4 * H, words(EntryKind.CUSTOMER))
    assert again.due.first_response == MONDAY + 6 * H
    told = happens(again, MONDAY + 5 * H, words(EntryKind.AGENT))
    assert told.due.first_response is None
    assert told.due.resolve == asked.due.resolve


def test_a_note_answers_nobody() -> None:
    assert happens(opened(), MONDAY + H, words(EntryKind.NOTE)).due == opened().due


def test_the_first_answer_is_owed_from_the_first_words_however_often_the_customer_writes() -> None:
    assert happens(opened(), MONDAY + H, words(EntryKind.CUSTOMER)).due == opened().due


def test_hold_stops_the_clocks_again_and_again() -> None:
    held = happens(opened(), MONDAY + H, SetStatus(Status.HOLD))
    assert held.due == Due()
    woken = happens(held, MONDAY + 2 * H, SetStatus(Status.OPEN))
    held = happens(woken, MONDAY + 3 * H, SetStatus(Status.HOLD))
    waits = happens(held, MONDAY + 4 * H, SetStatus(Status.WAITING))
    woken = happens(waits, MONDAY + 5 * H, SetStatus(Status.OPEN))
    assert woken.due == Due(MONDAY + 7 * H, datetime(2026, 11, 25, 11, tzinfo=UTC))


def test_a_pause_outside_working_hours_costs_nothing() -> None:
    evening, night = MONDAY + 10 * H, MONDAY + 20 * H
    woken = happens(happens(opened(), evening, SetStatus(Status.HOLD)), night, SetStatus(Status.OPEN))
    assert woken.due.resolve == opened().due.resolve


def test_a_reopened_ticket_goes_on_with_what_was_left() -> None:
    solved = happens(opened(), MONDAY + H, words(EntryKind.AGENT), SetStatus(Status.SOLVED))
    assert solved.due == Due()
    assert happens(solved, MONDAY + 49 * H, SetStatus(Status.OPEN)).due.resolve == datetime(
        2026, 11, 26, 16, tzinfo=UTC
    )


def test_a_new_priority_counts_from_the_original_start() -> None:
    urgent = happens(opened(), MONDAY + H / 2, SetPriority(Priority.URGENT))
    assert (urgent.sla, urgent.due) == ("fast", Due(MONDAY + H, MONDAY + 4 * H))
    assert happens(urgent, MONDAY + H / 2, SetPriority(Priority.NORMAL)).due == opened().due


def test_what_was_missed_stays_missed_whatever_changes() -> None:
    urgent = opened(priority=Priority.URGENT)
    relaxed = happens(urgent, MONDAY + 2 * H, SetPriority(Priority.LOW))
    assert relaxed.due.first_response == MONDAY + H  # missed an hour ago
    assert relaxed.due.resolve == opened().due.resolve
    moved = happens(urgent, MONDAY + 2 * H, Move("sales"))
    assert moved.due.first_response == MONDAY + H
    held = happens(urgent, MONDAY + 2 * H, SetStatus(Status.HOLD))
    assert happens(held, MONDAY + 5 * H, SetStatus(Status.OPEN)).due.first_response == MONDAY + H
    assert happens(relaxed, MONDAY + 3 * H, words(EntryKind.AGENT)).due.first_response is None


def test_a_department_without_a_promise_owes_nothing_of_its_own() -> None:
    theirs = opened(department="sales")
    assert (theirs.sla, theirs.due) == (None, Due())


def test_d01_what_was_promised_stays_where_nothing_is_promised_and_in_the_hours_it_was_promised_in() -> None:
    first = opened()
    moved = happens(first, MONDAY + H, Move("sales"))
    assert (moved.sla, moved.due) == ("standard", first.due)
    assert sla.next_look(POLICY, moved) == sla.next_look(POLICY, first)
    tagged = happens(moved, MONDAY + H, Tag(("lamp",)))
    assert (tagged.sla, tagged.due) == ("standard", first.due)
    answered = happens(moved, MONDAY + 2 * H, words(EntryKind.AGENT))
    assert answered.due == Due(resolve=first.due.resolve), "the answer is kept, the solution is owed"
    assert happens(answered, MONDAY + 3 * H, SetStatus(Status.SOLVED)).due == Due()


def test_d01_a_promise_named_by_a_rule_is_not_taken_for_one_that_was_brought() -> None:
    theirs = opened(department="sales", tags=())
    named = happens(theirs, MONDAY + H / 2, SetSla("shelf"), Tag(("vip",)))
    assert named.sla == "shelf"


def test_d01_a_department_that_promises_too_has_its_own_promise_kept() -> None:
    shop = replace(POLICY.departments[1], name="shop", addresses=("shop@desk.example",), sla="shelf")
    policy = replace(POLICY, departments=(*POLICY.departments, shop))
    once = happens(opened(), MONDAY + H / 2, Move("shop"), policy=policy)
    assert once.sla == "shelf"
    twice = happens(
        happens(opened(), MONDAY + H / 2, Move("sales"), policy=policy), MONDAY + H / 2, Move("shop"), policy=policy
    )
    assert (twice.sla, twice.due) == ("shelf", Due(resolve=MONDAY + H))
    back = happens(happens(opened(), MONDAY + H, Move("sales")), MONDAY + H, Move("support"))
    assert (back.sla, back.due) == ("standard", opened().due)


def test_a_deadline_by_hand_lives_until_the_ticket_is_done() -> None:
    dated = happens(opened(), MONDAY + H, SetDue("manual", MONDAY + 2 * H))
    assert dated.due.next == MONDAY + 2 * H
    assert happens(dated, MONDAY + H, words(EntryKind.AGENT)).due.manual == MONDAY + 2 * H
    assert happens(dated, MONDAY + H, SetStatus(Status.SOLVED)).due == Due()


def steps_taken(start: Ticket, moments: list[datetime]) -> list[tuple[int, datetime]]:
    taken, now_ticket = [], start
    for now in moments:
        step = sla.escalate(at(now), now_ticket)
        if step:
            taken.append((step.level, now))
            now_ticket = changed.ticket_after(now_ticket, step.changes, now)
    return taken


def test_each_step_is_taken_once_however_often_the_clock_ticks() -> None:
    quarter = [MONDAY + n * H / 4 for n in range(40)]
    assert steps_taken(opened(owner="anna"), quarter) == [(1, MONDAY + 2 * H), (2, MONDAY + 4 * H), (3, MONDAY + 6 * H)]


def test_k01_a_clock_set_back_repeats_no_step() -> None:
    assert steps_taken(opened(), [MONDAY + 4 * H, MONDAY + 3 * H, MONDAY + 4 * H]) == [(2, MONDAY + 4 * H)]


def test_k05_after_three_days_down_only_the_highest_step_is_taken() -> None:
    late = opened(owner="anna")
    step = sla.escalate(at(MONDAY + 72 * H), late)
    assert step is not None
    assert (step.level, step.overdue) == (3, True)
    assert step.changes[0] == SetEscalation(3, None, MONDAY + 4 * H)
    assert {SetPriority(Priority.URGENT), Assign(None), SetStatus(Status.NEW), SetSla("fast")} <= set(step.changes)
    assert sla.escalate(at(MONDAY + 80 * H), changed.ticket_after(late, step.changes, MONDAY + 72 * H)) is None


def test_a_new_deadline_starts_again_at_the_first_step() -> None:
    warned = opened(owner="anna")
    step = sla.escalate(at(MONDAY + 2 * H), warned)
    assert step is not None and step.changes == (SetEscalation(1, MONDAY + 4 * H, MONDAY + 4 * H),)
    changes = sla.deadlines_after(
        at(MONDAY + 3 * H), warned, changed.ticket_after(warned, [words(EntryKind.AGENT)], MONDAY + 3 * H)
    )
    resolve = opened().due.resolve
    assert changes == (SetDue("first_response", None), SetEscalation(0, MONDAY + 8 * H, resolve))


def test_nothing_escalates_while_a_ticket_rests_and_the_steps_move_with_the_pause() -> None:
    before = opened()
    held_at = MONDAY + H
    after = changed.ticket_after(before, [SetStatus(Status.HOLD)], held_at)
    changes = sla.deadlines_after(at(held_at), before, after)
    assert changes[-1] == SetEscalation(0, None, None)
    held = changed.ticket_after(after, changes, held_at)
    assert sla.escalate(at(MONDAY + 30 * H), held) is None
    woken = happens(held, MONDAY + 3 * H, SetStatus(Status.OPEN))
    assert sla.next_look(POLICY, woken) == MONDAY + 4 * H  # half of four hours, two of them at rest


def test_a_step_can_give_the_ticket_to_the_least_busy() -> None:
    policy = replace(POLICY, slas=(replace(STANDARD, escalate=(EscalationStep(1.0, reassign=True),)),))
    known = Facts(load={"anna": 0, "bo": 3, "cai": 4}, away=(Absence("bo", MONDAY, None, "cai"),))
    step = sla.escalate(Moment(policy, known, MONDAY + 5 * H), opened(owner="anna"))
    assert step is not None and Assign("cai") in step.changes


def test_k03_steps_are_taken_once_over_the_night_the_clock_changes() -> None:
    calendar = Calendar("night", "Europe/Helsinki", (((0, 1440),),) * 7)
    policy = replace(POLICY, calendars=(replace(calendar, name="office"),))
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    owed = ticket(created_at=start, sla="standard", due=Due(start + 4 * H))
    moments = [start + n * H / 4 for n in range(40)]
    taken = []
    for now in moments:
        step = sla.escalate(at(now, policy), owed)
        if step:
            taken.append(step.level)
            owed = changed.ticket_after(owed, step.changes, now)
    assert taken == [1, 2, 3]


ROUND = replace(STANDARD, warn=0, escalate=(EscalationStep(1.0, notify=("lead",)),))
NIGHT = (21 * 60, 7 * 60)
# what is promised, the quiet hours, the stages told, the hour at which a ticket opens that is due four hours later (the
# clock round), and when the customer hears: hours after it
HEARS = [
    ("no step but at the deadline", ROUND, None, ("late",), 8, 3.2),
    ("not told at all", ROUND, None, ("solved",), 8, None),
    ("a warning is soon enough", replace(ROUND, warn=0.5), None, ("late",), 8, 2.0),
    ("a step before it is, too", replace(ROUND, escalate=(EscalationStep(0.9),)), None, ("late",), 8, 3.6),
    ("quiet hours that end in time", ROUND, NIGHT, ("late",), 4, 3.2),
    ("quiet hours that end too late: before they begin", ROUND, NIGHT, ("late",), 18, 3 - 1 / 6),
    ("a warning that would wait until it is too late", replace(ROUND, warn=0.8), NIGHT, ("late",), 18, 3 - 1 / 6),
    ("who writes in quiet hours cannot hear before they end", replace(ROUND, warn=0), NIGHT, ("late",), 22, None),
]  # fmt: skip


@pytest.mark.parametrize(("why", "given", "hush", "stages", "hour", "hears"), HEARS, ids=[row[0] for row in HEARS])
def test_d01_a_customer_hears_before_their_promise_breaks(
    why: str, given: Sla, hush: tuple[int, int] | None, stages: tuple[str, ...], hour: int, hears: float | None
) -> None:
    letters = replace(POLICY.letters, stages=stages, quiet_hours=hush)
    departments = tuple(replace(one, calendar=None) for one in POLICY.departments)
    policy = replace(POLICY, slas=(given,), departments=departments, timezone="UTC", letters=letters)
    opening = MONDAY.replace(hour=hour, minute=0)
    owed = ticket(created_at=opening, sla="standard", due=Due(opening + 4 * H))
    first = sla.next_look(policy, owed)
    before = first if first and first < opening + 4 * H else None
    assert before == (None if hears is None else opening + hears * H)
    if before is not None and hush:
        assert quiet.until(policy, owed.department, before) < opening + 4 * H


def test_a_deadline_by_hand_without_any_promise_still_warns_and_tells() -> None:
    dated = happens(opened(department="sales"), MONDAY, SetDue("manual", MONDAY + 10 * H))
    assert steps_taken(dated, [MONDAY + 7 * H, MONDAY + 8 * H, MONDAY + 10 * H]) == [
        (1, MONDAY + 8 * H),
        (2, MONDAY + 10 * H),
    ]


def test_steps_at_the_same_moment_are_one_step() -> None:
    double = Sla(
        "x", warn=0, escalate=(EscalationStep(1.0, ("lead",)), EscalationStep(1.0, ("owner",), priority="high"))
    )
    assert sla.due_steps(double) == (EscalationStep(1.0, ("lead", "owner"), priority="high"),)


def explained(ticket: Ticket, zone: tzinfo) -> tuple[str, ...]:
    return tuple(
        said("en", line) for line in sla.explain(POLICY, ticket, lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}")
    )


def test_a_deadline_can_be_explained() -> None:
    held = happens(opened(), MONDAY + H, SetStatus(Status.HOLD))
    woken = happens(held, MONDAY + 2 * H + H / 3, SetStatus(Status.OPEN))
    first, resolve = explained(woken, ZoneInfo("Europe/Helsinki"))
    assert first == (
        "First response by 2026-11-23 15:20: 4 h working time of calendar office (promise standard)"
        " since 2026-11-23 10:00; a pause of 1 h 20 min is not counted"
    )
    assert resolve.startswith("Solution by 2026-11-25 11:20: 16 h")
    late = happens(opened(priority=Priority.URGENT), MONDAY + 2 * H, SetPriority(Priority.LOW))
    assert explained(late, UTC)[0].endswith("missed earlier, and left as it was")
    assert explained(held, UTC) == ("The deadlines of promise standard are paused while the ticket is hold",)


def test_the_departments_own_promise_gives_way_to_a_more_specific_one_at_the_opening() -> None:
    assert opened(sla="standard", tags=("vip",)).sla == "vip"


def test_words_nobody_vouches_for_move_no_clock_and_a_customers_words_count_from_their_arrival() -> None:
    answered = happens(opened(), MONDAY + H, words(EntryKind.AGENT))
    stranger = replace(words(EntryKind.CUSTOMER), unverified=True)
    assert happens(answered, MONDAY + 2 * H, stranger) == answered
    late = changed.ticket_after(answered, [words(EntryKind.CUSTOMER)], MONDAY + 3 * H, arrived_at=MONDAY + 2 * H)
    assert sla.deadlines(POLICY, late).first_response == MONDAY + 4 * H


@pytest.mark.parametrize(
    "changes", [[SetPriority(Priority.LOW)], [Move("sales")], [words(EntryKind.AGENT)], [SetSla("shelf")]]
)
def test_a_missed_solution_stays_missed_until_the_ticket_is_done(changes: list[Change]) -> None:
    """S-14."""
    late = happens(opened(priority=Priority.URGENT), MONDAY + 5 * H, *changes)
    assert late.due.resolve == MONDAY + 4 * H
    assert happens(late, MONDAY + 6 * H, SetStatus(Status.SOLVED)).due == Due()


@pytest.mark.parametrize(("step", "has", "becomes"), [
    ("high", Priority.NORMAL, Priority.HIGH), ("high", Priority.HIGH, Priority.HIGH), ("high", Priority.URGENT, Priority.URGENT),
    ("low", Priority.HIGH, Priority.HIGH),
])  # fmt: skip
def test_a_step_raises_a_priority_and_never_lowers_it(step: str, has: Priority, becomes: Priority) -> None:
    """S-14."""
    policy = replace(POLICY, slas=(replace(STANDARD, escalate=(EscalationStep(1.0, priority=step),)),))
    late = replace(opened(), priority=has)
    taken = sla.escalate(at(MONDAY + 5 * H, policy), late)
    assert taken is not None and changed.ticket_after(late, taken.changes, MONDAY + 5 * H).priority is becomes


@pytest.mark.parametrize(("begin", "end", "due"), [
    (-3, -1, 2), (-1, 0, 2), (-1, 1, 3), (0, 1, 3), (1, 2, 3), (1.5, 4, 4.5), (2, 3, 2), (3, 4, 2),
])  # fmt: skip
def test_of_a_pause_only_what_lies_after_the_start_is_given_back(begin: float, end: float, due: float) -> None:
    """S-14: two hours from ten, with one pause."""
    start = MONDAY + 2 * H
    assert sla.deadline(None, start, 2 * H, ((start + begin * H, start + end * H),)) == start + due * H


def test_the_rest_that_is_shown_is_this_clocks_own() -> None:
    """S-14: the customer wrote an hour before the ticket woke; what it rested before is no rest of the new clock."""
    asked = MONDAY + 3 * H
    resting = happens(opened(), MONDAY + H, words(EntryKind.AGENT), SetStatus(Status.WAITING))
    woken = changed.ticket_after(
        resting, [words(EntryKind.CUSTOMER), SetStatus(Status.OPEN)], asked + H, arrived_at=asked
    )
    [clock] = [one for one in sla.running_deadlines(POLICY, woken) if one.which == "next_response"]
    assert (clock.start, clock.paused, clock.due) == (asked, H, asked + 3 * H)
