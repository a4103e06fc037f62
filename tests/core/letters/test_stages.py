"""Stage letters: which stage a change reaches, and when silence is better."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.letters import status_letters
from mailgate.core.model.change import Assign, Change, Journal, MergeInto, Move, SetStatus, Tag
from mailgate.core.model.changed import ticket_after
from mailgate.core.model.content import (
    Ack,
    Answer,
    Closing,
    Content,
    Delayed,
    Nudge,
    Reopened,
    Solved,
    StatusReport,
    Taken,
    Transferred,
    VoteThanks,
    Waiting,
)
from mailgate.core.model.facts import Facts
from mailgate.core.model.letter_kinds import TO_CUSTOMERS, PrivacyLetter
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Calendar, Department, LetterPolicy, Policy
from mailgate.core.model.ticket import Due, Status, Ticket

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAIJA = Address("maija@customer.example", "Maija")
EVERY = tuple(status_letters.STAGES)
POLICY = Policy(
    name="Acme",
    domain="acme.example",
    departments=(Department("support", ("support@acme.example",), Address("support@acme.example"), calendar="office"),),
    calendars=(Calendar("office", "Europe/Helsinki", (((540, 1020),),) * 5 + ((), ())),),
    letters=LetterPolicy(stages=EVERY),
)
TICKET = Ticket(1042, "Lamp", Status.OPEN, "support", MAIJA, NOW - 48 * HOUR, NOW - 48 * HOUR, language="fi")
NEW = replace(TICKET, status=Status.NEW)
SOLVED = replace(TICKET, status=Status.SOLVED, owner="anna")


def written(  # type: ignore[no-untyped-def]
    before: Ticket, *changes: Change, policy: Policy = POLICY, facts: Facts | None = None, said: bool = False
):
    after_all = ticket_after(before, changes, NOW)
    return status_letters.letter_for_change(
        Moment(policy, facts or Facts(), NOW), before, after_all, changes, said=said
    )


REACHED = [
    ("taken", NEW, (Assign("anna"), SetStatus(Status.OPEN))),
    ("", replace(TICKET, owner="anna"), (Assign("bo"),)),  # from hand to hand is no news
    ("", NEW, (Assign("anna"), SetStatus(Status.HOLD))),
    ("waiting", replace(TICKET, owner="anna"), (SetStatus(Status.WAITING),)),
    ("", replace(TICKET, status=Status.WAITING), (SetStatus(Status.WAITING, NOW + HOUR),)),
    ("transferred", NEW, (Move("sales"),)),
    ("transferred", NEW, (Move("sales"), Assign("cy"), SetStatus(Status.OPEN))),
    ("solved", TICKET, (SetStatus(Status.SOLVED),)),
    ("solved", NEW, (Assign("anna"), SetStatus(Status.SOLVED))),
    ("", TICKET, (SetStatus(Status.SOLVED, why="customer"),)),
    ("", TICKET, (SetStatus(Status.SOLVED, why="spam"), Tag(add=("spam",)))),
    ("", TICKET, (SetStatus(Status.SOLVED, why="unanswered"),)),
    ("", TICKET, (SetStatus(Status.SOLVED, why="filed"),)),
    ("", SOLVED, (SetStatus(Status.ARCHIVED),)),
    ("reopened", SOLVED, (SetStatus(Status.OPEN, why="reopened"),)),
    ("", SOLVED, (SetStatus(Status.OPEN, why="undo"), Journal("undo", "7"))),
    ("", TICKET, (MergeInto(1001), SetStatus(Status.SOLVED))),
    ("", TICKET, (Tag(add=("lamp",)),)),
]


@pytest.mark.parametrize(("stage", "before", "changes"), REACHED)
def test_the_stage_a_change_reaches(stage: str, before: Ticket, changes: tuple[Change, ...]) -> None:
    letters = written(before, *changes)
    assert [letter.template for letter in letters] == ([status_letters.STAGES[stage].TEMPLATE] if stage else [])


@pytest.mark.parametrize("stage", [stage for stage in EVERY if stage != "late"])
def test_only_the_stages_the_admin_chose_are_told(stage: str) -> None:
    rows = [row for row in REACHED if row[0] == stage]
    assert rows, f"REACHED has no change that reaches {stage}"
    _, before, changes = rows[0]
    only = replace(POLICY, letters=LetterPolicy(stages=(stage,)))
    none = replace(POLICY, letters=LetterPolicy(stages=()))
    assert len(written(before, *changes, policy=only)) == 1
    assert written(before, *changes, policy=none) == ()


SOLVE = SetStatus(Status.SOLVED)
SILENT = [
    ("the customer hears it from an agent in the same mail", TICKET, Facts(), {"said": True}),
    ("an agent wrote 59 minutes ago", replace(TICKET, last_agent_at=NOW - 0.99 * HOUR), Facts(), {}),
    ("a program wrote last", TICKET, Facts(unattended=frozenset({1042})), {}),
    ("somebody else named them", TICKET, Facts(only_named=frozenset({1042})), {}),
    ("all is quiet", replace(TICKET, tags=("quiet",)), Facts(), {}),
    ("the sender is a spammer", replace(TICKET, tags=("spam",)), Facts(), {}),
    ("nobody is known", replace(TICKET, requester=Address("nobody@invalid.invalid")), Facts(), {}),
    ("it is ourselves", replace(TICKET, requester=Address("support@acme.example")), Facts(), {}),
    (
        "two have gone today",
        TICKET,
        Facts(stage_letters={1042: (("taken", NOW - HOUR), ("reopened", NOW - 23 * HOUR))}),
        {},
    ),
]


HELD_BACK = [
    ("no stage is told", TICKET, Facts(), ()),
    ("an agent wrote just now", replace(TICKET, last_agent_at=NOW), Facts(), EVERY),
    ("two have gone today", TICKET, Facts(stage_letters={1042: (("taken", NOW), ("reopened", NOW))}), EVERY),
]


@pytest.mark.parametrize(("why", "ticket", "facts", "stages"), HELD_BACK, ids=[row[0] for row in HELD_BACK])
def test_what_an_agent_wants_told_is_told_although(
    why: str, ticket: Ticket, facts: Facts, stages: tuple[str, ...]
) -> None:
    policy = replace(POLICY, letters=LetterPolicy(stages=stages))
    told = SetStatus(Status.SOLVED, why=status_letters.TOLD)
    assert [one.template for one in written(ticket, told, policy=policy, facts=facts)] == ["solved"]
    assert written(ticket, SOLVE, policy=policy, facts=facts) == ()
    assert written(ticket, told, policy=policy, facts=facts, said=True) == (), "words of the same mail say it"
    taken_up = (told, SetStatus(Status.WAITING))
    assert written(ticket, *taken_up, policy=replace(policy, letters=LetterPolicy(stages=()))) == ()


@pytest.mark.parametrize(("why", "ticket", "facts", "more"), SILENT, ids=[row[0] for row in SILENT])
def test_nothing_is_told_when(why: str, ticket: Ticket, facts: Facts, more: dict[str, bool]) -> None:
    assert written(ticket, SOLVE, facts=facts, **more) == ()


TOLD = [
    ("an agent wrote an hour ago", replace(TICKET, last_agent_at=NOW - HOUR), Facts()),
    ("a program wrote about another ticket", TICKET, Facts(unattended=frozenset({7}))),
    ("somebody was named for another ticket", TICKET, Facts(only_named=frozenset({7}))),
    ("one went today", TICKET, Facts(stage_letters={1042: (("taken", NOW - HOUR), ("taken", NOW - 25 * HOUR))})),
    ("what went were answers to their own votes", TICKET, Facts(stage_letters={1042: (("vote_thanks", NOW),) * 3})),
]


@pytest.mark.parametrize(("why", "ticket", "facts"), TOLD, ids=[row[0] for row in TOLD])
def test_it_is_told_all_the_same_when(why: str, ticket: Ticket, facts: Facts) -> None:
    assert len(written(ticket, SOLVE, facts=facts)) == 1


def test_the_letter_stands_in_the_customers_thread_and_language() -> None:
    ids = ("<first@customer.example>", "<second@customer.example>")
    [letter] = written(TICKET, SOLVE, facts=Facts(customer_ids={1042: ids}))
    assert (letter.in_reply_to, letter.references) == (ids[1], ids)
    assert (letter.language, letter.purpose, letter.to, letter.cc) == ("fi", "stage", (MAIJA,), ())
    assert letter.content == Solved(survey="", reopen_days=14), "no agent wrote to them"


ANSWERED = replace(TICKET, last_agent_at=NOW - 5 * HOUR)


@pytest.mark.parametrize(
    ("survey", "shown"), [(True, "scale"), (False, ""), ("https://forms.example/{number}",) * 2], ids=str
)
def test_the_solved_letter_asks_as_the_admin_says(survey: bool | str, shown: str) -> None:
    policy = replace(POLICY, letters=LetterPolicy(stages=EVERY, survey=survey))
    [letter] = written(ANSWERED, SOLVE, policy=policy)
    assert letter.content.survey == shown


DAY = 24 * HOUR
ASKS = [
    ("an agent wrote, and they were never asked", ANSWERED, Facts(), True),
    ("no agent wrote to them", TICKET, Facts(), False),
    ("a complaint", replace(ANSWERED, tags=("lamp", "complaint")), Facts(), False),
    ("asked a day ago, with whatever ticket", ANSWERED, Facts(surveyed={1042: NOW - DAY}), False),
    ("asked 29 days ago", ANSWERED, Facts(surveyed={1042: NOW - 29 * DAY}), False),
    ("asked 30 days ago", ANSWERED, Facts(surveyed={1042: NOW - 30 * DAY}), True),
    ("somebody else was asked", ANSWERED, Facts(surveyed={7: NOW - DAY}), True),
]


@pytest.mark.parametrize(("why", "ticket", "facts", "asks"), ASKS, ids=[row[0] for row in ASKS])
def test_whom_the_solved_letter_asks_how_it_went(why: str, ticket: Ticket, facts: Facts, asks: bool) -> None:
    [letter] = written(ticket, SOLVE, facts=facts)
    assert isinstance(letter.content, Solved)
    assert bool(letter.content.survey) is asks, "the letter itself goes, whether it asks or not"


def test_with_no_pause_between_surveys_each_solved_letter_asks() -> None:
    policy = replace(POLICY, letters=LetterPolicy(survey_every=timedelta()))
    [letter] = written(ANSWERED, SOLVE, policy=policy, facts=Facts(surveyed={1042: NOW}))
    assert letter.content.survey == "scale"


def test_whom_one_letter_of_a_decision_asks_the_next_does_not() -> None:
    other = replace(ANSWERED, number=7, requester=replace(MAIJA, addr="MAIJA@customer.example"))
    facts = Facts(tickets={1042: ANSWERED, 7: other, 8: replace(other, number=8, requester=Address("v@c.example"))})
    moment = Moment(POLICY, facts, NOW)
    told = written(ANSWERED, SOLVE, facts=facts)
    assert status_letters.having_asked(moment, told).facts.surveyed == {1042: NOW, 7: NOW}
    assert status_letters.having_asked(moment, written(TICKET, SOLVE, facts=facts)) is moment


def test_an_agents_change_may_be_undone_before_it_is_told() -> None:
    changes = (SOLVE,)
    [letter] = status_letters.letter_for_change(
        Moment(POLICY, Facts(), NOW), TICKET, ticket_after(TICKET, changes, NOW), changes, hold=True
    )
    assert letter.not_before == NOW + POLICY.undo_window


# Monday 2 March 2026 in Helsinki (UTC+2), open 9:00-17:00.
TAKEN = [
    ("at noon", datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 11, tzinfo=UTC)),
    ("half an hour before closing", datetime(2026, 3, 2, 14, 30, tzinfo=UTC), datetime(2026, 3, 3, 7, 30, tzinfo=UTC)),
    ("on Friday night", datetime(2026, 3, 6, 20, tzinfo=UTC), datetime(2026, 3, 9, 8, tzinfo=UTC)),
]


@pytest.mark.parametrize(("name", "at", "leaves"), TAKEN, ids=[row[0] for row in TAKEN])
def test_that_somebody_took_it_is_told_after_a_working_hour(name: str, at: datetime, leaves: datetime) -> None:
    changes = (Assign("anna"), SetStatus(Status.OPEN))
    [letter] = status_letters.letter_for_change(
        Moment(POLICY, Facts(), at), NEW, ticket_after(NEW, changes, at), changes, hold=True
    )
    assert letter.not_before == leaves


@pytest.mark.parametrize(
    "content", [*(one() for one in status_letters.STAGES.values()), Nudge(), Closing(), Solved(survey="scale")]
)
def test_no_letter_of_ours_that_no_agent_wrote_goes_to_more_than_the_requester(content: Content) -> None:
    others = (Address("boss@customer.example"), Address("friend@home.example"))
    [letter] = status_letters.stage_letter(
        Moment(POLICY, Facts(), NOW), replace(TICKET, participants=(others[0], MAIJA, others[1])), content, again=True
    )
    assert (letter.to, letter.cc) == ((MAIJA,), ())


def test_of_stages_the_solved_letter_alone_is_sent_unless_the_admin_says_so() -> None:
    assert LetterPolicy().stages == ("solved",)


HAD = replace(TICKET, owner="anna")
LATER = replace(HAD, last_agent_at=NOW + HOUR)
WAITS = replace(HAD, status=Status.WAITING)
OVERTAKEN: list[tuple[str, Content, Ticket, bool]] = [
    ("still theirs", Taken(), HAD, False),
    ("theirs, and put off", Taken(), replace(HAD, status=Status.HOLD), False),
    ("given back", Taken(), NEW, True),
    ("solved meanwhile", Taken(), SOLVED, True),
    ("answered before", Taken(), replace(HAD, last_agent_at=NOW - HOUR), False),
    *((f"answered meanwhile: {one.template}", one, replace(LATER, status=status), True)
      for one, status in ((Taken(), Status.OPEN), (Waiting(), Status.WAITING), (Transferred(), Status.OPEN),
                          (Reopened(), Status.OPEN), (Delayed(), Status.OPEN), (Nudge(), Status.WAITING),
                          (Solved(), Status.SOLVED), (Closing(), Status.SOLVED))),
    ("it waits", Waiting(), WAITS, False), ("it waits no more", Waiting(), HAD, True),
    ("silent still", Nudge(), WAITS, False), ("they have written", Nudge(), HAD, True),
    ("another team has it", Transferred(), HAD, False), ("and has solved it", Transferred(), SOLVED, True),
    ("open", Reopened(), HAD, False), ("solved at once", Reopened(), SOLVED, True),
    ("late", Delayed(), HAD, False), ("their turn", Delayed(), WAITS, True), ("done", Delayed(), SOLVED, True),
    ("rests", Solved(), replace(SOLVED, status=Status.ARCHIVED), False), ("open again", Solved(), HAD, True),
    ("let go", Closing(), SOLVED, False), ("they have written", Closing(), HAD, True),
    *((f"asked for: {one.template}", one, LATER, False) for one in (Answer(), Ack(), StatusReport(), VoteThanks())),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "content", "ticket", "gone"), OVERTAKEN, ids=[f"{r[1].template}: {r[0]}" for r in OVERTAKEN]
)
def test_a_letter_that_waited_is_dropped_when_the_ticket_has_gone_on(
    why: str, content: Content, ticket: Ticket, gone: bool
) -> None:
    assert status_letters.overtaken(content, ticket, NOW) is gone


def test_every_letter_no_agent_wrote_may_be_overtaken() -> None:
    tried = {type(content) for _, content, _, gone in OVERTAKEN if gone}
    assert tried == {*status_letters.STAGES.values(), Nudge, Closing}


# From-to in Helsinki (UTC+2 in winter, +3 in summer); what is quiet waits until its end.
QUIET = [
    ("21:00-07:00 in the evening", (1260, 420), datetime(2026, 3, 2, 20, 30, tzinfo=UTC), datetime(2026, 3, 3, 5, 0, tzinfo=UTC)),
    ("21:00-07:00 after midnight", (1260, 420), datetime(2026, 3, 3, 1, 0, tzinfo=UTC), datetime(2026, 3, 3, 5, 0, tzinfo=UTC)),
    ("21:00-07:00 at its end", (1260, 420), datetime(2026, 3, 3, 5, 0, tzinfo=UTC), None),
    ("21:00-07:00 by day", (1260, 420), datetime(2026, 3, 3, 9, 0, tzinfo=UTC), None),
    ("12:00-13:00 at noon", (720, 780), datetime(2026, 3, 3, 10, 0, tzinfo=UTC), datetime(2026, 3, 3, 11, 0, tzinfo=UTC)),
    ("k03: the night of the spring change", (1260, 420), datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 4, 0, tzinfo=UTC)),
    ("k03: the night of the autumn change", (1260, 420), datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 5, 0, tzinfo=UTC)),
    ("none", None, datetime(2026, 3, 2, 23, 0, tzinfo=UTC), None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "hours", "at", "until"), QUIET, ids=[row[0] for row in QUIET])
def test_quiet_hours(name: str, hours: tuple[int, int] | None, at: datetime, until: datetime | None) -> None:
    policy = replace(POLICY, letters=LetterPolicy(stages=EVERY, quiet_hours=hours))
    changes = (SOLVE,)
    [letter] = status_letters.letter_for_change(
        Moment(policy, Facts(), at), TICKET, ticket_after(TICKET, changes, at), changes
    )
    assert letter.not_before == until


@pytest.mark.parametrize(
    ("spoke", "due", "leaves"),
    [
        (None, NOW + HOUR, None),
        (NOW - 2 * HOUR, NOW + HOUR, None),
        (NOW - HOUR / 2, NOW + HOUR, NOW + HOUR / 2),  # the hour after their words is over before the deadline
        (NOW - HOUR / 2, NOW + HOUR / 4, "never"),
        (NOW - HOUR / 2, NOW - HOUR, "never"),
    ],
)
def test_d01_the_customer_hears_before_the_deadline_though_an_agent_wrote_lately(spoke, due, leaves) -> None:  # type: ignore[no-untyped-def]
    ticket = replace(TICKET, due=Due(resolve=due), last_agent_at=spoke)
    letters = status_letters.delayed_letter(Moment(POLICY, Facts(), NOW), ticket)
    assert [one.not_before for one in letters] == ([] if leaves == "never" else [leaves])


def test_a_late_answer_is_told_once_for_each_deadline() -> None:
    now, due = Moment(POLICY, Facts(), NOW), replace(TICKET, due=Due(first_response=NOW + HOUR))
    [first] = status_letters.delayed_letter(now, due)
    [again] = status_letters.delayed_letter(replace(now, now=NOW + HOUR / 2), due)
    [other] = status_letters.delayed_letter(now, replace(due, due=Due(first_response=NOW + 5 * HOUR)))
    assert first.template == "delayed" and first.dedupe == again.dedupe != other.dedupe
    assert first.content == Delayed(due_at=(NOW + HOUR).isoformat(), answer_by=(NOW + HOUR).isoformat())
    [by_hand] = status_letters.delayed_letter(now, replace(due, due=Due(manual=NOW + HOUR)))
    assert by_hand.content == Delayed(due_at=(NOW + HOUR).isoformat()), "nobody promised the customer that"
    assert status_letters.delayed_letter(now, TICKET) == ()
    assert status_letters.delayed_letter(replace(now, policy=replace(POLICY, letters=LetterPolicy())), due) == ()


@pytest.mark.parametrize("kind", TO_CUSTOMERS, ids=lambda kind: kind.__name__)
def test_from_a_quiet_ticket_nothing_leaves_for_a_customer_but_what_agents_say_or_bid(kind: type[Content]) -> None:
    """Asked of every letter right before it leaves, so that a new one needs no thought, nor one that has waited."""
    quiet = replace(TICKET, tags=("quiet",), status=Status.SOLVED if kind in (Solved, Closing) else Status.WAITING)
    assert status_letters.overtaken(kind(), quiet, NOW) is (kind not in (Answer, PrivacyLetter))
