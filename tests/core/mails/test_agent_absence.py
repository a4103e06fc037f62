"""What a program wrote in an agent's name: dropped, told to somebody, kept, or asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, BO, CAI, NOW, PASS, POLICY, H, case, issued, letter, letters_of, mail

from mailgate.core.mails import agent_absence
from mailgate.core.model.change import Fate
from mailgate.core.model.content import Alarm
from mailgate.core.model.facts import Absence
from mailgate.core.model.mail import Attachment, InboundMail, MailKind
from mailgate.core.model.policy import Agent, Policy
from mailgate.wire import words

AUTO = (("auto-submitted", "auto-replied"),)
NOTICE = letter(1042, BO, "customer")
ALARM = letter(1042, BO, "question", content=Alarm(title="x"))
BILL = Attachment("bill.pdf", "application/pdf", 1000, "d", "2")
GONE, WORDS = "I am on holiday until 12.3.2026.", "I am on holiday. The code of the safe is 4711."


def auto(words: str = GONE, **parts: Any) -> InboundMail:
    return mail(words, **{"by": BO, "subject": "Re: [#1042] Lamp", "headers": AUTO, "newest": words, **parts})


def away(*names: str) -> dict[str, Any]:
    return {"away": tuple(Absence(name, NOW - H, None, "") for name in names)}


ANSWERS = {"in_reply_to": (NOTICE.message_id,)}
DROPPED, PARKED = (Fate.DROPPED, "auto_reply"), (Fate.PARKED, "automatic")
SALES_LED = replace(POLICY, departments=(POLICY.departments[0], replace(POLICY.departments[1], lead="cai")))
ALONE = replace(POLICY, agents=(BO,), departments=(POLICY.departments[0],))

# what is decided, the mail, what else is known, the policy, the fate, and who is written to
ROWS: list[tuple[str, InboundMail, dict[str, Any], Policy, tuple[Fate, str], list[str]]] = [
    ("an absence and no more asks the lead whether to set it", auto(), {}, POLICY, DROPPED, ["anna"]),
    ("once it is set nobody is asked", auto(), away("bo"), POLICY, DROPPED, []),
    ("a colleague's absence is not theirs", auto(), away("cai"), POLICY, DROPPED, ["anna"]),
    ("with words, in answer to a letter, the lead reads them", auto(WORDS, **ANSWERS), {}, POLICY, DROPPED, ["anna"]),
    ("also while the absence is set: the words are new", auto(WORDS, **ANSWERS), away("bo"), POLICY, DROPPED, ["anna"]),
    ("with words in answer to nothing they wait, and nobody is written to", auto(WORDS), {}, POLICY, PARKED, []),
    ("in answer to an alarm too: two absences keep nobody talking", auto(WORDS, in_reply_to=(ALARM.message_id,)), {}, POLICY, PARKED, []),
    ("with a file they are told of and the file waits", auto(attachments=(BILL,), **ANSWERS), {}, POLICY, PARKED, ["anna"]),
    ("longer than a letter shows: told of, and all of it waits", auto("word " * 900, **ANSWERS), {}, POLICY, PARKED, ["anna"]),
    ("just as long as a letter shows", auto("w" * 4000, **ANSWERS), {}, POLICY, DROPPED, ["anna"]),
    ("a character longer", auto("w" * 4001, **ANSWERS), {}, POLICY, PARKED, ["anna"]),
    ("in answer to a letter that nobody wrote", auto(WORDS, in_reply_to=(issued(1042, BO, "note"),)), {}, POLICY, PARKED, []),
    ("nobody else is there: words wait", auto(WORDS, **ANSWERS), {}, ALONE, PARKED, []),
    ("nobody else is there: an absence alone is nothing", auto(), {}, ALONE, DROPPED, []),
    ("words below a signature are words", auto(f"{GONE}\n-- \nThe code is 4711.", newest=GONE), {}, POLICY, PARKED, []),
    ("a subject that no program writes is said", auto(subject="The code is 4711"), {}, POLICY, PARKED, []),
    ("one that a program writes is not", auto(subject="Out of office: away"), {}, POLICY, DROPPED, ["anna"]),
    ("no subject", auto(subject=" "), {}, POLICY, DROPPED, ["anna"]),
    ("a receipt says nothing", auto("", kind=MailKind.MDN, bare=True, headers=()), {}, POLICY, (Fate.DROPPED, "receipt"), []),
    ("an answer to an invitation too", auto("", kind=MailKind.CALENDAR, bare=True, headers=()), {}, POLICY, (Fate.DROPPED, "calendar"), []),
    ("what only reads like an absence is asked about", auto(subject="Out of office: x", headers=(), auth=(PASS,)), {}, POLICY,
     (Fate.PARKED, "automatic"), ["bo"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "known", "policy", "fate", "told"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_programs_mail_in_an_agents_name(
    inbound: InboundMail, known: dict[str, Any], policy: Policy, fate: tuple[Fate, str], told: list[str]
) -> None:
    given = case(inbound, letters=[NOTICE, ALARM], policy=policy, **known)
    decision = agent_absence.automatic_mail(given, BO)
    assert (decision.fate, decision.reason) == fate
    assert decision.steps == ()
    if fate == PARKED and "bo" not in told:
        assert decision.parking is not None and (decision.parking.doubt, decision.parking.asked) == (True, False)
    assert [one.agent for one in letters_of(decision)] == told


# what is decided, whose mailbox answers, who is away, and who is told
HEARERS: list[tuple[str, Agent, tuple[str, ...], Policy, list[str]]] = [
    ("the lead", BO, (), POLICY, ["anna"]),
    ("whoever is there, where the lead is away", BO, ("anna",), POLICY, ["cai"]),
    ("of the lead's own a colleague", ANNA, (), POLICY, ["bo"]),
    ("who is at work", ANNA, ("bo",), POLICY, ["cai"]),
    ("nobody, when all are away", ANNA, ("bo", "cai"), POLICY, []),
    ("whoever leads anywhere, where the department has no lead", replace(BO, departments=("sales",)), (), POLICY, ["anna"]),
    ("the lead of their own department, not of the one the mail went to", replace(BO, departments=("sales",)), (), SALES_LED, ["cai"]),
    ("who works everywhere is of the department the mail went to", replace(CAI, departments=()), (), POLICY, ["anna"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("whose", "absent", "policy", "told"), [row[1:] for row in HEARERS], ids=[row[0] for row in HEARERS]
)
def test_who_is_told_that_a_mailbox_answers_by_itself(
    whose: Agent, absent: tuple[str, ...], policy: Policy, told: list[str]
) -> None:
    decision = agent_absence.automatic_mail(case(auto(by=whose), policy=policy, **away(*absent)), whose)
    assert [one.agent for one in letters_of(decision)] == told


def test_the_same_words_are_told_once_a_week_and_others_anew() -> None:
    def dedupe(text: str) -> str:
        given = case(auto(text, **ANSWERS), letters=[NOTICE])
        return letters_of(agent_absence.automatic_mail(given, BO))[0].dedupe

    assert dedupe(GONE) == dedupe("I am away.") == "away:bo:2026-10"
    assert dedupe(WORDS) == dedupe(WORDS.replace(" ", "\n")) != dedupe(f"{WORDS} 2")


def test_the_letter_says_the_command_that_sets_it() -> None:
    (one,) = letters_of(agent_absence.automatic_mail(case(auto()), BO))
    assert tuple(words.said("en", each) for each in (one.content.title, one.content.remedy)) == (
        "Bo Ek seems to be away",
        "#away bo 2026-03-04..UNTIL cover NAME",
    )
    assert one.content.text == GONE


@pytest.mark.parametrize(("inbound", "no_more"), [
    (auto(), True), (auto("Olen lomalla 12.3. asti."), True), (auto(WORDS), False), (auto(attachments=(BILL,)), False), (auto(""), False),
])  # fmt: skip
def test_an_absence_that_says_no_more(inbound: InboundMail, no_more: bool) -> None:
    assert agent_absence.says_no_more(case(inbound)) is no_more
