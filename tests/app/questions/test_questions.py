"""Answers to questions that need no store: what `#help` explains, and whose the ticket of `#next` is shown to be."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from cases import ANNA, NOW, POLICY, ticket

from mailgate.app.questions.questions import ANSWERS, QuestionAsked
from mailgate.core.commands import catalogue
from mailgate.core.model.content import Question
from mailgate.core.model.ticket import Status, Ticket

ALIASED = replace(POLICY, command_aliases={"fertig": "solve", "hold": "take"})


def answered(name: str, argument: str = "", *tickets: Ticket) -> Question:
    known = {one.number: one for one in tickets}
    read: Any = SimpleNamespace(tickets=SimpleNamespace(get=known.get))
    return ANSWERS[name](QuestionAsked(read, ALIASED, ANNA, NOW, argument, list(known)))


@pytest.mark.parametrize(("argument", "explained"), [
    ("solve", ["#solve"]), ("#solve", ["#solve"]), ("Zurückstellen", ["#hold"]), ("#överta", ["#take"]), ("lukka", ["#hold"]),
    ("valmis", ["#solve"]), ("fertig", ["#solve"]), ("hold", ["#hold", "#take"]),
])  # fmt: skip
def test_help_explains_a_command_by_any_of_its_names(argument: str, explained: list[str]) -> None:
    facts = answered("help", argument).facts or ()
    assert [str(fact.label).partition(" ")[0] for fact in facts] == explained


@pytest.mark.parametrize("argument", ["", "zurükstellen", "me"])
def test_help_lists_all_where_no_command_is_named(argument: str) -> None:
    assert len(answered("help", argument).facts or ()) > len(catalogue.COMMANDS) // 2


@pytest.mark.parametrize(("status", "shown"), [(Status.NEW, "open"), (Status.OPEN, "open")])
def test_the_next_ticket_is_shown_as_theirs(status: Status, shown: str) -> None:
    (row,) = answered("next", "", ticket(status=status, owner=None)).rows or ()
    assert (row.owner, row.status) == ("anna", shown)
