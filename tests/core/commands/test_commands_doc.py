"""docs/commands.md names every command as the catalogue has it, and its examples are read as they stand."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailgate.core.commands import reader, ticket_filter
from mailgate.core.commands.catalogue import BY_NAME, COMMANDS, CUSTOMER_NAMES, CUSTOMER_WORDS, Word, lookup_for
from mailgate.core.model.policy import Role
from mailgate.core.text.folding import fold
from mailgate.core.worktime import moments
from mailgate.wire.words import CATALOGUES

PAGE = (Path(__file__).parents[3] / "docs/commands.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| `#")]

CUSTOMERS = {
    "status": "Where the ticket stands: who has it, when we promised to write, our last words. Answered at once, and no agent hears of it.", "close": "Solved, thank you.", "reopen": "Not solved after all.",
    "confirm": "Yes, it was I who asked about my data: in answer to the letter that asks.",
}  # fmt: skip


def said(key: str) -> str:
    return str(CATALOGUES["en"][key])


def row(word: Word) -> str:
    takes = f" {word.takes}" if word.takes else ""
    named = f"`#{word.name}{takes}`".replace("|", "\\|")
    example = f"`{word.example}`" if word.example else ""
    return f"| {named} | {said(f'command.{word.name}')} | {' '.join(f'`#{alias}`' for alias in word.aliases)} | {example} |"


@pytest.mark.parametrize("word", COMMANDS, ids=lambda word: word.name)
def test_every_command_stands_on_the_page_as_in_the_catalogue(word: Word) -> None:
    assert f"command.{word.name}" in CATALOGUES["en"], "mailgate/wire/words/*/commands.py has no sentence of it"
    assert row(word) in ROWS, f"docs/commands.md lacks the row: {row(word)}"


def test_the_page_knows_no_command_that_does_not_exist() -> None:
    customers = {f"| `#{name}` | {CUSTOMERS[name]} |" for name in CUSTOMER_WORDS}
    assert set(ROWS) == {row(word) for word in COMMANDS} | customers
    names = lookup_for({})
    for written in re.findall(r"`\\?#([^\W\d_]+(?:-[^\W\d_]+)*)", PAGE):
        assert names.find(written) or fold(written) in CUSTOMER_NAMES or written in ("ff", "include"), written


def test_every_command_is_said_and_nothing_else_is() -> None:
    said = {key for key in CATALOGUES["en"] if key.startswith("command.")}
    assert said == {f"command.{name}" for name in BY_NAME}, "mailgate/wire/words/*/commands.py has a sentence each"


def test_the_page_says_what_takes_an_agent() -> None:
    sentence = re.search(r"take an agent: (.*?)\.\s+Leads", PAGE, re.DOTALL)
    assert sentence is not None
    agents = {word.name for word in COMMANDS if word.role is Role.AGENT}
    assert set(re.findall(r"#([\w-]+)", sentence[1])) == agents, 'docs/commands.md, "... take an agent: ..."'


@pytest.mark.parametrize("example", [word.example for word in COMMANDS if word.example])
def test_an_example_is_read_as_the_command_it_shows(example: str) -> None:
    reading = reader.parse_line(example)
    assert reading.problems == ()
    assert BY_NAME[reading.commands[0].name].example == example


def test_the_mail_on_the_page_does_what_the_page_says() -> None:
    mail = PAGE.split("```")[1]
    _, _, body = mail.partition("\n\n")
    reading = reader.read_agent_mail("Re: [#1042] Broken lamp", body, earlier_subjects=("Broken lamp",))
    assert [str(one) for one in reading.commands] == ["#take", "#tag +warranty", "#solve"]
    assert reading.problems == ()
    assert reading.rest == "Dear Maija,\na new lamp leaves our house today."


def test_the_list_on_the_page_is_understood() -> None:
    answer = PAGE.split("```")[3]
    numbered = reader.read_numbered(answer, 6)
    assert (numbered.problems, numbered.rest) == ((), "")
    assert len(numbered.actions) == 7


def test_every_time_on_the_page_is_one() -> None:
    section = PAGE.split("## WHEN")[1].split("##")[0]
    now = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    written = [
        cell
        for line in section.splitlines()
        if line.startswith("| `")
        for cell in re.findall(r"`([^`]+)`", line.split("|")[1])
    ]
    assert len(written) > 15
    for moment in written:
        moments.parse(moment, now, ZoneInfo("Europe/Helsinki"))
    for refused in re.findall(r"`([^`]+)`", section.split("may mean two times")[1]):
        with pytest.raises(moments.NotAMoment):
            moments.parse(refused, now, ZoneInfo("Europe/Helsinki"))


def test_every_word_of_a_filter_on_the_page_is_one() -> None:
    section = PAGE.split("## FILTER")[1].split("##")[0].split("The same words")[0]
    for word in re.findall(r"`([^`]+)`", section):
        ticket_filter.parse(word, departments=("billing",), agents=("anna",), me="bo")
