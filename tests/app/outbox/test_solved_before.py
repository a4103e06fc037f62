"""Solved tickets like a new one: looked up once for all its letters, and not at all for a while where that is slow."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from cases import NOW, ticket

from mailgate.app.outbox.solved_before import MOST, SLOW, SolvedLookups
from mailgate.core.model.ticket import Entry, EntryKind

ANSWER = Entry(1, EntryKind.AGENT, "bo", "Bo Lund", NOW, "Hello,\n\nplease change the fuse beside the switch.")


class Reading:
    """A store that counts how often it is asked, and how much work that is."""

    def __init__(self, *found: Any, costs: float = 0.0) -> None:
        self.asked: list[list[str]] = []
        self.spent, self.costs, self.found = 0.0, costs, found
        self.tickets = SimpleNamespace(solved_like=self.solved_like)

    def solved_like(self, about: Any, words: list[str], limit: int) -> tuple[Any, ...]:
        self.asked.append(words)
        self.spent += self.costs
        return self.found


def solved(number: int, title: str = "Broken lamp in the hall", *entries: Entry) -> Any:
    return ticket(number, subject=title, entries=entries or (ANSWER,))


NEW = ticket(1050, subject="The lamp in our hall is broken", language="en")


def test_at_most_two_with_an_answer_and_a_like_title_are_named() -> None:
    note = Entry(2, EntryKind.NOTE, "bo", "Bo", NOW, "secret")
    read: Any = Reading(
        solved(1, "Broken chair"), solved(2, "Broken lamp in the hall", note),
        solved(3), solved(4), solved(5),
    )  # fmt: skip
    found = SolvedLookups().of(NEW, read)
    assert [one.number for one in found] == [3, 4] and len(found) == MOST
    assert (found[0].who, found[0].line) == ("Bo Lund", "please change the fuse beside the switch.")


def test_a_ticket_is_looked_up_once_for_all_who_are_told() -> None:
    read: Any = Reading(solved(3))
    lookups = SolvedLookups()
    assert lookups.of(NEW, read) == lookups.of(NEW, read)
    assert len(read.asked) == 1 and set(read.asked[0]) == {"lamp", "hal", "broken"}


def test_after_a_slow_look_there_is_none_for_a_while() -> None:
    read: Any = Reading(solved(3), costs=2 * SLOW)
    lookups = SolvedLookups(work=lambda: read.spent)
    assert lookups.of(NEW, read)
    assert lookups.of(ticket(1051, subject=NEW.subject), read) == () and len(read.asked) == 1
