"""Spam, a sender shut out for a while, and what was none after all, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY, asking, case, decided, facts, mail, outcome, ticket

from mailgate.core.commands import about_spam as on
from mailgate.core.commands import named
from mailgate.core.commands.catalogue import BY_NAME
from mailgate.core.commands.judging import Granted, KnownWorld, TicketContext
from mailgate.core.commands.reader import Command
from mailgate.core.mails.match import Evidence
from mailgate.core.mails.unwanted import file_as_spam
from mailgate.core.model.change import Ban, Change, Decision, Fate, SetStatus, Tag
from mailgate.core.model.facts import Facts, Sender
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent
from mailgate.core.model.ticket import Entry, EntryKind, Status, Ticket

UNTIL = NOW + timedelta(days=90)
FREE, SOLVED = ticket(), ticket(status=Status.SOLVED)
SPAM = ticket(tags=("spam",), status=Status.SOLVED)
MAIJAS, DOMAIN = Ban("maija@customer.example", UNTIL), Ban("@customer.example", UNTIL)
MARKED: tuple[Change, ...] = (Tag(("spam",)), SetStatus(Status.SOLVED, why="spam"))
GMAIL = ticket(requester=Address("Win@GMail.com"))


def wrote(number: int, **parts: Any) -> Entry:
    return Entry(number, EntryKind.CUSTOMER, "maija@customer.example", "Maija", NOW, "Win a lamp", **parts)


FORGED = ticket(entries=(wrote(1, unverified=True),))  # a border said that it did not come from there


def judged(name: str, argument: str, about: Ticket, by: Agent = BO, sender: Sender | None = None, sure: bool = False):
    known = Facts(senders={about.number: sender} if sender else {})
    world = KnownWorld(Moment(POLICY, known, NOW), confirmed=sure)
    context = TicketContext(Command(name, argument), by, world, about)
    return {"spam": on.spam, "notspam": on.not_spam}[name](context)


# what is decided, the argument, the ticket, who asks, what is known of its sender, and the outcome
SHUT_OUT: list[tuple[str, str, Ticket, Agent, Sender, tuple[str, tuple[Any, ...]]]] = [
    ("an address for ninety days", "always", FREE, BO, Sender(), ("spam_always", (*MARKED, MAIJAS))),
    ("in another language", "vienmēr", FREE, BO, Sender(), ("spam_always", (*MARKED, MAIJAS))),
    ("of a spammer marked before", "always", SPAM, BO, Sender(), ("spam_always", (MAIJAS,))),
    ("a domain is a lead's", "always domain", FREE, BO, Sender(), ("role", ())),
    ("a lead's domain", "always domain", FREE, ANNA, Sender(), ("spam_domain", (*MARKED, DOMAIN))),
    ("a lead's in Finnish", "aina verkkotunnus", FREE, ANNA, Sender(), ("spam_domain", (*MARKED, DOMAIN))),
    ("everybody's domain is never shut out", "always domain", GMAIL, ANNA, Sender(),
     ("spam_public", (*MARKED, Ban("win@gmail.com", UNTIL)))),
    ("nor a domain in which somebody was answered", "always domain", FREE, ANNA, Sender(domain_answered=True), ("spam_answered", (*MARKED, MAIJAS))),
    ("nor the house's own", "always domain", ticket(requester=Address("boss@staff.example")), ANNA, Sender(),
     ("spam_answered", (*MARKED, Ban("boss@staff.example", UNTIL)))),
    ("whoever was answered is asked about", "always", FREE, BO, Sender(answered=True), ("answered_them", ())),
    ("so is whoever was answered here", "always", ticket(last_agent_at=NOW), BO, Sender(), ("answered_them", ())),
    ("whose address a forger may have taken is asked about", "always", FORGED, BO, Sender(), ("forged_sender", ())),
    ("but not once they have written themselves", "always", replace(FORGED, entries=(*FORGED.entries, wrote(2))), BO, Sender(),
     ("spam_always", (*MARKED, MAIJAS))),
    ("no agent is shut out", "always", ticket(requester=Address(CAI.address)), BO, Sender(), ("agents_address", ())),
    ("nor the desk itself", "always", ticket(requester=Address(POLICY.departments[0].addresses[0])), BO, Sender(), ("our_address", ())),
    ("nor nobody", "always", ticket(requester=Address("")), BO, Sender(), ("no_address", ())),
]  # fmt: skip


@pytest.mark.parametrize(
    ("argument", "about", "by", "known", "expected"), [row[1:] for row in SHUT_OUT], ids=[row[0] for row in SHUT_OUT]
)
def test_whom_spam_always_shuts_out(argument: str, about: Ticket, by: Agent, known: Sender, expected: Any) -> None:
    assert BY_NAME["spam"].may_take(argument)
    assert outcome(judged("spam", argument, about, by, known)) == expected


def test_whoever_was_answered_is_shut_out_once_the_agent_is_sure() -> None:
    assert outcome(judged("spam", "always", FREE, BO, Sender(answered=True), sure=True))[0] == "spam_always"
    assert outcome(judged("spam", "always", FORGED, BO, Sender(), sure=True))[0] == "spam_always"


@pytest.mark.parametrize("argument", ["never", "domain", "always all", "always domain please"])
def test_other_words_after_it_are_a_doubt(argument: str) -> None:
    assert not BY_NAME["spam"].may_take(argument)


MARKS: list[tuple[str, Ticket, tuple[str, tuple[Any, ...]]]] = [
    ("nobody becomes its owner", FREE, ("spam", MARKED)),
    ("a solved one is only marked", SOLVED, ("spam", (Tag(("spam",)),))),
    ("a marked one that was reopened is closed again", ticket(tags=("spam",)), ("spam", MARKED)),
    ("marked and over", ticket(tags=("spam",), status=Status.ARCHIVED), ("already_spam", ())),
]


@pytest.mark.parametrize(("about", "expected"), [row[1:] for row in MARKS], ids=[row[0] for row in MARKS])
def test_spam_is_marked_and_over(about: Ticket, expected: Any) -> None:
    assert outcome(on.spam(asking("", about))) == expected


@pytest.mark.parametrize(("sender", "answer"), [(Sender(), "spam"), (Sender(answered=True), "spam_left_out")])
def test_a_crowd_is_closed_but_for_those_who_were_answered(sender: Sender, answer: str) -> None:
    moment = Moment(POLICY, Facts(senders={FREE.number: sender}), NOW)
    context = TicketContext(Command("spam"), BO, KnownWorld(moment, crowd=True), FREE)
    assert outcome(on.spam(context))[0] == answer


OPENED = (Tag(remove=("spam",)), SetStatus(Status.NEW, why="notspam"))
ADDRESS, WHOLE = Sender(acknowledged=True, address_until=UNTIL), Sender(acknowledged=True, domain_until=UNTIL)

# what is decided, the ticket, who asks, what is known of its sender, the outcome, and whether they are written to
BACK: list[tuple[str, Ticket, Agent, Sender, tuple[str, tuple[Any, ...]], bool]] = [
    ("open again, and acknowledged", SPAM, BO, Sender(), ("spam_no_more_told", OPENED), True),
    ("acknowledged once alone", SPAM, BO, Sender(acknowledged=True), ("spam_no_more", OPENED), False),
    ("nor after an agent's own words", replace(SPAM, last_agent_at=NOW), BO, Sender(), ("spam_no_more", OPENED), False),
    ("a colleague's goes back to them", replace(SPAM, owner="anna"), BO, Sender(acknowledged=True),
     ("spam_no_more", (Tag(remove=("spam",)), SetStatus(Status.OPEN, why="notspam"))), False),
    ("the address is let in", SPAM, BO, ADDRESS, ("spam_no_more", (*OPENED, Ban("maija@customer.example", None))), False),
    ("a domain by a lead", SPAM, ANNA, WHOLE, ("spam_no_more", (*OPENED, Ban("@customer.example", None))), False),
    ("a domain stays shut out for an agent, who is told", SPAM, BO, WHOLE, ("spam_no_more_but", OPENED), False),
    ("one that is open only loses its mark", ticket(tags=("spam",)), BO, Sender(acknowledged=True), ("spam_no_more", OPENED[:1]), False),
    ("let in from a ticket that is no spam", FREE, BO, ADDRESS, ("spam_no_more", (Ban("maija@customer.example", None),)), False),
    ("it was none", FREE, BO, Sender(), ("not_spam", ()), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "by", "known", "expected", "told"), [row[1:] for row in BACK], ids=[row[0] for row in BACK]
)
def test_what_was_no_spam_is_work_again(about: Ticket, by: Agent, known: Sender, expected: Any, told: bool) -> None:
    found = judged("notspam", "", about, by, known)
    assert outcome(found) == expected and isinstance(found, Granted)
    assert [one.template for one in found.outbound] == (["ack"] if told else [])


@pytest.mark.parametrize(
    ("text", "about"),
    [("#spam", True), ("1-60 SPAM", True), ("#Mēstule always", True), ("#ei-roskaposti", True), ("#junk", True), ("#take", False)],
)  # fmt: skip
def test_the_store_is_asked_about_senders_where_a_mail_may_be_about_spam(text: str, about: bool) -> None:
    assert named.may_hold(text, on.SPAM, {"junk": "#spam"}) is about


# --- what they send next ----------------------------------------------------------------------------------------------


def kinds(decision: Decision) -> list[Any]:
    return [type(change).__name__ for step in decision.steps for change in step.changes]


def test_what_a_sender_who_is_shut_out_writes_is_a_ticket_that_is_over_and_told_to_nobody() -> None:
    decision = decided(mail("Win a lamp"), shut_out=True)
    assert (decision.fate, decision.reason) == (Fate.FILED, "spam")
    assert kinds(decision)[:4] == ["OpenTicket", "AddEntry", "Tag", "SetStatus"]
    assert [one for step in decision.steps for one in step.outbound] == []


def test_to_a_ticket_that_is_spam_it_is_one_more_entry_and_to_one_at_work_words_as_ever() -> None:
    to = {"by": Evidence.LETTER, "verified": True}
    quiet = file_as_spam(with_match(SPAM, **to))
    assert quiet is not None and quiet.steps[0].ticket == SPAM.number and kinds(quiet) == ["AddEntry", "Tag"]
    assert file_as_spam(with_match(FREE, **to)) is None
    assert file_as_spam(with_match(SOLVED, **to)) is None, "solved, and no spam: they may come back to it"
    assert kinds(file_as_spam(with_match(FREE, by=Evidence.NUMBER, verified=False)))[0] == "OpenTicket"  # type: ignore[arg-type]


def with_match(about: Ticket, **found: Any) -> Any:
    seen = case(mail("Win a lamp"), about)
    return replace(seen, match=replace(seen.match, ticket=about, **found))


def test_the_admins_ban_drops_as_before() -> None:
    assert decided(mail("Win a lamp"), banned=True).fate is Fate.DROPPED
    assert facts(banned=True).shut_out is False
