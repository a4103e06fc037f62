"""Whom a mail's commands name is asked of the store before they are read."""

from __future__ import annotations

import pytest

from mailgate.core.commands import named

PEOPLE = {
    "behind a command": ("#call Maija@Home.example", ["maija@home.example"]),
    "in brackets": ("#new <maija@home.example> Spare parts", ["maija@home.example"]),
    "before a full stop": ("#call maija@home.example.", ["maija@home.example"]),
    "each once": ("#call a@b.example\n#new A@b.example\n#call c@b.example", ["a@b.example", "c@b.example"]),
    "the first five": (" ".join(f"#call a{n}@b.example" for n in range(9)), [f"a{n}@b.example" for n in range(5)]),
    "by any of its names": ("#puhelu maija@home.example", ["maija@home.example"]),
    "in the text": ("write to maija@home.example", []),
    "without a command's mark": ("call maija@home.example", []),
    "a number": ("#call 040 123 4567", []),
}


@pytest.mark.parametrize(("text", "people"), PEOPLE.values(), ids=PEOPLE)
def test_people_behind_commands(text: str, people: list[str]) -> None:
    assert list(named.people(text)) == people


LINES = {
    "as it is dialled": ("#call +358 40 123 4567", ["+358401234567"]),
    "twice": ("#call 040-1234567\n#call 040 1234567", ["0401234567"]),
    "too short": ("#call 112", []),
    "a ticket": ("#merge 1042", []),
}


@pytest.mark.parametrize(("text", "keys"), LINES.values(), ids=LINES)
def test_telephone_lines_behind_commands(text: str, keys: list[str]) -> None:
    assert list(named.lines(named.numbers(text))) == keys
