"""What counts as a vote, and what a customer may order (S-14)."""

from __future__ import annotations

from typing import Any

import pytest
from cases import ANNA, MAIJA, PASS, STRANGER, case, changes, decided, issued, letter, letters_of, mail, ticket, written

from mailgate.core.mails import customer_commands
from mailgate.core.model import change as ch
from mailgate.core.model.content import Answer, Solved
from mailgate.core.model.mail import InboundMail
from mailgate.core.model.ticket import Status

SOLVED = letter(purpose="stage", content=Solved())
ANSWER = letter(content=Answer(survey="scale"))
PLAIN = letter(content=Answer())
SCALE = f"\n\nmg:{written(purpose='stage', by='vote')}"


def vote(text: str, told: ch.SentLetter, below: str = "", **parts: Any) -> int | None:
    """The score of an answer to that letter; None when it is no vote."""
    inbound = mail(text + below, **{"fresh": text, "in_reply_to": (told.message_id,), **parts})
    decision = customer_commands.survey_vote(case(inbound, ticket(), letters=[told]), ticket())
    return None if decision is None else next(one.score for one in decision.effects if isinstance(one, ch.Vote))


SCORES = [
    ("8", 8), ("10", 10), ("0", 0), (" 7 / 10 ", 7), ("9!", 9), ("10/10\nThank you, well done", 10), ("5.\n", 5),
    ("2 lamps are broken", None), ("8 days and still nothing", None), ("10 out of 10", None), ("11", None), ("100", None),
    ("3,5", None), ("no", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "score"), SCORES)
def test_a_vote_is_a_number_that_stands_alone_on_the_first_line(text: str, score: int | None) -> None:
    assert vote(text, SOLVED, SCALE) == score


LETTERS = [
    ("the letter that says it is solved", SOLVED, "8", 8),
    ("that letter, with words below (W-07)", SOLVED, "8\n\nVery quick!", 8),
    ("that letter, with thanks behind (W-07)", SOLVED, "9 thanks", 9),
    ("that letter, with words behind a whole score (W-07)", SOLVED, "9/10 - great!", 9),
    ("that letter, with a number of something", SOLVED, "2 lamps are still broken", None),
    ("an answer that asked", ANSWER, "8", 8),
    ("an answer that did not", PLAIN, "8", None),
]


@pytest.mark.parametrize(("told", "text", "score"), [c[1:] for c in LETTERS], ids=[c[0] for c in LETTERS])
def test_a_number_votes_in_answer_to_what_asked_for_one(told: ch.SentLetter, text: str, score: int | None) -> None:
    assert vote(text, told) == score


def test_a_tap_counts_with_words_above_its_number_w_06() -> None:
    inbound = mail("It was quick.\n8" + SCALE, fresh="It was quick.\n8", subject="[#1042] 8")
    decision = customer_commands.survey_vote(case(inbound, ticket(), letters=[SOLVED]), ticket())
    assert decision is not None
    assert [(one.score, one.comment) for one in decision.effects if isinstance(one, ch.Vote)] == [(8, "It was quick.")]
    assert [one.text for one in changes(decision, ch.AddEntry)] == ["8/10: It was quick."]
    assert any(one.template == "notice" for one in letters_of(decision)), "somebody hears of words beside a vote"


def test_neither_a_robot_nor_an_outsider_votes() -> None:
    assert vote("8", SOLVED, headers=(("auto-submitted", "auto-replied"),)) is None
    assert vote("8", SOLVED, by=STRANGER) is None


def test_p01_the_scale_of_a_letter_nobody_wrote_counts_nothing() -> None:
    inbound = mail("8" + SCALE, fresh="8")
    assert customer_commands.survey_vote(case(inbound, ticket(), letters=[SOLVED]), ticket()) is not None
    assert customer_commands.survey_vote(case(inbound, ticket()), ticket()) is None


def test_a_low_score_reaches_the_lead() -> None:
    low = customer_commands.survey_vote(
        case(mail("2", in_reply_to=(SOLVED.message_id,)), ticket(), letters=[SOLVED]), ticket()
    )
    assert low is not None and [one.agent for one in letters_of(low) if one.template == "notice"] == [ANNA.name]


ORDERS = [
    ("by a customers' id", mail("#close", in_reply_to=(issued(),)), [Status.SOLVED]),
    ("by a pass", mail("#close", subject="[#1042] lamp", auth=(PASS,)), [Status.SOLVED]),
    ("without proof", mail("#close", subject="[#1042] lamp"), []),
    ("in the middle of the words", mail("hello\n#close\nbye", in_reply_to=(issued(),)), []),
]


@pytest.mark.parametrize(("inbound", "statuses"), [c[1:] for c in ORDERS], ids=[c[0] for c in ORDERS])
def test_a_requester_closes_their_own_ticket_with_proof(inbound: InboundMail, statuses: list[Status]) -> None:
    decision = decided(inbound, ticket(), letters=[letter()])
    assert [one.status for one in changes(decision, ch.SetStatus)] == statuses
    assert changes(decision, ch.AddEntry)[0].author == MAIJA.addr
