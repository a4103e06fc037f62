"""A message that a program brings: held to what the form is held to, and known by a name of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Department, Policy
from mailgate.core.pages.form import FormFile
from mailgate.core.programs import message
from mailgate.core.programs.message import ApiMessageAsked

POLICY = Policy(
    "desk", "desk.example", (Department("support", ("support@desk.example",), Address("support@desk.example")),)
)
ASKED = ApiMessageAsked("mg_a_b", "127.0.0.1", "olga@shop.example", "A lamp broke", department="support")


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (ASKED, []),
        (replace(ASKED, address="support@desk.example"), [("address", "ours")]),
        (replace(ASKED, address="nobody"), [("address", "address")]),
        (replace(ASKED, text=" \n"), [("text", "text")]),
        (replace(ASKED, subject="x" * 151, name="y" * 81), [("name", "long"), ("subject", "long")]),
        (replace(ASKED, files=(FormFile("a", b""),) * 6), [("files", "many_files")]),
        (replace(ASKED, external_id="x" * 201), [("external_id", "long")]),
    ],
)
def test_it_is_held_to_what_the_form_is_held_to(asked: ApiMessageAsked, wrong: list[tuple[str, str]]) -> None:
    assert [(one.field, one.code) for one in message.wrong(asked, POLICY, "support")] == wrong


def test_a_department_that_there_is_not_is_wrong() -> None:
    assert [one.field for one in message.wrong(ASKED, POLICY, "none")] == ["topic"]


def test_it_is_known_by_what_its_program_calls_it_then_by_its_key_and_else_by_nothing() -> None:
    def known(program: str, **more: str) -> str:
        return message.message_id(program, replace(ASKED, **more), "desk.example")

    assert known("1f") == ""
    assert known("1f", once="k", digest="d").endswith("@desk.example>")
    named = known("1f", external_id="4711", once="k", digest="d")
    assert named == known("1f", external_id="4711", once="other", digest="e")
    assert (
        len(
            {
                named,
                known("1f", once="k", digest="d"),
                known("1f", once="k", digest="e"),
                known("2e", external_id="4711"),
            }
        )
        == 4
    )
