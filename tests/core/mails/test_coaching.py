"""A trainee's answer: to whom it goes, in whose name it leaves, and that nothing but a coach's word lets it go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY, decided, facts, letter, letters_of, mail, ticket

from mailgate.core.letters import coaching
from mailgate.core.mails import decide
from mailgate.core.model.change import AddEntry, Decision, Fate, Unpark
from mailgate.core.model.coaching import Coached, TraineesAnswer
from mailgate.core.model.facts import Absence, SentLetter
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Policy, Role

HEARD = letter(to=CAI, purpose="customer")
WAITS = TraineesAnswer(
    parked=True, ticket=1042, text="Yes, at once.", author="cai", to=("maija@customer.example",),
    corrected="customer", corrected_to=("maija@customer.example",), by="Cai Lind", customer="Maija",
)  # fmt: skip
ASKED = letter(to=ANNA, purpose="release", content=WAITS, mail=7)


def handed_in(text: str = "Yes, at once.", policy: Policy = POLICY, **about: Any) -> Decision:
    inbound = mail(text, by=CAI, in_reply_to=(HEARD.message_id,))
    return decided(inbound, ticket(), letters=[HEARD], policy=policy, **about)


def coached(text: str, asked: SentLetter = ASKED, by: Agent = ANNA) -> Decision:
    return decided(mail(text, by=by, in_reply_to=(asked.message_id,)), ticket(), letters=[asked])


def test_d08_the_coachs_letter_is_the_tickets_and_shows_all_that_would_leave() -> None:
    decision = handed_in("#tag +photo\n\nYes, at once.")
    [asked, waits] = letters_of(decision)
    assert (decision.fate, decision.reason, decision.parking and decision.parking.agent) == (
        Fate.PARKED,
        "trainee",
        "anna",
    )
    assert [step.ticket for step in decision.steps] == [1042] and not decision.steps[0].changes
    assert (asked.agent, asked.purpose, waits.agent, waits.purpose) == ("anna", "release", "cai", "release")
    says = asked.content
    assert isinstance(says, TraineesAnswer)
    assert (says.by, says.customer, says.text, says.meant) == ("Cai Lind", "Maija", "Yes, at once.", ("#tag +photo",))
    assert says.to == says.corrected_to == ("maija@customer.example",)


@pytest.mark.parametrize(
    ("released_by", "leaves"), [("", True), (ASKED.message_id, True), (HEARD.message_id, False), ("<gone@x>", False)],
    ids=["the admin", "the coach", "a letter to the trainee", "a letter that has gone"],
)  # fmt: skip
def test_only_a_coach_or_the_admin_lets_it_go(released_by: str, leaves: bool) -> None:
    inbound = mail("Yes, at once.", by=CAI, subject="Re: [#1042] Broken lamp")
    moment = Moment(POLICY, facts(ticket(), letters=[HEARD, ASKED]), NOW)
    decision = decide.decide(inbound, moment, (), released_as="cai", release_mode="all", released_by=released_by)
    letters = letters_of(decision)
    assert [one.template for one in letters] == (["answer", "coached"] if leaves else ["trainee", "receipt"])
    assert decision.fate is (Fate.FILED if leaves else Fate.PARKED)


def test_with_changes_it_is_the_trainees_and_takes_the_place_of_the_one_that_waits() -> None:
    decision = coached("Yes, on Monday.")
    assert decision.effects == (Unpark(7, released=False, why="replaced"),)
    [entry] = [one for step in decision.steps for one in step.changes if isinstance(one, AddEntry)]
    assert (entry.author, entry.text, decision.actor) == ("cai", "Yes, on Monday.", "anna")
    [told] = [one for one in letters_of(decision) if one.template == "coached"]
    assert isinstance(told.content, Coached) and (told.agent, told.content.outcome) == ("cai", "changed")
    assert [one.kind for one in told.content.changes] == ["kept", "gone", "new"]
    assert told.purpose == "note"


def test_an_unchanged_one_is_told_as_sent() -> None:
    told = [one.content for one in letters_of(coached("Yes,\nat once.")) if one.template == "coached"]
    assert told == [Coached(by="Anna Virtanen", customer="Maija")]


@pytest.mark.parametrize("text", ["#return Greet her.", "#return\nGreet her.", "#palauta Greet her.", "#drop"])
def test_it_goes_back_with_a_word_and_its_letter_is_answered_to_the_customer(text: str) -> None:
    decision = coached(text)
    assert decision.effects == (Unpark(7, released=False, why="returned"),)
    [told] = letters_of(decision)
    assert isinstance(told.content, Coached) and (told.agent, told.purpose) == ("cai", "customer")
    assert told.content.word == ("" if text == "#drop" else "Greet her.") and told.content.own == "Yes, at once."


@pytest.mark.parametrize(
    ("text", "fate"), [("#send", Fate.FILED), ("#return", Fate.FILED), ("Yes, on Monday.", Fate.PARKED)]
)
def test_what_another_has_settled_is_not_settled_again(text: str, fate: Fate) -> None:
    decision = coached(text, replace(ASKED, settled_by="bo"))
    assert (decision.fate, decision.reason, decision.effects) == (fate, "settled", ())
    assert "answer" not in [one.template for one in letters_of(decision)]


@pytest.mark.parametrize(("by", "asks"), [("bo", True), ("cai", False), (None, False)])
def test_what_a_colleague_has_said_meanwhile_is_shown_before_it_leaves(by: str | None, asks: bool) -> None:
    spoken = ticket(last_agent_at=NOW - timedelta(minutes=5))
    inbound = mail("#send", by=ANNA, in_reply_to=(ASKED.message_id,))
    decision = decided(inbound, spoken, letters=[ASKED], last_words={1042: by} if by else {})
    assert [one.template for one in letters_of(decision)] == (["trainee"] if asks else [])
    assert (decision.effects == ()) is asks
    if asks:
        assert letters_of(decision)[0].content.asks and letters_of(decision)[0].mail == 7


def test_who_was_not_asked_settles_nothing_and_a_word_gives_back_nothing_else() -> None:
    assert coached("#send", by=BO).effects == ()
    assert decided(mail("#return no", by=ANNA, in_reply_to=(letter(to=ANNA, purpose="customer").message_id,)), ticket(),
                   letters=[letter(to=ANNA, purpose="customer")]).effects == ()  # fmt: skip


LEADS: list[tuple[str, tuple[Agent, ...], str | None]] = [
    ("the lead", (ANNA, BO, CAI), "anna"),
    ("a full agent of the department, where nobody leads", (CAI, BO), "bo"),
    ("never the trainee", (CAI,), None),
    ("nor another trainee", (CAI, replace(BO, role=Role.TRAINEE)), None),
]


@pytest.mark.parametrize(("agents", "coach"), [row[1:] for row in LEADS], ids=[row[0] for row in LEADS])
def test_who_is_asked(agents: tuple[Agent, ...], coach: str | None) -> None:
    found = coaching.coach_of(Moment(replace(POLICY, agents=agents), facts(), NOW), "support")
    assert (found.name if found else None) == coach


DEE = replace(BO, id=4, name="dee", address="dee@staff.example")
# who is away, with or without a cover, the hour, who is asked first, and who when it has waited
WAITED: list[tuple[str, tuple[str, ...], str, list[str]]] = [
    ("all who are here", (), "anna", ["anna", "bo", "dee"]),
    ("not a lead who is away", ("anna",), "bo", ["bo", "dee"]),
    ("the lead's cover", ("anna:dee",), "dee", ["dee", "bo"]),
    ("never the trainee, whomever they cover for", ("anna:cai",), "bo", ["bo", "dee"]),
    ("the one who is left", ("anna", "bo"), "dee", ["dee"]),
    ("where nobody is here the lead", ("anna", "bo", "dee"), "anna", ["anna"]),
]


@pytest.mark.parametrize(("away", "first", "then"), [row[1:] for row in WAITED], ids=[row[0] for row in WAITED])
def test_any_full_agent_who_is_here_may_send_what_has_waited(
    away: tuple[str, ...], first: str, then: list[str]
) -> None:
    pairs = (one.partition(":") for one in away)
    absences = tuple(Absence(name, NOW, None, cover) for name, _, cover in pairs)
    moment = Moment(replace(POLICY, agents=(ANNA, BO, CAI, DEE)), facts(away=absences), NOW)
    coach = coaching.coach_of(moment, "support")
    assert coach is not None and coach.name == first
    assert [one.name for one in coaching.who_may_send(moment, "support", coach)] == then


def test_where_nobody_may_send_it_the_trainee_is_told_that_it_waits() -> None:
    alone = handed_in(policy=replace(POLICY, agents=(CAI,)))
    assert (alone.fate, [one.template for one in letters_of(alone)]) == (Fate.PARKED, ["receipt"])
