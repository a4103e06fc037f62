"""Tokens of ours in what a person sends back, taken out before anything else is looked at."""

from __future__ import annotations

import pytest

from mailgate.wire.text import typed

HEAD, TAIL = "mg:6ffff7.1042.", "a1c.m3fmub64.qzl3jcoeb3ebaqln"
TOKEN = HEAD + TAIL


@pytest.mark.parametrize("at", [at + 1 for at, char in enumerate(TOKEN) if char == "."])
def test_a_token_broken_at_any_dot_is_one_again(at: int) -> None:
    assert typed._tokens_joined(["9", f"> so {TOKEN[:at]}", f"> {TOKEN[at:]} it is"]) == ["9", "> so ", TOKEN, " it is"]


def test_of_two_broken_tokens_in_a_row_both_are_one_again() -> None:
    assert typed._tokens_joined([HEAD, f"{TAIL} {HEAD}", TAIL]) == ["", TOKEN, " ", TOKEN, ""]


def test_lines_with_dots_and_without_a_token_stay_as_they_are() -> None:
    lines = ["a.b.c.d", "e.f.g.h", "1.2.3.4", "", "..."]
    assert typed._tokens_joined(lines) == lines


@pytest.mark.parametrize(("line", "alone"), [
    (TOKEN, True), (f"> *{TOKEN}* ", True), (f"{TOKEN} thanks", False), ("mg", False), ("", False),
    ("\u338e" + TOKEN[2:], True), (TOKEN.replace("m", "\uff4d"), True), ("mg:1.2.3.4", False),
])  # fmt: skip
def test_a_line_is_a_token_alone_however_wide_its_letters(line: str, alone: bool) -> None:
    assert typed._is_token(line) is alone
