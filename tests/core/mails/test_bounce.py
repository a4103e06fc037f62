"""What a delivery report changes, whom it is told to, and what of it nobody believes, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import (
    ANNA,
    BO,
    CAI,
    MAIJA,
    POLICY,
    VALDIS,
    case,
    changes,
    letter,
    letters_of,
    mail,
    ticket,
)

from mailgate.core.mails import bounce
from mailgate.core.model.change import AddEntry, Bounced, Decision, Fate, SetStatus
from mailgate.core.model.content import Answer, Nudge, Solved
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail import BouncedRecipient, Envelope, InboundMail, MailKind
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Status, Ticket

ANSWER, NUDGE, SOLVED = (
    letter(content=Answer()),
    letter(purpose="stage", content=Nudge()),
    letter(purpose="vote", content=Solved()),
)
HERS = letter(1042, BO, "customer")
US, KARI = "support@acme.example", "kari@customer.example"
WAITING, TWO = (
    ticket(status=Status.WAITING, owner="anna"),
    ticket(status=Status.WAITING, owner="anna", participants=(MAIJA, VALDIS)),
)
LOST = (MAIJA.addr, "failed", "5.1.1")
OURS = (Bounced(ANSWER.message_id, MAIJA.addr, "5.1.1", "550 no", True),)


def report(*who: tuple[str, str, str], about: SentLetter = ANSWER, words: str = "", **parts: Any) -> InboundMail:
    """As a mail system writes it: by nobody, and without a word of anybody's."""
    named = tuple(BouncedRecipient(address, action, status, "550 no") for address, action, status in who)
    return mail(words, **{"author": None, "envelope": Envelope("", (US,)), "kind": MailKind.DSN, "bare": True, "bounced": named,
                       "bounced_ids": (about.message_id,), **parts})  # fmt: skip


def handled(
    inbound: InboundMail, about: Ticket | None = None, known: Any = (ANSWER, NUDGE, SOLVED, HERS), **more: Any
) -> Decision | None:
    return bounce.handle_report(case(inbound, about or WAITING, letters=known, **more), ())


# Of these five were gateways of `scenarios/test_bounced_answers.py`: the answer that solved, the lost copy, the ticket without an owner,
# our own address, the passing cause.
# what is decided, the report, the ticket, the status it has afterwards (None: as it was), and how the decision is called
STATUSES: list[tuple[str, InboundMail, Ticket, Status | None, str]] = [
    ("a customer who was not reached cannot answer", report(LOST), WAITING, Status.OPEN, "bounce"),
    ("nor where a passing cause is given", report((MAIJA.addr, "failed", "4.4.7")), WAITING, Status.OPEN, "bounce"),
    ("nor where nobody is named", report(), WAITING, Status.OPEN, "bounce"),
    ("nor where our own address stands for it", report((US, "failed", "5.1.1")), WAITING, Status.OPEN, "bounce"),
    ("nobody's ticket is new", report(LOST), ticket(status=Status.WAITING), Status.NEW, "bounce"),
    ("one on hold too", report(LOST), ticket(status=Status.HOLD, owner="anna"), Status.OPEN, "bounce"),
    ("one that the answer solved", report(LOST), ticket(status=Status.SOLVED, owner="anna"), Status.OPEN, "bounce"),
    ("one that a question after silence asked about", report(LOST, about=NUDGE), WAITING, Status.OPEN, "bounce"),
    ("what tells of a solved ticket undoes nothing", report(LOST, about=SOLVED), ticket(status=Status.SOLVED, owner="anna"), None, "bounce"),
    ("an open one is open", report(LOST), ticket(owner="anna"), None, "bounce"),
    ("an archived one is over", report(LOST), ticket(status=Status.ARCHIVED, owner="anna"), None, "bounce"),
    ("a participant's copy leaves the requester's turn", report((VALDIS.addr, "failed", "5.1.1")), TWO, None, "bounce"),
    ("both lost theirs", report((VALDIS.addr, "failed", "5.1.1"), LOST), TWO, Status.OPEN, "bounce"),
    ("however the address is written", report((VALDIS.addr.upper(), "failed", "5.1.1")), TWO, None, "bounce"),
    ("a delay changes nothing", report((MAIJA.addr, "delayed", "4.4.1")), WAITING, None, "delayed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "about", "status", "reason"), [row[1:] for row in STATUSES], ids=[row[0] for row in STATUSES]
)
def test_what_a_report_makes_of_a_ticket(
    inbound: InboundMail, about: Ticket, status: Status | None, reason: str
) -> None:
    decision = handled(inbound, about)
    assert decision is not None
    assert (decision.fate, decision.reason) == (Fate.FILED, reason)
    assert changes(decision, SetStatus) == ([SetStatus(status, why="bounce")] if status else [])
    assert {one.lasting for one in changes(decision, Bounced)} == {reason == "bounce"}
    (entry,) = changes(decision, AddEntry)
    assert US not in entry.text
    assert all(one.audience is Audience.AGENT for one in letters_of(decision))
    assert bool(letters_of(decision)) is (reason == "bounce"), "a delay alarms nobody"


NO_LEAD = replace(POLICY, agents=(BO, CAI), departments=(replace(POLICY.departments[0], lead=None, notify="pull"),))
PULLS = replace(POLICY, departments=(replace(POLICY.departments[0], notify="pull"), POLICY.departments[1]))
# what is decided, the ticket, the policy, and who hears
HEARERS: list[tuple[str, Ticket, Policy, list[str]]] = [
    ("its owner", WAITING, POLICY, ["anna"]),
    ("its department, where nobody has it", ticket(), POLICY, ["anna", "bo", "cai"]),
    ("its lead, where the department pulls its work", ticket(), PULLS, ["anna"]),
    ("nobody, where there is nobody", ticket(), NO_LEAD, []),
]


@pytest.mark.parametrize(("about", "policy", "told"), [row[1:] for row in HEARERS], ids=[row[0] for row in HEARERS])
def test_who_hears_that_a_customer_was_not_reached(about: Ticket, policy: Policy, told: list[str]) -> None:
    decision = handled(report(LOST), about, policy=policy)
    assert decision is not None and [one.agent for one in letters_of(decision)] == told


# what is decided, the report, what is known, and the fate and reason (None: it is anybody's mail)
UNPROVEN: list[tuple[str, InboundMail, tuple[SentLetter, ...], tuple[Fate, str] | None]] = [
    ("of a letter nobody wrote", report(LOST, bounced_ids=("<a@b.example>",)), (ANSWER,), (Fate.DROPPED, "unsolicited_dsn")),
    ("of no letter", report(LOST, bounced_ids=()), (ANSWER,), (Fate.DROPPED, "unsolicited_dsn")),
    ("of a letter of ours that is gone waits", report(LOST), (), (Fate.PARKED, "unsolicited_dsn")),
    ("with words beside it waits", report(LOST, bounced_ids=(), bare=False), (ANSWER,), (Fate.PARKED, "unsolicited_dsn")),
    ("by a person is their mail", report(LOST, bounced_ids=(), bare=False, author=MAIJA, envelope=Envelope(MAIJA.addr, (US,))), (ANSWER,), None),
    ("of a history is filed like any", report(LOST, envelope=Envelope("", (US,), history=True)), (ANSWER,), None),
    ("to an address of ours that somebody altered waits", report(LOST, envelope=Envelope("", ("support+b.k1.x@acme.example",))), (ANSWER,), (Fate.PARKED, "unsolicited_dsn")),
    ("of an agent's notice", report((BO.address, "failed", "5.1.1"), about=HERS), (HERS,), (Fate.DROPPED, "bounce_of_notice")),
    ("of an agent's notice, with words", report((BO.address, "failed", "5.1.1"), about=HERS, bare=False), (HERS,), (Fate.PARKED, "bounce_of_notice")),
    ("that all is well", report((MAIJA.addr, "delivered", "2.0.0")), (ANSWER,), (Fate.DROPPED, "delivered")),
    ("that all is well, with words", report((MAIJA.addr, "delivered", "2.0.0"), bare=False), (ANSWER,), (Fate.FILED, "report")),
    ("of a letter whose ticket is gone", report(LOST, about=letter(7)), (letter(7),), (Fate.DROPPED, "bounce_ticket_gone")),
    ("of a letter about no ticket", report(LOST, about=letter(None)), (letter(None),), (Fate.DROPPED, "bounce_without_ticket")),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "known", "fate"), [row[1:] for row in UNPROVEN], ids=[row[0] for row in UNPROVEN])
def test_what_nobody_may_have_written_is_dropped_and_nothing_else(
    inbound: InboundMail, known: tuple[SentLetter, ...], fate: tuple[Fate, str] | None
) -> None:
    decision = handled(inbound, known=known)
    assert (decision and (decision.fate, decision.reason)) == fate


# what is decided, whose notice, what the report says of it, and who hears
NOTICES: list[tuple[str, Any, str, list[str]]] = [
    ("their lead", BO, "failed", ["anna"]),
    ("nobody of a delay", BO, "delayed", []),
    ("nobody of the lead's own", ANNA, "failed", []),
]


@pytest.mark.parametrize(("whose", "action", "told"), [row[1:] for row in NOTICES], ids=[row[0] for row in NOTICES])
def test_who_hears_that_an_agent_was_not_reached(whose: Any, action: str, told: list[str]) -> None:
    notice = letter(1042, whose, "customer")
    decision = handled(report((whose.address, action, "5.1.1"), about=notice), known=(notice,))
    assert decision is not None and decision.steps == ()
    assert [one.agent for one in letters_of(decision)] == told


def test_one_report_is_told_once_a_day_and_another_cause_anew() -> None:
    def marks(*who: tuple[str, str, str], words: str = "", **parts: Any) -> list[str]:
        decision = handled(report(*who, words=words, **parts))
        assert decision is not None
        return [one.dedupe for one in letters_of(decision)]

    assert marks(LOST) == marks(LOST, words="again, try 2") != marks((MAIJA.addr, "failed", "5.2.2"))
    assert marks(LOST, words="see below", bare=False) != marks(LOST, words="please call", bare=False)
    assert marks(LOST, words="try 2", bare=False) == marks(LOST, words="try 3", bare=False)


def test_every_line_of_a_report_is_kept_and_only_what_failed_is_lasting() -> None:
    decision = handled(report(LOST, (KARI, "delayed", "4.4.1"), (VALDIS.addr, "delivered", "2.0.0")))
    assert decision is not None
    assert [(one.address, one.lasting) for one in changes(decision, Bounced)] == [(MAIJA.addr, True), (KARI, False)]
    assert [line.split(" · ")[:2] for line in changes(decision, AddEntry)[0].text.split("\n")] == [
        [MAIJA.addr, "failed"], [KARI, "delayed"], [VALDIS.addr, "delivered"],
    ]  # fmt: skip
    only_hers = handled(report(LOST))
    assert only_hers is not None and tuple(changes(only_hers, Bounced)) == OURS
