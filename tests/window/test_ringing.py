"""Whoever's telephone rings is told by one letter, and a tap in it files the memo of the call."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from window.conftest import pages_at
from window.exchange import Exchange
from window.sessions import token_of

from mailgate.core.model.ticket import EntryKind
from mailgate.core.programs.program import CALLS

SETTINGS = '[web.calls]\ntell = true\nagents = { "12" = "anna" }\n'


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with pages_at(tmp_path_factory.mktemp("ringing"), SETTINGS) as here:
        yield Exchange(here, token_of(here.desk, "pbx", CALLS))


def told(exchange: Exchange, to: str = "anna@staff.example") -> list[EmailMessage]:
    return [one for one in exchange.desk.letters(to) if one["X-Mailgate-Reason"] == "ringing"]


def test_the_agent_gets_one_line_and_a_tap_files_the_memo(exchange: Exchange) -> None:
    ticket = exchange.person("Maija <maija@ring.example>", "+37120000021")
    for _ in range(2):
        exchange.tells("ringing", "one", **{"from": "+37120000021", "agent": "12"})
    [letter] = told(exchange)
    assert "+37120000021" in letter["Subject"] and "Maija" in letter["Subject"]
    page = letter.get_body(("html",)).get_content()
    href = next(one for one in re.findall(r'href="(mailto:[^"]+)"', page) if "%23call" in one).replace("&amp;", "&")
    asked = parse_qs(urlsplit(href).query)
    memo = EmailMessage(policy=email.policy.SMTP)
    memo["From"], memo["To"] = "Anna <anna@staff.example>", unquote(urlsplit(href).path)
    memo["Subject"], memo["Message-ID"] = asked["subject"][0], "<memo-of-the-call@staff.example>"
    memo.set_content("She wants two lamps.\n\n" + asked["body"][0])
    exchange.desk.send(memo)
    entries = exchange.desk.ticket(ticket).entries
    assert [(one.kind, one.author) for one in entries[1:]] == [(EntryKind.CALL, "anna")]
    assert "two lamps" in entries[-1].text and "mg:" not in entries[-1].text


@pytest.mark.parametrize(
    ("number", "event", "about"),
    [
        ("+37120000022", "answered", {"agent": "12"}),  # somebody has taken it
        ("+37120000023", "ringing", {"agent": "99"}),  # nobody of ours
        ("+37120000024", "missed", {"agent": "12"}),
    ],
)
def test_nobody_is_told_of_what_does_not_ring_at_theirs(
    exchange: Exchange, number: str, event: str, about: dict[str, Any]
) -> None:
    before = len(told(exchange))
    exchange.tells(event, **{"from": number, **about})
    assert len(told(exchange)) == before


def test_a_call_that_is_over_rings_no_more(exchange: Exchange) -> None:
    before = len(told(exchange))
    exchange.tells("missed", "late ring", **{"from": "anonymous", "agent": "12"})
    exchange.tells("ringing", "late ring", **{"from": "anonymous", "agent": "12"})
    assert len(told(exchange)) == before


def test_a_hidden_number_rings_without_a_name(exchange: Exchange) -> None:
    exchange.tells("ringing", "hidden", **{"from": "anonymous", "agent": "anna@staff.example"})
    letter = told(exchange)[-1]
    assert "hidden number" in letter["Subject"].lower()
