"""What counts as a vote, and what a customer may order (S-14)."""

from __future__ import annotations

from typing import Any

import pytest
from cases import (
    ANNA,
    MAIJA,
    PASS,
    STRANGER,
    VALDIS,
    case,
    changes,
    decided,
    issued,
    letter,
    letters_of,
    mail,
    ticket,
    written,
)

from mailgate.core.mails import customer
from mailgate.core.model import change as ch
from mailgate.core.model.content import Answer, Solved
from mailgate.core.model.mail import Attachment, InboundMail
from mailgate.core.model.ticket import Status
from mailgate.core.rules.rule import RuleEffects

SOLVED = letter(purpose="stage", content=Solved(survey="scale"))
ANSWER = letter(content=Answer(survey="scale"))
PLAIN = letter(content=Answer())
SCALE = f"\n\nmg:{written(purpose='stage', by='vote')}"


def vote(text: str, told: ch.SentLetter, below: str = "", **parts: Any) -> int | None:
    """The score of an answer to that letter; None when it is no vote."""
    inbound = mail(text + below, **{"fresh": text, "in_reply_to": (told.message_id,), **parts})
    decision = decided(inbound, ticket(), letters=[told])
    return next((one.score for one in decision.effects if isinstance(one, ch.Vote)), None)


SCORES = [
    ("8", 8), ("10", 10), ("0", 0), (" 7 / 10 ", 7), ("9!", 9), ("10/10\nThank you, well done", 10), ("5.\n", 5),
    ("2 lamps are broken", None), ("8 days and still nothing", None), ("11", None), ("100", None),
    ("3,5", None), ("no", None), ("", None), ("9 of 10", 9), ("10 out of 10!", 10), ("9 von 10 Punkten", 9), ("9 av 10, tack", 9),
    ("9 na 10", 9), ("9 no 10", 9), ("9 z 10", 9), ("8 points", 8), ("8 poäng.", 8), ("8 punktów", 8), ("8 pistettä", 8),
    ("9 of 100", None), ("9 of 10 lamps are broken", None), ("2 points of the contract are not clear", None), ("3 no", None),
    ("10 Super!", 10), ("9: bra", 9), ("10 - Excellent service", 10), ("9 Sehr gut, danke", 9), ("8 hyvä", 8), ("10 świetnie!", 10),
    ("10 ļoti labi", 10), ("9 väga hea", 9), ("10 points, great!", 10), ("2 lamps are still missing", None), ("2 good lamps", None),
    ("10 days have passed and nothing", None), ("9 am tomorrow?", None), ("10 is perfect", None), ("10 super?", None),
    ("9 would be great", None), ("2 very", None), ("2 not good", None),
    ("10 thank you, that was quick", 10), ("9 kiitos, se oli nopeaa", 9), ("10 dziękuję, to było szybko", 10),
    ("10 paldies, tas bija ātri", 10), ("9 danke, das war schnell", 9), ("10 thank you, that was the wrong lamp", None),
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
    decision = decided(inbound, ticket(), letters=[SOLVED])
    assert [(one.score, one.comment) for one in decision.effects if isinstance(one, ch.Vote)] == [(8, "It was quick.")]
    assert [one.text for one in changes(decision, ch.AddEntry)] == ["8/10: It was quick."]
    assert any(one.template == "notice" for one in letters_of(decision)), "somebody hears of words beside a vote"


def test_neither_a_robot_nor_an_outsider_votes() -> None:
    assert vote("8", SOLVED, headers=(("auto-submitted", "auto-replied"),)) is None
    assert vote("8", SOLVED, by=STRANGER) is None


def test_p01_the_scale_of_a_letter_nobody_wrote_counts_nothing() -> None:
    inbound = mail("8" + SCALE, fresh="8")
    assert decided(inbound, ticket(), letters=[SOLVED]).effects
    assert not decided(inbound, ticket()).effects


def test_a_low_score_reaches_the_lead() -> None:
    low = decided(mail("2", in_reply_to=(SOLVED.message_id,)), ticket(), letters=[SOLVED])
    assert [one.agent for one in letters_of(low) if one.template == "notice"] == [ANNA.name]


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


# --- an order or a vote is a step of filing ---------------------------------------------------------------------------

PHOTO = Attachment("lamp.jpg", "image/jpeg", 10, "d" * 64, "2")
REPLY = {"in_reply_to": (SOLVED.message_id,), "cc": (VALDIS,), "attachments": (PHOTO,)}
ROUTE = RuleEffects(tags=("vip",), priority="high", department="sales", note="a rule's note", fields={"order": "7"})
FILED = [
    ("plain words", "thank you all, and hello to Valdis", "reply"),
    ("#status", "#status", "#status"),
    ("#close", "#close\n\nsee the picture", "#close"),
    ("#reopen", "hello\n\n#reopen", "#reopen"),
    ("a vote", "9", "vote"),
    ("a vote with words", "9/10 - see the picture", "vote"),
    ("a low vote", "1\n\nsee the picture", "vote"),
]


@pytest.mark.parametrize(("text", "reason"), [c[1:] for c in FILED], ids=[c[0] for c in FILED])
def test_w11_an_order_or_a_vote_is_filed_like_any_reply(text: str, reason: str) -> None:
    given = case(mail(text, **REPLY), ticket(), letters=[SOLVED], route=ROUTE)  # type: ignore[arg-type]
    decision = customer.file_customer_mail(given)
    assert (decision.reason, [step.ticket for step in decision.steps]) == (reason, [1042])
    said, note = changes(decision, ch.AddEntry)
    assert (said.attachments, said.kind.value, note.text) == ((PHOTO,), "customer", "a rule's note")
    assert [one.address for one in changes(decision, ch.Join)] == [VALDIS]
    assert [one.department for one in changes(decision, ch.Move)] == ["sales"]
    assert [one.add for one in changes(decision, ch.Tag)] == [("vip",)]
    assert [one.priority.value for one in changes(decision, ch.SetPriority)] == ["high"]
    assert [(one.name, one.value) for one in changes(decision, ch.SetField)] == [("order", "7")]
    told = [one for one in letters_of(decision) if one.template == "notice"]
    assert told and all(one.attachments == ((0, "2"),) for one in told)


@pytest.mark.parametrize("text", ["9", "#close"])
def test_w11_flags_of_a_mail_are_kept_beside_an_order_and_a_vote(text: str) -> None:
    inbound = mail(text, in_reply_to=(SOLVED.message_id,), flags=frozenset({"nesting"}))
    decision = decided(inbound, ticket(), letters=[SOLVED])
    assert any("nesting" in str(one) for one in changes(decision, ch.Journal))


def test_w11_a_new_cc_of_a_vote_without_its_letters_id_is_proposed() -> None:
    inbound = mail("9" + SCALE, fresh="9", subject="[#1042] 9", cc=(VALDIS,))
    decision = decided(inbound, ticket(), letters=[SOLVED])
    assert not changes(decision, ch.Join) and decision.effects
    proposed = [one.content.proposed for one in letters_of(decision) if one.template == "notice"]
    assert proposed == [(VALDIS.addr,)] * len(proposed) and proposed


BESIDE = [
    ("an order alone", "#status", []),
    ("an order and thanks", "thank you\n\n#status", []),
    ("an order and words", "The other lamp is broken too.\n\n#status", [Status.NEW]),
    ("a close and words", "The other lamp is fine.\n\n#close", [Status.SOLVED]),
]


@pytest.mark.parametrize(("text", "statuses"), [c[1:] for c in BESIDE], ids=[c[0] for c in BESIDE])
def test_w11_words_beside_an_order_count_as_an_answer(text: str, statuses: list[Status]) -> None:
    waiting = ticket(status=Status.WAITING)
    decision = decided(mail(text, in_reply_to=(issued(),)), waiting, letters=[letter()])
    assert [one.status for one in changes(decision, ch.SetStatus)] == statuses


def test_w11_an_order_that_is_not_granted_leaves_an_ordinary_reply() -> None:
    theirs = ticket(status=Status.WAITING, participants=(MAIJA, VALDIS))
    inbound = mail("It works now, I think.\n\n#close", by=VALDIS, in_reply_to=(issued(),))
    decision = decided(inbound, theirs, letters=[letter()])
    assert [one.status for one in changes(decision, ch.SetStatus)] == [Status.NEW]
    assert any(one.template == "status" and one.content.refused for one in letters_of(decision))
