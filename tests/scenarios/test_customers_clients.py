"""What customers' programs quote of our letters is folded, whatever they make of it; what they wrote is shown alone (issue 12)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import VARIANTS, Written, lines
from conftest import Desk, from_agent, mail, notice_to, running

from mailgate.core.model.ticket import Entry

MAIJA = "Maija Virtanen <maija@customer.example>"
SIGNATURE = 'signature = """Acme Lamps\nMannerheimintie 1\n* * *\nwww.acme.example"""'
ANSWER = """Dear Maija,

please try this:
- press the switch
- wait a minute
---
1. take the bulb out

Anna"""
LETTERS = ("acknowledgement", "answer")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    networks = 'trusted_networks = ["127.0.0.0/8"]'
    with running(tmp_path_factory.mktemp("customers"), smtp=networks, support=SIGNATURE) as found:
        yield found


@pytest.fixture(scope="module")
def entries(desk: Desk) -> dict[tuple[str, str], tuple[list[str], Entry]]:
    """For each letter and client, the lines that were written and the entry they became."""
    ticket = desk.of_mail(desk.send(mail())).number
    from_agent(desk, ANSWER, notice_to(desk, "anna", ticket))
    letters = dict(zip(LETTERS, desk.letters("maija@customer.example"), strict=True))
    written, sent = {}, []
    for kind, letter in letters.items():
        for number, (name, (program, form)) in enumerate(VARIANTS.items()):
            words = f"Thank you.\n\nI pressed it {kind} {number} times, still dark.\n\nMaija"
            answer = program.answer(letter, Written(below=words) if number % 2 else Written(above=words), form)
            answer.replace_header("From", MAIJA)
            sent.append(answer)
            written[kind, name] = (f"{kind} {number} times", lines(words))
    desk.post(sent)
    thread = desk.ticket(ticket).entries
    found = {}
    for key, (mark, words) in written.items():
        [entry] = [one for one in thread if mark in one.text]
        found[key] = (words, entry)
    return found


@pytest.mark.parametrize("kind", LETTERS)
@pytest.mark.parametrize("name", VARIANTS)
def test_what_a_customer_wrote_is_shown_and_no_line_of_ours(
    entries: dict[tuple[str, str], tuple[list[str], Entry]], name: str, kind: str
) -> None:
    words, entry = entries[kind, name]
    assert lines(entry.text) == words
    assert entry.folded > 0
