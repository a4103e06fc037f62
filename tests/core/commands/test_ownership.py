"""Who hears of a hand-over, and who is asked what (S-14)."""

from __future__ import annotations

import pytest
from cases import ANNA, BO, MAIJA, NOW, POLICY, VALDIS, ticket

from mailgate.core.commands import workflow
from mailgate.core.commands.judging import Granted, KnownWorld, Refusal
from mailgate.core.commands.reader import Command
from mailgate.core.model.facts import Facts
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent
from mailgate.core.model.ticket import Ticket


def told(word: str, argument: str, by: Agent, known: Ticket) -> list[tuple[str, str]]:
    """(reader, template) of the letters a command owes."""
    world = KnownWorld(Moment(POLICY, Facts(), NOW), confirmed=True, words="Please.")
    judged = workflow.carry_out(Command(word, argument), known, workflow.Actor(agent=by), world)
    assert isinstance(judged, Granted), judged
    return [(one.agent, one.template) for one in judged.outbound]


CASES = [
    ("a colleague's ticket is taken", "take", "", ANNA, "bo", [("bo", "notice")]),
    ("nobody's ticket is taken", "take", "", ANNA, None, []),
    ("one's own is handed on", "assign", "bo", ANNA, "anna", [("bo", "handover")]),
    ("a colleague's is handed on", "assign", "cai", ANNA, "bo", [("cai", "handover"), ("bo", "notice")]),
    ("nobody's is handed on", "assign", "bo", ANNA, None, [("bo", "handover")]),
    ("one's own is released", "unassign", "", BO, "bo", []),
    ("a colleague's is released by a lead", "unassign", "", ANNA, "bo", [("bo", "notice")]),
    ("one's own goes to where one works too", "move", "sales", BO, "bo", []),
    ("another's goes there", "move", "sales", ANNA, "anna", [("bo", "handover")]),
]


@pytest.mark.parametrize(
    ("word", "argument", "by", "owner", "letters"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_nobody_hears_of_their_own_doing(
    word: str, argument: str, by: Agent, owner: str | None, letters: list[tuple[str, str]]
) -> None:
    assert told(word, argument, by, ticket(owner=owner)) == letters


@pytest.mark.parametrize(("whom", "refused"), [
    (VALDIS.addr, ""), (MAIJA.addr, "takes_part"), ("Maija@Customer.example", "takes_part"), ("anna", ""),
])  # fmt: skip
def test_no_question_about_a_ticket_goes_to_somebody_who_takes_part(whom: str, refused: str) -> None:
    world = KnownWorld(Moment(POLICY, Facts(), NOW), words="What do you think?")
    judged = workflow.carry_out(Command("ask", whom), ticket(), workflow.Actor(agent=BO), world)
    assert (judged.code if isinstance(judged, Refusal) else "") == refused
