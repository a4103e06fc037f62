"""#draft: which answer of another ticket is taken up, what of it is marked, and that a mark left in an answer keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cases import ANNA, BO, MAIJA, NOW, POLICY, VALDIS, case, facts, letter, letters_of, mail, ticket

from mailgate.core.commands import about_answers, workflow
from mailgate.core.commands.judging import Granted, KnownWorld, Refusal
from mailgate.core.commands.reader import Command
from mailgate.core.mails import agent_mail
from mailgate.core.model.canned import Drafted, alike, gist, solution
from mailgate.core.model.change import Fate
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import Entry, EntryKind

LONG = "Dear Valdis,\n\nplease unplug the lamp for a minute, then change the fuse beside the switch: order 4711."


def said(text: str, kind: EntryKind = EntryKind.AGENT, **parts: Any) -> Entry:
    author = (
        {"author": "bo", "author_name": "Bo Lund"}
        if kind is EntryKind.AGENT
        else {"author": VALDIS.key, "author_name": "Valdis"}
    )
    at = NOW - timedelta(days=3)
    return Entry(**{"id": 1, "at": at, "kind": kind, "text": text, "mail": 7, **author, **parts})


def other(*entries: Entry):
    return ticket(812, requester=replace(VALDIS, name="Valdis Kalns"), entries=entries)


def drafted(*entries: Entry, argument: str = "#812"):
    known = KnownWorld(Moment(POLICY, facts(ticket()), NOW), tickets={812: other(*entries)})
    return workflow.carry_out(Command("draft", argument), ticket(), workflow.Actor(agent=ANNA), known)


def test_the_draft_goes_to_the_agent_alone_and_what_was_another_customers_is_marked() -> None:
    found = drafted(said("It is dark.", EntryKind.CUSTOMER), said(LONG), said("You are welcome!"))
    assert isinstance(found, Granted) and not found.changes and not found.effects
    (one,) = found.outbound
    assert (one.agent, one.purpose, one.content.template) == ("anna", Purpose.CUSTOMER, "draft")
    assert isinstance(one.content, Drafted) and (one.content.source, one.content.who) == (812, "Bo Lund")
    assert one.content.text.startswith("Dear ⟦Valdis⟧,") and "order ⟦4711⟧." in one.content.text


SOLUTIONS = [
    ("the last of more than a line", [LONG, LONG + " Again.", "Thanks!"], LONG + " Again."),
    ("else the longest", ["Yes.", "It is back.", "No."], "It is back."),
    ("none", [], None),
]


@pytest.mark.parametrize(("texts", "found"), [row[1:] for row in SOLUTIONS], ids=[row[0] for row in SOLUTIONS])
def test_the_answer_that_solved_it(texts: list[str], found: str | None) -> None:
    answer = solution([said("Where is it?", EntryKind.CUSTOMER), said("secret", EntryKind.NOTE), *map(said, texts)])
    assert (answer.text if answer else None) == found


@pytest.mark.parametrize(
    ("entries", "argument", "code"),
    [([said("a note", EntryKind.NOTE)], "#812", "no_answer"), ([], "813", "no_such_ticket"), ([], "x", "no_number"),
     ([], "1042", "itself")],
)  # fmt: skip
def test_where_there_is_no_answer(entries: list[Entry], argument: str, code: str) -> None:
    found = drafted(*entries, argument=argument)
    assert isinstance(found, Refusal) and found.code == code


DRAFT = letter(1042, ANNA, "customer", content=Drafted(source=812, text="Dear ⟦Valdis⟧"), promised=(MAIJA,))


@pytest.mark.parametrize(
    ("text", "fate"),
    [("Dear Maija, unplug the lamp.", Fate.FILED), ("Dear ⟦Valdis⟧, unplug it.", Fate.PARKED), ("order 4711⟧", Fate.PARKED)],
)  # fmt: skip
def test_an_answer_with_a_mark_left_waits_whatever_button_is_pressed(text: str, fate: Fate) -> None:
    inbound = mail(text, by=ANNA, subject="Re: [#1042] Lamp", in_reply_to=(DRAFT.message_id,))
    found = case(inbound, ticket(), letters=[DRAFT])
    decision = agent_mail.handle_agent_mail(found)
    assert decision is not None and decision.fate is fate
    assert [one.template for one in letters_of(decision)] == (["answer"] if fate is Fate.FILED else ["receipt"])
    released = agent_mail.released_mail(found, "anna", "all")
    assert released is not None and released.fate is fate


def test_a_note_may_hold_marks_and_so_may_a_colleagues() -> None:
    inbound = mail(
        "#note\n\n⟦Valdis⟧ had the same.", by=ANNA, subject="Re: [#1042] Lamp", in_reply_to=(DRAFT.message_id,)
    )
    decision = agent_mail.handle_agent_mail(case(inbound, ticket(owner=BO.name), letters=[DRAFT]))
    assert decision is not None and decision.fate is Fate.FILED


def test_a_new_ticket_is_begun_with_no_mark() -> None:
    inbound = mail(
        "#new kari@elsewhere.example\n\nDear ⟦Valdis⟧", by=ANNA, subject="Lamp", in_reply_to=(DRAFT.message_id,)
    )
    decision = agent_mail.handle_agent_mail(case(inbound, ticket(), letters=[DRAFT]))
    assert decision is not None and decision.fate is Fate.PARKED


def test_the_names_of_a_tickets_customers() -> None:
    assert set(about_answers.people_of(other(said("Hello", EntryKind.CUSTOMER)))) == {"Valdis Kalns", "Valdis"} | {
        one.name for one in other().participants if one.name
    }


GISTS = [
    ("Hello Maija,\n\nThe fuse of your lamp is gone.", "The fuse of your lamp is gone."),
    ("Yes.", "Yes."),
    ("", ""),
    ("word " * 60, "word " * 23 + "word …"),
]


@pytest.mark.parametrize(("text", "line"), GISTS)
def test_the_first_line_that_says_something(text: str, line: str) -> None:
    assert gist(text) == line


ALIKE = [
    ("Lamppu ei syty", "Lampun sytyttäminen ei onnistu", "fi", False),
    ("Broken lamp in the hall", "The lamps in our hall are broken", "en", True),
    ("Broken lamp", "Broken chair", "en", False),
    ("Broken lamp", "Broken lamp", "en", True),
    ("Invoice 4711 for March", "Invoice for April", "en", False),
    ("Help", "Help", "en", False),
]


@pytest.mark.parametrize(("one", "another", "language", "same"), ALIKE)
def test_two_titles_speak_of_the_same(one: str, another: str, language: str, same: bool) -> None:
    assert alike(one, another, language) is same
