"""Lists on a page: what is chosen and typed becomes the words of `#list`; rows, and how pages are turned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import ANNA, BO, CAI, NOW, POLICY, D, H, ticket

from mailgate.core.commands import ticket_filter
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Role
from mailgate.core.model.ticket import Due, Status
from mailgate.core.pages import lists, reader
from mailgate.core.pages.lists import MOST, ListAsked

WORDS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"words": " waiting   @anna "}, "waiting @anna"),
    ({"status": ("new", "open"), "department": "support", "owner": "anna", "tag": "refund", "overdue": True},
     "new open support @anna +refund overdue"),
    ({"tag": "+refund"}, "+refund"),
    ({"owner": "nobody", "words": "@nobody overdue"}, "@nobody overdue"),
    ({"owner": "an na\n@bo"}, "@anna@bo"),
    ({"words": "x" * 5000}, "x" * 200),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "words"), WORDS)
def test_what_was_chosen_is_written_as_list_is(asked: dict[str, Any], words: str) -> None:
    assert lists.words_of(ListAsked("s", **asked)) == words


def test_every_choice_of_the_form_is_a_filter() -> None:
    people, homes = [one.name for one in POLICY.agents], [one.name for one in POLICY.departments]
    for status in Status:
        for owner in (*people, "me", "nobody", ""):
            asked = ListAsked("s", status=(status.value,), owner=owner, department=homes[0], tag="x", overdue=True)
            found = ticket_filter.parse(lists.words_of(asked), departments=homes, agents=people, me="anna")
            assert (found.status, found.department, found.tags, found.overdue) == ((status,), homes[0], ("x",), True)
            assert (found.owner, found.unowned) == (
                {"me": "anna", "nobody": None, "": None}.get(owner, owner),
                owner == "nobody",
            )


def test_a_row_says_who_wrote_in_which_language_and_what_is_late() -> None:
    late = ticket(owner="bo", due=Due(resolve=NOW - H), language="fi", tags=("quiet", "vip"), created_at=NOW - 2 * D)
    nameless = ticket(7, requester=Address("x@y.example"), owner="gone", due=Due(resolve=NOW + H))
    first, second = lists.rows(Moment(POLICY, Facts(), NOW), [late, nameless])
    assert (first.requester, first.address, first.owner, first.owner_shown) == (
        "Maija",
        "maija@customer.example",
        "bo",
        "Bo Ek",
    )
    assert (first.late, first.due, first.quiet, first.tags, first.language) == (
        True,
        NOW - H,
        True,
        ("quiet", "vip"),
        "fi",
    )
    assert (second.requester, second.owner_shown, second.late) == ("x@y.example", "gone", False)


@pytest.mark.parametrize(
    ("begins", "shown", "total", "turns"),
    [(0, 50, 120, (-1, 50)), (50, 50, 120, (0, 100)), (100, 20, 120, (50, -1)), (0, 3, 3, (-1, -1)), (0, 0, 0, (-1, -1)),
     (lists.DEEPEST, 50, 10**6, (lists.DEEPEST - MOST, -1))],
)  # fmt: skip
def test_pages_are_turned_both_ways_and_not_for_ever(
    begins: int, shown: int, total: int, turns: tuple[int, int]
) -> None:
    assert lists.pages(begins, shown, total) == turns


@pytest.mark.parametrize(("after", "begins"), [(0, 0), (50, 50), (75, 50), (-9, 0), (10**12, lists.DEEPEST)])
def test_a_page_begins_where_one_may(after: int, begins: int) -> None:
    assert lists.turned(after) == begins


def test_who_reads_leads_or_not() -> None:
    assert reader.reader_of(ANNA) == reader.Reader("anna", "Anna Virtanen", ANNA.language, ANNA.timezone, leads=True)
    assert [reader.reader_of(one).leads for one in (BO, CAI, replace(BO, role=Role.ADMIN))] == [False, False, True]
