"""Buttons that are commands: which are offered, and how one is written down."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, CAI, POLICY, ticket

from mailgate.core.commands.catalogue import BY_NAME
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Status
from mailgate.core.pages import acts
from mailgate.core.pages.acts import ActAsked
from mailgate.core.proof import session


def policy(act: str) -> Policy:
    return replace(POLICY, web=replace(POLICY.web, act=act))


LINES = [  # command, argument, the line, whether it is one command
    ("take", "", "#take", True),
    ("hold", " fri  14:00 ", "#hold fri 14:00", True),
    ("hold", "fri\r\n#solve", "#hold fri #solve", False),
    ("hold", "fri #solve", "#hold fri #solve", False),
    ("tag", "+refund -lamp", "#tag +refund -lamp", True),
    ("tag", "", "#tag", False),
    ("assign", "bo", "#assign bo", True),
    ("move", "sales wants \u202ean invoice", "#move sales wants an invoice", True),
    ("priority", "high very", "#priority high very", False),
    ("note", "kept out", "#note", True),
    ("reply", "kept out", "#reply", True),
    ("remind", "2d call " + "x" * 500, "#remind " + ("2d call " + "x" * 500)[:200], True),
    ("take", "1043", "#take 1043", False),
]  # fmt: skip


@pytest.mark.parametrize(("command", "argument", "line", "one"), LINES)
def test_an_act_is_written_on_one_line_and_is_one_command(command: str, argument: str, line: str, one: bool) -> None:
    asked = ActAsked("s", 1042, command, argument)
    assert acts.line(asked) == line and acts.is_one(line, POLICY) is one


def test_words_keep_their_lines_and_lose_what_no_eye_sees() -> None:
    asked = ActAsked("s", 1042, "note", words="one\r\n\r\n\ttwo\x00\u202e\n#solve\n ")
    assert acts.words(asked) == "one\n\n\ttwo\n#solve"
    assert acts.words(replace(asked, command="hold")) == ""


@pytest.mark.parametrize("act", ["none", "steer", "all"])
def test_w35_nothing_is_offered_that_pages_may_not_do(act: str) -> None:
    for status in Status:
        for agent in (ANNA, CAI):
            found = acts.offered(policy(act), agent, ticket(1042, status=status))
            assert set(found) <= session.MAY[act]
            assert all(BY_NAME[name].allows(agent.role) for name in found)
    assert not acts.may(policy(act), ANNA, "nonsense") and not acts.may(policy(act), ANNA, "forward")


def test_what_is_offered_fits_the_ticket() -> None:
    mine = ticket(1042, owner="anna")
    assert "take" not in acts.offered(policy("steer"), ANNA, mine)
    assert "take" in acts.offered(policy("steer"), ANNA, ticket(1042))
    over = acts.offered(policy("steer"), ANNA, replace(mine, status=Status.SOLVED))
    assert "reopen" in over and not {"solve", "file", "hold", "wait"} & set(over)
    assert "reply" not in over and "reply" in acts.offered(policy("all"), ANNA, mine)


def test_solving_is_offered_where_no_customer_hears_of_it() -> None:
    told = policy("steer")
    silent = replace(told, letters=replace(told.letters, stages=()))
    assert "solve" not in acts.offered(told, ANNA, ticket(1042)) and "file" in acts.offered(told, ANNA, ticket(1042))
    assert "solve" in acts.offered(silent, ANNA, ticket(1042)) and "solve" in acts.offered(
        policy("all"), ANNA, ticket(1042)
    )


def test_every_command_of_a_page_is_one_there_is() -> None:
    assert session.MAY["all"] <= BY_NAME.keys() and session.MAY["steer"] < session.MAY["all"]
