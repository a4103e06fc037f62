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
from mailgate.core.model.canned import Article, ArticleDrafted, Drafted, alike, gist, solution, unused
from mailgate.core.model.change import Fate, KeepArticle
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.text import marks

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


@pytest.mark.parametrize(
    "text",
    ["#new kari@elsewhere.example\n\nDear ⟦Valdis⟧", "#ask lab@tester.example is it ⟦4711⟧?",
     "#ask lab@tester.example\n\nIs it ⟦4711⟧?", "#forward lab@tester.example ⟦4711⟧"],
)  # fmt: skip
def test_nothing_else_that_leaves_the_house_holds_a_mark(text: str) -> None:
    inbound = mail(text, by=ANNA, subject="Re: [#1042] Lamp", in_reply_to=(DRAFT.message_id,))
    asked = said("It is dark.", EntryKind.CUSTOMER, author=MAIJA.key)
    known = case(inbound, ticket(entries=(asked,)), letters=[DRAFT], entries={1042: (asked,)})
    decision = agent_mail.handle_agent_mail(known)
    assert decision is not None and (decision.fate, decision.reason) == (Fate.PARKED, "marks")


def test_one_first_letter_is_written_however_many_tickets_the_subject_names() -> None:
    inbound = mail("#new kari@elsewhere.example\n\nDear Kari", by=ANNA, subject="Re: [#1042] [#1043] Lamp")
    decision = agent_mail.released_mail(case(inbound, ticket(), ticket(1043)), "anna", "all")
    assert decision is not None and decision.fate is Fate.FILED
    assert [found.template for found in letters_of(decision)].count("answer") == 1


def test_the_names_of_a_tickets_customers() -> None:
    assert set(about_answers.people_of(other(said("Hello", EntryKind.CUSTOMER)))) == {"Valdis Kalns", "Valdis"} | {
        one.name for one in other().participants if one.name
    }


def test_who_wrote_no_name_is_called_by_their_address() -> None:
    nameless = replace(other(said(LONG)), requester=Address("valdis.kalns-2@home.example"), participants=())
    assert about_answers.people_of(nameless) == ("valdis kalns",)
    assert "Dear ⟦Valdis⟧" in marks.marked(LONG, about_answers.people_of(nameless))


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


# --- articles ---------------------------------------------------------------------------------------------------------

THREAD = (
    said("It is dark.", EntryKind.CUSTOMER),
    said("Dear Valdis, change the fuse of lamp 4711.", author="bo", author_name="Bo"),
)
WAITS = Article("bulb", "Bulbs", "en", "Turn it.")


def told(line: str, words: str = "", by: Agent = BO, **known: Any):
    name, _, argument = line.removeprefix("#").partition(" ")
    world = KnownWorld(Moment(POLICY, facts(ticket(), **known), NOW), words=words, entries=THREAD)
    return workflow.carry_out(Command(name, argument), ticket(), workflow.Actor(agent=by), world)


def test_without_words_the_agents_last_answer_is_drafted_for_them() -> None:
    found = told("#article bulb")
    assert isinstance(found, Granted) and not found.effects and found.answer == "article_drafted"
    (one,) = found.outbound
    assert (one.agent, one.purpose) == ("bo", Purpose.NOTE) and isinstance(one.content, ArticleDrafted)
    assert "lamp ⟦4711⟧." in one.content.text and one.content.by == ""


def test_with_words_a_leads_article_stands_and_anothers_waits_for_a_lead() -> None:
    words = "Bulbs\n\nTurn it to the left."
    kept = KeepArticle("bulb", "en", "Bulbs", "Turn it to the left.", "anna", stands=True)
    found = told("#article Bulb", words, by=ANNA)
    assert isinstance(found, Granted) and found.effects == (kept,) and not found.outbound
    found = told("#article bulb", words)
    assert isinstance(found, Granted) and found.effects == (replace(kept, agent="bo", stands=False),)
    assert [one.content.by for one in found.outbound if isinstance(one.content, ArticleDrafted)] == [BO.shown_name]


@pytest.mark.parametrize(
    ("line", "words", "code"),
    [
        ("#article bulb", "Bulbs\n\nDear ⟦Valdis⟧", "article_marks"),
        ("#article bulb", "One line alone.", "article_title"),
        ("#article bulb", f"{'x' * 121}\n\ntext", "article_title"),
        ("#article a/b", "Bulbs\n\nTurn it.", "no_name"),
        ("#publish bulb", "", "role"),
    ],
)  # fmt: skip
def test_what_is_no_article(line: str, words: str, code: str) -> None:
    found = told(line, words)
    assert isinstance(found, Refusal) and found.code == code


def test_a_lead_lets_stand_what_waits() -> None:
    found = told("#publish Bulb", by=ANNA, asked_articles={"bulb": WAITS})
    assert isinstance(found, Granted)
    assert found.effects == (KeepArticle("bulb", "en", "Bulbs", "Turn it.", "anna", stands=True),)
    missing = told("#publish lamp", by=ANNA, asked_articles={"bulb": WAITS})
    assert isinstance(missing, Refusal) and missing.code == "no_such_article"


def test_the_words_of_an_article_go_to_no_customer() -> None:
    notice = letter(1042, ANNA, "customer", promised=(MAIJA,))
    inbound = mail(
        "#article bulb\n\nBulbs\n\nTurn it.", by=ANNA, subject="Re: [#1042] Lamp", in_reply_to=(notice.message_id,)
    )
    decision = agent_mail.handle_agent_mail(case(inbound, ticket(), letters=[notice]))
    assert decision is not None and decision.fate is Fate.FILED
    assert "answer" not in [one.template for one in letters_of(decision)]


def test_articles_nobody_used_for_long_are_listed_the_never_used_first() -> None:
    old, new = NOW - timedelta(days=200), NOW - timedelta(days=10)
    articles = [replace(WAITS, name=name, since=at) for name, at in
                (("a", old), ("b", old), ("c", old), ("d", new))]  # fmt: skip
    found = unused([*articles, replace(WAITS, name="e")], {"b": old, "c": new}, NOW - timedelta(days=180))
    assert found == {"a": None, "b": old}
