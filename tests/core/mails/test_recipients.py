"""Who gets an answer is who the agent was told gets it: those the letter they answered named in its first line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, MAIJA, NOW, PASS, POLICY, STRANGER, VALDIS, decided, facts, letter, letters_of, mail, ticket

from mailgate.core.mails import decide
from mailgate.core.model import change as ch
from mailgate.core.model.content import Receipt
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Ticket
from mailgate.wire import words

NOTICE = letter(1042, ANNA, "customer", promised=(MAIJA,))
BOTH = replace(NOTICE, promised=(MAIJA, VALDIS))
ALONE, WITH_VALDIS = ticket(), ticket(participants=(MAIJA, VALDIS))
THEIRS = ticket(requester=VALDIS, participants=(VALDIS,))
WORDS = "It leaves today."


def answer(words: str = WORDS, **parts: Any) -> Any:
    return mail(words, by=ANNA, **{"subject": "[#1042] Lamp", "in_reply_to": (NOTICE.message_id,), **parts})


def sent_to(decision: ch.Decision) -> list[str]:
    return [one.addr for each in letters_of(decision) if each.template == "answer" for one in (*each.to, *each.cc)]


def receipts(decision: ch.Decision) -> list[Receipt]:
    return [one.content for one in letters_of(decision) if isinstance(one.content, Receipt)]


GROWN: list[tuple[str, Any, Ticket, dict[str, Any], list[str]]] = [
    ("somebody joined", answer(), WITH_VALDIS, {"letters": [NOTICE]}, []),
    ("the requester is another", answer(), THEIRS, {"letters": [NOTICE]}, []),
    ("the ticket went into another", answer(subject="Lamp"), ticket(1043, participants=(MAIJA, VALDIS)),
     {"letters": [NOTICE], "merged": {1042: 1043}}, []),
    ("`#reply` says no more than the first line", answer(f"#reply\n{WORDS}"), WITH_VALDIS, {"letters": [NOTICE]}, []),
    ("a pass says who wrote, not what they read", answer(auth=(PASS,)), WITH_VALDIS, {"letters": [NOTICE]}, []),
    ("the same people", answer(), WITH_VALDIS, {"letters": [BOTH]}, [MAIJA.addr, VALDIS.addr]),
    ("the letter answered is the newer one", answer(references=(letter(1042, ANNA, "note").message_id,)), WITH_VALDIS,
     {"letters": [BOTH, letter(1042, ANNA, "note", promised=(MAIJA,))]}, [MAIJA.addr, VALDIS.addr]),
    ("they bring them in themselves", answer(f"#cc +{VALDIS.addr}\n{WORDS}"), ALONE, {"letters": [NOTICE]},
     [MAIJA.addr, VALDIS.addr]),
    ("they brought them in themselves before", answer(), WITH_VALDIS,
     {"letters": [NOTICE], "brought_in": {1042: {VALDIS.key: "anna"}}}, [MAIJA.addr, VALDIS.addr]),
    ("and made them the requester", answer(), THEIRS, {"letters": [NOTICE], "brought_in": {1042: {VALDIS.key: "anna"}}},
     [VALDIS.addr]),
    ("a colleague brought them in", answer(), WITH_VALDIS,
     {"letters": [NOTICE], "brought_in": {1042: {VALDIS.key: "bo"}}}, []),
    ("they did so on another ticket", answer(), WITH_VALDIS,
     {"letters": [NOTICE], "brought_in": {7: {VALDIS.key: "anna"}}}, []),
    ("they wrote to them themselves", answer(cc=(VALDIS,)), WITH_VALDIS, {"letters": [NOTICE]}, [MAIJA.addr]),
    ("a letter of before names nobody", answer(), WITH_VALDIS, {"letters": [replace(NOTICE, promised=None)]},
     [MAIJA.addr, VALDIS.addr]),
    ("no letter is answered", answer(in_reply_to=(), auth=(PASS,)), WITH_VALDIS, {}, [MAIJA.addr, VALDIS.addr]),
    ("another ticket's letter says nothing of this one", answer(references=(NOTICE.message_id,), in_reply_to=(),
     auth=(PASS,)), WITH_VALDIS, {"letters": [replace(NOTICE, promised=None)]}, [MAIJA.addr, VALDIS.addr]),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "there", "known", "to"), [c[1:] for c in GROWN], ids=[c[0] for c in GROWN])
def test_an_answer_reaches_nobody_whom_the_letter_answered_did_not_name(
    inbound: Any, there: Ticket, known: dict[str, Any], to: list[str]
) -> None:
    decision = decided(inbound, there, **known)
    assert sent_to(decision) == to
    if not to:
        assert (decision.fate, decision.reason, decision.steps) == (ch.Fate.PARKED, "others", ())
        [asked] = receipts(decision)
        assert asked.to == tuple(one.addr for one in there.participants), "whom a button would send it to"
        assert asked.refused and VALDIS.addr in words.said("en", asked.refused[0].why)


def test_whoever_left_gets_nothing_and_the_agent_is_told_who() -> None:
    decision = decided(answer(), ALONE, letters=[BOTH])
    assert sent_to(decision) == [MAIJA.addr]
    [told] = receipts(decision)
    assert told.asks and VALDIS.addr in words.said("en", told.asks[0])


@pytest.mark.parametrize("text", [f"#cc -{VALDIS.addr}\n{WORDS}", f"#note\n{WORDS}"])
def test_nobody_is_told_of_what_they_did_or_did_not_ask_for(text: str) -> None:
    left = text.startswith("#note")
    assert receipts(decided(answer(text), ALONE if left else WITH_VALDIS, letters=[BOTH])) == []


LET_GO: list[tuple[str, Receipt | None, Ticket, list[str]]] = [
    ("it named both", Receipt(parked=True, to=(MAIJA.addr, VALDIS.addr)), WITH_VALDIS, [MAIJA.addr, VALDIS.addr]),
    ("it named one", Receipt(parked=True, to=(MAIJA.addr,)), WITH_VALDIS, []),
    ("it named no ticket's people yet", Receipt(parked=True, to=()), ALONE, []),
    ("one of those it named has left", Receipt(parked=True, to=(MAIJA.addr, VALDIS.addr)), ALONE, [MAIJA.addr]),
    ("it is of before", Receipt(parked=True), WITH_VALDIS, [MAIJA.addr, VALDIS.addr]),
    ("the admin let it go at the shell", None, WITH_VALDIS, [MAIJA.addr, VALDIS.addr]),
]


@pytest.mark.parametrize(("said", "there", "to"), [c[1:] for c in LET_GO], ids=[c[0] for c in LET_GO])
@pytest.mark.parametrize("mode", ["all", "words"])
def test_a_parked_answer_reaches_nobody_whom_its_receipt_did_not_name(
    said: Receipt | None, there: Ticket, to: list[str], mode: str
) -> None:
    asked = letter(None, ANNA, "release", content=said) if said else None
    known = facts(there, letters=[NOTICE, *([asked] if asked else [])])
    by = asked.message_id if asked else ""
    moment = Moment(POLICY, known, NOW)
    decision = decide.decide(answer(), moment, (), released_as="anna", release_mode=mode, released_by=by)
    assert sent_to(decision) == to
    assert to or decision.reason == "others"


@pytest.mark.parametrize(
    "words", ["#slove\nIt leaves today.", "#note #reply\nIt leaves today.", "#merge 9\nIt leaves today."]
)
def test_whatever_keeps_an_answer_its_receipt_names_whom_it_would_reach(words: str) -> None:
    decision = decided(answer(words), WITH_VALDIS, letters=[BOTH])
    assert decision.fate is ch.Fate.PARKED
    assert receipts(decision)[0].to == (MAIJA.addr, VALDIS.addr)


@pytest.mark.parametrize("words", ["#slove", "#merge 9"])
def test_commands_alone_reach_nobody(words: str) -> None:
    assert receipts(decided(answer(words), WITH_VALDIS, letters=[BOTH]))[0].to is None


def test_the_receipt_that_lets_a_mail_go_is_looked_up() -> None:
    assert "<r@acme.example>" in decide.needs(answer(), POLICY, NOW, None, "anna", "<r@acme.example>").letters


def test_addresses_of_the_house_are_never_among_them() -> None:
    there = ticket(participants=(MAIJA, Address("support@acme.example"), STRANGER))
    decision = decided(answer(), there, letters=[replace(NOTICE, promised=(MAIJA, STRANGER))])
    assert sent_to(decision) == [MAIJA.addr, STRANGER.addr]
