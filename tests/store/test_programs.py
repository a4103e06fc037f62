"""What programs ask of the store: tokens, and pages of tickets that stay right while tickets come and change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import Status
from mailgate.core.programs.program import Program
from mailgate.core.programs.tickets import Found, Place, Wanted
from mailgate.store.programs import ticket_pages

M = timedelta(minutes=1)


def pages(bench: Any, place: Place, limit: int = 2, **wanted: Any) -> Iterator[Found]:
    """Every page from there on."""
    following: Place | None = place
    while following is not None:
        asked = Wanted(following, limit, **wanted)
        page: Found = bench.read(lambda read, asked=asked: read.programs.tickets(asked))
        yield page
        following = page.next


def numbers(bench: Any, place: Place | None = None, **wanted: Any) -> list[int]:
    return [one.number for page in pages(bench, place or Place(), **wanted) for one in page.tickets]


def test_a_token_is_kept_found_by_its_digest_used_and_ended(bench: Any) -> None:
    made = Program("crm", "1f", ("tickets:read",), bench.now, ("two words", "b"), ("10.0.0.0/8",), bench.now + M, True)
    bench.write(lambda tx: tx.programs.add(made, "d" * 64))
    assert bench.read(lambda read: read.programs.of("d" * 64)) == made
    assert bench.read(lambda read: read.programs.of("e" * 64)) is None
    bench.write(lambda tx: tx.programs.used("1f", bench.now))
    assert [one.used_at for one in bench.read(lambda read: read.programs.all())] == [bench.now]
    assert bench.write(lambda tx: tx.programs.revoke("crm")) and not bench.write(lambda tx: tx.programs.revoke("crm"))


def test_the_newest_come_first_and_none_is_missed_or_twice_while_others_come(bench: Any) -> None:
    there = [bench.open(f"t{n}") for n in range(5)]
    seen: list[int] = []
    for page in pages(bench, Place()):
        seen += [one.number for one in page.tickets]
        bench.open("comes meanwhile")
        bench.apply(None, ch.SetStatus(Status.HOLD), ticket=there[0])
    assert seen == there[::-1]


@pytest.fixture
def desk(bench: Any) -> Any:
    """Tickets of several kinds: numbers by a letter each."""
    bench.known = {
        "a": bench.open("a", ch.Assign("ann")),
        "b": bench.open("b", ch.SetStatus(Status.SOLVED), ch.Tag(add=("vip",))),
        "c": bench.open("c", department="sales"),
        "d": bench.open("d", ch.SetStatus(Status.HOLD), requester=Address("olga@b.example")),
    }
    return bench


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ({}, "dcba"),
        ({"status": ("solved",)}, "b"),
        ({"status": ("new", "open", "hold")}, "dca"),
        ({"status": ("solved", "hold")}, "db"),
        ({"departments": ("sales",)}, "c"),
        ({"departments": ("support", "sales")}, "dcba"),
        ({"departments": ("support",), "status": ("new", "open")}, "a"),
        ({"owner": "ann"}, "a"),
        ({"owner": ""}, "dcb"),
        ({"tag": "vip"}, "b"),
        ({"tag": "none"}, ""),
        ({"customer": "OLGA@b.example"}, "d"),
        ({"customer": "olga@b.example", "status": ("hold",)}, "d"),
        ({"customer": "olga@b.example", "status": ("new",)}, ""),
        ({"customer": "nobody@b.example"}, ""),
    ],
)
def test_all_that_is_asked_for_holds(desk: Any, wanted: dict[str, Any], shown: str) -> None:
    by_number = {number: letter for letter, number in desk.known.items()}
    assert "".join(by_number[one] for one in numbers(desk, **wanted)) == shown
    since = Place(updated=desk.now - M)
    assert sorted(by_number[one] for one in numbers(desk, since, **wanted)) == sorted(shown)


def test_what_changed_since_comes_in_that_order_and_again_when_it_changes_again(bench: Any) -> None:
    begin = bench.now
    there = []
    for n in range(3):
        bench.now = begin + n * M
        there.append(bench.open(f"t{n}"))
    first, second, third = there
    since = Place(updated=begin)
    assert numbers(bench, since, limit=1) == there and numbers(bench, Place(updated=begin + M)) == there[1:]
    seen: list[int] = []
    for page in pages(bench, Place(updated=begin - M), limit=1):
        seen += [one.number for one in page.tickets]
        if len(seen) == 1:
            bench.apply(None, ch.SetStatus(Status.HOLD), ticket=first, now=begin + 9 * M)
    assert seen == [first, second, third, first]


def test_many_of_one_moment_are_told_apart(bench: Any) -> None:
    there = [bench.open(f"t{n}") for n in range(5)]
    assert numbers(bench, Place(updated=bench.now - M)) == there


def test_a_page_looks_at_so_many_and_goes_on_behind_them(bench: Any, monkeypatch: Any) -> None:
    there = [bench.open(f"t{n}", *([ch.Tag(add=("vip",))] if n == 0 else [])) for n in range(7)]
    monkeypatch.setattr(ticket_pages, "LOOKED", 3)
    for place in (Place(), Place(updated=bench.now - M)):
        found = list(pages(bench, place, tag="vip"))
        assert 3 <= len(found) <= 4 and [one.number for page in found for one in page.tickets] == [there[0]]
        assert numbers(bench, place, limit=2) == (there if place.updated else there[::-1])


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (ticket_pages.LIVE, "ticket_live"),
        (ticket_pages.OF_CUSTOMER, "ticket_requester (requester=?)"),
        (ticket_pages.BY_NUMBER, "(number>? AND number<?)"),
        (ticket_pages.BY_UPDATE, "ticket_updated"),
        (ticket_pages.FLOOR, "(number<?)"),
        (ticket_pages.CEILING, "ticket_updated"),
    ],
)
def test_s26_each_page_walks_along_one_index(bench: Any, statement: str, index: str) -> None:
    values = dict.fromkeys(re.findall(r":([a-z_]+)", statement), 1)
    plan = bench.read(
        lambda read: [tuple(row)[3] for row in read.programs.session.all(f"EXPLAIN QUERY PLAN {statement}", values)]
    )
    assert any(index in step for step in plan), plan
    assert not [step for step in plan if step.startswith("SCAN ticket") and "ticket_live" not in step], plan
