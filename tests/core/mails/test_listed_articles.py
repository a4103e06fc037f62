"""`1 use` in the answer to a list of articles: what it is read as, whom it reaches, and where it counts for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, PASS, POLICY, case, letter, letters_of, mail, ticket

from mailgate.core.mails import agent_mail, agent_orders, scope
from mailgate.core.model.canned import Article
from mailgate.core.model.change import Fate
from mailgate.core.model.content import Question
from mailgate.core.model.shown import WholeArticle

FUSE = Article("fuse", "Changing the fuse", "en", "Unplug the lamp.")
KNOWING = replace(POLICY, articles=(FUSE, Article("bulb", "Bulbs", "en", "Wait {days} days.")))
LISTED = Question(texts=(WholeArticle(1, "fuse", "", ""), WholeArticle(2, "bulb", "", "")), numbers=(1042,))
LIST = letter(None, ANNA, "tables", content=LISTED)
ANSWERS = {"in_reply_to": (LIST.message_id,), "subject": "Re: Articles"}


def given(text: str, list_=LIST, **parts):
    return case(mail(text, by=ANNA, **{**ANSWERS, **parts}), ticket(), letters=[list_], policy=KNOWING)


READ = [
    ("1 use", "#use fuse"),
    ("#2 use days=5\n\nBye", "#use bulb days=5\n\nBye"),
    ("1. #use", "#use fuse"),
    ("9 use", "#use 9"),
    ("0 use", "#use 0"),
    ("1 take", "1 take"),
    ("I have 1 use for it", "I have 1 use for it"),
]


@pytest.mark.parametrize(("text", "read"), READ)
def test_a_number_is_the_name_of_an_article(text: str, read: str) -> None:
    assert agent_orders.articles_by_name(given(text)).words == read


# the text, what it comes with, the fate and reason, and the words of the answer
DONE = [
    ("1 use", {}, (Fate.FILED, "commands"), "Unplug the lamp."),
    ("1 use\n\nGood luck!", {}, (Fate.FILED, "answer"), "Unplug the lamp.\n\nGood luck!"),
    ("2 use days=5", {}, (Fate.FILED, "commands"), "Wait 5 days."),
    ("2 use", {}, (Fate.PARKED, "refused"), None),
    ("3 use", {}, (Fate.PARKED, "refused"), None),
]


@pytest.mark.parametrize(("text", "parts", "fate", "said"), DONE)
def test_it_goes_to_the_customer_of_the_ticket_it_was_asked_on(text, parts, fate, said) -> None:
    found = given(text, **parts)
    decision = agent_mail.handle_agent_mail(found)
    assert decision is not None and (decision.fate, decision.reason) == fate
    answers = [one.content.text for one in letters_of(decision) if one.template == "answer"]
    assert answers == ([said] if said else [])


def test_words_alone_stay_in_the_house_and_a_list_about_no_ticket_sends_nothing() -> None:
    decision = agent_mail.handle_agent_mail(given("Thanks"))
    assert decision is not None and not [one for one in letters_of(decision) if one.template == "answer"]
    bare = letter(None, ANNA, "tables", content=replace(LISTED, numbers=None))
    decision = agent_mail.handle_agent_mail(given("1 use", bare))
    assert decision is not None and not [one for one in letters_of(decision) if one.template == "answer"]


def test_a_marker_alone_is_no_proof_for_it() -> None:
    found = case(mail("1 use", by=ANNA, subject="x", auth=(PASS,)), ticket(), letters=[LIST], policy=KNOWING)
    assert scope.listed_articles(found) is None
