"""What a token is good for, and what of a ticket programs are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Department, Key, Policy
from mailgate.core.model.ticket import Due, Entry, EntryKind, Status, Ticket
from mailgate.core.programs import once, program, ticket
from mailgate.core.programs.program import Program

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
M = timedelta(minutes=1)
MAIJA = Address("maija@home.example", "Maija Virtanen")
POLICY = Policy(
    "desk",
    "desk.example",
    (Department("support", ("support@desk.example",), Address("support@desk.example")),),
    keys=(Key("k1", b"x" * 32),),
    undo_window=5 * M,
)
MOMENT = Moment(POLICY, Facts(), NOW)
TICKET = Ticket(
    1042, "Lamp", Status.OPEN, "support", MAIJA, NOW - 60 * M, NOW, owner="anna", tags=("vip",), fields={"serial": "7"},
    participants=(MAIJA,), due=Due(resolve=NOW - M),
    entries=(
        Entry(1, EntryKind.CUSTOMER, MAIJA.key, "Maija", NOW - 60 * M, "It flickers", mail=3,
              attachments=(Attachment("a.jpg", "image/jpeg", 9, "d", "2"),)),
        Entry(2, EntryKind.NOTE, "anna", "Anna", NOW - 50 * M, "An odd one"),
        Entry(3, EntryKind.AGENT, "anna", "Anna", NOW - 40 * M, "Which lamp?"),
        Entry(4, EntryKind.CUSTOMER, "eve@else.example", "Eve", NOW - 30 * M, "Mine!", unverified=True),
        Entry(5, EntryKind.AGENT, "anna", "Anna", NOW - 20 * M, "To Pekka alone", only="pekka@home.example"),
        Entry(6, EntryKind.CUSTOMER, "pekka@home.example", "Pekka", NOW - 10 * M, "Between us"),
        Entry(7, EntryKind.AGENT, "anna", "Anna", NOW - M, "May be taken back"),
    ),
)  # fmt: skip


def test_a_ticket_has_no_words_unless_they_are_asked_for() -> None:
    told = ticket.told(MOMENT, TICKET, words=False)
    assert (told.number, told.owner, told.requester.name, told.overdue) == (1042, "anna", "Maija Virtanen", True)
    assert (told.entries, told.tags, told.fields) == (None, None, None)


@pytest.mark.parametrize(
    ("words", "entries", "shown"),
    [
        (False, ticket.PUBLIC, [1, 3]),
        (False, ticket.ALL, [1, 3]),
        (True, ticket.PUBLIC, [1, 3]),
        (True, ticket.ALL, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_w09_what_its_customer_may_not_read_comes_with_all_and_the_scope_alone(
    words: bool, entries: str, shown: list[int]
) -> None:
    told = ticket.told(MOMENT, TICKET, words=words, entries=entries)
    assert [one.id for one in told.entries or ()] == shown
    assert (told.tags, told.fields) == ((("vip",), (("serial", "7"),)) if words else (None, None))


def test_what_can_be_taken_back_is_told_once_it_cannot() -> None:
    later = replace(MOMENT, now=NOW + 5 * M)
    assert [one.id for one in ticket.told(later, TICKET, words=False, entries=ticket.PUBLIC).entries or ()] == [1, 3, 7]


PROGRAM = Program("crm", "1f", (program.READ,), NOW)


def test_a_token_stands_until_its_last_day_is_over_and_does_what_it_was_made_for() -> None:
    assert PROGRAM.stands(NOW + 9999 * M) and not replace(PROGRAM, until=NOW).stands(NOW)
    assert PROGRAM.may(program.READ) and not PROGRAM.may(program.WORDS)
    assert PROGRAM.knows("sales") and not replace(PROGRAM, departments=("support",)).knows("sales")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("tickets:read", True), ("chats:write:whatsapp", True), ("chats:write:", False), ("tickets", False), ("", False)],
)
def test_scopes_are_those_there_are(text: str, is_one: bool) -> None:
    assert program.is_scope(text) is is_one


def test_what_is_kept_under_a_key_lasts_a_day_and_begins_without_an_answer() -> None:
    assert timedelta(hours=24) == once.LASTS and once.Kept("digest", NOW).answer is None
