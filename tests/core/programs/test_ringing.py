"""The line to an agent whose telephone rings: one letter, everybody it may be, a signed link for each open ticket."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from cases import ANNA, KEY, POLICY, facts, issued, letter

from mailgate.core.letters import links
from mailgate.core.mails import scope
from mailgate.core.model.letter_kinds import Ringing
from mailgate.core.programs import ringing
from mailgate.core.programs.called import Caller, KnownCall, OpenTicket
from mailgate.core.proof import token

CALL = KnownCall("pbx", "1", datetime(2026, 11, 27, 12, 0, tzinfo=UTC), "+37126123456", "80", "12", rang=True)
MAIJA = Caller(
    "Maija",
    "Shop Oy",
    ("maija@shop.example",),
    (OpenTicket(1042, "A lamp", "open"), OpenTicket(1051, "An order", "new")),
)
VALDIS = Caller("", "", ("valdis@shop.example",), (OpenTicket(1060, "A bill", "hold"),))  # fmt: skip


def test_everybody_is_named_and_each_of_their_tickets_stands_there() -> None:
    sent = ringing.letter(POLICY, ANNA, CALL, (MAIJA, VALDIS))
    content = sent.content
    assert isinstance(content, Ringing) and (sent.agent, sent.to[0].addr) == ("anna", ANNA.address)
    assert (content.caller, content.called) == ("+37126123456", "80")
    assert content.people == ("Maija, Shop Oy (maija@shop.example)", "valdis@shop.example")
    assert [(one.number, one.who) for one in content.open_tickets] == [
        (1042, content.people[0]), (1051, content.people[0]), (1060, content.people[1])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "named"),
    [
        (Caller("Maija", "", ("m@a.example",)), "Maija (m@a.example)"),
        (Caller("", "Shop Oy", ()), "Shop Oy"),
        (Caller("Maija\r\n#close", "", ()), "Maija #close"),
        (Caller("", "", ()), ""),
    ],
)
def test_a_person_is_one_line(who: Caller, named: str) -> None:
    assert ringing.named(who) == named


def test_a_link_files_a_memo_on_its_ticket_and_reaches_no_other() -> None:
    content = ringing.letter(POLICY, ANNA, CALL, (MAIJA,)).content
    assert isinstance(content, Ringing)
    message_id = issued(None, ANNA, "question")
    linked = links.to_file_calls(content, message_id, "support@acme.example", POLICY)
    hrefs = [unquote(one.href) for one in linked.open_tickets]
    assert [href.partition("?")[0] for href in hrefs] == ["mailto:support@acme.example"] * 2
    assert "[#1042] #call" in hrefs[0] and "[#1051] #call" in hrefs[1]
    assert "mg:" in hrefs[0]
    assert scope.numbers(linked) == (1042, 1051)
    assert (
        links.to_file_calls(content, "<nobody@elsewhere.example>", "support@acme.example", POLICY).open_tickets[0].href
        == ""
    )


def test_the_letter_is_known_again_by_its_token() -> None:
    sent = letter(None, ANNA, "question", content=Ringing(caller="+371"))
    assert token.letter_of(sent.message_id) in facts(letters=[sent]).letters and KEY in POLICY.keys
