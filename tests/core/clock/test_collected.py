"""Notices gathered into one list: the most pressing shown, the rest counted, each with its newest words."""

from __future__ import annotations

from dataclasses import replace

from cases import ANNA, MAIJA, NOW, POLICY, H, ticket

from mailgate.core.clock import collected
from mailgate.core.model.content import Question
from mailgate.core.model.said import said
from mailgate.core.model.ticket import Due, Entry, EntryKind, Priority, Ticket


def written(number: int, times: int = 1) -> tuple[Entry, ...]:
    return tuple(Entry(n, EntryKind.CUSTOMER, MAIJA.key, "Maija", NOW, f"{number}-{n}.") for n in range(times))


def gathered(*found: tuple[Ticket, int]) -> Question:
    content = collected.collected_notices(POLICY, ANNA, found).content
    assert isinstance(content, Question)
    return content


def test_of_a_weekends_notices_fifteen_are_shown_and_the_rest_counted() -> None:
    work = [(ticket(number, entries=written(number)), 1) for number in range(1001, 1085)]
    found = gathered(*work)
    assert [row.number for row in found.rows or ()] == list(range(1001, 1016))
    assert len(found.sections or ()) == 15 and found.more == 69
    assert found.title == said("list.collected", n=84)


def test_a_list_that_fits_counts_no_rest() -> None:
    assert gathered((ticket(1001), 1), (ticket(1002), 1)).more is None


def test_of_urgent_tickets_alone_more_are_named_than_their_words_are_shown() -> None:
    found = gathered(*((ticket(number, priority=Priority.URGENT), 1) for number in range(1001, 1061)))
    assert [row.number for row in found.rows or ()] == list(range(1001, 1051))
    assert len(found.sections or ()) == 15 and found.more == 10
    assert found.title == said("list.urgent", n=60)


def test_the_most_pressing_stand_first_in_the_order_of_the_queue() -> None:
    late = replace(ticket(1004), due=Due(manual=NOW - H))
    soon = replace(ticket(1003), due=Due(manual=NOW + H))
    urgent, old, new = ticket(1005, priority=Priority.URGENT), ticket(1001), replace(ticket(1002), created_at=NOW + H)
    found = gathered(*((one, 1) for one in (new, old, urgent, soon, late)))
    assert [row.number for row in found.rows or ()] == [1004, 1003, 1005, 1001, 1002]
    assert next(iter(found.sections or ())).title == "[#1004] Broken lamp"


def test_of_a_ticket_with_many_words_the_newest_five_are_shown_and_the_rest_counted() -> None:
    [section] = gathered((ticket(1001, entries=written(1, 9)), 8)).sections or ()
    assert section.text == "… (+3)\n\n" + "\n\n".join(f"Maija: 1-{n}." for n in range(4, 9))


def test_no_longer_words_than_notices_are_shown() -> None:
    [section] = gathered((ticket(1001, entries=written(1, 9)), 2)).sections or ()
    assert section.text == "Maija: 1-7.\n\nMaija: 1-8."
